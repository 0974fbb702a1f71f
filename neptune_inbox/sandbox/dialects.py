"""The ways in which a Neptune may answer: row keys, envelopes and refusals, chosen once for a sandbox.

What each dialect does is known from the vendor's framework or feared from others (neptune-api.md, "On NobeJS itself"
and "Answers"). The world behind them is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from math import ceil
from random import Random
from typing import Final, TypeVar

from msgspec import Struct

from neptune_inbox.errors import AccessDenied, InboxError, Invalid, NotFound, TokenRefused, UsageProblem
from neptune_inbox.model import JsonObject, JsonValue
from neptune_inbox.sandbox.joins import JOINED_TABLES, RowOrder, joined_row
from neptune_inbox.sandbox.records import NotificationRecord
from neptune_inbox.sandbox.responses import BROKEN, HttpRefusal, drop_empty, refusal
from neptune_inbox.sandbox.rows import NOTIFICATIONS, notification_row

T = TypeVar("T")

TIMES: Final = frozenset({"created_at", "updated_at", "read_at", "occurred_at"})


class DialectName(StrEnum):
    """The five dialects by name."""

    PLAIN = "plain"
    """Plain keys without nulls in `{"data", "meta"}`: the likeliest."""
    STARRED = "starred"
    """The same with `table*column` keys."""
    NOBEJS = "nobejs"
    """Joined tables, nulls kept, and the framework's own refusals."""
    LARAVEL = "laravel"
    """Laravel's paginator, nulls kept, microseconds, numeric ids beside uuids."""
    BARE = "bare"
    """A list is an array and nothing else, so no total is known."""


class MarkBy(StrEnum):
    """Which of a row's ids `/read` takes."""

    NOTIFICATION = "notification"
    DELIVERY = "delivery"


class Asked(Struct, frozen=True):
    """Which page was asked for, and which of its two numbers the query itself had."""

    page: int
    per_page: int
    has_page: bool = True
    has_per_page: bool = True


class Dialect(Struct, frozen=True):
    """How one sandbox answers. Make it with `make_dialect`, which chooses what was left open."""

    name: DialectName = DialectName.PLAIN
    row_order: RowOrder = RowOrder.A
    """The columns of a joined row; of no meaning elsewhere."""
    mark_by: MarkBy = MarkBy.NOTIFICATION
    shuffle_seed: int | str | None = None
    """Puts the keys of joined rows into an order of this seed's."""

    @property
    def is_joined(self) -> bool:
        return self.name is DialectName.NOBEJS

    @property
    def most_per_page(self) -> int | None:
        """The largest page, or None where every size is given."""
        return None if self.is_joined else 100

    @property
    def sort_tables(self) -> tuple[str, ...]:
        """Tables by whose starred columns notifications can be sorted."""
        return JOINED_TABLES if self.is_joined else (NOTIFICATIONS,)

    def notification(self, record: NotificationRecord) -> JsonObject:
        """One row of a user's notifications; not to be changed, as it is kept for the next list."""
        source = (self, notification_row, record.read_at, record.title, record.body, record.status, record.created_at)
        if record.row is None or record.row[0] != source:
            record.row = source, self._notification(record)
        return record.row[1]

    def _notification(self, record: NotificationRecord) -> JsonObject:
        match self.name:
            case DialectName.NOBEJS:
                return self._shuffled(joined_row(record, self.row_order))
            case DialectName.LARAVEL:
                return {"id": record.number, **_with_microseconds(notification_row(record))}
            case _:
                return self.row(notification_row(record), NOTIFICATIONS)

    def row(self, columns: JsonObject, table: str) -> JsonObject:
        """One row of any other list."""
        match self.name:
            case DialectName.NOBEJS:
                return self._shuffled(star(columns, table))
            case DialectName.STARRED:
                return star(drop_empty(columns), table)
            case DialectName.LARAVEL:
                return _with_microseconds(columns)
            case _:
                return drop_empty(columns)

    def single(self, columns: JsonObject) -> JsonObject:
        """One thing on its own."""
        match self.name:
            case DialectName.NOBEJS:
                return {key: value for key, value in drop_empty(columns).items() if value}
            case DialectName.LARAVEL:
                return _with_microseconds(columns)
            case _:
                return drop_empty(columns)

    def listing(self, rows: Sequence[JsonObject], asked: Asked, total: int) -> JsonValue:
        """A page of rows in its envelope."""
        pages = ceil(total / asked.per_page)
        match self.name:
            case DialectName.BARE:
                return list(rows)
            case DialectName.LARAVEL:
                first = (asked.page - 1) * asked.per_page + 1
                return {
                    "current_page": asked.page,
                    "data": list(rows),
                    "from": first if rows else None,
                    "last_page": max(1, pages),
                    "per_page": asked.per_page,
                    "to": first + len(rows) - 1 if rows else None,
                    "total": total,
                }
            case DialectName.NOBEJS:
                meta: JsonObject = {
                    "page": str(asked.page) if asked.has_page else asked.page,
                    "per_page": str(asked.per_page) if asked.has_per_page else asked.per_page,
                    "total": total,
                }
                return {"data": list(rows), "meta": meta}
            case _:
                about: JsonObject = {"page": str(asked.page), "per_page": str(asked.per_page), "total": total}
                return {"data": list(rows), "meta": {**about, "total_page": pages}}

    def deleted(self, what: str) -> JsonObject:
        """What a deletion answers; `what` is the kind of thing, such as `User`."""
        return {"message": "Successfully deleted" if self.is_joined else f"{what} deleted"}

    def refuse(self, error: InboxError) -> tuple[int, JsonObject]:
        """Status and body for what was refused."""
        status, body = refusal(error)
        if self.name is DialectName.LARAVEL:
            match error:
                case TokenRefused():
                    return status, {"message": "Unauthenticated."}
                case Invalid():
                    return status, {"message": "The given data was invalid.", "errors": body["errors"]}
        if self.is_joined and isinstance(error, NotFound):
            return status, {"message": "Not Found"}
        return status, body

    def bad_paging(self, error: Invalid) -> InboxError:
        """What becomes of a page or a sort column that the database cannot use."""
        return HttpRefusal(500, BROKEN) if self.is_joined else error

    def junk_token(self, error: InboxError) -> InboxError:
        """What becomes of a token that is not a JWT: the framework's decoder throws."""
        return HttpRefusal(500, BROKEN) if self.is_joined and not isinstance(error, AccessDenied) else error

    def _shuffled(self, row: JsonObject) -> JsonObject:
        if self.shuffle_seed is None:
            return row
        keys = list(row)
        Random(f"{self.shuffle_seed} {' '.join(keys)}").shuffle(keys)
        return {key: row[key] for key in keys}


PLAIN: Final = Dialect()


def make_dialect(
    name: DialectName | str = DialectName.PLAIN,
    *,
    row_order: RowOrder | str | None = None,
    mark_by: MarkBy | str | None = None,
    seed: int | str | None = None,
) -> Dialect:
    """A dialect by name. Without a `row_order`, a `seed` chooses the columns of joined rows and shuffles their keys.

    Raises UsageProblem for options that do not go together, such as marking by an id that no row carries.
    """
    name = DialectName(name)
    if name is not DialectName.NOBEJS:
        if row_order is not None or mark_by not in (None, MarkBy.NOTIFICATION):
            raise UsageProblem(
                f"The dialect {name} has no joined rows.", "Use --row-order and --mark-by with --dialect nobejs."
            )
        return Dialect(name)
    shuffle_seed = seed if row_order is None else None
    if row_order is None:
        row_order = RowOrder.A if seed is None else Random(f"row order {seed}").choice(list(RowOrder))
    order = RowOrder(row_order)
    by = MarkBy(mark_by) if mark_by else MarkBy.DELIVERY if order is RowOrder.C else MarkBy.NOTIFICATION
    if order is RowOrder.C and by is MarkBy.NOTIFICATION:
        raise UsageProblem(
            "Rows of order c carry the delivery's id only.", "Use --mark-by delivery, or order a or b."
        )
    return Dialect(name, order, by, shuffle_seed)


def star(row: Mapping[str, T], table: str) -> dict[str, T]:
    """The row with its keys as `table*column`."""
    return {f"{table}*{key}": value for key, value in row.items()}


def _with_microseconds(columns: JsonObject) -> JsonObject:
    """Times as Laravel writes them."""
    return {
        key: f"{value[:-1]}000Z" if key in TIMES and isinstance(value, str) else value
        for key, value in columns.items()
    }
