"""Looking at the outbox: what is held, the state of each notification, what each act became. Changes nothing."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from neptune_inbox.model import Instant, Key, Mark, MarkState, Receipt
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.outbox.rows import (
    STANDING,
    STUCK,
    UNSETTLED,
    select,
    select_keys,
    select_receipts,
)


class OutboxCounts(Struct, frozen=True):
    """How many marks of a tenant are in which state."""

    held: int = 0
    sending: int = 0
    failed: int = 0
    contradicted: int = 0
    next_due_at: Instant | None = None
    """When `claim` will next find something: the first held mark's due time, or the end of a sender's lease."""


class OutboxView:
    """The marks of one tenant, to read. Raises StoreProblem."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def marks(self, *, unsettled_only: bool = True, include_failed: bool = True) -> list[Mark]:
        """The marks that are held, being sent, or (unless told not to) failed or contradicted; or every mark."""
        condition = UNSETTLED + (f" OR {STUCK} AND {STANDING}" if include_failed else "")
        with self._database.reading() as connection:
            rows = select(connection, f"m.place = ? AND ({condition if unsettled_only else '1'})", (self._tenant,))
        return [row.mark for row in rows]

    def current_marks(self, keys: Collection[Key]) -> dict[Key, Mark]:
        """For each of these notifications the newest wish that was not taken back, settled or not."""
        with self._database.reading() as connection:
            return {row.mark.key: row.mark for row in select_keys(connection, self._tenant, keys, STANDING)}

    def counts(self) -> OutboxCounts:
        """How many marks are in each state, and when the next one is due."""
        with self._database.reading() as connection:
            # One look at the index for each state: the marks themselves are not read.
            held, due_at = connection.execute(
                "SELECT count(*), min(due_at) FROM mark WHERE place = ? AND state = 'held'", (self._tenant,)
            ).fetchone()
            sending, lease_until = connection.execute(
                "SELECT count(*), min(lease_until) FROM mark WHERE place = ? AND state = 'sending'", (self._tenant,)
            ).fetchone()
            failed, contradicted = connection.execute(
                "SELECT count(*) FILTER (WHERE m.state = 'failed'), count(*) FILTER (WHERE m.state = 'contradicted')"
                f" FROM mark m WHERE m.place = ? AND {STUCK} AND {STANDING}",
                (self._tenant,),
            ).fetchone()
        times = [time for time in (due_at, lease_until) if time is not None]
        return OutboxCounts(held, sending, failed, contradicted, min(times, default=None))

    def receipts(self, limit: int) -> list[Receipt]:
        """The newest acts of marking, newest first."""
        with self._database.reading() as connection:
            return select_receipts(connection, "place = ? ORDER BY serial DESC LIMIT ?", (self._tenant, limit))

    def receipt(self, id: str) -> Receipt | None:
        """One act of marking, or None when it is not known."""
        with self._database.reading() as connection:
            found = select_receipts(connection, "place = ? AND id = ?", (self._tenant, id))
        return found[0] if found else None

    def receipt_ids(self, beginning: str, limit: int) -> list[str]:
        """The first `limit` acts of marking whose ids begin so, in their order."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT id FROM receipt WHERE place = ?1 AND id >= ?2 AND id < ?2 || char(1114111)"
                " ORDER BY id LIMIT ?3",
                (self._tenant, beginning, limit),
            )
            return [str(id) for (id,) in found]

    def keys_in_state(self, states: Collection[MarkState]) -> set[Key]:
        """The notifications whose newest standing wish is in one of these states."""
        marks = ", ".join("?" for _ in states)
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT m.user_id, m.id FROM mark m WHERE m.place = ? AND m.state IN ({marks}) AND {STANDING}",
                (self._tenant, *(str(state) for state in states)),
            )
            return {Key(user_id, id) for user_id, id in found}

    def awaits_look(self, user_id: str) -> bool:
        """Whether marks of a user were accepted that no list has confirmed or contradicted."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT 1 FROM mark m WHERE m.place = ? AND m.state = 'accepted' AND m.user_id = ?"
                f" AND {STANDING} LIMIT 1",
                (self._tenant, user_id),
            ).fetchone()
        return found is not None

    def unconfirmed(self, user_id: str) -> dict[Key, Instant]:
        """When each mark of a user was accepted, or contradicted, that no list has shown the effect of."""
        with self._database.reading() as connection:
            rows = select(
                connection,
                f"m.place = ? AND m.state IN ('accepted', 'contradicted') AND m.user_id = ? AND {STANDING}",
                (self._tenant, user_id),
            )
        return {row.mark.key: row.mark.settled_at or 0 for row in rows}

    def posted_field(self) -> str:
        """The field whose ids a place was found to take; empty where nothing was learned."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT field FROM posted_field WHERE place = ?", (self._tenant,)).fetchone()
        return str(found[0]) if found else ""

    def of_user(self, user_id: str) -> list[Mark]:
        """Every wish there ever was about what a user was sent, oldest first."""
        with self._database.reading() as connection:
            rows = select(connection, "m.place = ? AND m.user_id = ?", (self._tenant, user_id))
        return [row.mark for row in rows]

    def history(self, key: Key) -> list[Mark]:
        """Every wish there ever was about one notification, oldest first."""
        with self._database.reading() as connection:
            return [row.mark for row in select_keys(connection, self._tenant, [key])]
