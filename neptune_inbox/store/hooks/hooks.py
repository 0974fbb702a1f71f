"""The arrivals that hooks wait for, and how far each hook has come. Raises StoreProblem, and DiskFull.

Nothing is written where no hook is registered. An arrival is noted before the cache has its row, so that a process
that ends in between cannot lose it: the row is then new again to the next look, and is noted once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence

from neptune_inbox.model import Instant, Key, Now
from neptune_inbox.model.hooks import Arrival, HookState
from neptune_inbox.store.database.database import Database

KEPT_MISSING = 30 * 86_400_000
"""Milliseconds for which an arrival that left the cache unhanded is remembered."""

_STATES = (
    "SELECT name, (SELECT count(*) FROM arrival a WHERE a.place = h.place AND a.serial > h.cursor),"
    " (SELECT a.at FROM arrival a WHERE a.place = h.place AND a.serial > h.cursor ORDER BY a.serial LIMIT 1),"
    " handed, failures, next_at, ended_at, exit_code, problem, errors FROM hook h WHERE place = ?"
)


class HookStore:
    """The hooks of one tenant."""

    def __init__(self, database: Database, tenant: str, now: Now) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now

    def register(self, names: Collection[str]) -> None:
        """Have exactly these hooks: a new one starts with what arrives from now on."""
        with self._database.reading() as connection:
            known = self._names(connection)
        if known == set(names):
            return

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "DELETE FROM hook WHERE place = ? AND name = ?", [(self._tenant, name) for name in known - {*names}]
            )
            connection.executemany(
                "INSERT OR IGNORE INTO hook (place, name, cursor)"
                " VALUES (?, ?, COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'arrival'), 0))",
                [(self._tenant, name) for name in {*names} - known],
            )
            if not names:
                connection.execute("DELETE FROM arriving WHERE place = ?", (self._tenant,))
                connection.execute("DELETE FROM arrival WHERE place = ?", (self._tenant,))

        self._database.write(work)

    def _names(self, connection: sqlite3.Connection) -> set[str]:
        found = connection.execute("SELECT name FROM hook WHERE place = ?", (self._tenant,))
        return {str(name) for (name,) in found}

    def note(self, user_id: str, new: Mapping[str, Instant | None], arrived: Collection[str]) -> None:
        """Note which of the rows that a page brings to the cache arrived.

        `new` holds when each was created, by id, the oldest first; `arrived` are ids. One that was noted before, and
        left the cache before every hook was done with it, arrives as well.
        """
        with self._database.reading() as connection:
            if not self._names(connection):
                return
            known = connection.execute(
                "SELECT id FROM arrival WHERE place = ? AND user_id = ? AND id IN (SELECT value FROM json_each(?))",
                (self._tenant, user_id, json.dumps(list(new))),
            )
            wanted = {*arrived, *(id for (id,) in known)}
        now = self._now()
        rows = [(self._tenant, user_id, id, now if at is None else at, now) for id, at in new.items() if id in wanted]

        def work(connection: sqlite3.Connection) -> None:
            (turn,) = connection.execute(
                "SELECT COALESCE(min(turn), 0) - 1 FROM arriving WHERE place = ? AND user_id = ?",
                (self._tenant, user_id),
            ).fetchone()
            connection.executemany(
                f"INSERT OR IGNORE INTO arriving (place, user_id, id, created_at, at, turn)"
                f" VALUES (?, ?, ?, ?, ?, {int(turn)})",
                rows,
            )

        if rows:
            self._database.write(work)

    def release(self, user_id: str) -> None:
        """A look at this user has ended: what it brought waits for the hooks now, the oldest first."""
        self._release(" AND user_id = ?2", user_id)

    def release_left(self, before: Instant) -> None:
        """The same for what was noted before an instant, by a look that broke off since."""
        self._release(
            " AND user_id IN (SELECT user_id FROM arriving WHERE place = ?1 GROUP BY user_id HAVING max(at) < ?2)",
            before,
        )

    def _release(self, condition: str, value: str | Instant) -> None:
        which, values = f" FROM arriving WHERE place = ?1{condition}", (self._tenant, value)
        with self._database.reading() as connection:
            if connection.execute(f"SELECT 1{which} LIMIT 1", values).fetchone() is None:
                return

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO arrival (place, user_id, id, at)"
                f" SELECT place, user_id, id, at{which} ORDER BY created_at, turn, rowid",
                values,
            )
            connection.execute(f"DELETE{which}", values)

        self._database.write(work)

    def states(self) -> dict[str, HookState]:
        """How far each hook has come, by name."""
        with self._database.reading() as connection:
            found = connection.execute(_STATES, (self._tenant,))
            return {fields[0]: HookState(*fields) for fields in found}

    def waiting(self, name: str, limit: int) -> list[Arrival]:
        """The first arrivals that a hook is not done with, in their order."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT a.serial, a.user_id, a.id FROM hook h JOIN arrival a ON a.place = h.place"
                " AND a.serial > h.cursor WHERE h.place = ? AND h.name = ? ORDER BY a.serial LIMIT ?",
                (self._tenant, name, limit),
            )
            return [Arrival(serial, Key(user_id, id)) for serial, user_id, id in found]

    def pass_over(self, name: str, arrivals: Sequence[Arrival], missing: Collection[Key]) -> None:
        """A hook is done with these, none of which it wants; `missing` are those that are in no cache."""
        self._database.write(lambda connection: self._move(connection, name, arrivals, missing))

    def note_taken(
        self, name: str, arrivals: Sequence[Arrival], missing: Collection[Key], handed: int, errors: str
    ) -> None:
        """A hook's command took those of these that match."""

        def work(connection: sqlite3.Connection) -> None:
            self._move(connection, name, arrivals, missing)
            connection.execute(
                "UPDATE hook SET handed = handed + ?, failures = 0, next_at = NULL, ended_at = ?, exit_code = 0,"
                " problem = '', errors = ? WHERE place = ? AND name = ?",
                (handed, self._now(), errors, self._tenant, name),
            )

        self._database.write(work)

    def skip(self, name: str, arrivals: Sequence[Arrival], missing: Collection[Key]) -> None:
        """A hook is done with these although its command did not take them; what is next may be tried at once."""

        def work(connection: sqlite3.Connection) -> None:
            self._move(connection, name, arrivals, missing)
            connection.execute("UPDATE hook SET next_at = NULL WHERE place = ? AND name = ?", (self._tenant, name))

        self._database.write(work)

    def note_failure(self, name: str, next_at: Instant, exit_code: int | None, problem: str, errors: str) -> None:
        """A hook's command took nothing, and is to be tried again at an instant."""
        self._database.write(
            lambda connection: connection.execute(
                "UPDATE hook SET failures = failures + 1, next_at = ?, ended_at = ?, exit_code = ?, problem = ?,"
                " errors = ? WHERE place = ? AND name = ?",
                (next_at, self._now(), exit_code, problem, errors, self._tenant, name),
            )
        )

    def _move(
        self, connection: sqlite3.Connection, name: str, arrivals: Sequence[Arrival], missing: Collection[Key]
    ) -> None:
        connection.execute(
            "UPDATE hook SET cursor = max(cursor, ?) WHERE place = ? AND name = ?",
            (arrivals[-1].serial, self._tenant, name),
        )
        connection.executemany(
            "UPDATE arrival SET is_missing = 1 WHERE serial = ?",
            [(arrival.serial,) for arrival in arrivals if arrival.key in missing],
        )
        connection.execute(
            "DELETE FROM arrival WHERE place = ?1 AND serial <= (SELECT min(cursor) FROM hook WHERE place = ?1)"
            " AND (is_missing = 0 OR at < ?2)",
            (self._tenant, self._now() - KEPT_MISSING),
        )
