"""Taking back: undone means never sent, so only marks that no request was ever made for are undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from msgspec import Struct

from neptune_inbox.model import SENT, UNDER_WAY, Instant, Mark, MarkState, Receipt
from neptune_inbox.store.outbox.commit import JournalledChange
from neptune_inbox.store.outbox.rows import NOT_SAVED, select, select_keys, select_receipts

UNTRIED = "m.state = 'held' AND m.attempts = 0"
"""No request was ever made for it."""
OWN = "(? = '' OR m.profile = ?)"
"""Made by one profile, or by any where none is named."""


class Undone(Struct, frozen=True):
    """What an undo did."""

    receipt: Receipt
    """The act that was undone, as it is now."""
    undone: tuple[Mark, ...]
    """Never sent, and never will be; empty when the whole act was sent already."""
    too_late: tuple[Mark, ...]
    """Sent, being sent, or tried at least once, so that the server may have seen it."""
    milliseconds_left: int
    """How much of the window was left."""

    @property
    def tried(self) -> tuple[Mark, ...]:
        """Those of `too_late` whose outcome nobody saw; the outbox still has them."""
        return tuple(mark for mark in self.too_late if mark.unknown_tries)


def plan_undo(
    connection: sqlite3.Connection, tenant: str, receipt_id: str | None, at: Instant, profile: str
) -> JournalledChange[Undone | None]:
    """The step that takes an act back: its marks that no request was made for, and no others.

    A name as `profile` leaves out what other profiles did; an empty one does not.
    """
    chosen = (
        receipt_id or _newest_untried(connection, tenant, profile) or _newest_standing(connection, tenant, profile)
    )
    own = select(connection, f"m.place = ? AND m.receipt_id = ? AND {OWN}", (tenant, chosen, profile, profile))
    untried = [row for row in own if row.mark.state is MarkState.HELD and row.mark.attempts == 0]
    # Whoever takes back the second mark of a refused row does not want the first sent by a retry.
    refused = select_keys(connection, tenant, [row.mark.key for row in untried], "m.state = 'failed'")

    def apply() -> Undone | None:
        connection.executemany(
            "UPDATE mark SET state = ?, settled_at = ? WHERE serial = ?",
            [("undone", at, row.mark.serial) for row in untried]
            + [("dropped", at, row.mark.serial) for row in refused],
        )
        receipts = select_receipts(connection, "place = ? AND id = ?", (tenant, chosen)) if own or not profile else []
        return _undone(receipts[0], {row.mark.serial for row in untried}, at) if receipts else None

    return JournalledChange(
        [row.entry("undone", at) for row in untried] + [row.entry("dropped", at) for row in refused],
        [row.entry("held", at, detail=NOT_SAVED, due_at=row.mark.due_at) for row in untried]
        + [row.entry("failed", at, detail=NOT_SAVED) for row in refused],
        apply,
    )


def _undone(receipt: Receipt, serials: Collection[int], at: Instant) -> Undone:
    own = [mark for mark in receipt.marks if mark.receipt_id == receipt.id]
    undone = tuple(mark for mark in own if mark.serial in serials)
    too_late = tuple(mark for mark in own if mark.state in (*SENT, *UNDER_WAY))
    left = min((mark.due_at for mark in undone), default=at) - at
    return Undone(receipt, undone, too_late, max(0, left))


def _newest_untried(connection: sqlite3.Connection, tenant: str, profile: str) -> str | None:
    found = connection.execute(
        f"SELECT r.id FROM mark m JOIN receipt r ON r.id = m.receipt_id WHERE m.place = ? AND {UNTRIED}"
        f" AND {OWN} ORDER BY r.serial DESC LIMIT 1",
        (tenant, profile, profile),
    ).fetchone()
    return str(found[0]) if found else None


def _newest_standing(connection: sqlite3.Connection, tenant: str, profile: str) -> str | None:
    found = connection.execute(
        "SELECT r.id FROM receipt r WHERE r.place = ? AND EXISTS (SELECT 1 FROM mark m WHERE m.receipt_id = r.id"
        f" AND m.state NOT IN ('undone', 'dropped') AND {OWN}) ORDER BY r.serial DESC LIMIT 1",
        (tenant, profile, profile),
    ).fetchone()
    return str(found[0]) if found else None
