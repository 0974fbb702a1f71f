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
    """Forget the oldest rows before an instant that are not to be kept; their rowids, none when all are gone."""
    found = connection.execute(
        "SELECT seq FROM notification INDEXED BY by_time WHERE place = ? AND sorted_at < ?"
        " AND seq NOT IN (SELECT value FROM json_each(?)) ORDER BY sorted_at LIMIT ?",
        (place_ref(connection, place), before, json.dumps(rowids(connection, place, keep)), AT_ONCE),
    )
    seqs = [int(seq) for (seq,) in found]
    forget_words(connection, seqs)
    for table in ("content", "notification"):
        connection.executemany(f"DELETE FROM {table} WHERE seq = ?", [(seq,) for seq in seqs])
    return seqs
