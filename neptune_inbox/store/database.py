"""One SQLite file: a writer and a reader connection, each behind its lock, and the errors of both put into words."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from neptune_inbox.errors import DiskFull
from neptune_inbox.model import Now
from neptune_inbox.store.ballast import Ballast
from neptune_inbox.store.opening import Kind, Migration, build_in_memory, connect, mark_suspect, open_file, tuned
from neptune_inbox.store.problems import describe, is_closed_to_us, is_damage, is_no_room, translated
from neptune_inbox.store.quarantine import beside

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
        ballast: Ballast,
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
        self._ballast = ballast
        self._write_lock = threading.RLock()
        self._read_lock = threading.RLock() if reader is not writer else self._write_lock
        self._is_closed = False

    @classmethod
    def open(
        cls, path: Path | None, migrations: Sequence[Migration], *, application_id: int, is_precious: bool, now: Now
    ) -> Database:
        """The store at `path`, made, migrated or mended as needed; None is memory.

        A place that cannot be written gives a store in memory whose `problem` says so. Raises NewerStore, and
        StoreProblem when another program keeps the file for itself.
        """
        kind = Kind(migrations, application_id, is_precious)
        if path is None:
            return cls._in_memory(kind, "")
        ballast = Ballast(beside(path, ".ballast") if is_precious else None)
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
    def _on_disk(cls, path: Path, kind: Kind, ballast: Ballast, now: Now) -> Database:
        writer, quarantined = open_file(path, kind, now())
        try:
            reader = tuned(connect(path), kind)
            reader.execute("PRAGMA query_only = ON")
            ballast.lay()
        except BaseException:
            writer.close()
            raise
        return cls(writer, reader, path=path, ballast=ballast, quarantined=quarantined)

    @classmethod
    def _in_memory(cls, kind: Kind, problem: str) -> Database:
        connection = build_in_memory(kind)
        return cls(connection, connection, path=None, ballast=Ballast(None), problem=problem)

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
            self.problem = "The disk is full: the last spare room is in use. Free some space."
        with self.transaction() as connection:
            return work(connection)

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One unchanging state to read from; never waits for a writer of a store on disk."""
        with self._read_lock, self._in_words():
            if self._reader.in_transaction:
                yield self._reader
                return
            self._reader.execute("BEGIN")
            try:
                yield self._reader
            finally:
                self._reader.rollback()

    def checkpoint(self) -> None:
        """Move what the log holds into the file itself, as far as readers allow it now."""
        if not self.is_memory:
            with self._write_lock, self._in_words():
                self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def close(self) -> None:
        """Close both connections; harmless when it is closed already."""
        with self._write_lock, self._read_lock:
            if not self._is_closed:
                self._is_closed = True
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


def _lost(path: Path, reason: str) -> str:
    return f"Changes will not survive the end of this program: {path} cannot be used ({reason})."
