"""What happened, as frozen past-tense facts; whoever listens decides what to draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from neptune_inbox.errors import InboxError
from neptune_inbox.model import Key


class Arrived(Struct, frozen=True):
    """Notifications that were not in the cache before."""

    user_id: str
    keys: tuple[Key, ...]


class Polled(Struct, frozen=True):
    """A poll of one user ended; `changed` tells whether rows or counts differ from before."""

    user_id: str
    changed: bool


class MarksChanged(Struct, frozen=True):
    """Marks were held, undone, sent, failed or put off."""

    keys: tuple[Key, ...]


class MarksSent(Struct, frozen=True):
    """Marks of these users were confirmed by the server: what it counts for them differs now."""

    users: frozenset[str]
    count: int


class MineChanged(Struct, frozen=True):
    """My plane changed for these."""

    keys: tuple[Key, ...]


class HealthChanged(Struct, frozen=True):
    """The connection or the token became good or bad; ask `Session.health`."""


class Troubled(Struct, frozen=True):
    """A background task met an error that the user must be told."""

    error: InboxError


Fact: TypeAlias = Arrived | Polled | MarksChanged | MarksSent | MineChanged | HealthChanged | Troubled


class Bus:
    """Hands each fact to every listener, on the event loop, in order."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Fact], None]] = []

    def listen(self, listener: Callable[[Fact], None]) -> Callable[[], None]:
        """Add a listener; the answer takes it away again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def tell(self, fact: Fact) -> None:
        for listener in tuple(self._listeners):
            listener(fact)
