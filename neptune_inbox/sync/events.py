"""What happened, as frozen past-tense facts; whoever listens decides what to draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from neptune_inbox import debug_trace
from neptune_inbox.errors import InboxError
from neptune_inbox.model import Instant, Key


class Arrived(Struct, frozen=True):
    """Notifications that were not in the cache before."""

    user_id: str
    keys: tuple[Key, ...]
    arrived: tuple[Key, ...] = ()
    """Those of them that were not there at the first look at the user; the others were merely not loaded."""


class Polled(Struct, frozen=True):
    """A poll of one user ended; `changed` says whether rows or counts differ from before."""

    user_id: str
    changed: bool


class Looked(Struct, frozen=True):
    """The unread list of one user was read from the service, which was asked at `at`."""

    user_id: str
    at: Instant


class Compared(Struct, frozen=True):
    """Colleagues' programs looked at users: whose list they saw as it is here, and when, and whose they did not."""

    same: dict[str, Instant]
    differing: frozenset[str]


class WrittenElsewhere(Struct, frozen=True):
    """Another instance on the same home wrote to `state.db`: marks may have changed, or what is mine."""


class MarksChanged(Struct, frozen=True):
    """Marks were held, undone, accepted, confirmed, contradicted, refused or put off."""

    keys: tuple[Key, ...]


class MarksSent(Struct, frozen=True):
    """Marks of these users were accepted by the server: what it counts for them may differ now."""

    users: frozenset[str]
    count: int


class TriageChanged(Struct, frozen=True):
    """Triage changed for these."""

    keys: tuple[Key, ...]


class TeamChanged(Struct, frozen=True):
    """The team's facts about these are others now, or how it is with the team's database."""

    keys: tuple[Key, ...]


class WatchListChanged(Struct, frozen=True):
    """The watched users changed, through a list or another process: how many more, and how many fewer."""

    more: int
    fewer: int


class HealthChanged(Struct, frozen=True):
    """The connection or the token became good or bad; ask `Session.health`."""


class Troubled(Struct, frozen=True):
    """A background task met an error that the user must know about."""

    error: InboxError


Fact: TypeAlias = (
    Arrived
    | Polled
    | Looked
    | Compared
    | MarksChanged
    | WrittenElsewhere
    | MarksSent
    | TriageChanged
    | TeamChanged
    | WatchListChanged
    | HealthChanged
    | Troubled
)


def _note(fact: Fact) -> None:
    """What happened, in the trace: whose rows and how many, and none of their words."""
    keys = getattr(fact, "keys", ())
    users = sorted({key.user_id for key in keys} or {*getattr(fact, "users", ())} or {getattr(fact, "user_id", "")})
    error: InboxError | None = getattr(fact, "error", None)
    facts = {"error": error.sentence} if error is not None else {}
    debug_trace.note("fact", kind=type(fact).__name__, users=users, rows=len(keys), **facts)


class Bus:
    """Hands each fact to every listener, on the event loop, in order."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Fact], None]] = []

    def listen(self, listener: Callable[[Fact], None]) -> Callable[[], None]:
        """Add a listener; the answer takes it away again."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, fact: Fact) -> None:
        if debug_trace.is_on():
            _note(fact)
        for listener in tuple(self._listeners):
            listener(fact)
