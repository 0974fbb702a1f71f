"""What the search line offers: what fits the word at the cursor, and nothing that could not be understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.presentation.query_completion import Candidate, KnownWords, candidates
from neptune_inbox.sync.inbox.query import parse_query
from tests.builders import NOON

KNOWN = KnownWords(
    events=("otp_sent", "payment_failed", "pay out", 'odd "one"'),
    users=(("u-4711", "Mei Lin"), ("u-0815", "")),
    views=(("stuck", "is:unread since:1h"),),
    fields=("order", "cart.sku"),
    recent=("event:otp_* is:unread", "refund"),
    agents=("omar", "rita"),
)


def offered(line: str, cursor: int | None = None) -> list[str]:
    """The lines that taking each candidate would lead to."""
    cursor = len(line) if cursor is None else cursor
    return [candidate.applied(line)[0] for candidate in candidates(line, cursor, KNOWN)]


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("", ["event:otp_* is:unread", "refund", "is:"]),
        ("ev", ["event:"]),
        ("event:", ["event:otp_sent", "event:payment_failed", 'event:"pay out"', 'event:"odd ?one?"']),
        ("event:fail", ["event:payment_failed"]),
        ("-event:otp_sent,pay", ["-event:otp_sent,payment_failed", '-event:otp_sent,"pay out"']),
        ('event:"pay', ["event:payment_failed", 'event:"pay out"']),
        ("card (is:un", ["card (is:unread"]),
        ("is:unread,", ["is:unread,unread", "is:unread,read"]),
        ("mei", ["user:u-4711"]),
        ("claimed:", ["claimed:me", "claimed:omar", "claimed:rita"]),
        ("by:ri", ["by:rita"]),
        ("user:lin", ["user:u-4711"]),
        ("stu", ["is:unread since:1h"]),
        ("card stu", ["card (is:unread since:1h)"]),
        ("data.", ["data.order:", "data.cart.sku:"]),
        ("data.sk", ["data.cart.sku:"]),
        ("sku", ["data.cart.sku:"]),
        ("since:to", ["since:today"]),
    ],
)
def test_what_fits_comes_first(line: str, first: list[str]) -> None:
    assert offered(line)[: len(first)] == first


@pytest.mark.parametrize("line", ["event:otp_sent", "zzz", '"payment', "card ", "is:unread ", "since:2d"])
def test_nothing_is_offered_where_nothing_fits_or_all_is_typed(line: str) -> None:
    assert offered(line) == []


def test_a_word_in_the_middle_is_completed_where_the_cursor_is() -> None:
    assert offered("event:otp card", 9) == ["event:otp_sent card"]
    assert Candidate("otp_sent", "", 6, 9).applied("event:otp card") == ("event:otp_sent card", 14)


@given(st.text('abeiostuvnrdp:.-"(), ', max_size=16), st.integers(0, 16))
def test_whatever_is_typed_something_or_nothing_is_offered(line: str, cursor: int) -> None:
    for candidate in candidates(line, min(cursor, len(line)), KNOWN):
        taken, at = candidate.applied(line)
        assert candidate.text in taken
        assert 0 <= at <= len(taken)


@pytest.mark.parametrize("line", ["", "event:", "is:", "user:", "stu", "mei", "has:", "before:"])
def test_whatever_is_taken_can_be_understood(line: str) -> None:
    for taken in offered(line):
        assert taken.endswith((":", ".")) or parse_query(taken, NOON)
