"""The first rows of a search for what very many rows contain, found without the full-text index.

The index answers with all hits or none, in no order of time; where every third row is a hit, looking through the
newest rows has found a screenful long before.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Sequence

from neptune_inbox.store.cache_text import SHORTEST, legible

WALKED = 2_000
"""At most so many of the newest rows are looked through."""

_FOLD = "replace(replace(lower({}), char(383), 's'), char(8490), 'k')"
"""As the index folds ASCII letters: besides their capitals only ſ and the Kelvin sign become some (SQLite, FTS5)."""
_LEGIBLE = r"CASE WHEN instr(data, '\u') THEN legible(data) ELSE data END"
_HOLDS = (
    f"(instr({_FOLD.format('title')}, ?)"
    f" OR event IN (SELECT ref FROM event WHERE instr({_FOLD.format('name')}, ?))"
    f" OR account IN (SELECT ref FROM account WHERE instr({_FOLD.format('user_id')}, ?))"
    " OR EXISTS (SELECT 1 FROM content WHERE content.seq = notification.seq"
    f" AND (instr({_FOLD.format('body')}, ?) OR instr({_FOLD.format(_LEGIBLE)}, ?))))"
)
_NEWEST_FIRST = " ORDER BY sorted_at DESC, seq DESC LIMIT ?"


def newest_with(
    connection: sqlite3.Connection,
    texts: Sequence[str],
    *,
    source: str,
    conditions: Sequence[str],
    values: Sequence[object],
    limit: int,
) -> array[int] | None:
    """The first `limit` rowids, newest first, of rows that meet the conditions and hold all texts somewhere.

    None where the newest rows hold too few of them, or where a text is not one whose letters we can fold.
    """
    if not all(text.isascii() and len(text) >= SHORTEST for text in texts):
        return None
    chosen = f"SELECT {{}} FROM {source} WHERE {' AND '.join(conditions)}"
    bound = connection.execute(
        f"{chosen.format('sorted_at')}{_NEWEST_FIRST} OFFSET ?", (*values, 1, WALKED)
    ).fetchone()
    wanted = [*values]
    if bound is not None:
        chosen += " AND sorted_at > ?"
        wanted += bound
    wanted += [text.lower() for text in texts for _ in range(_HOLDS.count("?"))]
    connection.create_function("legible", 1, legible, deterministic=True)
    found = connection.execute(
        f"{chosen.format('seq')} AND {' AND '.join(_HOLDS for _ in texts)}{_NEWEST_FIRST}", (*wanted, limit)
    )
    seqs = array("q", (seq for (seq,) in found))
    return seqs if bound is None or len(seqs) == limit else None
