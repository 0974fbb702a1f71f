"""Times as people write them: `2d` ago, `30m` from now, `tomorrow 9:00`, `mon`, `2026-11-01`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from neptune_inbox.doors import LAST_MOMENT, is_moment, span_seconds
from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Instant
from neptune_inbox.text import clean_line

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MORNING = (9, 0)
"""When a day given without a time begins for a snooze."""

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


def to_instant(moment: datetime) -> Instant:
    """The instant of a moment; one without a zone is local time."""
    return round(moment.timestamp() * 1000)


def from_instant(instant: Instant, zone: tzinfo | None = None) -> datetime:
    """The local time of an instant (or the time in `zone`); the nearest that can be shown, where it lies outside."""
    return datetime.fromtimestamp(max(0, min(instant, LAST_MOMENT)) / 1000, tz=zone).astimezone(zone)


def parse_past(text: str, now: Instant, zone: tzinfo | None = None) -> Instant:
    """Read a span back from now (`2d`, `90m`), a day or a time that was last (`tue 14:02`, `14:02`), `now`, a date.

    A day without a time is its beginning. Raises UsageProblem.
    """
    word = text.strip().lower()
    if (span := 0 if word == "now" else _span(word)) is not None:
        return _shown(now - span, text)
    try:
        instant = _last_moment(" ".join(word.split()), now, zone)
        if instant is None:
            moment = datetime.fromisoformat(word.upper())
            instant = to_instant(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    except (ValueError, OverflowError, OSError):
        raise _not_a_time(
            text,
            "Write now, a span such as 2d or 90m, a day or time such as tue 14:02, or a date such as 2026-11-01.",
        ) from None
    return _shown(instant, text)


def _not_a_time(text: str, remedy: str) -> UsageProblem:
    return UsageProblem(f"`{clean_line(text, 60)}` is not a valid time.", remedy)


def parse_future(text: str, now: Instant, zone: tzinfo | None = None) -> Instant:
    """Read when something is to come back: `30m`, `2h`, `14:30`, `tomorrow`, `tomorrow 9:00`, `mon`, a date.

    A day without a time means nine in the morning. Raises UsageProblem, also for a time that has passed.
    """
    word = " ".join(text.lower().split())
    span = _span(word)
    try:
        instant = now + span if span is not None else _next_moment(word, now, zone)
    except (ValueError, OverflowError, OSError):
        raise _not_a_time(text, "Write 30m, 2h, 14:30, tomorrow 9:00, mon, or a date.") from None
    if instant <= now:
        raise UsageProblem(f"`{clean_line(text, 60)}` has passed.", "Choose a time in the future.")
    return _shown(instant, text)


def _shown(instant: Instant, text: str) -> Instant:
    """The instant, if every calendar here can show it; raises UsageProblem."""
    if not is_moment(instant):
        raise UsageProblem(
            f"`{clean_line(text, 60)}` is not a time that can be shown.", "Write a year from 1970 to 9998."
        )
    return instant


def _last_moment(word: str, now: Instant, zone: tzinfo | None) -> Instant | None:
    """When a named day or a time of day last was; None for what is neither."""
    first, _, rest = word.partition(" ")
    today, clock = _wall_clock(now, zone), _clock(rest or first)
    weekday = _weekday(first)
    if (rest and clock is None) or (weekday is None and first not in ("today", "yesterday") and (rest or not clock)):
        return None
    hour, minute = clock or (0, 0)
    back = (today.weekday() - weekday) % 7 if weekday is not None else int(first == "yesterday")
    moment = (today - timedelta(days=back)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    if to_instant(moment) > now and first != "today":
        moment -= timedelta(days=1 if weekday is None else 7)
    return to_instant(moment)


def _next_moment(word: str, now: Instant, zone: tzinfo | None) -> Instant:
    today = _wall_clock(now, zone)
    day, clock = _day_and_clock(word, today)
    hour, minute = clock or MORNING
    moment = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if to_instant(moment) <= now and _clock(word):
        moment += timedelta(days=1)
    return to_instant(moment)


def _day_and_clock(word: str, today: datetime) -> tuple[datetime, tuple[int, int] | None]:
    first, _, rest = word.partition(" ")
    clock = _clock(rest or first)
    if rest and clock is None:
        raise ValueError(rest)
    if first in ("today", "tonight"):
        return today, clock or ((20, 0) if first == "tonight" else None)
    if first == "tomorrow":
        return today + timedelta(days=1), clock
    if (weekday := _weekday(first)) is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1), clock
    if not rest and clock:
        return today, clock
    date = datetime.fromisoformat(first.upper())
    if "t" in first and clock is None:
        clock = date.hour, date.minute
    return date if date.tzinfo else date.replace(tzinfo=today.tzinfo), clock


def _wall_clock(now: Instant, zone: tzinfo | None) -> datetime:
    """What the clock on the wall shows: local time stays without a zone, so that summer time is decided day by
    day."""
    return datetime.fromtimestamp(now / 1000, tz=zone)


def _weekday(word: str) -> int | None:
    """Monday is 0; three letters are enough."""
    return next((day for day, name in enumerate(WEEKDAYS) if len(word) >= 3 and name.startswith(word)), None)


def _span(word: str) -> int | None:
    seconds = span_seconds(word)
    return None if seconds is None else seconds * 1000


def _clock(word: str) -> tuple[int, int] | None:
    match = _CLOCK.fullmatch(word)
    return (int(match[1]), int(match[2])) if match else None
