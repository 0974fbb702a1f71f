"""One SQLite file: its connections, each behind a lock of its own, and their errors put into words."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from neptune_inbox.errors import DiskFull
from neptune_inbox.model import Now
from neptune_inbox.store.database.errors import describe, is_closed_to_us, is_damage, is_no_room, translated
from neptune_inbox.store.database.open import (
    Kind,
    Migration,
    build_in_memory,
    configure,
    connect,
    mark_suspect,
    open_file,
)
from neptune_inbox.store.database.repair import sibling
from neptune_inbox.store.database.reserve import ReservedSpace

T = TypeVar("T")
VALUE_ERRORS = (UnicodeError, OverflowError)
"""What the binding raises for a lone surrogate or an integer beyond 64 bits."""


class Database:
    """A store on disk or in memory; every call may come from any thread and raises StoreProblem."""

    def __init__(
        self,
        writer: sqlite3.Connection,
        reader: sqlite3.Connection,
        *,
        path: Path | None,
        ballast: ReservedSpace,
        open_reader: Callable[[], sqlite3.Connection],
        quarantined: Path | None = None,
        problem: str = "",
    ) -> None:
        self.path = path
        self.quarantined = quarantined
        """Where a damaged file was set aside to when this one was opened."""
        self.problem = problem
        """Why changes will not survive, or what is short; empty when all is well."""
        self._writer = writer
        self._reader = reader
        self._open_reader = open_reader
        self._searcher: sqlite3.Connection | None = None
        self._ballast = ballast
        self._write_lock = threading.RLock()
        is_one = reader is writer
        self._read_lock = self._write_lock if is_one else threading.RLock()
        self._search_lock = self._write_lock if is_one else threading.RLock()
        self._is_closed = False

    @classmethod
    def open(
        cls, path: Path | None, migrations: Sequence[Migration], *, application_id: int, is_precious: bool, now: Now
    ) -> Database:
        """The store at `path`, made, migrated or repaired as needed; None is memory.

        A place that cannot be written gives a store in memory whose `problem` says so. Raises NewerStore, and
        StoreProblem when another program keeps the file for itself.
        """
        kind = Kind(migrations, application_id, is_precious)
        if path is None:
            return cls._in_memory(kind, "")
        ballast = ReservedSpace(sibling(path, ".ballast") if is_precious else None)
        try:
            try:
                return cls._on_disk(path, kind, ballast, now)
            except (sqlite3.Error, OSError) as error:
                is_full = isinstance(translated(error, path.name), DiskFull)
                if not (is_full and ballast.release()):
                    raise
                return cls._on_disk(path, kind, ballast, now)
        except OSError as error:
            return cls._in_memory(kind, _lost(path, str(error.strerror or error)))
        except sqlite3.Error as error:
            if is_no_room(error) or is_closed_to_us(error):
                return cls._in_memory(kind, _lost(path, str(error)))
            raise translated(error, path.name) from error

    @classmethod
    def _on_disk(cls, path: Path, kind: Kind, ballast: ReservedSpace, now: Now) -> Database:
        writer, quarantined = open_file(path, kind, now())
        open_reader = partial(_open_reader, path, kind)
        try:
            reader = open_reader()
            ballast.allocate()
        except BaseException:
            writer.close()
            raise
        return cls(writer, reader, path=path, ballast=ballast, open_reader=open_reader, quarantined=quarantined)

    @classmethod
    def _in_memory(cls, kind: Kind, problem: str) -> Database:
        connection = build_in_memory(kind)
        return cls(
            connection,
            connection,
            path=None,
            ballast=ReservedSpace(None),
            open_reader=lambda: connection,
            problem=problem,
        )

    @property
    def is_memory(self) -> bool:
        """Whether nothing of it survives the end of the program."""
        return self.path is None

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, with the write lock taken at its start; committed and synced when the block is left."""
        with self._write_lock, self._in_words():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    with contextlib.suppress(sqlite3.Error):
                        self._writer.execute("ROLLBACK")
                raise

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in a transaction; on a full disk once more after the spare room was given back.

        `work` may therefore run twice, each time on a state without its own changes. Raises DiskFull when nothing
        was saved.
        """
        try:
            with self.transaction() as connection:
                return work(connection)
        except DiskFull:
            if not self._ballast.release():
                raise
            self.problem = "The disk is full: the reserved space is in use. Free some space."
        with self.transaction() as connection:
            return work(connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One unchanging state to read a few rows from; of a store on disk, never waits for a writer or a search."""
        with self._read_lock, self._in_words(), _unchanging(self._reader):
            yield self._reader

    @contextlib.contextmanager
    def searching(self) -> Iterator[sqlite3.Connection]:
        """The same for what may take a while: no key that needs a row waits for it."""
        with self._search_lock, self._in_words():
            if self._searcher is None:
                self._searcher = self._open_reader()
            with _unchanging(self._searcher):
                yield self._searcher

    def version(self) -> int:
        """A number that changes with what others write, and may with what we write; to ask it costs next to nothing.

        Source: `PRAGMA data_version` in SQLite's documentation.
        """
        with self._read_lock, self._in_words():
            return int(self._reader.execute("PRAGMA data_version").fetchone()[0])

    def version_elsewhere(self) -> int:
        """A number that changes with what others write, and with nothing that we write through this object."""
        with self._write_lock, self._in_words():
            return int(self._writer.execute("PRAGMA data_version").fetchone()[0])

    def checkpoint(self) -> None:
        """Move what the log holds into the file itself, as far as readers allow it now."""
        if not self.is_memory:
            with self._write_lock, self._in_words():
                self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close its connections; harmless when it is closed already."""
        with self._write_lock, self._read_lock, self._search_lock:
            if not self._is_closed:
                self._is_closed = True
                if self._searcher is not None:
                    self._searcher.close()
                self._reader.close()
                self._writer.close()

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if self.path is not None and is_damage(error):
                mark_suspect(self.path)
            raise translated(error, describe(self.path)) from error
        except VALUE_ERRORS as error:
            if self.path is not None and is_damage(error):
                mark_suspect(self.path)
            raise translated(error, describe(self.path)) from error


def _open_reader(path: Path, kind: Kind) -> sqlite3.Connection:
    reader = configure(connect(path), kind)
    reader.execute("PRAGMA query_only = ON")
    return reader


@contextlib.contextmanager
def _unchanging(connection: sqlite3.Connection) -> Iterator[None]:
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.rollback()


def _lost(path: Path, reason: str) -> str:
    return f"Changes will be lost when this program ends: {path} cannot be used ({reason})."
