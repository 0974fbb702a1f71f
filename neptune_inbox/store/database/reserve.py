"""A file that only reserves space, to be released when the disk is full."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

SIZE = 256 * 1024


class ReservedSpace:
    """The spare room of one store; `None` as path has none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def allocate(self) -> None:
        """Take the room, if the disk has it; no error when it has not."""
        if self._path is None or self._path.exists():
            return
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            return
        try:
            # Random bytes, since some file systems give no room to zeros.
            whole = os.write(file, os.urandom(SIZE)) == SIZE
            os.fsync(file)
        except OSError:
            whole = False
        finally:
            os.close(file)
        if not whole:
            self.release()

    def release(self) -> bool:
        """Give the room back; whether there was any."""
        if self._path is None:
            return False
        with contextlib.suppress(OSError):
            self._path.unlink()
            return True
        return False
