"""Places, users and event types as the small integers that stand for them in the cache, and keys as rowids."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable

from neptune_inbox.model import Key


def place_ref(connection: sqlite3.Connection, place: str) -> int:
    """The number of a place, 0 where nothing of it was ever cached."""
    found = connection.execute("SELECT ref FROM place WHERE name = ?", (place,)).fetchone()
    return int(found[0]) if found else 0


def make_place(connection: sqlite3.Connection, place: str) -> int:
    """The number of a place, given now if it has none."""
    connection.execute("INSERT OR IGNORE INTO place (name) VALUES (?)", (place,))
    return place_ref(connection, place)


def account_ref(connection: sqlite3.Connection, place: str, user_id: str) -> int:
    """The number of a user, 0 where nothing of them was ever cached."""
    return account_refs(connection, place, [user_id]).get(user_id, 0)


def account_refs(connection: sqlite3.Connection, place: str, user_ids: Collection[str]) -> dict[str, int]:
    """The numbers of those of these users of whom anything was cached."""
    found = connection.execute(
        "SELECT user_id, ref FROM account WHERE place = ? AND user_id IN (SELECT value FROM json_each(?))",
        (place_ref(connection, place), json.dumps(list(user_ids))),
    )
    return {str(user_id): int(ref) for user_id, ref in found}


def make_account(connection: sqlite3.Connection, place: str, user_id: str) -> int:
    """The number of a user, given now if they have none."""
    ref = account_ref(connection, place, user_id)
    if not ref:
        connection.execute(
            "INSERT INTO account (place, user_id) VALUES (?, ?)", (make_place(connection, place), user_id)
        )
        ref = account_ref(connection, place, user_id)
    return ref


def make_events(connection: sqlite3.Connection, place: int, names: Iterable[str]) -> dict[str, int]:
    """The numbers of event types of a place, given now to those that have none."""
    refs: dict[str, int] = {}
    for name in set(names):
        find = ("SELECT ref FROM event WHERE place = ? AND name = ?", (place, name))
        found = connection.execute(*find).fetchone()
        if found is None:
            connection.execute("INSERT INTO event (place, name) VALUES (?, ?)", (place, name))
            found = connection.execute(*find).fetchone()
        refs[name] = int(found[0])
    return refs


def rowids(connection: sqlite3.Connection, place: str, keys: Collection[Key]) -> list[int]:
    """The rowids of those of these notifications that are cached, in no order."""
    found = connection.execute(
        "SELECT n.seq FROM json_each(?) k"
        " CROSS JOIN account a ON a.place = ? AND a.user_id = json_extract(k.value, '$[0]')"
        " CROSS JOIN notification n ON n.account = a.ref AND n.id = json_extract(k.value, '$[1]')",
        (json.dumps(list(keys)), place_ref(connection, place)),
    )
    return [int(seq) for (seq,) in found]
