"""Moments and durations as people write them in seed files and to the clock: `-2h`, `10m`, `2026-11-04T12:00:00Z`."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Instant

PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w)")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
LONGEST = 100 * 366 * SECONDS["d"]
"""Seconds: a century is as far as anybody's clock is moved."""
LAST = 253_402_300_799_999
"""The last millisecond of the year 9999."""


def parse_duration(value: str | float) -> float:
    """Seconds, from a number of them or from text such as `90s`, `1h30m` or `-2d`; raises UsageProblem."""
    if isinstance(value, bool):
        raise UsageProblem(f"`{value}` is not a duration.", "Write it like 90s, 10m, 2h or 3d.")
    if isinstance(value, int | float):
        seconds = float(value)
    else:
        text = value.strip()
        sign = -1 if text.startswith("-") else 1
        text = text.lstrip("+-")
        parts = PART.findall(text)
        if not parts or "".join(number + unit for number, unit in parts) != text:
            raise UsageProblem(f"`{value}` is not a duration.", "Write it like 90s, 10m, 2h or 3d.")
        seconds = sign * sum(float(number) * SECONDS[unit] for number, unit in parts)
    if not abs(seconds) <= LONGEST:
        raise UsageProblem(f"`{value}` is longer than a century.", "Write a shorter duration.")
    return seconds


def parse_moment(value: str | float, now: Instant) -> Instant:
    """Milliseconds, from ISO 8601, from a duration relative to now, or from unix seconds; raises UsageProblem."""
    if isinstance(value, bool):
        raise UsageProblem(f"`{value}` is not a valid time.", "Write -2h, or 2026-11-04T12:00:00Z.")
    if isinstance(value, int | float):
        at = round(value * 1000) if abs(value) <= LAST else 0
    else:
        try:
            moment = datetime.fromisoformat(value)
            at = round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
        except (ValueError, OverflowError):
            try:
                at = now + round(parse_duration(value) * 1000)
            except UsageProblem:
                raise UsageProblem(f"`{value}` is not a valid time.", "Write -2h, or 2026-11-04T12:00:00Z.") from None
    if not 0 < at <= LAST:
        raise UsageProblem(f"`{value}` is not a valid time.", "Write a time between 1970 and 9999.")
    return at


def check_clock(at: Instant) -> None:
    """Raises UsageProblem for a moment to which no clock is moved: times relative to it must be valid as well."""
    if not 0 < at <= LAST - LONGEST * 1000:
        raise UsageProblem("The clock cannot be moved that far.", "Keep it between 1970 and 9899.")


def check_span(first: Instant, last: Instant) -> None:
    """Raises UsageProblem where one of two computed moments is out of range."""
    if not (0 < first <= LAST and 0 < last <= LAST):
        raise UsageProblem(
            "The times go beyond the years from 1970 to 9999.", "Repeat less often, or in shorter steps."
        )
