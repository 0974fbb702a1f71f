"""Finding values in rows whose shape is only half known, and reading them as what they should be; pure.

A key may be plain, starred (`table*column`, as NobeJS aliases it), or one level down (neptune-api.md, Answers).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from neptune_inbox.model import Instant, JsonObject, JsonValue

T = TypeVar("T")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""
_SECONDS_FROM: Final = 100_000_000
"""A smaller number (1973 as seconds) is a count or a flag, no moment."""
_MILLISECONDS_FROM: Final = 100_000_000_000
"""A number from here on counts milliseconds: as seconds it would lie beyond the year 5100."""
_LONGEST_ID: Final = 512
_LONGEST_WHOLE: Final = 15
_TRUE: Final = frozenset({"true", "1", "yes"})
_FALSE: Final = frozenset({"false", "0", "no"})

Level = Mapping[str, JsonValue]


class Fields:
    """One row as a list of levels: its plain keys, its starred ones, then both of each nested object."""

    def __init__(self, row: Level, nested: Sequence[str] = ()) -> None:
        self._levels = list(_levels(row))
        for name in nested:
            inner = next((level[name] for level in self._levels[:2] if isinstance(level.get(name), dict)), None)
            if isinstance(inner, dict):
                self._levels += _levels(inner)

    def first(self, names: Sequence[str], read: Callable[[JsonValue], T | None]) -> T | None:
        """The first value under one of `names` that `read` can read; a near level comes before a far one."""
        for level in self._levels:
            for name in names:
                if name in level and (value := read(level[name])) is not None:
                    return value
        return None

    def text(self, *names: str) -> str:
        return self.first(names, to_text) or ""


def to_text(value: JsonValue) -> str | None:
    """Text that is not blank, without blanks around it; numbers count as text."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def to_id(value: JsonValue, limit: int = _LONGEST_ID) -> str | None:
    """An id, exactly as it came; None for what cannot be shown, stored and sent back safely."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        return None
    return value if value.isprintable() and len(value) <= limit else None


def to_worded_id(value: JsonValue) -> str | None:
    """An id that is no mere number."""
    found = to_id(value)
    return None if found is None or found.isdecimal() else found


def to_whole(value: JsonValue) -> int | None:
    """A whole number from 0 to 10^15, also where it came as text."""
    if isinstance(value, str):
        value = value.strip()
        is_whole = value.isascii() and value.isdecimal() and len(value) <= _LONGEST_WHOLE
        return int(value) if is_whole else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= 10**_LONGEST_WHOLE and value == int(value) else None


def to_flag(value: JsonValue) -> bool | None:
    """True or false, also as 1, 0, "true", "no"."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, int | str) else ""
    if word in _TRUE:
        return True
    return False if word in _FALSE else None


def to_instant(value: JsonValue) -> Instant | None:
    """A moment: ISO 8601 (UTC where no zone is named), unix seconds or milliseconds; None for zero dates."""
    if isinstance(value, str):
        value = value.strip()
        if not value.isascii() or len(value) > 40:
            return None
        if not value.replace(".", "", 1).isdecimal():
            return _iso(value)
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not _SECONDS_FROM <= value <= _LAST:
        return None
    return int(value) if value >= _MILLISECONDS_FROM else round(value * 1000)


def to_object(value: object) -> JsonObject | None:
    """An object, also where it came as JSON text."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def to_payload(value: JsonValue) -> JsonValue:
    """A payload as it is, or what its JSON text says; None where it is empty."""
    return to_object(value) or value or None


def _iso(text: str) -> Instant | None:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        instant = (moment - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
    return instant if 0 < instant <= _LAST else None


def _levels(row: Level) -> Iterable[Level]:
    starred: dict[str, JsonValue] = {}
    keys = [key for key in row if "*" in key]
    # The tables of the notification itself say more about it than the tables joined to it.
    for key in sorted(keys, key=lambda key: not key.startswith("notification")):
        starred.setdefault(key.rpartition("*")[2], row[key])
    return row, starred
