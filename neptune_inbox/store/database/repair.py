"""What happens to a damaged file: it is set aside, and what can still be read of it is brought over."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from neptune_inbox.model import Instant
from neptune_inbox.store.database.errors import READING_ERRORS

KEPT = 3
"""How many damaged files of one store are kept."""


def set_aside(path: Path, at: Instant) -> Path:
    """Rename a store (and the log next to it) to `NAME.bad-<time>`; the answer is its new path. Raises OSError."""
    timestamp = datetime.fromtimestamp(at / 1000, tz=UTC).strftime("%Y%m%dT%H%M%S")
    bad = path.with_name(f"{path.name}.bad-{timestamp}")
    number = 0
    while bad.exists():
        number += 1
        bad = path.with_name(f"{path.name}.bad-{timestamp}-{number}")
    os.replace(path, bad)
    with contextlib.suppress(FileNotFoundError):
        os.replace(sibling(path, "-wal"), sibling(bad, "-wal"))
    sibling(path, "-shm").unlink(missing_ok=True)
    _forget_oldest(path)
    return bad


def sibling(path: Path, suffix: str) -> Path:
    """The path of a file that SQLite keeps next to a database."""
    return path.with_name(path.name + suffix)


def _forget_oldest(path: Path) -> None:
    found = [bad for bad in path.parent.glob(f"{path.name}.bad-*") if not bad.name.endswith(("-wal", "-shm"))]
    for bad in sorted(found, key=lambda bad: (bad.stat().st_mtime_ns, bad.name))[:-KEPT]:
        bad.unlink(missing_ok=True)
        sibling(bad, "-wal").unlink(missing_ok=True)


def salvage(damaged: sqlite3.Connection, fresh: sqlite3.Connection) -> int:
    """Copy every row that can still be read into a new store of the same schema; the answer is how many.

    Rows whose seal does not fit (the view `unsound`, where there is one) are left behind.
    """
    damaged.text_factory = lambda raw: raw.decode("utf-8", "replace")
    count = 0
    fresh.execute("BEGIN IMMEDIATE")
    for table in _tables(fresh):
        for row in _readable_rows(damaged, fresh, table):
            count += _insert(fresh, table, row)
    for table, rowid in unsound_rows(fresh):
        fresh.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))
        count -= 1
    fresh.execute("COMMIT")
    return count


def unsound_rows(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Table and rowid of the rows whose seal does not fit their content."""
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'view' AND name = 'unsound'").fetchone():
        return []
    return [(str(table), int(rowid)) for table, rowid in connection.execute("SELECT source, id FROM unsound")]


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'sentinel'"
        # What was known of the journal is not true of what was rescued: all of it is read again.
        " AND name NOT LIKE 'journal%'"
    )
    return [str(name) for (name,) in found]


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[1]) for row in connection.execute(f'PRAGMA table_info("{table}")')]


def _readable_rows(damaged: sqlite3.Connection, fresh: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    """The rows from both ends of a table, up to where it cannot be read."""
    try:
        known = set(_columns(damaged, table))
    except READING_ERRORS:
        return
    columns = [name for name in _columns(fresh, table) if name in known]
    if not columns:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    for order in ("ASC", "DESC"):
        try:
            cursor = damaged.execute(f'SELECT {names} FROM "{table}" NOT INDEXED ORDER BY rowid {order}')
            for row in cursor:
                yield dict(zip(columns, row, strict=True))
        except READING_ERRORS:
            continue
        # It was read to its end without an error, so the other direction would bring nothing more.
        return


def _insert(fresh: sqlite3.Connection, table: str, row: dict[str, Any]) -> int:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" for _ in row)
    try:
        cursor = fresh.execute(f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))
    except sqlite3.Error:
        return 0
    return cursor.rowcount
