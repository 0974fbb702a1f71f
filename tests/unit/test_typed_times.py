"""Times as people write them, also across the nights when the clocks change."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.errors import UsageProblem
from neptune_inbox.sync.inbox.times import from_instant, parse_future, parse_past, to_instant

BERLIN = ZoneInfo("Europe/Berlin")
NOW = to_instant(datetime(2026, 11, 4, 12, 30, 15, tzinfo=BERLIN))
"""A Wednesday at half past twelve, ten days after summer time ended."""


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return to_instant(datetime(year, month, day, hour, minute, tzinfo=BERLIN))


@pytest.fixture
def berlin_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own zone is Berlin's, as it is where nobody names one."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


PAST = [
    ("now", NOW),
    ("30s", NOW - 30_000),
    ("90m", NOW - 90 * 60_000),
    ("3h", NOW - 3 * 3_600_000),
    ("2d", NOW - 2 * 86_400_000),
    ("1w", NOW - 7 * 86_400_000),
    (" 2 D ", NOW - 2 * 86_400_000),
    ("today", at(2026, 11, 4)),
    ("Yesterday", at(2026, 11, 3)),
    ("2026-11-01", at(2026, 11, 1)),
    ("2026-11-01 14:30", at(2026, 11, 1, 14, 30)),
    ("2026-11-01t14:30", at(2026, 11, 1, 14, 30)),
    ("2026-11-01T14:30:00Z", at(2026, 11, 1, 15, 30)),
    ("2026-11-01T14:30+05:30", at(2026, 11, 1, 10)),
    ("tue 14:02", at(2026, 11, 3, 14, 2)),
    ("Tuesday  14:02", at(2026, 11, 3, 14, 2)),
    ("wed", at(2026, 11, 4)),
    ("wed 23:59", at(2026, 10, 28, 23, 59)),
    ("thu", at(2026, 10, 29)),
    ("sun 2:30", at(2026, 11, 1, 2, 30)),
    ("0:01", at(2026, 11, 4, 0, 1)),
    ("23:59", at(2026, 11, 3, 23, 59)),
    ("yesterday 14:02", at(2026, 11, 3, 14, 2)),
    ("2026-07-01", at(2026, 7, 1)),  # summer time then, winter time now
]


@pytest.mark.parametrize(("text", "expected"), PAST)
def test_a_time_in_the_past(text: str, expected: int) -> None:
    assert parse_past(text, NOW, BERLIN) == expected


@pytest.mark.usefixtures("berlin_machine")
@pytest.mark.parametrize(("text", "expected"), PAST)
def test_a_time_in_the_past_where_nobody_names_a_zone(text: str, expected: int) -> None:
    assert parse_past(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2 years",
        "2026-13-01",
        "12345d",
        "d",
        "-2d",
        "tue 25:00",
        "tue soon",
        "25:00",
        "2.5h",
        "0001-01-01x",
    ],
)
def test_what_is_no_time_in_the_past(text: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        parse_past(text, NOW, BERLIN)
    assert caught.value.sentence == f"`{text}` is not a valid time."
    assert (
        caught.value.remedy
        == "Write now, a span such as 2d or 90m, a day or time such as tue 14:02, or a date such as 2026-11-01."
    )


FUTURE = [
    ("30m", NOW + 30 * 60_000),
    ("2h", NOW + 2 * 3_600_000),
    ("14:30", at(2026, 11, 4, 14, 30)),
    ("12:30", at(2026, 11, 5, 12, 30)),  # fifteen seconds ago: the next one is meant
    ("9:00", at(2026, 11, 5, 9)),
    ("09:00", at(2026, 11, 5, 9)),
    ("tomorrow", at(2026, 11, 5, 9)),
    ("Tomorrow  14:05", at(2026, 11, 5, 14, 5)),
    ("tonight", at(2026, 11, 4, 20)),
    ("today 18:00", at(2026, 11, 4, 18)),
    ("thu", at(2026, 11, 5, 9)),
    ("tues", at(2026, 11, 10, 9)),
    ("wed", at(2026, 11, 11, 9)),  # today is Wednesday: the next one is meant
    ("monday 8:15", at(2026, 11, 9, 8, 15)),
    ("2026-12-24", at(2026, 12, 24, 9)),
    ("2026-12-24 18:00", at(2026, 12, 24, 18)),
    ("2026-12-24T18:00", at(2026, 12, 24, 18)),
    ("2026-12-24T18:00+00:00", at(2026, 12, 24, 19)),
    ("2027-07-01 10:00", at(2027, 7, 1, 10)),
]


@pytest.mark.parametrize(("text", "expected"), FUTURE)
def test_a_time_to_come_back(text: str, expected: int) -> None:
    assert parse_future(text, NOW, BERLIN) == expected


@pytest.mark.usefixtures("berlin_machine")
@pytest.mark.parametrize(("text", "expected"), FUTURE)
def test_a_time_to_come_back_where_nobody_names_a_zone(text: str, expected: int) -> None:
    assert parse_future(text, NOW) == expected


@pytest.mark.parametrize("text", ["today", "today 9:00", "2026-11-01", "2026-11-04 12:30", "0s"])
def test_a_time_that_has_passed_is_refused(text: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        parse_future(text, NOW, BERLIN)
    assert caught.value.sentence == f"`{text}` has passed."
    assert caught.value.remedy == "Choose a time in the future."


@pytest.mark.parametrize(
    "text",
    ["", "monkey", "mo", "25:00", "14:60", "tomorrow noon", "14:30 9:00", "next year", "2026-02-30", "mon tue"],
)
def test_what_is_no_time_to_come_back(text: str) -> None:
    with pytest.raises(UsageProblem, match="is not a valid time"):
        parse_future(text, NOW, BERLIN)


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        (at(2026, 3, 28, 20), at(2026, 3, 29, 9)),  # the night loses an hour
        (at(2026, 10, 24, 20), at(2026, 10, 25, 9)),  # the night gains an hour
    ],
)
def test_nine_in_the_morning_stays_nine_when_the_clocks_change(evening: int, morning: int) -> None:
    assert parse_future("tomorrow", evening, BERLIN) == morning
    assert from_instant(parse_future("9:00", evening, BERLIN), BERLIN).hour == 9


@pytest.mark.usefixtures("berlin_machine")
def test_nine_in_the_morning_stays_nine_where_nobody_names_a_zone() -> None:
    assert parse_future("tomorrow", at(2026, 10, 24, 20)) == at(2026, 10, 25, 9)
    assert parse_past("yesterday", at(2026, 10, 26, 0, 30)) == at(2026, 10, 25)


def test_a_time_that_the_clocks_leap_over_comes_back_right_after_it() -> None:
    leapt = parse_future("2026-03-29 2:30", at(2026, 3, 28, 20), BERLIN)
    assert from_instant(leapt, BERLIN).isoformat() == "2026-03-29T03:30:00+02:00"


def test_a_moment_and_its_instant_are_the_same() -> None:
    assert from_instant(NOW, BERLIN).isoformat() == "2026-11-04T12:30:15+01:00"
    assert from_instant(NOW, UTC).hour == 11


@given(
    text=st.one_of(
        st.text(max_size=20),
        st.from_regex(r"\A\d{1,4}[smhdw]\Z"),
        st.datetimes().map(lambda moment: moment.isoformat()),
        st.datetimes(timezones=st.just(timezone(timedelta(hours=14)))).map(lambda moment: moment.isoformat()),
        st.dates().map(lambda date: date.isoformat()),
    ),
    now=st.integers(0, 4_000_000_000_000),
    zone=st.sampled_from([BERLIN, UTC, None]),
)
def test_any_text_is_a_time_or_a_usage_problem(text: str, now: int, zone: ZoneInfo | None) -> None:
    for parse in (parse_past, parse_future):
        try:
            instant = parse(text, now, zone)
        except UsageProblem:
            continue
        assert parse is parse_past or instant > now
