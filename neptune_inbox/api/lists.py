"""The envelopes that a list may come in, and whether a page is the last; pure (neptune-api.md, Answers)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from msgspec import Struct

from neptune_inbox.api.fields import Fields, to_whole
from neptune_inbox.api.refusals import spoken
from neptune_inbox.errors import NotNeptune
from neptune_inbox.model import JsonObject, JsonValue

T = TypeVar("T")

_ROWS: Final = ("data", "notifications", "app_notifications", "rows", "results", "users", "environments")
_META: Final = ("meta", "pagination")


class Listing(Struct, frozen=True):
    """The rows of one page, and what the server says about the whole list."""

    rows: list[JsonValue]
    page: int | None = None
    per_page: int | None = None
    total: int | None = None
    last_page: int | None = None

    def known_total(self, asked_page: int) -> int | None:
        """The total; an empty first page is one of none, even where the server drops a zero."""
        if self.total is None and not self.rows and asked_page == 1:
            return 0
        return self.total

    def is_last(self, asked_page: int) -> bool:
        """Whether no page follows; in doubt there may be one, as asking once more loses nothing.

        The size asked for is not believed, as the server may cap it; the size that it names is. With a total, the
        rows up to here must add up to it; without one, the page must be short of that size.
        """
        came, size = len(self.rows), self.per_page
        if came == 0:
            return True
        page = self.page or asked_page
        if self.total is not None:
            if page == 1 and came == self.total:
                return True
            if size is None:
                return False
            return (page - 1) * size + came == self.total or (came >= size and page * size >= self.total)
        if self.last_page is not None:
            return page >= self.last_page
        return size is not None and came < size


def open_list(value: JsonValue, what: str) -> Listing:
    """The list of `what` inside an answer, whatever its envelope. Raises NotNeptune where there is none."""
    if isinstance(value, list):
        return Listing(value)
    if isinstance(value, dict):
        rows = _rows(value)
        inner = value.get("data")
        if rows is None and isinstance(inner, dict):
            rows = _rows(inner)
        about = _about(value, inner)
        if rows is not None:
            return _listing(rows, about)
        # Empty values are dropped by the server, and so may an empty list be.
        if any(isinstance(value.get(name), dict) for name in _META) or "total" in value:
            return _listing([], about)
    words = spoken(value) if isinstance(value, dict) else ""
    raise NotNeptune(f"The answer is no list of {what}{f': {words}' if words else '.'}")


def readable(rows: list[JsonValue], read: Callable[[JsonObject], T | None]) -> tuple[T, ...]:
    """What `read` makes of the rows; rows that it cannot read are left out."""
    found: list[T] = []
    for row in rows:
        try:
            item = read(row) if isinstance(row, dict) else None
        except (ValueError, RecursionError):
            continue
        if item is not None:
            found.append(item)
    return tuple(found)


def _rows(value: JsonObject) -> list[JsonValue] | None:
    for name in _ROWS:
        if isinstance(rows := value.get(name), list):
            return rows
    return None


def _about(value: JsonObject, inner: JsonValue) -> JsonObject:
    """Everything said about the list, the outermost and the most explicit word first."""
    about: JsonObject = {}
    for level in (value, inner):
        if not isinstance(level, dict):
            continue
        for part in (*(level.get(name) for name in _META), level):
            if isinstance(part, dict):
                about = {**part, **about}
    return about


def _listing(rows: list[JsonValue], about: JsonObject) -> Listing:
    fields = Fields(about)
    return Listing(
        rows,
        page=fields.first(("page", "current_page"), to_whole),
        per_page=fields.first(("per_page", "perPage"), to_whole) or None,
        total=fields.first(("total",), to_whole),
        last_page=fields.first(("last_page", "total_page", "total_pages"), to_whole),
    )
