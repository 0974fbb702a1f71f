"""Finding values in rows whose shape is only half known, and reading them as what they should be; pure.

A key may be plain, starred (`table*column`, as NobeJS aliases it), or one level down (neptune-api.md, Answers).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from neptune_inbox.doors import ID_LIMIT, is_id
from neptune_inbox.model import JsonObject, JsonValue

T = TypeVar("T")

_LONGEST_WHOLE: Final = 15
_TRUE: Final = frozenset({"true", "1", "yes"})
_FALSE: Final = frozenset({"false", "0", "no"})

UNFOLDED_LEVELS: Final = 5
"""How many levels of JSON text within JSON text are parsed."""

Level = Mapping[str, JsonValue]


class Fields:
    """One row as a list of levels: its plain keys, its starred ones, then both of each nested object."""

    def __init__(self, row: Level, nested: Sequence[str] = (), deeper: Sequence[str] = ()) -> None:
        """`nested` are looked into one level down, also as JSON text, and `deeper` are once more there."""
        self._levels = [dict(level) for level in _levels(row)]
        held = self._open(self._levels[:2], nested)
        self._levels += held
        self._levels += self._open(held, deeper)

    @staticmethod
    def _open(levels: Sequence[dict[str, JsonValue]], names: Sequence[str]) -> list[dict[str, JsonValue]]:
        found: list[dict[str, JsonValue]] = []
        for name in names:
            holder = next((level for level in levels if to_object(level.get(name)) is not None), None)
            inner = to_object(holder[name]) if holder is not None else None
            if holder is not None and inner is not None:
                # As text it would be mistaken for a body.
                holder[name] = inner
                found += [dict(level) for level in _levels(inner)]
        return found

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
    """Non-blank text without surrounding spaces; numbers count as text."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def to_id(value: JsonValue, limit: int = ID_LIMIT) -> str | None:
    """An id, exactly as it came; None for what cannot be shown, stored and sent back safely."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and is_id(value) and len(value) <= limit else None


def to_worded_id(value: JsonValue) -> str | None:
    """An id that is not just a number."""
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


def to_object(value: object) -> JsonObject | None:
    """An object, also where it came as JSON text."""
    if isinstance(value, str) and value.lstrip().startswith(("{", '"')):
        value = unfolded(value)
    return value if isinstance(value, dict) else None


def to_payload(value: JsonValue) -> JsonValue:
    """A payload with what it holds as JSON text unfolded; None where it is empty."""
    return unfolded(value) or None


def unfolded(value: JsonValue, levels: int = UNFOLDED_LEVELS) -> JsonValue:
    """The value with objects and lists in the place of their JSON text, so many levels of text in text deep."""
    if isinstance(value, str):
        inner = _from_text(value)
        return value if inner is None or not levels else unfolded(inner, levels - 1)
    if isinstance(value, list):
        return [unfolded(item, levels) for item in value]
    if isinstance(value, dict):
        return {name: unfolded(item, levels) for name, item in value.items()}
    return value


def _from_text(text: str) -> JsonValue:
    """What a JSON text says where that is an object or a list, or once more the text of one."""
    start = text.lstrip()[:3]
    if not start.startswith(("{", "[", '"{', '"[', '"\\')):
        return None
    try:
        value: JsonValue = json.loads(text, parse_constant=str)
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) or start.startswith('"') else None


def _levels(row: Level) -> Iterable[Level]:
    starred: dict[str, JsonValue] = {}
    keys = [key for key in row if "*" in key and "template" not in key.rpartition("*")[0].lower()]
    for key in sorted(keys, key=_rank):
        if starred.get(name := key.rpartition("*")[2]) in (None, ""):
            starred[name] = row[key]
    return row, starred


def _rank(key: str) -> tuple[int, str]:
    """The delivery, by whose time the list is sorted, speaks first, then the notification, then what is joined."""
    table = key.rpartition("*")[0].lower()
    if "deliver" in table:
        return 0, key
    return (1 if "notification" in table else 2), key
