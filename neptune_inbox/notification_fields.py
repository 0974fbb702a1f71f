"""Every field of a notification, declared once: how it is decoded, stored, searched, shown and exported.

A field with nothing in `stored` is an extra: `Notification.extras` and `Row.extras` hold its value, and no other file
names it. This module imports nothing of ours, because the first paint lays out its columns from here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a value is: how it is read from JSON and written to it."""

    LINE = "line"
    """Text on one line."""
    BODY = "body"
    """Text of several lines, Markdown or HTML on the wire."""
    INSTANT = "instant"
    LINK = "link"
    PAYLOAD = "payload"
    """Any JSON value, held as ASCII JSON text."""
    WHOLE = "whole"
    """A whole number, or None."""
    FLAG = "flag"
    """True, false, or None where an extra does not say."""
    ROW = "row"
    """The row itself as it came."""


class ColumnShape(NamedTuple):
    """How a field is a column of the list."""

    name: str
    """As in `ui.columns` and above the column."""
    order: int
    """The order of the columns; the title is last."""
    widths: tuple[tuple[int, int], ...] = ()
    """Pairs of list width and cells it takes from that width on, the widest first; narrower lists leave it out."""
    gives: int = 0
    """Which column shrinks first in a table that is too wide: the highest; 0 never does."""

    def width_at(self, list_width: int) -> int:
        """Its cells in a list this wide; 0 hides it."""
        return next((cells for least, cells in self.widths if list_width >= least), 0)


class Field(NamedTuple):
    """One field of a notification."""

    name: str
    """The attribute of `Notification`, or the key among its extras."""
    kind: Kind
    wire: tuple[str, ...] = ()
    """Its names in the server's JSON, the likeliest first; identity and read state have rules of their own."""
    ignored: tuple[str, ...] = ()
    """Values under these names that are something else."""
    stored: str = ""
    """What holds it in `cache.db`, as SQL; empty for an extra."""
    is_searched: bool = False
    column: ColumnShape | None = None
    json: str = ""
    """Its key in JSON and CSV where that is not its name."""
    is_exported: bool = True

    @property
    def key(self) -> str:
        """Its key in JSON and CSV."""
        return self.json or self.name

    @property
    def label(self) -> str:
        """Its name before a value, for people."""
        return self.name.replace("_", " ").capitalize()


_USER = ColumnShape("user", 20, ((150, 24), (112, 18), (92, 14), (76, 12), (58, 9), (46, 8)), gives=1)
_EVENT = ColumnShape("event", 30, ((150, 26), (112, 22), (92, 20), (76, 17), (58, 13)), gives=2)

CUSTOMER_NAME = ColumnShape("name", 25, ((150, 24), (112, 18), (92, 14)))
"""What the customer is called: a column of the list, not a field, as notifications do not contain it."""

FIELDS: list[Field] = [
    Field("id", Kind.LINE, stored="n.id"),
    Field("user_id", Kind.LINE, stored="a.user_id", is_searched=True, column=_USER),
    Field(
        "title",
        Kind.LINE,
        wire=("title", "subject", "heading", "headline"),
        stored="n.title",
        is_searched=True,
        column=ColumnShape("title", 90, gives=3),
    ),
    Field("body", Kind.BODY, ("body", "content", "message", "text", "html"), stored="c.body", is_searched=True),
    Field(
        "event_type",
        Kind.LINE,
        wire=("event_type", "type", "slug"),
        ignored=("all", "unread", "read"),
        stored="e.name",
        is_searched=True,
        column=_EVENT,
    ),
    Field(
        "created_at",
        Kind.INSTANT,
        wire=("created_at", "createdAt", "created", "sent_at", "timestamp"),
        stored="n.created_at",
        column=ColumnShape("age", 10),
    ),
    Field("read_at", Kind.INSTANT, stored="n.read_at"),
    Field("is_read", Kind.FLAG, stored="n.is_read", json="read"),
    Field("status", Kind.LINE, ("status", "delivery_status"), stored="c.status"),
    Field("link", Kind.LINK, ("link", "url", "action_url", "cta"), stored="c.link"),
    Field("data", Kind.PAYLOAD, ("data", "payload", "meta"), stored="c.data", is_searched=True),
    Field("raw", Kind.ROW, stored="c.raw", is_exported=False),
]
"""In the order of JSON and CSV; what is declared later comes behind."""

MARK_BEHIND = "read"
"""The key behind which JSON and CSV have the state of our own mark."""


def declare(field: Field) -> None:
    """Add a field; to be called before the rooms that read the declarations are imported."""
    FIELDS.append(field)


def standard_fields() -> list[Field]:
    """The fields with an attribute and a place in the cache of their own."""
    return [field for field in FIELDS if field.stored]


def extra_fields() -> list[Field]:
    """The fields that are kept as extras."""
    return [field for field in FIELDS if not field.stored]


def exported_fields() -> list[Field]:
    """The fields of JSON and CSV."""
    return [field for field in FIELDS if field.is_exported]


def columns() -> list[tuple[Field, ColumnShape]]:
    """The fields that are columns of the list, in its order."""
    shown = [(field, field.column) for field in FIELDS if field.column is not None]
    return sorted(shown, key=lambda pair: pair[1].order)


def column_names() -> tuple[str, ...]:
    """The columns by name, as `ui.columns` takes them."""
    shapes = [shape for _, shape in columns()]
    return tuple(shape.name for shape in sorted([*shapes, CUSTOMER_NAME], key=lambda shape: shape.order))
