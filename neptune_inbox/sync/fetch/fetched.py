"""What came of asking the service for one user's notifications."""

from __future__ import annotations

from msgspec import Struct

from neptune_inbox.model import Key


class Fetched(Struct, frozen=True):
    """What one poll of one user brought."""

    new: tuple[Key, ...] = ()
    arrived: tuple[Key, ...] = ()
    """Those of `new` that were not there at the first look at the user."""
    changed: bool = False
    requests: int = 0
    skipped: int = 0
    """Rows of the server that could not be read."""

    def __add__(self, other: Fetched) -> Fetched:
        return Fetched(
            self.new + other.new,
            self.arrived + other.arrived,
            self.changed or other.changed,
            self.requests + other.requests,
            self.skipped + other.skipped,
        )
