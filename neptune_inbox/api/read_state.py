"""What a row says about whether it is read, under whatever name it says so; pure.

It refines what the list proves that the row came in, and decides only in `all` (neptune-api.md, Identity).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from neptune_inbox.api.fields import to_flag
from neptune_inbox.api.identity import MESSAGE, own_parts, plain_name
from neptune_inbox.api.instants import is_never, to_instant
from neptune_inbox.model import Instant, JsonObject, JsonValue

_TIMES: Final = frozenset({"read_at", "readat", "read_on", "read_time", "read_date", "date_read", "marked_read_at"})
_FLAGS: Final = frozenset({"read", "is_read", "isread", "has_read", "was_read", "has_been_read", "read_status"})
_OPPOSITES: Final = frozenset({"unread", "is_unread", "isunread"})
_WORDS: Final = frozenset(
    {"status", "state", "read_status", "read_state", "notification_status", "notification_state"}
)
_WEAK_TIMES: Final = frozenset({"seen_at", "opened_at", "viewed_at", "seenat"})
_WEAK_FLAGS: Final = frozenset({"seen", "is_seen", "opened", "is_opened", "viewed", "is_viewed"})
_READ: Final = frozenset({"read", "seen", "opened", "viewed"})
_UNREAD: Final = frozenset({"unread", "unseen", "unopened", "not_read"})

_FOR_EVER: Final = 4_102_444_800_000
"""2100 in milliseconds: nothing was read later; such dates stand for `never`, `always` or nothing."""


class ReadState(Struct, frozen=True):
    """What a row says about itself."""

    is_read: bool | None = None
    """None where it says nothing."""
    read_at: Instant | None = None
    field: str = ""
    """The name under which it says so, as on the wire."""
    is_sure: bool = True
    """Otherwise a time is there that no clock shows yet or that cannot be read: which list the row is in decides."""


def read_state(row: JsonObject) -> ReadState:
    """The strongest word of the row itself: `read…` before `status`, and both before `seen…`; a yes before a no."""
    strong: list[ReadState] = []
    weak: list[ReadState] = []
    for part, prefix, values in own_parts(row):
        if part == MESSAGE:
            continue
        for name, value in values:
            found = _said(plain_name(name), value, f"{prefix}{name}")
            if found is not None:
                (weak if plain_name(name) in _WEAK_TIMES | _WEAK_FLAGS else strong).append(found)
    return _strongest(strong) or _strongest(weak) or ReadState()


def tells_read(row: JsonObject) -> bool:
    """Whether a row says that it is read under a name that means nothing else, as `seen_at` may."""
    state = read_state(row)
    name = plain_name(re.split(r"[*.]", state.field)[-1])
    return state.is_read is True and state.is_sure and name not in _WEAK_TIMES | _WEAK_FLAGS


def _strongest(states: Iterable[ReadState]) -> ReadState | None:
    best = sorted(states, key=lambda state: (not state.is_read, state.read_at is None))
    return best[0] if best else None


def _said(name: str, value: JsonValue, field: str) -> ReadState | None:
    if name in _TIMES or name in _WEAK_TIMES:
        return _of_time(value, field)
    if name in _FLAGS or name in _WEAK_FLAGS:
        flag = to_flag(value)
        if flag is not None:
            return ReadState(flag, field=field)
        if (read_at := to_instant(value)) is not None:
            return ReadState(True, read_at, field)
    if name in _OPPOSITES and (flag := to_flag(value)) is not None:
        return ReadState(not flag, field=field)
    if (name in _WORDS or name in _FLAGS) and isinstance(value, str):
        word = plain_name(value.strip().replace(" ", "_"))
        if word in _READ | _UNREAD:
            return ReadState(word in _READ, field=field)
    return None


def _of_time(value: JsonValue, field: str) -> ReadState:
    """A time that is there and cannot be read still says that it was read, unless a list says otherwise."""
    if is_never(value) or to_flag(value) is False:
        return ReadState(False, field=field)
    read_at = to_instant(value)
    if read_at is None or read_at > _FOR_EVER:
        is_yes = to_flag(value) is True
        return ReadState(True, None, field, is_sure=is_yes)
    return ReadState(True, read_at, field)
