"""The note that the tour of the demo has ended, so that it is not offered again."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from neptune_inbox.paths import make_private


class TourNote:
    """An empty file; where it cannot be written the tour is offered again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def is_there(self) -> bool:
        """Whether the tour has ended."""
        return self._path.exists()

    def write(self) -> None:
        """Remember that it has ended."""
        # The demo works on a disk that takes nothing.
        with suppress(OSError):
            make_private(self._path.parent)
            self._path.touch(0o600)
