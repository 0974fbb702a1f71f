"""The rows of marks and receipts: SQL in, frozen values out; no rules."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.model import Instant, JournalEntry, Key, Mark, MarkState, Posted, Receipt
from neptune_inbox.store.journal.words import MARK
from neptune_inbox.store.outbox.schema import SEALED

COLUMNS = (
    "m.serial, m.user_id, m.id, m.state, m.made_at, m.due_at, m.attempts, m.error, m.receipt_id, m.settled_at,"
    " m.field, m.posted_id, m.failed_fields, m.confirmed_at, m.contradicted_at, m.vain, m.place, m.profile,"
    " m.environment"
)
NOT_SAVED = "It was not saved."
UNCORRECTED = "m.state = 'contradicted' AND m.failed_fields = '' AND m.confirmed_at IS NULL"
UNSETTLED = "m.state IN ('held', 'sending')"
ACCEPTED = "m.state IN ('accepted', 'confirmed', 'contradicted')"
STUCK = "m.state IN ('failed', 'contradicted')"
STANDING = (
    "m.state NOT IN ('undone', 'dropped') AND NOT EXISTS (SELECT 1 FROM mark n WHERE n.place = m.place"
    " AND n.user_id = m.user_id AND n.id = m.id AND n.serial > m.serial AND n.state NOT IN ('undone', 'dropped'))"
)
"""The newest wish about its notification that was not taken back: it says the state of the notification."""

_PARAMETERS = ", ".join(f"?{number}" for number in range(1, SEALED.count(",") + 2))
INSERT = f"INSERT INTO mark ({SEALED}, seal) VALUES ({_PARAMETERS}, seal({_PARAMETERS}))"


class MarkRow(Struct, frozen=True):
    """A mark with what only the outbox needs to know of it."""

    mark: Mark
    tenant: str
    profile: str
    environment: str

    def posting(self, target: Posted, *, failed: str | None = None) -> MarkRow:
        """The same with another id that is posted; `failed` is the field whose id did not work before."""
        fields = self.mark.failed_fields if failed is None else (*self.mark.failed_fields, failed or "-")
        return replace(self, mark=replace(self.mark, target=target, failed_fields=fields))

    def entry(
        self, outcome: str, at: Instant, *, detail: str = "", due_at: Instant | None = None, request_id: str = ""
    ) -> JournalEntry:
        """The line of the journal that says what became of it; the journal itself adds who it was."""
        target = self.mark.target or Posted("", "")
        return JournalEntry(
            at=at,
            actor="",
            profile=self.profile,
            tenant=self.tenant,
            environment=self.environment,
            verb=MARK,
            outcome=outcome,
            user_id=self.mark.user_id,
            id=self.mark.id,
            receipt_id=self.mark.receipt_id,
            detail=detail,
            due_at=due_at,
            request_id=request_id,
            field=target.field,
            posted_id=target.id,
        )


def select(connection: sqlite3.Connection, condition: str, values: Sequence[object] = ()) -> list[MarkRow]:
    """The marks that meet a condition on `m`, oldest first."""
    found = connection.execute(f"SELECT {COLUMNS} FROM mark m WHERE {condition} ORDER BY m.serial", values)
    return [_row(row) for row in found]


def select_keys(
    connection: sqlite3.Connection, tenant: str, keys: Collection[Key], condition: str = "1"
) -> list[MarkRow]:
    """The marks of these notifications that meet a condition, oldest first."""
    found = connection.execute(
        f"SELECT {COLUMNS} FROM json_each(?) k CROSS JOIN mark m ON m.place = ?"
        " AND m.user_id = json_extract(k.value, '$[0]') AND m.id = json_extract(k.value, '$[1]')"
        f" WHERE {condition} ORDER BY m.serial",
        (json.dumps(list(keys)), tenant),
    )
    return [_row(row) for row in found]


def select_serials(connection: sqlite3.Connection, serials: Iterable[int]) -> list[MarkRow]:
    """The marks of these serials, oldest first."""
    return select(connection, "m.serial IN (SELECT value FROM json_each(?))", (json.dumps(list(serials)),))


def insert(connection: sqlite3.Connection, rows: Iterable[MarkRow]) -> None:
    """Add marks, each under its seal."""
    connection.executemany(INSERT, (_values(row) for row in rows))


def insert_receipt(connection: sqlite3.Connection, tenant: str, receipt: Receipt) -> None:
    """Add a receipt without its marks; nothing happens when its id is known."""
    connection.execute(
        "INSERT OR IGNORE INTO receipt (id, place, made_at, label, left_alone) VALUES (?, ?, ?, ?, ?)",
        (receipt.id, tenant, receipt.made_at, receipt.label, receipt.left_alone),
    )


def select_receipts(connection: sqlite3.Connection, condition: str, values: Sequence[object]) -> list[Receipt]:
    """The receipts that meet a condition, each with its marks and those that it found under way already."""
    found = connection.execute(f"SELECT id, made_at, label, left_alone FROM receipt WHERE {condition}", values)
    return [
        Receipt(id, made_at, label, _marks_of(connection, id), left_alone)
        for id, made_at, label, left_alone in found.fetchall()
    ]


def _marks_of(connection: sqlite3.Connection, receipt_id: str) -> tuple[Mark, ...]:
    rows = select(
        connection,
        "(m.receipt_id = ? OR m.serial IN (SELECT serial FROM collapsed WHERE receipt_id = ?))",
        (receipt_id, receipt_id),
    )
    return tuple(row.mark for row in rows)


def _values(row: MarkRow) -> tuple[object, ...]:
    mark = row.mark
    return (
        row.tenant,
        mark.user_id,
        mark.id,
        mark.receipt_id,
        row.profile,
        row.environment,
        str(mark.state),
        mark.made_at,
        mark.due_at,
        mark.attempts,
        mark.error,
        mark.settled_at,
        "",
        0,
        "",
        *target_values(mark.target),
        "\n".join(mark.failed_fields),
        mark.confirmed_at,
        mark.contradicted_at,
    )


def target_values(target: Posted | None) -> tuple[str, str]:
    """Field and id as they are stored; both are empty where nothing was chosen."""
    return (target.field, target.id) if target else ("", "")


def _row(row: tuple[Any, ...]) -> MarkRow:
    serial, user_id, id, state, made_at, due_at, attempts, error, receipt_id, settled_at, *more = row
    field, posted_id, failed_fields, confirmed_at, contradicted_at, vain, *rest = more
    mark = Mark(
        user_id=user_id,
        id=id,
        state=MarkState(state),
        made_at=made_at,
        due_at=due_at,
        attempts=attempts,
        error=error,
        receipt_id=receipt_id,
        settled_at=settled_at,
        serial=serial,
        target=Posted(field, posted_id) if posted_id else None,
        failed_fields=tuple(failed_fields.split("\n")) if failed_fields else (),
        confirmed_at=confirmed_at,
        contradicted_at=contradicted_at,
        vain_tries=vain,
    )
    return MarkRow(mark, *rest)
