"""Triage: what the agent did for themselves, which users they watch, which links they open. Never sent to the
service."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping

from msgspec.structs import replace

from neptune_inbox.doors import is_id
from neptune_inbox.model import Instant, Key, Now, Triage
from neptune_inbox.model.team import FactDetails, FactKind
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.team.facts import TeamStore

FIELDS = ("done_at", "snoozed_until", "is_starred", "note")
BLANK = "done_at IS NULL AND snoozed_until IS NULL AND is_starred = 0 AND note = ''"

_PUT_BACK = (
    "INSERT INTO mine (place, user_id, id, done_at, snoozed_until, is_starred, note) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (place, user_id, id) DO UPDATE SET done_at = excluded.done_at,"
    " snoozed_until = excluded.snoozed_until, is_starred = excluded.is_starred, note = excluded.note,"
    " noted_at = iif(note IS excluded.note, noted_at, NULL)"
)
"""When a note that comes back was written is not kept."""


class TriageStore:
    """The triage of one tenant. Raises StoreProblem, and DiskFull when nothing was saved."""

    def __init__(self, database: Database, tenant: str, now: Now, team: TeamStore | None = None) -> None:
        """With a team, what is done is handled, for everybody."""
        self._team = team
        self._database = database
        self._tenant = tenant
        self._now = now

    def triage(self, keys: Collection[Key]) -> dict[Key, Triage]:
        """What is mine of these notifications; those without anything are left out."""
        own = self._own(keys)
        return own if self._team is None else _with_handled(own, self._team.handled_at(keys))

    def _own(self, keys: Collection[Key]) -> dict[Key, Triage]:
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT m.user_id, m.id, done_at, snoozed_until, is_starred, note FROM json_each(?) k"
                " CROSS JOIN mine m ON m.place = ? AND m.user_id = json_extract(k.value, '$[0]')"
                " AND m.id = json_extract(k.value, '$[1]')",
                (json.dumps(list(keys)), self._tenant),
            )
            return {
                Key(user_id, id): Triage(done_at, snoozed_until, bool(is_starred), note)
                for user_id, id, done_at, snoozed_until, is_starred, note in found
            }

    def set_done(self, keys: Collection[Key], is_done: bool, known: str = "") -> None:
        """Put notifications away, or back into the queue; one that is away keeps the time when it was put there.

        `known` is whose claim the agent was shown before, for the team.
        """
        if self._team is not None:
            self._database.write(lambda connection: self._set_handled(connection, keys, is_done, known))
        elif is_done:
            self._set(keys, {"done_at": self._now()}, "done_at = COALESCE(done_at, excluded.done_at)")
        else:
            self._set(keys, {"done_at": None})

    def snooze(self, keys: Collection[Key], until: Instant | None) -> None:
        """Hide notifications until an instant; None wakes them."""
        self._set(keys, {"snoozed_until": until})

    def star(self, keys: Collection[Key], is_starred: bool) -> None:
        """Put a star on notifications, or take it off."""
        self._set(keys, {"is_starred": int(is_starred)})

    def note(self, key: Key, text: str) -> None:
        """Write my note on a notification; an empty text removes it."""
        self._set([key], {"note": text, "noted_at": self._now()})

    def restore(self, changed: Mapping[Key, tuple[Triage, Triage]]) -> None:
        """Put back what differs between these two, before and after; what else changed since stays."""
        now = self._own(list(changed))

        def work(connection: sqlite3.Connection) -> None:
            for key, (before, after) in changed.items():
                current = now.get(key, Triage())
                if self._team is not None and before.done_at != after.done_at:
                    self._set_handled(connection, [key], before.done_at is not None)
                    before = replace(before, done_at=current.done_at)
                    after = replace(after, done_at=current.done_at)
                values = [
                    old if (old := getattr(before, name)) != getattr(after, name) else getattr(current, name)
                    for name in FIELDS
                ]
                connection.execute(_PUT_BACK, (self._tenant, *key, *values))
                connection.execute(
                    f"DELETE FROM mine WHERE place = ? AND user_id = ? AND id = ? AND {BLANK}", (self._tenant, *key)
                )

        self._database.write(work)

    def _set_handled(
        self, connection: sqlite3.Connection, keys: Collection[Key], is_done: bool, known: str = ""
    ) -> None:
        """Tell the team that these are handled, or open again; what I had put away alone is open with them."""
        assert self._team is not None
        handled = self._team.handled_at(keys)
        changed = [key for key in keys if (key in handled) is not is_done]
        kind = FactKind.HANDLED if is_done else FactKind.REOPENED
        self._team.add(connection, [self._team.make(kind, key, FactDetails(known=known)) for key in changed])
        if not is_done:
            for key in keys:
                connection.execute(
                    "UPDATE mine SET done_at = NULL WHERE place = ? AND user_id = ? AND id = ?", (self._tenant, *key)
                )

    def _set(self, keys: Collection[Key], values: Mapping[str, object], update: str = "") -> None:
        update = update or ", ".join(f"{column} = excluded.{column}" for column in values)
        marks = ", ".join("?" for _ in values)

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                f"INSERT INTO mine (place, user_id, id, {', '.join(values)}) VALUES (?, ?, ?, {marks})"
                f" ON CONFLICT (place, user_id, id) DO UPDATE SET {update}",
                [(self._tenant, user_id, id, *values.values()) for user_id, id in keys],
            )
            connection.executemany(
                f"DELETE FROM mine WHERE place = ? AND user_id = ? AND id = ? AND {BLANK}",
                [(self._tenant, user_id, id) for user_id, id in keys],
            )

        self._database.write(work)

    def keys_where(self, flag: str) -> set[Key]:
        """The notifications that are `done`, `snoozed` (and not due yet), `starred` or `noted`."""
        conditions = {
            "done": "done_at IS NOT NULL",
            "snoozed": f"snoozed_until > {self._now()}",
            "starred": "is_starred = 1",
            "noted": "note <> ''",
        }
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT user_id, id FROM mine WHERE place = ? AND {conditions[flag]}", (self._tenant,)
            )
            keys = {Key(user_id, id) for user_id, id in found}
        return keys | self._team.handled() if self._team is not None and flag == "done" else keys

    def keys_noted(self, text: str) -> set[Key]:
        """The notifications with this text in my note, in capitals or not."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT user_id, id, note FROM mine WHERE place = ? AND note <> ''", (self._tenant,)
            )
            return {Key(user_id, id) for user_id, id, note in found if text.casefold() in note.casefold()}

    def notes_of(self, user_id: str) -> list[tuple[Key, str, Instant | None]]:
        """My notes on what a user was sent, each with when it was written, where that was kept."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT id, note, noted_at FROM mine WHERE place = ? AND user_id = ? AND note <> ''",
                (self._tenant, user_id),
            )
            return [(Key(user_id, id), note, noted_at) for id, note, noted_at in found]

    def watched(self) -> list[str]:
        """The watched users, in the order in which they were added."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT user_id FROM watched WHERE place = ? ORDER BY position, rowid", (self._tenant,)
            )
            # An older version could keep an empty id, which would mean everybody.
            return [str(user_id) for (user_id,) in found if is_id(str(user_id))]

    def watch(self, user_id: str, index: int | None = None) -> None:
        """Watch a user, as the last of the list or at this place in it; nothing happens when they are watched."""
        order = self.watched()
        if user_id in order:
            return
        order.insert(len(order) if index is None else index, user_id)
        self._database.write(
            lambda connection: connection.executemany(
                "INSERT INTO watched VALUES (?, ?, ?) ON CONFLICT (place, user_id)"
                " DO UPDATE SET position = excluded.position",
                [(self._tenant, user, position) for position, user in enumerate(order, 1)],
            )
        )

    def unwatch(self, user_id: str) -> None:
        """Watch a user no longer."""
        self._run("DELETE FROM watched WHERE place = ? AND user_id = ?", (self._tenant, user_id))

    def bind(self, profile_name: str) -> None:
        """Keep that a profile led to this tenant last, so that it opens without a token."""
        self._run("INSERT OR REPLACE INTO bound VALUES (?, ?)", (profile_name, self._tenant))

    def is_host_confirmed(self, host: str) -> bool:
        """Whether the agent agreed to open links of this host."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT 1 FROM host WHERE place = ? AND host = ?", (self._tenant, host)
            ).fetchone()
        return found is not None

    def confirm_host(self, host: str) -> None:
        """Open links of this host without asking from now on."""
        self._run("INSERT OR IGNORE INTO host VALUES (?, ?)", (self._tenant, host))

    def _run(self, statement: str, values: tuple[str, ...]) -> None:
        self._database.write(lambda connection: connection.execute(statement, values))


def _with_handled(own: dict[Key, Triage], handled: Mapping[Key, Instant]) -> dict[Key, Triage]:
    """What is mine, with what one of the team handled as done."""
    done = {key: replace(own.get(key, Triage()), done_at=at) for key, at in handled.items()}
    return {**own, **done}
