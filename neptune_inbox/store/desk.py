"""My plane: what the agent did for themselves, whom they watch, which hosts they trust. Never sent to anybody."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from neptune_inbox.model import Instant, Key, Mine, Now
from neptune_inbox.store.database import Database

BLANK = "done_at IS NULL AND snoozed_until IS NULL AND is_starred = 0 AND note = ''"


class Desk:
    """My plane of all places; every call is for one. Raises StoreProblem, and DiskFull when nothing was saved."""

    def __init__(self, database: Database, now: Now) -> None:
        self._database = database
        self._now = now

    def mine(self, place: str, keys: Collection[Key]) -> dict[Key, Mine]:
        """What is mine of these notifications; those without anything are left out."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT m.user_id, m.id, done_at, snoozed_until, is_starred, note FROM json_each(?) k"
                " CROSS JOIN mine m ON m.place = ? AND m.user_id = json_extract(k.value, '$[0]')"
                " AND m.id = json_extract(k.value, '$[1]')",
                (json.dumps(list(keys)), place),
            )
            return {
                Key(user_id, id): Mine(done_at, snoozed_until, bool(is_starred), note)
                for user_id, id, done_at, snoozed_until, is_starred, note in found
            }

    def set_done(self, place: str, keys: Collection[Key], is_done: bool) -> None:
        """Put notifications away, or back into the queue; one that is away keeps the time when it was put there."""
        if is_done:
            self._set(place, keys, "done_at", self._now(), "done_at = COALESCE(done_at, excluded.done_at)")
        else:
            self._set(place, keys, "done_at", None)

    def snooze(self, place: str, keys: Collection[Key], until: Instant | None) -> None:
        """Hide notifications until an instant; None wakes them."""
        self._set(place, keys, "snoozed_until", until)

    def star(self, place: str, keys: Collection[Key], is_starred: bool) -> None:
        """Put a star on notifications, or take it off."""
        self._set(place, keys, "is_starred", int(is_starred))

    def note(self, place: str, key: Key, text: str) -> None:
        """Write my note on a notification; an empty text removes it."""
        self._set(place, [key], "note", text)

    def _set(self, place: str, keys: Collection[Key], column: str, value: object, update: str = "") -> None:
        update = update or f"{column} = excluded.{column}"

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                f"INSERT INTO mine (place, user_id, id, {column}) VALUES (?, ?, ?, ?)"
                f" ON CONFLICT (place, user_id, id) DO UPDATE SET {update}",
                [(place, user_id, id, value) for user_id, id in keys],
            )
            connection.executemany(
                f"DELETE FROM mine WHERE place = ? AND user_id = ? AND id = ? AND {BLANK}",
                [(place, user_id, id) for user_id, id in keys],
            )

        self._database.write(work)

    def keys_where(self, place: str, flag: str) -> set[Key]:
        """The notifications that are `done`, `snoozed` (and not due yet), `starred` or `noted`."""
        conditions = {
            "done": "done_at IS NOT NULL",
            "snoozed": f"snoozed_until > {self._now()}",
            "starred": "is_starred = 1",
            "noted": "note <> ''",
        }
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT user_id, id FROM mine WHERE place = ? AND {conditions[flag]}", (place,)
            )
            return {Key(user_id, id) for user_id, id in found}

    def woken(self, place: str) -> list[Key]:
        """The notifications whose snooze came due, longest due first, until they are woken or snoozed again."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT user_id, id FROM mine WHERE place = ? AND snoozed_until <= ? ORDER BY snoozed_until, rowid",
                (place, self._now()),
            )
            return [Key(user_id, id) for user_id, id in found]

    def watched(self, place: str) -> list[str]:
        """The watched users, in the order in which they were added."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT user_id FROM watched WHERE place = ? ORDER BY position, rowid", (place,)
            )
            return [str(user_id) for (user_id,) in found]

    def watch(self, place: str, user_id: str) -> None:
        """Watch a user, as the last of the list; nothing happens when they are watched."""
        self._run(
            "INSERT OR IGNORE INTO watched"
            " SELECT ?1, ?2, COALESCE(max(position), 0) + 1 FROM watched WHERE place = ?1",
            (place, user_id),
        )

    def unwatch(self, place: str, user_id: str) -> None:
        """Watch a user no longer."""
        self._run("DELETE FROM watched WHERE place = ? AND user_id = ?", (place, user_id))

    def remember_place(self, profile_name: str, place: str) -> None:
        """Keep which place a profile led to last, so that it opens without a token."""
        self._run("INSERT OR REPLACE INTO bound VALUES (?, ?)", (profile_name, place))

    def place_of(self, profile_name: str) -> str | None:
        """The place that a profile led to last, or None."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT place FROM bound WHERE profile = ?", (profile_name,)).fetchone()
        return str(found[0]) if found else None

    def is_host_confirmed(self, place: str, host: str) -> bool:
        """Whether the agent agreed to open links of this host."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT 1 FROM host WHERE place = ? AND host = ?", (place, host)).fetchone()
        return found is not None

    def confirm_host(self, place: str, host: str) -> None:
        """Open links of this host without asking from now on."""
        self._run("INSERT OR IGNORE INTO host VALUES (?, ?)", (place, host))

    def _run(self, statement: str, values: tuple[str, ...]) -> None:
        self._database.write(lambda connection: connection.execute(statement, values))
