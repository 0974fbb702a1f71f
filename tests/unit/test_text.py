"""Nothing that a customer or an attacker can put into a notification may reach the terminal as anything but text."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from neptune_inbox.text import ascii_json, body_to_markdown, clean_block, clean_line, column_text
from neptune_inbox.text_graphemes import is_new_picture
from tests.speed import effort_of

ODD_CHARACTERS = (
    "\u200d\ufe0f\U0001f469\U0001f52c\U0001f3fd❤↔\u0338e\u0301क\u093f\u094d\x9b\t\n \u2028\u202e\ud800\U000e0041"
)
ODD_HANGUL_AND_MUSIC = "\u1100\u1161\u11a8\U0001f1e9\ufb2c\U0001d160"
ODD_RUNS = ("\x1b[31m", "\x1b]52;c;AA\x07", "\r\n", "\n\n\n", "<p>", "</p>", "<b>", "&#27;", "x" * 50)
ODD_PIECES = st.sampled_from([*ODD_CHARACTERS, *ODD_HANGUL_AND_MUSIC, *ODD_RUNS])
HOSTILE = st.lists(st.one_of(ODD_PIECES, st.characters()), max_size=60).map("".join)


def faults_in(text: str, breaks: str = "") -> list[str]:
    """The characters that the rules forbid."""
    return [
        char
        for i, char in enumerate(text)
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
        and char not in breaks
        and not (char == "\u200d" and is_between_pictures(text, i))
        and not (char in "\u200c\u200d" and is_within_a_word_that_needs_it(text, i))
        and not is_new_picture(char)
    ]


def is_within_a_word_that_needs_it(text: str, i: int) -> bool:
    around = text[i - 1 : i] + text[i + 1 : i + 2]
    return len(around) == 2 and all("\u0590" <= char <= "\U00011fff" for char in around)


def is_between_pictures(text: str, i: int) -> bool:
    before, after = text[:i].removesuffix("\ufe0f")[-1:], text[i + 1 : i + 2]
    return all(char and unicodedata.category(char) in ("So", "Sk", "Sm", "Po") for char in (before, after))


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(HOSTILE, st.sampled_from([5, 20, 300]))
def test_a_cleaned_line_is_one_harmless_line_and_stays_as_it_is(s: str, limit: int) -> None:
    line = clean_line(s, limit)
    assert faults_in(line) == []
    assert len(line) <= limit
    assert clean_line(line, limit) == line
    assert unicodedata.is_normalized("NFC", line)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(HOSTILE, st.sampled_from([7, 40, 65_536]))
def test_a_cleaned_block_holds_no_control_but_newline_and_stays_as_it_is(s: str, limit: int) -> None:
    block = clean_block(s, limit)
    assert faults_in(block, breaks="\n") == []
    assert len(block) <= limit
    assert clean_block(block, limit) == block
    assert not re.search(r"\n(?: *\n){3}", block)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_a_body_is_clean_whether_it_was_html_or_not(s: str) -> None:
    body = body_to_markdown(s)
    assert faults_in(body, breaks="\n") == []
    assert len(body) <= 65_536


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(HOSTILE)
@example("\u0301\ufe0f\u0338")
@example("\u0338" * 3 + "\U0001f3fb" + "\u0338")
def test_a_column_holds_no_character_that_changes_the_width_of_another(s: str) -> None:
    column = column_text(s)
    assert not [
        char
        for char in column
        if "\ufe00" <= char <= "\ufe0f"
        or char == "\u20e3"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or (unicodedata.category(char)[0] == "C" and char not in "\u200c\u200d" and not is_new_picture(char))
    ]
    assert column_text(column) == column


@pytest.mark.parametrize(
    ("came", "shown"),
    [
        ("Card ending 4242 was declined", "Card ending 4242 was declined"),
        ("a\tb\nc\r\nd\x85e", "a b c d e"),
        ("\x1b]0;PWN\x07", "\ufffd]0;PWN\ufffd"),
        ("\x9b31mred\x7f", "\ufffd31mred\ufffd"),
        ("pay\u202egnp.exe\u200b\ufeff\xad", "paygnp.exe"),
        ("cafe\u0301", "café"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("\U0001f469\u200d\U0001f52c", "\U0001f469\u200d\U0001f52c"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f\u200d\U0001f525"),
        ("a\u200db", "ab"),
        ("e" + "\u0335" * 200, "e" + "\u0335" * 3),
        ("क" + "\u094d" * 200, "क" + "\u094d" * 8),
        ("one\u2028two", "one two"),
        ("secret \U000e0041\U000e0042", "secret "),
        ("ﬁne", "ﬁne"),
    ],
)
def test_a_title_shows_what_it_says_and_no_more(came: str, shown: str) -> None:
    assert clean_line(came) == shown


def test_a_long_title_is_cut_before_any_work_is_done() -> None:
    assert clean_line("x" * 10_000) == "x" * 300
    assert len(clean_line("\U0001d160" * 300)) == 300, "composing must not make it longer than the limit"


def test_a_body_keeps_its_lines_and_loses_its_gaps() -> None:
    assert clean_block("one\r\n\r\n\r\n\r\n\r\ntwo\rthree\tfour") == "one\n\ntwo\nthree four"
    assert clean_block("one\n\n\ntwo") == "one\n\n\ntwo", "two blank lines are a matter of taste"
    assert clean_block("\n\n\n\n\nlate") == "\nlate"


def test_a_line_of_ten_thousand_characters_is_broken() -> None:
    assert [len(line) for line in clean_block("x" * 10_000).split("\n")] == [4_096, 4_096, 1_808]


@pytest.mark.parametrize(
    ("came", "shown"),
    [
        ("\U0001f469\u200d\U0001f52c lab", "\U0001f469 lab"),
        ("\u2764\ufe0f", "\u2764"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        ("1\ufe0f\u20e3", "1"),
        ("\U0001f469\u200d\U0001f3fd", "\U0001f469"),
        ("क्षि", "क्षि"),
        ("\U0001f1e9\U0001f1ea", "\U0001f1e9\U0001f1ea"),
        ("e\u0335\u0336", "e\u0335\u0336"),
        ("शरद\u094d\u200dय", "शरद\u094d\u200dय"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\u200cb \u200cक \u200d", "ab क "),
        ("\U0001fae8\U0001fae9", "\U0001fae8\U0001fae9"),
        ("\u1112\u1161\u11ab\u3164", "한"),
        ("한글", "한글"),
    ],
)
def test_a_column_keeps_every_mark_and_word_and_drops_what_cannot_be_aligned(came: str, shown: str) -> None:
    assert column_text(came) == shown


@pytest.mark.parametrize(
    ("came", "shown"),
    [
        ("Your code is **1234**.", "Your code is **1234**."),
        ("a < b and c > d", "a < b and c > d"),
        ("<p>Dear <b> Rajiv </b>,<br>hello</p>", "Dear **Rajiv** ,\\\nhello"),
        ("<p>one<br><br>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\n\ntwo"),
        ("<h2>Invoice</h2><ul><li>a<li>b<ul><li>c</ul></ul>", "## Invoice\n\n- a\n- b\n  - c"),
        ("<ol><li>a</li><li><p>b</p><p>c</p></li></ol>", "1. a\n2. b\n\n   c"),
        ("<blockquote><p>q</p></blockquote>x", "> q\n\nx"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
        ("<p><code>a`b</code></p>", "`` a`b ``"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a | b"),
        ("<p>1. not a list, *not* bold</p>", "1\\. not a list, \\*not\\* bold"),
        ("**kept**<br>- as it is", "**kept**\n- as it is"),
        ("<p>x</p><script>alert(1)</script><style>p{}</style>", "x"),
        ("<p>&#27;]0;PWN&#7;</p>", "\ufffd\\]0;PWN\ufffd"),
        ("<p>&<b>#27;</b></p>", "&**#27;**"),
        ("<p>a<!-- hidden -->b</p>", "ab"),
    ],
)
def test_html_is_read_as_markdown(came: str, shown: str) -> None:
    assert body_to_markdown(came) == shown


@pytest.mark.parametrize(
    ("href", "shown"),
    [
        ("https://acme.example/(1)", "[pay](https://acme.example/%281%29)"),
        ("mailto:help@acme.example", "[pay](mailto:help@acme.example)"),
        ("http://acme.example", "pay"),
        ("javascript:alert(1)", "pay"),
        ("JaVaScRiPt:alert(1)", "pay"),
        ("file:///bin/sh", "pay"),
        ("//acme.example", "pay"),
        ("/relative", "pay"),
        ("ssh://-oProxyCommand=id/x", "pay"),
    ],
)
def test_only_https_and_mail_links_survive(href: str, shown: str) -> None:
    assert body_to_markdown(f'<p><a href="{href}">pay</a></p>') == shown


def test_a_picture_or_a_form_leaves_no_address_behind() -> None:
    body = body_to_markdown(
        '<p>hi<img src="https://track.example/1.gif"><form action="https://evil.example">x</form></p>'
    )
    assert "example" not in body


FORMATTING = "<b><i><em><strong><code>" * 3
BOMBS = {
    name: (unit * 65_536)[:65_536] if not unit.startswith("\0") else (unit[1:] + "</p><p>x" * 16_000)[:65_536]
    for name, unit in {
        "open anchors": "<a href=x ",
        "open anchors, quoted": "<a href='x",
        "deep div": "<div>",
        "deep b": "<b>",
        "deep ul": "<ul><li>",
        "deep quote": "<blockquote>",
        "deep table": "<table><tr><td>",
        "deep font": "<font size=1>",
        "deep unknown": "<x>",
        "deep svg": "<p><svg><math>",
        "paragraphs": "<p>",
        "paragraphs, closed": "<p>x</p>",
        "breaks": "<br>",
        "closing": "</p>",
        "empty bold": "<b></b>",
        "misnested": "<b><div></b>",
        "misnested, two": "<a href=x><p></a>",
        "adoption": "<div><b></div>",
        "adoption, all kinds": f"\0<p>{FORMATTING}",
        "comments": "<p><!--",
        "declarations": "<p><!doctype",
        "instructions": "<p><?",
        "cdata": "<p><![CDATA[",
        "entities": "<p>&amp;&#x1f469;",
        "entities, unfinished": "<p>&",
        "angles": "<p><<<<<<",
        "lone quotes": "<p a=\"' ",
        "scripts": "<script>",
        "textareas": "<p><textarea>",
        "emphasis in emphasis": "<b>*<i>_",
        "backticks": "<pre>`",
        "spaces": "<p>          ",
        "attributes": "<p " + "a=b " * 500,
        "links": "<a href=https://a.example>a</a>",
    }.items()
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_an_html_bomb_is_defused_before_it_takes_long(name: str) -> None:
    body_to_markdown("<p>loaded</p>")
    assert effort_of(body_to_markdown, BOMBS[name]) < 30
    assert len(body_to_markdown(BOMBS[name])) <= 65_536


def test_cleaning_the_longest_body_costs_little() -> None:
    text = ("Dear Rajiv, café \U0001f469\u200d\U0001f52c क्षि \x1b[31m\n" * 4_000)[:65_536]
    assert effort_of(clean_block, text) < 10


def test_json_text_is_ascii_and_reads_back() -> None:
    value = {"name": "Zoë", "half": "\ud800", "list": [1, 2.5, None, True], "esc": "\x1b\x7f"}
    text = ascii_json(value)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == value


def test_json_that_cannot_be_said_is_still_json() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert json.loads(ascii_json({"nan": float("nan"), "big": 10**5_000, "odd": object()})) == dict.fromkeys(
        ("nan", "big", "odd")
    )
    assert ascii_json(deep).startswith("[[[")
    while deep:
        deep = deep.pop()  # type: ignore[assignment]


def test_a_payload_of_a_megabyte_is_cut_and_says_so() -> None:
    cut = json.loads(ascii_json({"blob": "x" * 1_000_000}))
    assert cut["cut"] is True
    assert cut["characters"] == 1_000_011
    assert cut["start"].startswith('{"blob":"xxx')
