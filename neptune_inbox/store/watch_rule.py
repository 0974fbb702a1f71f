"""The users watched by rule: what the list named last, and who is watched because of it alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.model import Instant, Now
from neptune_inbox.store.database.database import Database

KIND, NAME = "watch list", "last"
WATCHED = "SELECT user_id FROM watched WHERE place = ?"


class RuleState(Struct, frozen=True):
    """What became of the list when it was read last."""

    source: str = ""
    """A fingerprint of where it was read from; another one is read at once."""
    read_at: Instant = 0
    ids: tuple[str, ...] = ()
    """The users it named when it could last be read."""
    by_rule: tuple[str, ...] = ()
    """Those of them that are watched because of it; users watched before are not among them."""
    problem: str = ""
    """Why it could not be read, in words; then nothing was changed."""
    refused: tuple[str, ...] = ()
    """Some of the lines that are no id, in words."""
    refused_count: int = 0


class WatchRuleStore:
    """The list's state for one tenant, and the customers that it adds and takes away. Raises StoreProblem."""

    def __init__(self, database: Database, tenant: str, now: Now) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now

    def state(self, profile: str) -> RuleState:
        """What was read last for a profile."""
        with self._database.reading() as connection:
            return self._state(connection, profile)

    def note_problem(self, profile: str, source: str, problem: str) -> RuleState:
        """Keep why the list could not be read; who is watched stays as it is."""

        def work(connection: sqlite3.Connection) -> RuleState:
            state = self._state(connection, profile)
            return self._save(connection, profile, replace(state, source=source, problem=problem, refused_count=0))

        return self._database.write(work)

    def apply(self, profile: str, source: str, ids: Sequence[str], refused: Sequence[str]) -> RuleState:
        """Watch users who are new on the list, and stop watching those who were watched only because of it.

        Users the agent stopped watching stay unwatched for as long as the list keeps naming them.
        """

        def work(connection: sqlite3.Connection) -> RuleState:
            before = self._state(connection, profile)
            watched = {user for (user,) in connection.execute(WATCHED, (self._tenant,))}
            named, known = set(ids), set(before.ids)
            added = [user for user in ids if user not in known and user not in watched]
            gone = [user for user in before.by_rule if user not in named and user in watched]
            kept = [user for user in before.by_rule if user in named and user in watched]
            connection.executemany(
                "INSERT INTO watched SELECT ?1, ?2, COALESCE(max(position), 0) + 1 FROM watched WHERE place = ?1",
                [(self._tenant, user) for user in added],
            )
            connection.executemany(
                "DELETE FROM watched WHERE place = ? AND user_id = ?", [(self._tenant, user) for user in gone]
            )
            state = RuleState(source, 0, tuple(ids), (*kept, *added), "", tuple(refused[:3]), len(refused))
            return self._save(connection, profile, state)

        return self._database.write(work)

    def _state(self, connection: sqlite3.Connection, profile: str) -> RuleState:
        found = connection.execute(
            "SELECT text FROM kept WHERE place = ? AND profile = ? AND kind = ? AND name = ?",
            (self._tenant, profile, KIND, NAME),
        ).fetchone()
        return msgspec.json.decode(found[0], type=RuleState) if found else RuleState()

    def _save(self, connection: sqlite3.Connection, profile: str, state: RuleState) -> RuleState:
        state = replace(state, read_at=self._now())
        connection.execute(
            "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?, ?, 1)",
            (self._tenant, profile, KIND, NAME, msgspec.json.encode(state).decode(), state.read_at),
        )
        return state
