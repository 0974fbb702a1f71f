"""Evidence to hand over: one page, each statement with its source, contacts hidden, hostile text as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from neptune_inbox.presentation.contact_mask import ContactMask
from neptune_inbox.presentation.printed_page import PrintedPage, Section, code, page_line, to_html, to_markdown
from neptune_inbox.sandbox.records import ContactRecord
from neptune_inbox.text import clean_line
from tests.cli.shell import CUSTOMER, ENVIRONMENT, Shell
from tests.hostile import hostile_rows

EMAIL, PHONE, PUSH = "rajiv.seelam@acme.example", "+49 171 5550123", "fcm:APA91bHun4MxP5egoKMwt2KZFBaFUH"


@pytest.fixture
def told(shell: Shell) -> str:
    """The id of a notification that names every contact of its customer somewhere."""
    for kind, value in (("email", EMAIL), ("mobile_number", PHONE), ("firebase_token", PUSH)):
        shell.sandbox_state.add_contact(ENVIRONMENT, CUSTOMER, ContactRecord(kind, value))
    return shell.tell(
        f"Sent to {EMAIL}",
        body=f"We called 0171 555 01 23 and wrote to other@person.example; {PUSH} is your phone.",
        link="https://acme.example/?to=rajiv.seelam%40acme.example",
        data={"to": EMAIL, "phone": 491715550123, "contact": {"value": "x-1"}, "amount": 1200},
    )


def page(shell: Shell, id: str, *options: str) -> str:
    told = shell("why", id, "-u", CUSTOMER, *options)
    assert told.code == 0, told.err
    return told.out


@pytest.mark.slow
@pytest.mark.parametrize("form", ["--md", "--html"])
def test_contacts_are_hidden_wherever_they_stand(shell: Shell, told: str, form: str) -> None:
    shell("note", told, f"Called {PHONE}")
    text = page(shell, told, form)
    plain = text.replace("\\", "")
    for secret in (EMAIL, "rajiv.seelam%40", PHONE, "0171 555 01 23", "491715550123", PUSH, "other@person", "x-1"):
        assert secret not in plain
    assert "Contacts are hidden." in text
    assert "1200" in text
    shown = page(shell, told, form, "--contacts").replace("\\", "")
    assert EMAIL in shown
    assert PHONE in shown
    assert "hidden" not in shown.replace("overflow:hidden", "")


def test_each_time_says_where_it_is_known_from(shell: Shell, told: str) -> None:
    text = page(shell, told, "--md")
    assert "(source: the service)" in text
    assert re.search(r"- First seen: .* \(source: a look at the customer's list\)", text)
    assert re.search(r"- Read: not read \(source: a look at the customer's list, ", text)
    shell.sandbox_state.mark_read(ENVIRONMENT, told)
    assert "not by us (source: the service, which gives this time itself)" in page(shell, told, "--md")


def test_a_mark_of_ours_is_told_as_ours(shell: Shell, told: str) -> None:
    assert shell("mark", told, "-u", CUSTOMER, "--yes").code == 0
    text = page(shell, told, "--md")
    assert re.search(r"- made .*confirmed.*\(source: the outbox of this machine\)", text)
    assert re.search(r"- Read: .*, by us \(source: ", text)


@pytest.mark.slow
def test_it_is_written_to_a_new_file_by_the_end_of_its_name(shell: Shell, told: str, tmp_path: Path) -> None:
    file = tmp_path / "evidence.html"
    assert page(shell, told, "--output", str(file)).strip() == str(file)
    assert file.read_text().startswith("<!DOCTYPE html>")
    assert file.stat().st_mode & 0o077 == 0
    assert shell("why", told, "-u", CUSTOMER, "--output", str(file)).code == 2
    assert page(shell, told, "--md", "-o", str(tmp_path / "evidence")).strip().endswith("evidence")
    assert (tmp_path / "evidence").read_text().startswith("# Evidence: 1 notification")


@pytest.mark.parametrize(
    "options", [("--md", "--html"), ("--md", "--json"), ("--contacts",), ("--output", "evidence.txt")]
)
def test_what_does_not_go_together_is_refused(shell: Shell, told: str, options: tuple[str, ...]) -> None:
    assert shell("why", told, "-u", CUSTOMER, *options).code == 2


def test_several_share_one_page(shell: Shell, told: str) -> None:
    other = shell.tell("Another")
    out = shell("why", "-", "-u", CUSTOMER, "--html", stdin=f"{told}\n{other}\n").out
    assert "Evidence: 2 notifications" in out
    assert out.count("<h2>") == 2


class Outline(HTMLParser):
    """The tags of a page; anything that would be fetched or run is noted."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}


def outline_of_markdown(text: str) -> list[str]:
    def kinds(tokens: list[Any]) -> list[str]:
        found = []
        for token in tokens:
            if token.type == "inline":
                found += [f"inline {each}" for each in kinds(token.children) if each not in ("text", "softbreak")]
            else:
                found.append(token.type)
        return found

    return [each for each in kinds(MarkdownIt("gfm-like").parse(text)) if each != "inline text_special"]


def a_page(text: str) -> PrintedPage:
    lines = (page_line("Title: ", text), page_line(text or "x"), page_line("Id: ", code(text or "x")))
    return PrintedPage(f"About {text}", "Made now.", (Section(f"On {text}", lines, block=f"{text}\n{text}x"),))


PLAIN_HTML = Outline(to_html(a_page("x"))).tags
PLAIN_MARKDOWN = outline_of_markdown(to_markdown(a_page("x")))


@pytest.mark.slow
@pytest.mark.parametrize("row", hostile_rows(), ids=lambda row: row.name)
def test_hostile_text_stays_text(row: Any) -> None:
    for text in (row.title[:3_000], row.body[:3_000], row.link[:3_000]):
        if clean_line(text).strip():
            found = Outline(to_html(a_page(text)))
            assert found.tags == PLAIN_HTML
            assert found.names <= {"lang", "charset", "http-equiv", "content", "name"}
            assert outline_of_markdown(to_markdown(a_page(text))) == PLAIN_MARKDOWN


@pytest.mark.slow
@given(st.text(st.sampled_from("ab1 .)#*_-+=`~[](){}<>!|&;:/\\@$\"'wx\n"), min_size=1, max_size=30))
def test_no_text_makes_markdown_or_html_of_its_own(text: str) -> None:
    if clean_line(text).strip():
        assert outline_of_markdown(to_markdown(a_page(text))) == PLAIN_MARKDOWN
        assert Outline(to_html(a_page(text))).tags == PLAIN_HTML


def test_ids_amounts_and_dates_are_no_contacts() -> None:
    mask = ContactMask([EMAIL, PHONE])
    for text in (
        "00000000-0000-7000-8000-000000000001",
        "Invoice #1002 over 1,204.50 EUR on 2026-11-04 12:00:00",
        "Wed 04 Nov 2026, 12:00:00",
        "batch 0a1b2c3d",
        "u-4711",
    ):
        assert mask.text(text) == text
