"""Times, counts and freshness in few words of steady width: pure, and light enough for the first paint."""

from __future__ import annotations

from time import gmtime, localtime, strftime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from neptune_inbox.model import Instant

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
YEAR = 365 * DAY
AGE_WIDTH = 3
LAST_MOMENT = 253_370_764_799_999
"""As in `doors`: anything later is in the year 9999, which has no date in some time zone."""
UNITS = ((YEAR, "y", "year"), (WEEK, "w", "week"), (DAY, "d", "day"), (HOUR, "h", "hour"), (MINUTE, "m", "minute"))
BY_DAYS = UNITS[2:]
"""Without those in which nobody counts what has waited for an answer."""
FRESH_FOR = 2 * MINUTE
"""What was fetched within this time is called fresh."""


def span(milliseconds: int) -> str:
    """A length of time in its largest unit: `4s`, `25m`, `3h`, `5d`, `8w`, `2y`."""
    for unit, letter, _ in UNITS:
        if milliseconds >= unit:
            return f"{min(milliseconds // unit, 99)}{letter}"
    return f"{max(milliseconds, 0) // SECOND}s"


def long_span(milliseconds: int) -> str:
    """A length of time in days at most, spelled out: `40 days`, `1 hour`, `under a minute`."""
    for unit, _, word in BY_DAYS:
        if milliseconds >= unit:
            number = milliseconds // unit
            return f"{number:,} {word}{'' if number == 1 else 's'}"
    return "under a minute"


def short_span(milliseconds: int) -> str:
    """A length of time in a few cells: `12 s`, `4 min`, `3 h`, `40 d`."""
    for unit, word in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if milliseconds >= unit:
            return f"{milliseconds // unit:,} {word}"
    return f"{max(milliseconds, 0) // SECOND} s"


def ago(instant: Instant, now: Instant) -> str:
    """`just now`, `1 minute ago`, `3 hours ago`."""
    return f"{long_span(now - instant)} ago" if now - instant >= MINUTE else "just now"


def table_age(instant: Instant | None, now: Instant) -> str:
    """`12s`, `5m`, `3h`, `40d`; `in 3d` where it lies ahead, `year 9999`; empty where the time is not known."""
    if instant is None:
        return ""
    if instant > LAST_MOMENT:
        return "year 9999"
    passed = now - instant
    for unit, letter, _ in BY_DAYS:
        if abs(passed) >= unit:
            return f"{'in ' if passed < 0 else ''}{abs(passed) // unit}{letter}"
    return f"{max(0, passed) // SECOND}s"


def age(instant: Instant | None, now: Instant) -> str:
    """How long ago, in exactly 3 cells: `now`, ` 2m`, ` 5d`; `+2d` where it lies ahead, `  –` where not known."""
    if instant is None:
        return "  –"
    if instant - now >= MINUTE:
        return _ahead(instant - now)
    return f"{span(now - instant):>3}" if now - instant >= MINUTE else "now"


def _ahead(milliseconds: int) -> str:
    """How long until then, in one digit and the unit that it fits in, rounded up: `+4m`, `+2d`, `>9y`."""
    for unit, letter, _ in reversed(UNITS):
        if milliseconds <= 9 * unit:
            return f"+{-(-milliseconds // unit)}{letter}"
    return ">9y"


TIME_WIDTHS = {"age": AGE_WIDTH, "clock": 12, "iso": 20}
"""Cells of a time in each format."""


def listed_time(instant: Instant | None, now: Instant, time_format: str) -> str:
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
    if instant > LAST_MOMENT:
        return f"year {gmtime(instant / SECOND).tm_year}"
    if then[:3] == today[:3]:
        return strftime("%H:%M", then)
    return f"{then.tm_mday} {strftime('%b %H:%M' if then.tm_year == today.tm_year else '%b %Y', then)}"


def date_text(instant: Instant, form: str) -> str:
    """The local time in a `strftime` form; `year 9999` for what lies beyond every calendar here."""
    return strftime(form, localtime(instant / SECOND)) if 0 <= instant <= LAST_MOMENT else f"year {_year(instant)}"


def local(instant: Instant | None) -> str:
    """The local date and time, `Wed 04 Nov 2026, 12:00:00`, or `never`."""
    return date_text(instant, "%a %d %b %Y, %H:%M:%S") if instant is not None else "never"


def return_time(instant: Instant, now: Instant, day: str = "%a %d %b") -> str:
    """When something comes back, in local time; with its year where that is another than now."""
    return date_text(instant, f"{day}, %H:%M" if _year(instant) == _year(now) else f"{day} %Y, %H:%M")


def _year(instant: Instant) -> int:
    """The year in UTC, also where no time zone can show it."""
    return 9999 if instant > LAST_MOMENT else gmtime(max(instant, 0) / SECOND).tm_year


def count(number: int | None, *, is_at_least: bool = False, is_told: bool = False) -> str:
    """`1,243`, `200+` where there may be more, `~4` where somebody else counted, `–` where it is not known."""
    return "–" if number is None else f"{'~' if is_told else ''}{number:,}{'+' if is_at_least else ''}"


def freshness(fetched_at: Instant | None, problem: str, now: Instant) -> str:
    """How old what is shown is: `fresh`, `9 m old`, `stale 9 m: 429`, `not fetched yet`.

    Seconds are not shown: they would be wrong before the next repaint, or would repaint an idle screen.
    """
    if fetched_at is None:
        return f"nothing fetched: {problem}" if problem else "not fetched yet"
    old = max(0, now - fetched_at)
    digits = span(old)
    words = f"{digits[:-1]} {digits[-1]}"
    if problem:
        return f"stale {words}: {problem}"
    return "fresh" if old < FRESH_FOR else f"{words} old"
