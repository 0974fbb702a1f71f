"""How a store's file comes to be open: made whole or not at all, examined, migrated, or set aside and built again.

A new file is built under another name and renamed when it is complete, so an empty or half-made file is never ours:
it was damaged.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from neptune_inbox.errors import NewerStore
from neptune_inbox.file_locks import lock
from neptune_inbox.model import Instant
from neptune_inbox.own_files import check_own, open_own
from neptune_inbox.store.database.errors import is_closed_to_us, is_no_room
from neptune_inbox.store.database.repair import salvage, set_aside, sibling, unsound_rows

Migration: TypeAlias = Sequence[str]
"""The statements that lead from one version of a schema to the next."""

SENTINEL = "CREATE TABLE sentinel (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL)"
BUSY_SECONDS = 5.0
SIDECARS = ("-wal", "-shm", "-journal")
"""The files SQLite keeps next to a database."""


class Kind(Struct, frozen=True):
    """What sort of store it is."""

    migrations: Sequence[Migration]
    application_id: int
    is_precious: bool
    """Its content cannot be fetched again: every commit is synced, damage is salvaged."""

    @property
    def version(self) -> int:
        return len(self.migrations)


class Damage(Exception):
    """The file is not a sound store of its kind."""


def connect(target: str | Path) -> sqlite3.Connection:
    """A connection that has read nothing yet, so that it opens on a damaged file too; raises sqlite3.Error."""
    connection = sqlite3.connect(
        target, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    connection.create_function("seal", -1, seal, deterministic=True)
    return connection


def configure(connection: sqlite3.Connection, kind: Kind) -> sqlite3.Connection:
    """The connection with how it writes set; raises sqlite3.Error."""
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA synchronous = {'FULL' if kind.is_precious else 'NORMAL'}")
    connection.execute("PRAGMA cache_size = -1024")
    connection.execute("PRAGMA journal_size_limit = 8388608")
    return connection


def seal(*values: object) -> int:
    """A checksum over the values of a row, as SQL function `seal(…)`."""
    return zlib.crc32(repr(values).encode("utf-8", "surrogatepass"))


def open_file(path: Path, kind: Kind, at: Instant) -> tuple[sqlite3.Connection, Path | None]:
    """A connection to the store at `path`, and where a damaged one was set aside to.

    Raises NewerStore, OSError and sqlite3.Error (no room, no right, in use).
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(path.parent):
        if path.is_symlink():
            # Also one that leads nowhere: its target may come back.
            check_own(path)
        if not path.exists():
            _make(path, kind)
        os.close(open_own(path, os.O_RDWR))
        for suffix in SIDECARS:
            check_own(sibling(path, suffix))
        suspect = sibling(path, ".suspect")
        connection = None
        try:
            connection = connect(path)
            _examine(connection, kind, path, is_suspect=suspect.exists())
            _migrate(connection, kind, path)
        except Damage:
            bad = _replace(path, kind, connection, at)
            suspect.unlink(missing_ok=True)
            return configure(connect(path), kind), bad
        except BaseException:
            if connection is not None:
                connection.close()
            raise
        return configure(connection, kind), None


def build_in_memory(kind: Kind) -> sqlite3.Connection:
    """A store that lives as long as its connection."""
    connection = configure(connect(":memory:"), kind)
    _write_schema(connection, kind)
    return connection


def mark_suspect(path: Path) -> None:
    """Let the next start distrust the file: damage was met while it was used."""
    with contextlib.suppress(OSError):
        os.close(open_own(sibling(path, ".suspect"), os.O_WRONLY | os.O_CREAT))


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other instances from opening stores in this folder meanwhile, where the file system can."""
    file = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            lock(file)
        yield
    finally:
        os.close(file)


def _make(path: Path, kind: Kind) -> None:
    """A file where there is none: the one that was rescued when the program was killed, or a new one."""
    rescued = sibling(path, ".rescued")
    if rescued.exists():
        os.replace(rescued, path)
    else:
        _build(path, kind, None)


def _build(path: Path, kind: Kind, damaged: sqlite3.Connection | None) -> None:
    """Make a complete new file, with what can be read of the damaged one, and only then give it its name."""
    for suffix in SIDECARS:
        sibling(path, suffix).unlink(missing_ok=True)
    new = sibling(path, ".new")
    new.unlink(missing_ok=True)
    os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    connection = configure(connect(new), kind)
    try:
        _write_schema(connection, kind)
        if damaged is not None:
            salvage(damaged, connection)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    _sync(new)
    os.replace(new, path)
    _sync(path.parent)


def _replace(path: Path, kind: Kind, damaged: sqlite3.Connection | None, at: Instant) -> Path:
    new = sibling(path, ".rescued")
    new.unlink(missing_ok=True)
    try:
        _build(new, kind, damaged if kind.is_precious else None)
    finally:
        if damaged is not None:
            damaged.close()
    bad = set_aside(path, at)
    os.replace(new, path)
    _sync(path.parent)
    return bad


def _write_schema(connection: sqlite3.Connection, kind: Kind) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(SENTINEL)
    connection.execute("INSERT INTO sentinel VALUES (1, 0)")
    for migration in kind.migrations:
        for statement in migration:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {kind.application_id}")
    _set_version(connection, kind.version)
    connection.execute("COMMIT")


def _set_version(connection: sqlite3.Connection, version: int) -> None:
    connection.execute(f"PRAGMA user_version = {version}")
    connection.execute("UPDATE sentinel SET version = ?", (version,))


def _examine(connection: sqlite3.Connection, kind: Kind, path: Path, *, is_suspect: bool) -> None:
    """Raise Damage for a file that is not a sound store, NewerStore for one that is too new."""
    if not _has_known_format(path):
        raise Damage("its format is not one of ours")
    try:
        identity = connection.execute("PRAGMA application_id").fetchone()[0]
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        sentinel = connection.execute("SELECT version FROM sentinel").fetchall()
        if identity != kind.application_id or sentinel != [(version,)]:
            raise Damage("not ours, or emptied")
        if version > kind.version:
            _refuse_newer(kind, path)
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise Damage("no write-ahead log")
        _probe(connection, kind, is_suspect=is_suspect)
    except sqlite3.Error as error:
        if is_no_room(error) or is_closed_to_us(error) or _is_in_use(error):
            raise
        raise Damage(str(error)) from error
    except UnicodeDecodeError as error:
        raise Damage("what it says of itself is not text") from error


def _has_known_format(path: Path) -> bool:
    """Whether SQLite will write to it: one flipped bit of this byte and the file could only be read, for good."""
    with path.open("rb") as file:
        return file.read(20)[18:19] in (b"\x01", b"\x02")


def _refuse_newer(kind: Kind, path: Path) -> None:
    if not kind.is_precious:
        raise Damage("made by a newer version")
    raise NewerStore(f"{path.name} was made by a newer version of neptune-inbox.")


def _probe(connection: sqlite3.Connection, kind: Kind, *, is_suspect: bool) -> None:
    if kind.is_precious:
        if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise Damage("the integrity check failed")
        if unsound_rows(connection):
            raise Damage("a row does not fit its seal")
    elif is_suspect:
        raise Damage("damage was met while it was used")
    else:
        for (table,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()


def _is_in_use(error: sqlite3.Error) -> bool:
    code = int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _migrate(connection: sqlite3.Connection, kind: Kind, path: Path) -> None:
    """Bring an older file up to date, one transaction for each step, after a copy of it was made."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version >= kind.version:
        return
    copy = sibling(path, f".before-{kind.version}")
    copy.unlink(missing_ok=True)
    os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with contextlib.closing(sqlite3.connect(copy)) as target:
        connection.backup(target)
    for number in range(version, kind.version):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in kind.migrations[number]:
                connection.execute(statement)
            _set_version(connection, number + 1)
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
