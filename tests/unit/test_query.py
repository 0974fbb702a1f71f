"""The search line: what it understands, and the exact words it says where it does not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.errors import BadQuery
from neptune_inbox.model import Clause, Group, Term, clauses_of
from neptune_inbox.sync.inbox.query import COMBINED, DEEPEST, FIELDS, FLAGS, MOST_CLAUSES, parse_query
from neptune_inbox.sync.inbox.times import to_instant

NOW = to_instant(datetime(2026, 11, 4, 12, 30, tzinfo=UTC))
DAY = 86_400_000


def text(word: str) -> Clause:
    return Clause("text", word)


def one_of(*alternatives: tuple[str, ...], is_negated: bool = False) -> Group:
    return Group(tuple(tuple(map(text, words)) for words in alternatives), is_negated)


def parse(text: str) -> tuple[Term, ...]:
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
        ("card or refund", (one_of(("card",), ("refund",)),)),
        ("card or refund late", (one_of(("card",), ("refund", "late")),)),
        ("card OR refund or late", (one_of(("card",), ("refund",), ("late",)),)),
        ("card and refund", (text("card"), text("refund"))),
        ("(card or refund) late", (one_of(("card",), ("refund",)), text("late"))),
        ("-(card or refund)", (one_of(("card",), ("refund",), is_negated=True),)),
        ("-(card refund)", (Group(((text("card"), text("refund")),), is_negated=True),)),
        ("((card))", (text("card"),)),
        ("-(-card)", (text("card"),)),
        ("f(x) (f(x))", (text("f(x)"), text("f(x)"))),
        ('"or" "(" order', (text("or"), text("("), text("order"))),
        ("event:otp_*,refund", (Group(((Clause("event", "otp_*"),), (Clause("event", "refund"),))),)),
        ('-user:42,"a, b"', (Group(((Clause("user", "42"),), (Clause("user", "a, b"),)), is_negated=True),)),
        ("is:Read,pending", (Group(((Clause("is", "read"),), (Clause("is", "pending"),))),)),
        ("1,521", (text("1,521"),)),
        ("data.order:A-77", (Clause("data", "A-77", path="order"),)),
        (
            'Data.cart.Sku:"a b",7',
            (Group(((Clause("data", "a b", path="cart.Sku"),), (Clause("data", "7", path="cart.Sku"),))),),
        ),
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
            "It knows unread, read, done, starred, snoozed, noted, pending, failed, claimed, handled, incident.",
        ),
        ("card -is:undread", 5, "`is:` does not know `undread`.", "Did you mean is:unread?"),
        ("card has:wings", 5, "`has:` does not know `wings`.", "It knows link."),
        ("evnt:otp", 0, "There is no `evnt:`.", 'Did you mean event:? Put "…" around it to find the text.'),
        (
            "see https://acme.example",
            4,
            "There is no `https:`.",
            "Known are is:, event:, user:, since:, before:, has:, data.FIELD:, by:, claimed:, note:, incident:."
            ' Put "…" around it to find the text.',
        ),
        ('card "declined', 5, "The quotation mark is not closed.", 'Write a second " after the phrase.'),
        ('event:"a', 0, "The quotation mark is not closed.", 'Write a second " after the phrase.'),
        ("card event:", 5, "A word is missing after `event:`.", "For example event:otp_*."),
        ("user: 42", 0, "A word is missing after `user:`.", "For example user:42."),
        ('since:""', 0, "A word is missing after `since:`.", "For example since:2d."),
        ("-", 0, "A word is missing: `-`.", "Write what to find."),
        ("card or", 5, "A word is missing behind `or`.", 'Write `a or b`, or "or" to find the word.'),
        ("OR card", 0, "A word is missing before `OR`.", 'Write `a or b`, or "or" to find the word.'),
        ("a (or)", 3, "A word is missing before `or`.", 'Write `a or b`, or "or" to find the word.'),
        (
            "and card",
            0,
            "A word is missing before `and`.",
            'Words next to each other must all match; write "and" to find the word.',
        ),
        (
            "card (refund",
            5,
            "The parenthesis is not closed.",
            'Write a ) after the last word, or "…" around the text to find.',
        ),
        ("card) b", 4, "The parenthesis closes nothing.", 'Put ( before it, or "…" around the text to find.'),
        ("card ()", 5, "There is nothing between the parentheses.", "For example (card or refund)."),
        ("event:a,", 0, "A word is missing in the list after `event:`.", "For example event:otp_*,refund."),
        ("is:read,undread", 0, "`is:` does not know `undread`.", "Did you mean is:unread?"),
        ("data.order:", 0, "A word is missing after `data.order:`.", "For example data.order:A-77."),
        ("data..order:7", 0, "A name is missing in `data..order:`.", "For example data.order:A-77."),
        (
            "data:A-77",
            0,
            "There is no `data:`.",
            'Name a field of the payload, such as data.order:A-77. Put "…" around it to find the text.',
        ),
        (
            "(" * 21 + "a",
            DEEPEST,
            "The query has too many open parentheses.",
            "Write at most 20 of them.",
        ),
        ("a " * 101, 2 * MOST_CLAUSES, "The query has too many words.", "Write at most 100 of them."),
        ('card ""', 5, 'A word is missing: `""`.', "Write what to find."),
        (
            "is:unread since:soon",
            10,
            "`soon` is not a valid time.",
            "Write now, a span such as 2d or 90m, a day or time such as tue 14:02, or a date such as 2026-11-01.",
        ),
        (
            "-before:0001-13-01",
            0,
            "`0001-13-01` is not a valid time.",
            "Write now, a span such as 2d or 90m, a day or time such as tue 14:02, or a date such as 2026-11-01.",
        ),
    ],
)
def test_a_query_that_is_not_understood(text: str, position: int, sentence: str, remedy: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse(text)
    assert (caught.value.position, caught.value.sentence, caught.value.remedy) == (position, sentence, remedy)


QUOTED = st.sampled_from(["card", "a b", "or", "(", "x,y", "-z", "is:read", "ü", "and"])
PLAIN = st.sampled_from(["card", "f(x)", "1,521", "ü", "a-b"])


def written(term: Term) -> str:
    """A term as somebody would type it."""
    if isinstance(term, Group):
        inner = " or ".join(" ".join(map(written, alternative)) for alternative in term.alternatives)
        return f"{'-' * term.is_negated}({inner})"
    field = {"text": "", "data": f"data.{term.path}:"}.get(term.field, f"{term.field}:")
    value = term.value if term.value in ("card", "f(x)", "1,521", "ü", "a-b", "2d") else f'"{term.value}"'
    return f"{'-' * term.is_negated}{field}{value}"


CLAUSES = st.one_of(
    st.builds(Clause, st.just("text"), st.one_of(QUOTED, PLAIN), is_negated=st.booleans()),
    st.builds(Clause, st.sampled_from(["event", "user"]), QUOTED, is_negated=st.booleans()),
    st.builds(Clause, st.just("data"), QUOTED, is_negated=st.booleans(), path=st.sampled_from(["a", "a.b", "ü"])),
    st.builds(Clause, st.just("is"), st.sampled_from(tuple(FLAGS["is"])), is_negated=st.booleans()),
    st.builds(Clause, st.just("since"), st.just("2d"), st.just(NOW - 2 * DAY), is_negated=st.booleans()),
)


def grouped(inner: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    several = st.lists(st.lists(inner, min_size=1, max_size=3).map(tuple), min_size=2, max_size=3).map(tuple)
    together = st.tuples(st.lists(inner, min_size=2, max_size=3).map(tuple))
    return st.one_of(
        st.builds(Group, several, is_negated=st.booleans()), st.builds(Group, together, is_negated=st.just(True))
    )


@pytest.mark.slow
@given(st.lists(st.recursive(CLAUSES, grouped, max_leaves=8), max_size=4))
def test_what_is_written_out_is_read_back_as_the_same(terms: list[Term]) -> None:
    assert parse(" ".join(map(written, terms))) == tuple(terms)


@pytest.mark.parametrize("example", COMBINED)
def test_every_example_is_understood(example: str) -> None:
    assert parse(example)


words = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            *(f"{field}:" for field in FIELDS),
            *FLAGS["is"],
            *("data.a:", "data.", " or ", " and ", "(", ")", "((((((((", ",", '"', "-", ":", " "),
            *("2d", "0001-01-01", "9999"),
        ]
    ),
)


@given(st.lists(words, max_size=8).map("".join))
def test_any_text_gives_clauses_or_says_where_it_is_wrong(text: str) -> None:
    try:
        clauses = parse_query(text, NOW)
    except BadQuery as problem:
        said = problem
    else:
        assert all(clause.value.strip() for clause in clauses_of(clauses))
        assert bool(clauses) == bool(text.strip())
        return
    assert 0 <= said.position < len(text)
    assert said.sentence
    assert said.remedy
