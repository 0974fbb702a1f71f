"""Times, counts and freshness in few words of steady width: pure, and light enough for the first paint."""

from __future__ import annotations

from time import gmtime, localtime, strftime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neptune_inbox.model import Instant

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
YEAR = 365 * DAY
AGE_WIDTH = 3
FRESH_FOR = 2 * MINUTE
"""What was fetched within this time is called fresh."""


def span(milliseconds: int) -> str:
    """A length of time in its largest unit: `4s`, `25m`, `3h`, `5d`, `8w`, `2y`."""
    for unit, letter in ((YEAR, "y"), (WEEK, "w"), (DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if milliseconds >= unit:
            return f"{min(milliseconds // unit, 99)}{letter}"
    return f"{max(milliseconds, 0) // SECOND}s"


def age(instant: Instant | None, now: Instant) -> str:
    """How long ago, in exactly 3 cells: `now`, ` 2m`, ` 5d`; `  –` where it is not known."""
    if instant is None:
        return "  –"
    return f"{span(now - instant):>3}" if now - instant >= MINUTE else "now"


TIME_WIDTHS = {"age": AGE_WIDTH, "clock": 12, "iso": 20}
"""Cells of a time in each format."""


def told_time(instant: Instant | None, now: Instant, time_format: str) -> str:
    """A time in the user's format, at its steady width: ` 2m`, ` 2 Nov 14:02`, `2026-11-23T14:02:00Z`."""
    if time_format == "age":
        return age(instant, now)
    if instant is None:
        return "–".rjust(TIME_WIDTHS[time_format])
    if time_format == "iso":
        return strftime("%Y-%m-%dT%H:%M:%SZ", gmtime(instant / SECOND))
    return moment(instant, now).rjust(TIME_WIDTHS["clock"])


def seconds_left(due_at: Instant, now: Instant) -> int:
    """Whole seconds until then, rounded up, never below 0."""
    return max(0, -((now - due_at) // SECOND))


def clock(instant: Instant) -> str:
    """The local time of day, `14:02`."""
    return strftime("%H:%M", localtime(instant / SECOND))


def moment(instant: Instant, now: Instant) -> str:
    """A local time as short as the day allows: `14:02`, `2 Nov 14:02`, `2 Nov 2024`."""
    then, today = localtime(instant / SECOND), localtime(now / SECOND)
    if then[:3] == today[:3]:
        return strftime("%H:%M", then)
    return f"{then.tm_mday} {strftime('%b %H:%M' if then.tm_year == today.tm_year else '%b %Y', then)}"


def count(number: int | None, *, is_at_least: bool = False) -> str:
    """`1,243`, `200+` where there may be more, `–` where it was never told."""
    return "–" if number is None else f"{number:,}{'+' if is_at_least else ''}"


def freshness(fetched_at: Instant | None, problem: str, now: Instant) -> str:
    """How old what is shown is: `fresh`, `9 m old`, `stale 9 m: 429`, `not fetched yet`.

    Seconds are not told: they would be wrong before the next repaint, or repaint an idle screen.
    """
    if fetched_at is None:
        return f"nothing fetched: {problem}" if problem else "not fetched yet"
    old = max(0, now - fetched_at)
    digits = span(old)
    words = f"{digits[:-1]} {digits[-1]}"
    if problem:
        return f"stale {words}: {problem}"
    return "fresh" if old < FRESH_FOR else f"{words} old"
