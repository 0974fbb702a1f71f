"""Moments in the shapes in which servers write them, read as whole milliseconds; pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from neptune_inbox.model import Instant, JsonValue

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""
_SECONDS_FROM: Final = 100_000_000
"""A smaller number (1973 as seconds) is a count or a flag, not a moment."""
_MILLISECONDS_FROM: Final = 100_000_000_000
"""A number from here on counts milliseconds: as seconds it would lie beyond the year 5100."""
_MICROSECONDS_FROM: Final = 1_000_000_000_000_000
_NANOSECONDS_FROM: Final = 1_000_000_000_000_000_000
"""The same for microseconds and nanoseconds since 2001."""
_LONGEST: Final = 48
_NUMBER = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,12})?")
_DOTNET = re.compile(r"/Date\((\d{1,15})(?:[+-]\d{4})?\)/")
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})(?=$|[T ])")
_ZONE = re.compile(r"\s*(?:(UTC|GMT)|([+-]\d{2}):?(\d{2}))$", re.IGNORECASE)
_NEVER = re.compile(
    r"[0\s:.TZ+-]*|-\d.*|0{3,}\d[-/.].*|/Date\((?:-\d*|0*)\)/|null|none|nil|never|n/a|undefined|false", re.I
)
"""What is not a moment: nothing, a word for it, and a date before the year 10, as PHP and .NET write zero dates."""
_NEVER_BEFORE: Final = 365 * 86_400_000
"""Milliseconds: a moment before 1971 is a zero date of some system (1970 with any zone, 1899, 1900), as Neptune is
younger."""
_EXTENDED: Final = ("$date", "$numberLong", "date", "iso", "seconds", "_seconds", "value")
"""How MongoDB, Firestore and others wrap a moment into an object."""


def to_instant(value: JsonValue) -> Instant | None:
    """A moment: ISO 8601 (UTC where no zone is named), RFC 2822, a date with the year first, or a unix time in
    seconds down to nanoseconds; also wrapped in an object. None for zero dates and for what cannot be read."""
    value = _unwrapped(value)
    if isinstance(value, str):
        return _of_text(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _of_number(value)


def is_never(value: JsonValue) -> bool:
    """Whether this says that something has not happened: nothing, a zero date, `false`, `never`."""
    value = _unwrapped(value)
    if isinstance(value, str):
        text = value.strip()
        if _NEVER.fullmatch(text):
            return True
        moment = _moment(text)
        return moment is not None and moment < _NEVER_BEFORE
    return not value or (isinstance(value, int | float) and value < 0)


def _unwrapped(value: JsonValue) -> JsonValue:
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = next((value[name] for name in _EXTENDED if name in value), value)
    return value


def _of_number(value: float) -> Instant | None:
    if not _SECONDS_FROM <= value < 10_000 * _LAST * 100:
        return None
    if value >= _NANOSECONDS_FROM:
        instant = int(value) // 1_000_000
    elif value >= _MICROSECONDS_FROM:
        instant = int(value) // 1_000
    elif value >= _MILLISECONDS_FROM:
        instant = int(value)
    else:
        instant = round(value * 1000)
    return instant if instant <= _LAST else None


def _of_text(text: str) -> Instant | None:
    if not text.isascii() or len(text) > _LONGEST:
        return None
    if _NUMBER.fullmatch(text):
        return _of_number(float(text) if "." in text else int(text))
    if found := _DOTNET.fullmatch(text):
        return _of_number(int(found[1]))
    moment = _moment(text)
    return moment if moment is not None and 0 < moment <= _LAST else None


def _dashed(found: re.Match[str]) -> str:
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}"


def _moment(text: str) -> int | None:
    """The milliseconds since 1970 of a date, also of one before it; None for what is not a date."""
    if not text.isascii() or len(text) > _LONGEST:
        return None
    text = _YEAR_FIRST.sub(_dashed, text, count=1)
    moment: datetime | None = None
    try:
        zone = _ZONE.search(text) if len(text) > 10 else None
        plain = text if zone is None else text[: zone.start()] + ("Z" if zone[1] else f"{zone[2]}:{zone[3]}")
        moment = datetime.fromisoformat(plain)
    except ValueError:
        moment = _rfc_2822(text)
    if moment is None:
        return None
    try:
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // timedelta(milliseconds=1)
    except OverflowError:
        return None


def _rfc_2822(text: str) -> datetime | None:
    if not any(sign.isalpha() for sign in text):
        return None
    # Rarely needed, and slow to import.
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
