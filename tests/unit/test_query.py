"""The search line: what it understands, and the exact words it says where it does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.errors import BadQuery
from neptune_inbox.model import Clause
from neptune_inbox.sync.query import FIELDS, FLAGS, parse_query
from neptune_inbox.sync.when import to_instant

NOW = to_instant(datetime(2026, 11, 4, 12, 30, tzinfo=UTC))
DAY = 86_400_000


def parse(text: str) -> tuple[Clause, ...]:
    return parse_query(text, NOW, UTC)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("", ()),
        ("   \t ", ()),
        ("card", (Clause("text", "card"),)),
        ("card declined", (Clause("text", "card"), Clause("text", "declined"))),
        ('"card declined"', (Clause("text", "card declined"),)),
        ('-"card declined" -old', (Clause("text", "card declined", None, True), Clause("text", "old", None, True))),
        ("event:otp_*", (Clause("event", "otp_*"),)),
        ('EVENT:"a b"', (Clause("event", "a b"),)),
        ("user:42", (Clause("user", "42"),)),
        ("user:a:b", (Clause("user", "a:b"),)),
        ("is:unread", (Clause("is", "unread"),)),
        ("-is:Done", (Clause("is", "done", None, True),)),
        ("has:link", (Clause("has", "link"),)),
        ("-has:link", (Clause("has", "link", None, True),)),
        ("since:2d", (Clause("since", "2d", NOW - 2 * DAY),)),
        ("before:2026-11-01", (Clause("before", "2026-11-01", NOW - 3 * DAY - 45_000_000),)),
        ('since:"2026-11-04 12:00"', (Clause("since", "2026-11-04 12:00", NOW - 1_800_000),)),
        ("12:30", (Clause("text", "12:30"),)),
        ("#1002 4242", (Clause("text", "#1002"), Clause("text", "4242"))),
        ("well-known", (Clause("text", "well-known"),)),
        ('foo"bar baz"', (Clause("text", "foo"), Clause("text", "bar baz"))),
        ("schließen\u00a0тест 🎉", (Clause("text", "schließen"), Clause("text", "тест"), Clause("text", "🎉"))),
    ],
)
def test_a_query_that_is_understood(text: str, clauses: tuple[Clause, ...]) -> None:
    assert parse(text) == clauses


@pytest.mark.parametrize("flag", FLAGS["is"])
def test_every_flag_can_be_asked_for_and_excluded(flag: str) -> None:
    assert parse(f"is:{flag} -is:{flag}") == (Clause("is", flag), Clause("is", flag, None, True))


@pytest.mark.parametrize(
    ("text", "position", "sentence", "remedy"),
    [
        (
            "is:open",
            0,
            "`is:` does not know `open`.",
            "It knows unread, read, done, starred, snoozed, noted, pending, failed.",
        ),
        ("card -is:undread", 5, "`is:` does not know `undread`.", "Did you mean is:unread?"),
        ("card has:wings", 5, "`has:` does not know `wings`.", "It knows link."),
        ("evnt:otp", 0, "There is no `evnt:`.", 'Did you mean event:? Put "…" around it to find the text.'),
        (
            "see https://acme.example",
            4,
            "There is no `https:`.",
            'Known are is:, event:, user:, since:, before:, has:. Put "…" around it to find the text.',
        ),
        ('card "declined', 5, "The quotation mark is not closed.", 'Write a second " after the phrase.'),
        ('event:"a', 0, "The quotation mark is not closed.", 'Write a second " after the phrase.'),
        ("card event:", 5, "A word is missing after `event:`.", "For example event:otp_*."),
        ("user: 42", 0, "A word is missing after `user:`.", "For example user:42."),
        ('since:""', 0, "A word is missing after `since:`.", "For example since:2d."),
        ("-", 0, "A word is missing: `-`.", "Write what to find."),
        ('card ""', 5, 'A word is missing: `""`.', "Write what to find."),
        (
            "is:unread since:soon",
            10,
            "`soon` is no time.",
            "Write a span such as 2d, 3h, 90m, or a date such as 2026-11-01.",
        ),
        (
            "-before:0001-13-01",
            0,
            "`0001-13-01` is no time.",
            "Write a span such as 2d, 3h, 90m, or a date such as 2026-11-01.",
        ),
    ],
)
def test_a_query_that_is_not_understood(text: str, position: int, sentence: str, remedy: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(text)
    assert (caught.value.position, caught.value.sentence, caught.value.remedy) == (position, sentence, remedy)


words = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [*(f"{field}:" for field in FIELDS), *FLAGS["is"], '"', "-", ":", " ", "2d", "0001-01-01", "9999"]
    ),
)


@given(st.lists(words, max_size=8).map("".join))
def test_any_text_gives_clauses_or_says_where_it_is_wrong(text: str) -> None:
    try:
        clauses = parse_query(text, NOW)
    except BadQuery as problem:
        said = problem
    else:
        assert all(clause.value.strip() for clause in clauses)
        assert bool(clauses) == bool(text.strip())
        return
    assert 0 <= said.position < len(text)
    assert said.sentence
    assert said.remedy
