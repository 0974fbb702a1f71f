"""Tenants, users and event types as the small integers that represent them in the cache, and keys as rowids."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from itertools import takewhile

from neptune_inbox.model import Key


def tenant_ref(connection: sqlite3.Connection, tenant: str) -> int:
    """The number of a tenant, 0 where nothing of it was ever cached."""
    found = connection.execute("SELECT ref FROM place WHERE name = ?", (tenant,)).fetchone()
    return int(found[0]) if found else 0


def make_tenant(connection: sqlite3.Connection, tenant: str) -> int:
    """The number of a tenant, given now if it has none."""
    connection.execute("INSERT OR IGNORE INTO place (name) VALUES (?)", (tenant,))
    return tenant_ref(connection, tenant)


def account_ref(connection: sqlite3.Connection, tenant: str, user_id: str) -> int:
    """The number of a user, 0 where nothing of them was ever cached."""
    return account_refs(connection, tenant, [user_id]).get(user_id, 0)


def account_refs(connection: sqlite3.Connection, tenant: str, user_ids: Collection[str]) -> dict[str, int]:
    """The numbers of those of these users of whom anything was cached."""
    found = connection.execute(
        "SELECT user_id, ref FROM account WHERE place = ? AND user_id IN (SELECT value FROM json_each(?))",
        (tenant_ref(connection, tenant), json.dumps(list(user_ids))),
    )
    return {str(user_id): int(ref) for user_id, ref in found}


def make_account(connection: sqlite3.Connection, tenant: str, user_id: str) -> int:
    """The number of a user, given now if they have none."""
    ref = account_ref(connection, tenant, user_id)
    if not ref:
        connection.execute(
            "INSERT INTO account (place, user_id) VALUES (?, ?)", (make_tenant(connection, tenant), user_id)
        )
        ref = account_ref(connection, tenant, user_id)
    return ref


def make_events(connection: sqlite3.Connection, tenant: int, names: Iterable[str]) -> dict[str, int]:
    """The numbers of event types of a tenant, given now to those that have none."""
    refs: dict[str, int] = {}
    for name in set(names):
        find = ("SELECT ref FROM event WHERE place = ? AND name = ?", (tenant, name))
        found = connection.execute(*find).fetchone()
        if found is None:
            connection.execute("INSERT INTO event (place, name) VALUES (?, ?)", (tenant, name))
            found = connection.execute(*find).fetchone()
        refs[name] = int(found[0])
    return refs


def rowids(connection: sqlite3.Connection, tenant: str, keys: Collection[Key]) -> list[int]:
    """The rowids of those of these notifications that are cached, in no order."""
    found = connection.execute(
        "SELECT n.seq FROM json_each(?) k"
        " CROSS JOIN account a ON a.place = ? AND a.user_id = json_extract(k.value, '$[0]')"
        " CROSS JOIN notification n ON n.account = a.ref AND n.id = json_extract(k.value, '$[1]')",
        (json.dumps(list(keys)), tenant_ref(connection, tenant)),
    )
    return [int(seq) for (seq,) in found]


def keys_beginning(
    connection: sqlite3.Connection, tenant: str, user_ids: Collection[str], beginning: str, limit: int
) -> list[Key]:
    """The first `limit` notifications of these users whose ids begin so, in the order of users and ids."""
    found = connection.execute(
        "SELECT u.value, n.id FROM json_each(?1) u CROSS JOIN account a ON a.place = ?2 AND a.user_id = u.value"
        " CROSS JOIN notification n ON n.account = a.ref AND n.id >= ?3 AND n.id < ?3 || char(1114111)"
        " ORDER BY u.key, n.id LIMIT ?4",
        (json.dumps(list(user_ids)), tenant_ref(connection, tenant), beginning, limit),
    )
    return [Key(user_id, id) for user_id, id in found]


def unique_lengths(
    connection: sqlite3.Connection, tenant: str, user_ids: Collection[str], ids: Collection[str]
) -> dict[str, int]:
    """How many characters of each of these ids it takes so that no other id of these users begins with them."""
    accounts = json.dumps(list(account_refs(connection, tenant, user_ids).values()))
    lengths = {}
    for id in ids:
        beside = connection.execute(
            "SELECT max(before), min(after) FROM (SELECT"
            " (SELECT max(n.id) FROM notification n WHERE n.account = u.value AND n.id < ?2) AS before,"
            " (SELECT min(n.id) FROM notification n WHERE n.account = u.value AND n.id > ?2) AS after"
            " FROM json_each(?1) u)",
            (accounts, id),
        ).fetchone()
        shared = max((_shared(id, other) for other in beside if other is not None), default=0)
        lengths[id] = min(len(id), shared + 1)
    return lengths


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
