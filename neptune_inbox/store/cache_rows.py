"""Cached rows as frozen values: lines of the list, whole notifications, sightings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from neptune_inbox.model import Key, Notification, Row, Sighting
from neptune_inbox.store.cache_names import place_ref

_LINE = (
    "n.seq, a.user_id, n.id, n.title, e.name, n.created_at, n.is_read, n.read_at, n.has_link FROM notification n"
    " JOIN account a ON a.ref = n.account JOIN event e ON e.ref = n.event"
)
_WHOLE = (
    "n.id, a.user_id, n.title, c.body, e.name, n.created_at, n.is_read, n.read_at, c.status, c.link, c.data, c.raw"
    " FROM notification n JOIN account a ON a.ref = n.account JOIN event e ON e.ref = n.event"
    " JOIN content c ON c.seq = n.seq"
)
_BY_KEY = " WHERE a.place = ? AND a.user_id = ? AND n.id = ?"


def lines(connection: sqlite3.Connection, rowids: Sequence[int]) -> list[Row]:
    """The rows with these rowids, in this order; those that are no longer cached are left out."""
    found = connection.execute(
        f"SELECT {_LINE} WHERE n.seq IN (SELECT value FROM json_each(?))", (json.dumps(list(rowids)),)
    )
    by_rowid = {fields[0]: fields for fields in found}
    return [_line(by_rowid[rowid]) for rowid in rowids if rowid in by_rowid]


def line(connection: sqlite3.Connection, place: str, key: Key) -> Row | None:
    """One row, or None when it is not cached."""
    found = connection.execute(f"SELECT {_LINE}{_BY_KEY}", (place_ref(connection, place), *key)).fetchone()
    return _line(found) if found else None


def whole(connection: sqlite3.Connection, place: str, key: Key) -> Notification | None:
    """One notification with all that the server told, or None when it is not cached."""
    found = connection.execute(f"SELECT {_WHOLE}{_BY_KEY}", (place_ref(connection, place), *key)).fetchone()
    if found is None:
        return None
    id, user_id, title, body, event_type, created_at, is_read, read_at, status, link, data, raw = found
    return Notification(
        id=id,
        user_id=user_id,
        title=title,
        body=body,
        event_type=event_type,
        created_at=created_at,
        is_read=bool(is_read),
        read_at=read_at,
        status=status,
        link=link,
        data=data,
        raw=raw,
    )


def sighting(connection: sqlite3.Connection, place: str, key: Key) -> tuple[int, bool, Sighting] | None:
    """The rowid of one notification, whether it is read, and when it was seen how; None when it is not cached."""
    found = connection.execute(
        "SELECT n.seq, n.is_read, n.first_seen_at, n.last_seen_unread_at, n.first_seen_read_at FROM notification n"
        f" JOIN account a ON a.ref = n.account{_BY_KEY}",
        (place_ref(connection, place), *key),
    ).fetchone()
    if found is None:
        return None
    seq, is_read, *times = found
    return seq, bool(is_read), Sighting(*times)


def _line(fields: Sequence[object]) -> Row:
    rowid, user_id, id, title, event_type, created_at, is_read, read_at, has_link = fields
    return Row(rowid, user_id, id, title, event_type, created_at, bool(is_read), read_at, bool(has_link))  # type: ignore[arg-type]
