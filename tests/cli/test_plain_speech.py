"""What `--plain` makes of Markdown, JSON, ids and columns: sentences that a voice can read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.cli.plain.speech import spoken_ids, spoken_json, spoken_markdown
from tests.builders import ENVIRONMENT, Office
from tests.cli.plain_visitor import Visitor

UUID = "0190a1b2-1111-7abc-8def-0123456789ab"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Your **card** was *declined*", ["Your card was declined"]),
        ("***both*** and **bold *in* bold**", ["both and bold in bold"]),
        ("**over\ntwo lines**", ["over", "two lines"]),
        ("snake_case_name, 5 * 3 * 2, 2*3*4", ["snake_case_name, 5 * 3 * 2, 2*3*4"]),
        ("a **mark without a partner", ["a **mark without a partner"]),
        (r"\*as it stands\*", ["*as it stands*"]),
        ("Use `a*b*c` now", ["Use a*b*c now"]),
        ("~~100~~ 80", ["100, struck out 80"]),
        ("[Pay **now**](https://acme.example/pay)", ["Pay now, link to acme.example/pay"]),
        ("See https://acme.example/pay.", ["See link to acme.example/pay."]),
        ("<mailto:a@b.example>", ["mail to a@b.example"]),
        ("[a](http://b.example)", ["a, link to http://b.example"]),
        ("![logo](https://img.example/l.png)", ["picture: logo, link to img.example/l.png"]),
        ("# Declined #", ["Heading: Declined"]),
        ("Declined\n========\nAgain\n---", ["Declined", "Again"]),
        ("> first\n> second", ["Quote: first", "second"]),
        ("- one\n* two\n- [x] three\n- [ ] four", ["one", "two", "Ticked: three", "Not ticked: four"]),
        ("1. one", ["1. one"]),
        ("```json\n{}\n```", ["{}"]),
        ("| Amount | When |\n|---|:-:|\n| **5** | today |\n| 6 | |", ["Amount: 5, When: today", "Amount: 6"]),
        ("Total:      5.00\nItem    Qty\tPrice", ["Total: 5.00", "Item, Qty, Price"]),
        ("a | b", ["a | b"]),
        ("one\n\ntwo", ["one", "", "two"]),
        ("", []),
    ],
)
def test_markdown_is_said_without_its_marks(written: str, said: list[str]) -> None:
    assert spoken_markdown(written) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"card": "4242"}, ["card: 4242"]),
        ({"card": {"last4": "4242", "brand": None}}, ["card, last4: 4242", "card, brand: none"]),
        ({"tags": ["a", 2, True]}, ["tags: a, 2, yes"]),
        ({"items": [{"n": 1}, {"n": False}]}, ["items 1, n: 1", "items 2, n: no"]),
        ({"order": UUID}, ["order: long id ending in 89ab"]),
        ({"inside": '{"q": [1]}'}, ["inside, q: 1"]),
        ({"odd": "{not json"}, ["odd: {not json"]),
        ({"none": {}, "list": [], "text": ""}, ["none: empty", "list: empty", "text: empty"]),
        ("text", ["text"]),
    ],
)
def test_json_is_said_as_sentences(value: object, said: list[str]) -> None:
    assert spoken_json(json.dumps(value)) == said


def test_json_as_deep_as_it_may_come_is_said() -> None:
    deep = "[" * 500 + "]" * 500
    assert spoken_json(deep)
    assert spoken_json("{broken") == ["{broken"]
    assert spoken_json('{"n": ' + "9" * 5_000 + "}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"for {UUID}, now", "for long id ending in 89ab, now"),
        ("5f4dcc3b5aa765d61d8327deb882cf99", "long id ending in cf99"),
        ("u-4711", "u-4711"),
        ("payment_failed_after_3_reminders_of_the_bank_today", "payment_failed_after_3_reminders_of_the_bank_today"),
        ("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", None),
    ],
)
def test_only_what_nobody_can_follow_by_ear_is_cut(text: str, said: str | None) -> None:
    assert spoken_ids(text) == (said or text)


@given(st.text(alphabet="*_~#->=+\\ \n\tab1.", max_size=300))
def test_whatever_marks_it_has_its_words_are_said_in_their_order(text: str) -> None:
    said = "\n".join(spoken_markdown(text))
    assert "".join(char for char in said if char in "b1") == "".join(char for char in text if char in "b1")


@given(st.text(alphabet="*_`~[](){}|<>!\"'https://mailto:ab \n", max_size=300))
def test_whatever_is_written_something_is_said(text: str) -> None:
    assert spoken_markdown(f"{text}\n\nend")[-1] == "end" or "``" in text or "~~~" in text


async def test_a_notification_is_read_in_sentences_and_raw_as_it_came() -> None:
    office = Office()
    office.sandbox_state.add_notification(
        ENVIRONMENT, "u-1", "Look", body="See **this** [page](https://a.example/x)", data={"card": {"last4": "4242"}}
    )
    visitor = await Visitor(office).console("1", "1 raw", "why 1", "id 1", "q")
    read = visitor.said("1").splitlines()
    assert "  See this page, link to a.example/x" in read
    assert "  card, last4: 4242" in read
    assert "  See **this** [page](https://a.example/x)" in visitor.said("1 raw").splitlines()
    assert '      "last4": "4242"' in visitor.said("1 raw").splitlines()
    [id] = visitor.said("id 1").splitlines()
    assert len(id) == 36
    why = visitor.said("why 1")
    assert "{" not in why
    assert "long id ending in" in why
    assert id not in why
    assert "   " not in why, "no columns"
