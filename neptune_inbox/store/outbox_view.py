"""Looking at the outbox: what is held, how each notification stands, what each act became. Changes nothing."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from neptune_inbox.model import Instant, Key, Mark, MarkState, Receipt
from neptune_inbox.store.database import Database
from neptune_inbox.store.mark_rows import STANDING, UNSETTLED, select, select_keys, select_receipts


class OutboxCounts(Struct, frozen=True):
    """How many marks of a place stand where."""

    held: int = 0
    sending: int = 0
    failed: int = 0
    next_due_at: Instant | None = None
    """When `claim` will next find something: the first held mark's due time, or the end of a sender's lease."""


class OutboxView:
    """The marks of all places, to read; every call is for one place. Raises StoreProblem."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def marks(self, place: str, *, unsettled_only: bool = True, include_failed: bool = True) -> list[Mark]:
        """The marks that are held, being sent, or (unless told not to) failed; or every mark there ever was."""
        condition = UNSETTLED + (f" OR m.state = 'failed' AND {STANDING}" if include_failed else "")
        with self._database.reading() as connection:
            rows = select(connection, f"m.place = ? AND ({condition if unsettled_only else '1'})", (place,))
        return [row.mark for row in rows]

    def overlay(self, place: str, keys: Collection[Key]) -> dict[Key, Mark]:
        """For each of these notifications the newest wish that was not taken back, settled or not."""
        with self._database.reading() as connection:
            return {row.mark.key: row.mark for row in select_keys(connection, place, keys, STANDING)}

    def counts(self, place: str) -> OutboxCounts:
        """How many marks stand where, and when the next one wants to be sent."""
        with self._database.reading() as connection:
            held, sending, due_at, lease_until = connection.execute(
                "SELECT count(*) FILTER (WHERE state = 'held'), count(*) FILTER (WHERE state = 'sending'),"
                " min(due_at) FILTER (WHERE state = 'held'), min(lease_until) FILTER (WHERE state = 'sending')"
                " FROM mark WHERE place = ? AND state IN ('held', 'sending')",
                (place,),
            ).fetchone()
            (failed,) = connection.execute(
                f"SELECT count(*) FROM mark m WHERE m.place = ? AND m.state = 'failed' AND {STANDING}", (place,)
            ).fetchone()
        times = [time for time in (due_at, lease_until) if time is not None]
        return OutboxCounts(held, sending, failed, min(times, default=None))

    def receipts(self, place: str, limit: int) -> list[Receipt]:
        """The newest acts of marking, newest first."""
        with self._database.reading() as connection:
            return select_receipts(connection, "place = ? ORDER BY serial DESC LIMIT ?", (place, limit))

    def receipt(self, id: str) -> Receipt | None:
        """One act of marking, or None when it is not known."""
        with self._database.reading() as connection:
            found = select_receipts(connection, "id = ?", (id,))
        return found[0] if found else None

    def keys_in_state(self, place: str, states: Collection[MarkState]) -> set[Key]:
        """The notifications whose newest standing wish is in one of these states."""
        marks = ", ".join("?" for _ in states)
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT m.user_id, m.id FROM mark m WHERE m.place = ? AND m.state IN ({marks}) AND {STANDING}",
                (place, *(str(state) for state in states)),
            )
            return {Key(user_id, id) for user_id, id in found}

    def history(self, place: str, key: Key) -> list[Mark]:
        """Every wish there ever was about one notification, oldest first."""
        with self._database.reading() as connection:
            return [row.mark for row in select_keys(connection, place, [key])]
