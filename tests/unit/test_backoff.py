from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.api.backoff import next_delay, parse_http_date, parse_retry_after

NOW = 784_111_777_000  # Sun, 06 Nov 1994 08:49:37 GMT


@given(st.integers(-5, 10**9), st.integers())
def test_a_delay_lies_between_nothing_and_the_cap(attempt: int, seed: int) -> None:
    assert 0 <= next_delay(attempt, retry_after=None, rng=Random(seed)) <= 300


def test_delays_grow_until_the_cap() -> None:
    def longest(attempt: int) -> float:
        return max(next_delay(attempt, retry_after=None, rng=Random(seed), cap=60) for seed in range(300))

    assert longest(0) <= 1 < longest(2) <= 4 < longest(5) <= 32 < longest(9) <= 60


def test_delays_differ_so_that_agents_do_not_come_back_together() -> None:
    assert len({next_delay(4, retry_after=None, rng=Random(seed)) for seed in range(50)}) == 50


@pytest.mark.parametrize(("asked", "waited"), [(7.0, 7.0), (0.0, 0.0), (-3.0, 0.0), (900.0, 900.0), (1e9, 3600.0)])
def test_what_the_server_asks_for_wins_up_to_an_hour(asked: float, waited: float) -> None:
    assert next_delay(1, retry_after=asked, rng=Random(1), cap=5) == waited


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        (" 1.5 ", 1.5),
        ("999999", 3600.0),
        ("Sun, 06 Nov 1994 08:50:07 GMT", 30.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ("Sun, 06 Nov 2094 08:00:00 GMT", 3600.0),
        ("Sunday, 06-Nov-94 08:50:07 GMT", 30.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float) -> None:
    assert parse_retry_after(header, NOW) == seconds


@pytest.mark.parametrize("header", ["", "soon", "-5", "nan", "inf", "1e9", "٣", "Foo, 99 Bar 1994 99:99:99 GMT"])
def test_a_retry_after_that_says_nothing_is_none(header: str) -> None:
    assert parse_retry_after(header, NOW) is None


@given(st.text(max_size=60))
def test_no_date_header_breaks_the_client(text: str) -> None:
    moment = parse_http_date(text)
    assert moment is None or isinstance(moment, int)
