"""Forgetting old rows of the cache, a few at a time, so that nobody waits long for the write lock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from neptune_inbox.model import Instant, Key
from neptune_inbox.store.cache_names import place_ref, rowids
from neptune_inbox.store.cache_text import forget_words

AT_ONCE = 250
"""Rows; about 20 ms."""


def prune_some(connection: sqlite3.Connection, place: str, before: Instant, keep: Collection[Key]) -> list[int]:
    """Forget the oldest read rows before an instant that are not to be kept; their rowids, none when all are gone.

    What is unread stays, however old: it is what somebody still waits for.
    """
    found = connection.execute(
        "SELECT seq FROM notification INDEXED BY by_time WHERE place = ? AND sorted_at < ? AND is_read = 1"
        " AND seq NOT IN (SELECT value FROM json_each(?)) ORDER BY sorted_at LIMIT ?",
        (place_ref(connection, place), before, json.dumps(rowids(connection, place, keep)), AT_ONCE),
    )
    seqs = [int(seq) for (seq,) in found]
    forget_words(connection, seqs)
    for table in ("content", "notification"):
        connection.executemany(f"DELETE FROM {table} WHERE seq = ?", [(seq,) for seq in seqs])
    return seqs


def admit_pruning(connection: sqlite3.Connection, place: str, before: Instant) -> None:
    """Say of every user that what is older than this may be missing."""
    connection.execute(
        "UPDATE freshness SET complete_back_to = max(complete_back_to, ?1), has_everything = 0"
        " WHERE account IN (SELECT ref FROM account WHERE place = ?2) AND complete_back_to IS NOT NULL",
        (before, place_ref(connection, place)),
    )
