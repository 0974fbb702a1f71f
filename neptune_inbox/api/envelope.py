"""The envelopes that a list may come in, and whether a page is the last; pure (neptune-api.md, Answers).

An answer is an empty list only where its envelope was understood; everything else is an error with a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeVar

from msgspec import Struct

from neptune_inbox.api.fields import Fields, to_whole
from neptune_inbox.api.status_errors import embedded_error, server_message
from neptune_inbox.errors import NotNeptune
from neptune_inbox.model import JsonObject, JsonValue
from neptune_inbox.text import clean_line

T = TypeVar("T")

_ROWS: Final = (
    "data",
    "notifications",
    "app_notifications",
    "notification_deliveries",
    "rows",
    "results",
    "users",
    "environments",
    "items",
    "records",
    "list",
    "docs",
    "entries",
    "nodes",
    "edges",
    "result",
    "response",
    "payload",
    "content",
)
_META: Final = ("meta", "pagination", "page_info", "paging")
_TOTAL: Final = ("total", "total_count", "totalCount", "total_items", "totalItems", "total_records", "totalElements")
_LOOKS_LIKE_ID = re.compile(r"[0-9]+|(?=.*[0-9])[0-9A-Za-z_-]{12,}")
_OWN_ID: Final = ("uuid", "id", "_id", "user_id")


class Envelope(Struct, frozen=True):
    """The rows of one page, and what the server says about the whole list."""

    rows: list[JsonValue]
    page: int | None = None
    per_page: int | None = None
    total: int | None = None
    last_page: int | None = None
    envelope: str = "a bare array"
    """How the rows came, in words."""

    def known_total(self, asked_page: int) -> int | None:
        """The total as far as it can be believed; an empty first page of a known list is one of none."""
        if self.total is None and not self.rows and asked_page == 1:
            return 0
        return None if self.has_more_than_total(asked_page) else self.total

    def has_more_than_total(self, asked_page: int) -> bool:
        """Whether more rows came than the server says that there are: on this page, or up to a full one."""
        if self.total is None:
            return False
        came, page = len(self.rows), self.page or asked_page
        return came > self.total or (0 < came == self.per_page and page * came > self.total)

    def repeats_size(self, asked_size: int | None) -> bool:
        """Whether the only word on where the list ends is the size that was asked for, which a server may repeat and
        still give fewer rows."""
        return self.total is None and self.last_page is None and self.per_page == asked_size and bool(self.rows)

    def is_last(self, asked_page: int, asked_size: int | None = None) -> bool:
        """Whether no page follows; in doubt there may be one, as asking once more loses nothing.

        The size asked for is not believed, as the server may cap it; the size that it names is. With a total, the
        rows up to here must add up to it; without one, the page must be short of that size. A full page that makes
        up the whole total may come of a server that gives the number of rows as the total.
        """
        came, size = len(self.rows), self.per_page
        if came == 0:
            return True
        page = self.page or asked_page
        if self.total is not None:
            if page == 1 and came == self.total:
                return came != (size or asked_size)
            return size is not None and (page - 1) * size + came == self.total
        if self.last_page is not None:
            return page >= self.last_page
        return size is not None and came < size


def open_list(value: JsonValue, what: str, *, page: int = 1) -> Envelope:
    """The list of `what` inside an answer, whatever its envelope.

    Raises NotNeptune where there is none, or where an empty one comes with a total or a word that contradicts it, and
    the error that a refusal in the answer represents.
    """
    if isinstance(value, list):
        return Envelope(value)
    if not isinstance(value, dict):
        raise NotNeptune(f"The answer is not a list of {what}.")
    rows, envelope = _find_rows(value)
    about = _about(value, value.get("data"))
    listing = _listing(rows or [], about, envelope)
    if rows:
        return listing
    if embedded_error(value, what) is not None:
        words = server_message(value) or "it says that it failed."
        raise NotNeptune(f"The answer is not a list of {what}: {words}")
    if listing.total and page == 1:
        raise NotNeptune(f"The answer says that there are {listing.total:,} {what}, and holds none.", _ODD)
    if rows is not None or listing.total is not None:
        return listing
    words = server_message(value) or _unknown_name(value)
    raise NotNeptune(f"The answer is not a list of {what}{f': {words}' if words else '.'}")


_ODD: Final = "`neptune-inbox doctor` shows what the answer looks like; send that to whoever runs this Neptune."


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


def refuse_unreadable(listing: Envelope, readable_rows: int, what: str) -> None:
    """Raise NotNeptune where rows came and none of them can be read: that is not an empty list."""
    if listing.rows and not readable_rows:
        count = len(listing.rows)
        who = "The one row of the answer has no" if count == 1 else f"None of the {count:,} rows of the answer has an"
        raise NotNeptune(f"{who} id that can be used, so no {what} can be shown.", _ODD)


def _find_rows(value: JsonObject) -> tuple[list[JsonValue] | None, str]:
    """The rows and how they came: a list under a known name, also one level down, or an object keyed by ids."""
    for outer in ("", *_ROWS):
        level = value if not outer else value.get(outer)
        if not isinstance(level, dict):
            continue
        prefix = f"{outer}." if outer else ""
        for name in _ROWS:
            if isinstance(rows := level.get(name), list):
                return [_node(row) for row in rows] if name == "edges" else rows, f"{prefix}{name}"
        for name in _ROWS:
            if (keyed := _keyed(level.get(name))) is not None:
                return keyed, f"{prefix}{name} (an object keyed by id)"
    return _keyed(value), "the answer itself (an object keyed by id)"


def _node(row: JsonValue) -> JsonValue:
    return row["node"] if isinstance(row, dict) and isinstance(row.get("node"), dict) else row


def _keyed(value: JsonValue) -> list[JsonValue] | None:
    """The rows of an object whose keys are ids or numbers, as PHP writes a list with gaps."""
    if not isinstance(value, dict) or not value:
        return None
    rows: list[JsonValue] = []
    for key, row in value.items():
        if not isinstance(row, dict) or not (_LOOKS_LIKE_ID.fullmatch(key) or key in map(str, row.values())):
            return None
        has_id = key.isdecimal() or any(name.rpartition("*")[2] in _OWN_ID for name in row)
        rows.append(row if has_id else {"uuid": key, **row})
    return rows


def _unknown_name(value: JsonObject) -> str:
    """Under which unknown name there may be rows, in words; empty where there is nothing of the kind."""
    for name, inner in value.items():
        if isinstance(inner, list) and inner and all(isinstance(item, dict) for item in inner):
            rows = "1 row" if len(inner) == 1 else f"{len(inner):,} rows"
            return f"it has {rows} under the unknown name `{clean_line(name, 60)}`."
    return ""


def _about(value: JsonObject, inner: JsonValue) -> JsonObject:
    """Everything said about the list, the outermost and the most explicit word first."""
    about: JsonObject = {}
    for level in (value, inner):
        if not isinstance(level, dict):
            continue
        for part in (*(level.get(name) for name in _META), level):
            if isinstance(part, dict):
                nested = part.get("pagination")
                about = {**(nested if isinstance(nested, dict) else {}), **part, **about}
    return about


def _listing(rows: list[JsonValue], about: JsonObject, envelope: str) -> Envelope:
    fields = Fields(about)
    return Envelope(
        rows,
        page=fields.first(("page", "current_page", "currentPage"), to_whole),
        per_page=fields.first(("per_page", "perPage"), to_whole) or None,
        total=fields.first(_TOTAL, to_whole),
        last_page=fields.first(("last_page", "lastPage", "total_page", "total_pages", "totalPages"), to_whole),
        envelope=f"rows under `{envelope}`" if envelope else "no rows",
    )
