"""Times, counts and freshness in words: short, of steady width, and never flattering."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.presentation.styled import cells
from neptune_inbox.presentation.times import age, clock, count, freshness, moment, seconds_left, span
from tests.tui.face import HOUR, MINUTE, NOW, SECOND

DAY = 24 * HOUR


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class TestTime:
    @pytest.mark.parametrize(
        ("ago", "words"),
        [
            (0, "now"),
            (59 * SECOND, "now"),
            (-59 * SECOND, "now"),
            (-MINUTE, "+1m"),
            (-9 * MINUTE, "+9m"),
            (-10 * MINUTE, "+1h"),
            (-DAY, "+1d"),
            (-40 * DAY, "+6w"),
            (-12 * 365 * DAY, ">9y"),
            (NOW - 253_402_300_799_000, ">9y"),
            (60 * SECOND, " 1m"),
            (59 * MINUTE, "59m"),
            (HOUR, " 1h"),
            (23 * HOUR, "23h"),
            (DAY, " 1d"),
            (6 * DAY, " 6d"),
            (7 * DAY, " 1w"),
            (364 * DAY, "52w"),
            (365 * DAY, " 1y"),
            (365 * 200 * DAY, "99y"),
        ],
    )
    def test_an_age_takes_three_cells(self, ago: int, words: str) -> None:
        assert age(NOW - ago, NOW) == words

    def test_an_age_that_nobody_told_is_a_dash(self) -> None:
        assert age(None, NOW) == "  –"

    @given(st.integers(-(10**15), 10**15))
    def test_no_age_is_wider(self, ago: int) -> None:
        assert cells(age(NOW - ago, NOW)) == 3

    @pytest.mark.parametrize(("left", "seconds"), [(0, 0), (-5, 0), (1, 1), (3000, 3), (2001, 3), (2000, 2)])
    def test_seconds_left_are_rounded_up(self, left: int, seconds: int) -> None:
        assert seconds_left(NOW + left, NOW) == seconds

    def test_a_moment_is_as_short_as_the_day_allows(self) -> None:
        assert clock(NOW) == "12:00"
        assert moment(NOW - HOUR, NOW) == "11:00"
        assert moment(NOW - 2 * DAY, NOW) == "2 Nov 12:00"
        assert moment(NOW - 800 * DAY, NOW) == "26 Aug 2024"

    @pytest.mark.parametrize(
        ("fetched", "problem", "words"),
        [
            (None, "", "not fetched yet"),
            (None, "offline", "nothing fetched: offline"),
            (NOW - 12 * SECOND, "", "fresh"),
            (NOW - 9 * MINUTE, "", "9 m old"),
            (NOW - 9 * MINUTE, "429", "stale 9 m: 429"),
            (NOW + HOUR, "", "fresh"),
        ],
    )
    def test_freshness_never_flatters(self, fetched: int | None, problem: str, words: str) -> None:
        assert freshness(fetched, problem, NOW) == words

    def test_counts(self) -> None:
        assert [count(1_243), count(200, is_at_least=True), count(None)] == ["1,243", "200+", "–"]
        assert span(59_999) == "59s"
