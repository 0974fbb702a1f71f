"""Taking back: undone means never sent, so only marks that no request was ever made for are undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from msgspec import Struct

from neptune_inbox.model import Instant, Mark, MarkState, Receipt
from neptune_inbox.store.ledger import Step
from neptune_inbox.store.mark_rows import NOT_SAVED, select, select_receipts

UNTRIED = "m.state = 'held' AND m.attempts = 0"
"""No request was ever made for it."""


class Undone(Struct, frozen=True):
    """What an undo did."""

    receipt: Receipt
    """The act that was undone, as it stands now."""
    undone: tuple[Mark, ...]
    """Never sent, and never will be; empty when the whole act was sent already."""
    too_late: tuple[Mark, ...]
    """Sent, being sent, or tried at least once, so that the server may have seen it."""
    milliseconds_left: int
    """How much of the window was left."""


def plan_undo(connection: sqlite3.Connection, place: str, receipt_id: str | None, at: Instant) -> Step[Undone | None]:
    """The step that takes an act back: its marks that no request was made for, and no others."""
    chosen = receipt_id or _newest_untried(connection, place) or _newest_standing(connection, place)
    own = select(connection, "m.place = ? AND m.receipt_id = ?", (place, chosen))
    untried = [row for row in own if row.mark.state is MarkState.HELD and row.mark.attempts == 0]

    def apply() -> Undone | None:
        connection.executemany(
            "UPDATE mark SET state = 'undone', settled_at = ? WHERE serial = ?",
            [(at, row.mark.serial) for row in untried],
        )
        receipts = select_receipts(connection, "place = ? AND id = ?", (place, chosen))
        return _undone(receipts[0], {row.mark.serial for row in untried}, at) if receipts else None

    return Step(
        [row.entry("undone", at) for row in untried],
        [row.entry("held", at, detail=NOT_SAVED, due_at=row.mark.due_at) for row in untried],
        apply,
    )


def _undone(receipt: Receipt, serials: Collection[int], at: Instant) -> Undone:
    own = [mark for mark in receipt.marks if mark.receipt_id == receipt.id]
    undone = tuple(mark for mark in own if mark.serial in serials)
    too_late = tuple(mark for mark in own if mark.state in (MarkState.SENT, MarkState.SENDING, MarkState.HELD))
    left = min((mark.due_at for mark in undone), default=at) - at
    return Undone(receipt, undone, too_late, max(0, left))


def _newest_untried(connection: sqlite3.Connection, place: str) -> str | None:
    found = connection.execute(
        f"SELECT r.id FROM mark m JOIN receipt r ON r.id = m.receipt_id WHERE m.place = ? AND {UNTRIED}"
        " ORDER BY r.serial DESC LIMIT 1",
        (place,),
    ).fetchone()
    return str(found[0]) if found else None


def _newest_standing(connection: sqlite3.Connection, place: str) -> str | None:
    found = connection.execute(
        "SELECT r.id FROM receipt r WHERE r.place = ? AND EXISTS (SELECT 1 FROM mark m WHERE m.receipt_id = r.id"
        " AND m.state NOT IN ('undone', 'dropped')) ORDER BY r.serial DESC LIMIT 1",
        (place,),
    ).fetchone()
    return str(found[0]) if found else None
