"""Which running instance sends and polls: a lock that the system itself drops when its holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from neptune_inbox.store.problems import describe, translated


class StoreLock:
    """A lock file; `None` as path is a lock that nobody else can want."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._path is None or self._file is not None

    def acquire(self) -> bool:
        """Take the lock without waiting; True when it is ours now (or was already). Raises StoreProblem."""
        if self.is_held or self._path is None:
            return True
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise translated(error, describe(self._path)) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        # Who holds it is only told to people, so a full disk must not keep us from sending.
        with contextlib.suppress(OSError):
            os.ftruncate(file, 0)
            os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        return True

    def release(self) -> None:
        """Let others have the lock; harmless when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def holder(self) -> str:
        """The process id that the lock's last holder wrote, or empty."""
        if self._path is None:
            return str(os.getpid())
        try:
            return self._path.read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            return ""
