"""Which running instance sends and polls: a lock that the system itself drops when its holder dies."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

from neptune_inbox.file_locks import lock
from neptune_inbox.own_files import open_own
from neptune_inbox.store.database.errors import describe, translated


class StoreLock:
    """A lock file; `None` as path is a lock that nobody else can want."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        self._is_closed = False
        self._turn = threading.Lock()

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._path is None or self._file is not None

    @property
    def is_exclusive(self) -> bool:
        """Whether nobody else can hold it while we do."""
        return self._path is not None

    def acquire(self) -> bool:
        """Take the lock without waiting; True when it is ours now (or was already). From any thread.

        Raises StoreProblem.
        """
        with self._turn:
            return self._acquire()

    def _acquire(self) -> bool:
        if self.is_held or self._path is None:
            return True
        if self._is_closed:
            return False
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = open_own(self._path, os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise translated(error, describe(self._path)) from error
        try:
            lock(file, waits=False)
        except OSError:
            os.close(file)
            return False
        self._file = file
        # Who holds it is only information for people, so a full disk must not keep us from sending.
        with contextlib.suppress(OSError):
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        return True

    def holder(self) -> int | None:
        """The process that holds the lock; 0 where its number is not known, None where nobody does.

        It only looks and takes nothing. Raises StoreProblem.
        """
        if self._path is None or self._file is not None:
            return os.getpid()
        if not self._path.exists():
            return None
        file = open_own(self._path, os.O_RDONLY)
        try:
            lock(file, is_shared=True, waits=False)
        except OSError:
            said = os.pread(file, 20, 0).strip()
            return int(said) if said.isdigit() else 0
        finally:
            os.close(file)
        return None

    def release(self) -> None:
        """Let others have the lock; harmless when it is not held."""
        with self._turn:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def close(self) -> None:
        """Let others have the lock for good: who asked for it a moment ago, in another thread, gets it no more."""
        self._is_closed = True
        self.release()
