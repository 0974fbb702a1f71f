"""The unsettled wishes to mark something read, and what became of the settled ones.

Every verb is journalled, then committed, before it returns (`ledger.commit`). Undo and claim exclude each other under
the write lock, so what was undone was never sent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence

from neptune_inbox.model import Instant, JournalEntry, Key, Mark, MarkState, Now, Profile, Receipt
from neptune_inbox.store.database import Database
from neptune_inbox.store.journal import Journal
from neptune_inbox.store.ledger import Step, commit
from neptune_inbox.store.mark_rows import (
    NOT_SAVED,
    STANDING,
    UNSETTLED,
    MarkRow,
    insert,
    insert_receipt,
    select,
    select_keys,
    select_receipts,
)
from neptune_inbox.store.outbox_view import OutboxCounts, OutboxView
from neptune_inbox.store.refill import refill
from neptune_inbox.store.undoing import Undone, plan_undo

__all__ = ["Outbox", "OutboxCounts", "Undone"]


class Outbox(OutboxView):
    """The marks of all places. Raises StoreProblem, and DiskFull when nothing was saved."""

    def __init__(self, database: Database, journal: Journal, now: Now) -> None:
        super().__init__(database)
        self._journal = journal
        self._now = now

    def hold(
        self,
        place: str,
        profile: Profile,
        keys: Collection[Key],
        *,
        due_at: Instant,
        label: str,
        receipt_id: str,
        left_alone: int = 0,
    ) -> Receipt:
        """Hold a mark for each notification under one receipt; on disk when this returns.

        What an earlier act has under way stays that act's: it is among the receipt's marks under its own receipt id,
        and an undo of this receipt leaves it.
        """
        at = self._now()
        wanted = tuple(dict.fromkeys(Key(*key) for key in keys))
        receipt = Receipt(receipt_id, at, label, (), left_alone)
        if not wanted:
            return receipt

        def plan(connection: sqlite3.Connection) -> Step[Receipt]:
            theirs = select_keys(connection, place, wanted, UNSETTLED)
            taken = {row.mark.key for row in theirs}
            fresh = [
                MarkRow(
                    Mark(key.user_id, key.id, MarkState.HELD, at, due_at, receipt_id=receipt_id),
                    place,
                    profile.name,
                    profile.environment,
                )
                for key in wanted
                if key not in taken
            ]

            def apply() -> Receipt:
                insert_receipt(connection, place, receipt)
                insert(connection, fresh)
                connection.executemany(
                    "INSERT OR IGNORE INTO collapsed VALUES (?, ?)", [(receipt_id, row.mark.serial) for row in theirs]
                )
                return select_receipts(connection, "id = ?", (receipt_id,))[0]

            held = [row.entry("held", at, detail=label, due_at=due_at) for row in fresh]
            return Step(held, [row.entry("dropped", at, detail=NOT_SAVED) for row in fresh], apply)

        return commit(self._database, self._journal, plan)

    def undo(self, place: str, receipt_id: str | None = None) -> Undone | None:
        """Take back the newest act that has marks no request was made for, or the named one.

        Where there is none, the newest act that still stands comes back with nothing undone; None without any.
        """
        at = self._now()
        return commit(self._database, self._journal, lambda c: plan_undo(c, place, receipt_id, at))

    def claim(self, place: str, *, owner: str, limit: int, lease_ms: int) -> list[Mark]:
        """Take up to `limit` due marks for sending, longest due first, and those whose sender's lease is over."""
        at = self._now()

        def work(connection: sqlite3.Connection) -> list[Mark]:
            serials = connection.execute(
                "SELECT serial FROM mark WHERE place = ? AND state IN ('held', 'sending')"
                " AND iif(state = 'held', due_at, lease_until) <= ? ORDER BY due_at, serial LIMIT ?",
                (place, at, limit),
            ).fetchall()
            connection.executemany(
                "UPDATE mark SET state = 'sending', attempts = attempts + 1, lease_owner = ?, lease_until = ?"
                " WHERE serial = ?",
                [(owner, at + lease_ms, serial) for (serial,) in serials],
            )
            return [select(connection, "m.serial = ?", serial)[0].mark for serial in serials]

        return self._database.write(work)

    def settle(self, mark: Mark, state: MarkState, *, error: str = "", request_id: str = "") -> bool:
        """Record that a claimed mark was sent (`SENT`) or refused for good (`FAILED`); whether that changed it.

        That it was sent is true whoever says it and however late; a refusal counts only from the last sender.
        """
        at = self._now()

        def plan(connection: sqlite3.Connection) -> Step[bool]:
            rows = [
                row
                for row in select(connection, "m.serial = ?", (mark.serial,))
                if (row.mark.state is not MarkState.SENT if state is MarkState.SENT else _is_claim(row, mark))
            ]

            def apply() -> bool:
                connection.executemany(
                    "UPDATE mark SET state = ?, settled_at = ?, error = ?, request_id = ?, lease_owner = ''"
                    " WHERE serial = ?",
                    [(str(state), at, error, request_id, row.mark.serial) for row in rows],
                )
                return bool(rows)

            return Step([row.entry(str(state), at, detail=error, request_id=request_id) for row in rows], [], apply)

        return commit(self._database, self._journal, plan)

    def postpone(self, mark: Mark, due_at: Instant, error: str) -> bool:
        """Put a claimed mark off after a try that failed for now; whether it was still this claim's."""

        def work(connection: sqlite3.Connection) -> bool:
            cursor = connection.execute(
                "UPDATE mark SET state = 'held', due_at = ?, error = ?, lease_owner = ''"
                " WHERE serial = ? AND state = 'sending' AND attempts = ?",
                (due_at, error, mark.serial, mark.attempts),
            )
            return cursor.rowcount > 0

        return self._database.write(work)

    def release(self, owner: str) -> int:
        """Let go of everything that this sender had claimed and not settled; how many."""

        def work(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "UPDATE mark SET state = 'held', lease_owner = '' WHERE state = 'sending' AND lease_owner = ?",
                (owner,),
            ).rowcount

        return self._database.write(work)

    def send_now(self, place: str) -> int:
        """End the window of every held mark; how many were waiting."""
        at = self._now()
        return self._change(
            place,
            None,
            f"m.state = 'held' AND m.due_at > {at}",
            f"due_at = {at}",
            lambda row: row.entry("held", at, detail="send now", due_at=at),
        )

    def retry(self, place: str, keys: Collection[Key] | None = None) -> int:
        """Hold the failed marks again, due now; how many."""
        at = self._now()
        return self._change(
            place,
            keys,
            f"m.state = 'failed' AND {STANDING}",
            f"state = 'held', due_at = {at}, settled_at = NULL, error = ''",
            lambda row: row.entry("retried", at, due_at=at),
        )

    def drop(self, place: str, keys: Collection[Key] | None = None) -> int:
        """Give up held and failed marks, never one that is being sent; how many."""
        at = self._now()
        return self._change(
            place,
            keys,
            "m.state IN ('held', 'failed')",
            f"state = 'dropped', settled_at = {at}",
            lambda row: row.entry("dropped", at),
        )

    def _change(
        self,
        place: str,
        keys: Collection[Key] | None,
        condition: str,
        assignments: str,
        entry: Callable[[MarkRow], JournalEntry],
    ) -> int:
        """Journal and change the held and failed marks of a place that meet a condition; how many."""
        at = self._now()

        def plan(connection: sqlite3.Connection) -> Step[int]:
            if keys is None:
                rows = select(connection, f"m.place = ? AND {condition}", (place,))
            else:
                rows = select_keys(connection, place, keys, condition)

            def apply() -> int:
                serials = [(row.mark.serial,) for row in rows]
                connection.executemany(f"UPDATE mark SET {assignments} WHERE serial = ?", serials)
                return len(rows)

            return Step([entry(row) for row in rows], [_as_it_was(row, at) for row in rows], apply)

        return commit(self._database, self._journal, plan)

    def refill(self, entries: Sequence[JournalEntry]) -> int:
        """Bring back from the journal what this store lost; how many marks came back. See `store.refill`."""
        return refill(self._database, self._journal, entries, self._now())


def _as_it_was(row: MarkRow, at: Instant) -> JournalEntry:
    return row.entry(str(row.mark.state), at, detail=NOT_SAVED, due_at=row.mark.due_at)


def _is_claim(row: MarkRow, mark: Mark) -> bool:
    return row.mark.state is MarkState.SENDING and row.mark.attempts == mark.attempts
