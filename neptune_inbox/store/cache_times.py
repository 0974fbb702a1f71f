"""When cached notifications came and were read: what insight is calculated from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from neptune_inbox.model import Instant, Key, Lifetime
from neptune_inbox.store.cache_names import account_refs


def lifetimes(
    connection: sqlite3.Connection, place: str, user_ids: Collection[str], since: Instant
) -> list[Lifetime]:
    """The lifetimes of what these users were sent since an instant, oldest first."""
    accounts = list(account_refs(connection, place, user_ids).values())
    found = connection.execute(
        "SELECT a.user_id, n.id, e.name, n.created_at, n.is_read, n.read_at, n.last_seen_unread_at,"
        " n.first_seen_read_at FROM notification n"
        " JOIN account a ON a.ref = n.account JOIN event e ON e.ref = n.event"
        " WHERE n.account IN (SELECT value FROM json_each(?)) AND n.created_at >= ? ORDER BY n.created_at",
        (json.dumps(accounts), since),
    )
    return [
        Lifetime(
            key=Key(user_id, id),
            event_type=event_type,
            created_at=created_at,
            is_read=bool(is_read),
            read_after=read_at if read_at is not None else last_unread,
            read_before=read_at if read_at is not None else first_read,
        )
        for user_id, id, event_type, created_at, is_read, read_at, last_unread, first_read in found
    ]
