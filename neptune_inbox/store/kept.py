"""What the agent comes back to: recent queries, drafts, how often an action was used. Never sent to anybody."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from neptune_inbox.model import Instant, Now
from neptune_inbox.store.database.database import Database

MOST = 200
"""How many of a kind are kept for a profile; the oldest go."""


class Kept(NamedTuple):
    """One thing that is kept under a name."""

    name: str
    text: str
    at: Instant
    """When it was kept last."""
    times: int
    """How often it was kept."""


class KeptStore:
    """What is kept for the profiles of one tenant, by kind and name. Raises StoreProblem."""

    def __init__(self, database: Database, tenant: str, now: Now) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now

    def keep(self, profile: str, kind: str, name: str, text: str = "") -> None:
        """Keep a text under a name, in place of one that had it."""
        owner = (self._tenant, profile, kind)

        def work(connection: sqlite3.Connection) -> None:
            # With a new row number, which orders what was kept in one millisecond.
            connection.execute(
                "INSERT OR REPLACE INTO kept SELECT ?1, ?2, ?3, ?4, ?5, ?6, COALESCE(max(times), 0) + 1 FROM kept"
                " WHERE place = ?1 AND profile = ?2 AND kind = ?3 AND name = ?4",
                (*owner, name, text, self._now()),
            )
            connection.execute(
                "DELETE FROM kept WHERE place = ? AND profile = ? AND kind = ? AND name NOT IN (SELECT name FROM kept"
                " WHERE place = ? AND profile = ? AND kind = ? ORDER BY at DESC, rowid DESC LIMIT ?)",
                (*owner, *owner, MOST),
            )

        self._database.write(work)

    def newest(self, profile: str, kind: str) -> list[Kept]:
        """What is kept of a kind, the newest first."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT name, text, at, times FROM kept WHERE place = ? AND profile = ? AND kind = ?"
                " ORDER BY at DESC, rowid DESC",
                (self._tenant, profile, kind),
            )
            return [Kept(*fields) for fields in found]

    def drop(self, profile: str, kind: str, name: str) -> None:
        """Keep this no longer."""
        self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM kept WHERE place = ? AND profile = ? AND kind = ? AND name = ?",
                (self._tenant, profile, kind, name),
            )
        )
