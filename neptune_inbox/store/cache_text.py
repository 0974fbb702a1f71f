"""The full-text index: what of a notification can be found, and keeping the index true when that changes.

The index keeps no text, so forgetting a row means telling it the very words that it was told before: they are always
made here, and always from the stored columns.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

SHORTEST = 3
"""Characters; the index is made of runs of three, so shorter words are looked for in the narrow columns."""

_STORED = (
    "SELECT n.seq, n.title, c.body, c.data, e.name, a.user_id FROM notification n JOIN content c ON c.seq = n.seq"
    " JOIN event e ON e.ref = n.event JOIN account a ON a.ref = n.account"
    " WHERE n.seq IN (SELECT value FROM json_each(?))"
)


def add_words(connection: sqlite3.Connection, seqs: Sequence[int]) -> None:
    """Make these stored rows findable."""
    connection.executemany(
        "INSERT INTO words (rowid, title, body, data, event_type, user_id) VALUES (?, ?, ?, ?, ?, ?)",
        _stored(connection, seqs),
    )


def forget_words(connection: sqlite3.Connection, seqs: Sequence[int]) -> None:
    """Make these rows unfindable; called before their stored columns change or go."""
    connection.executemany(
        "INSERT INTO words (words, rowid, title, body, data, event_type, user_id)"
        " VALUES ('delete', ?, ?, ?, ?, ?, ?)",
        _stored(connection, seqs),
    )


def _stored(connection: sqlite3.Connection, seqs: Sequence[int]) -> list[tuple[object, ...]]:
    found = connection.execute(_STORED, (json.dumps(list(seqs)),)).fetchall()
    return [(seq, title, body, legible(data), event, user_id) for seq, title, body, data, event, user_id in found]


def legible(data: str) -> str:
    r"""A payload with its `\u00e9` turned into é, as people type it."""
    if "\\u" not in data:
        return data
    try:
        text = json.dumps(json.loads(data), ensure_ascii=False)
    except (ValueError, RecursionError):
        return data
    return text.encode("utf-8", "replace").decode("utf-8")


def match_expression(texts: Iterable[str]) -> str:
    """The query that finds rows with every one of these texts somewhere, letter for letter but for the case."""
    return " AND ".join('"' + text.replace('"', '""') + '"' for text in texts)


def like_pattern(text: str) -> str:
    r"""The LIKE pattern for a text anywhere, with `\` as escape."""
    for sign in "\\%_":
        text = text.replace(sign, "\\" + sign)
    return f"%{text}%"
