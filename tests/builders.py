"""What tests are made of: a clock that they turn by hand, and the facts of the product with plain defaults."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from neptune_inbox.config import PollingSettings, Settings, UiSettings
from neptune_inbox.credentials import Vault, claims
from neptune_inbox.model import EVERYONE, Filter, Instant, Key, Mode, Notification, Page, Profile, Token
from neptune_inbox.paths import Paths
from neptune_inbox.sandbox.dialects import PLAIN, Dialect
from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.memory_transport import transport_for
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import sign_token
from neptune_inbox.sync.events import Bus, Fact
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.session import Session
from neptune_inbox.text import CleanText
from neptune_inbox.wiring.stores import Stores
from neptune_inbox.wiring.workspace import Builder

T = TypeVar("T")
F = TypeVar("F")

NOON = 1_793_793_600_000
"""Wednesday 4 November 2026, 12:00 UTC."""
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
API = "https://api.neptune.test/neptune"
EDGE = "https://edge.neptune.test/neptune"
ENVIRONMENT = "staging"
TOKEN = Token("canary-token-0123456789")


class FakeClock:
    """Time that stands still until somebody turns it; whoever sleeps wakes when their time has come."""

    def __init__(self, at: Instant = NOON, *, sleeps_at_once: bool = False) -> None:
        self.at = at
        self.slept: list[float] = []
        """Every sleep that was asked for, in seconds."""
        self._sleeps_at_once = sleeps_at_once
        self._sleepers: list[tuple[Instant, int, asyncio.Event]] = []
        self._tickets = count()

    def now(self) -> Instant:
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Sleep until the clock was turned that far, or turn it at once where the test wants no waiting."""
        self.slept.append(seconds)
        if self._sleeps_at_once:
            self.at += round(seconds * 1000)
            await asyncio.sleep(0)
            return
        woken = asyncio.Event()
        heapq.heappush(self._sleepers, (self.at + round(seconds * 1000), next(self._tickets), woken))
        await woken.wait()

    def advance(self, seconds: float) -> None:
        """Turn the clock on; sleepers wake as soon as the test awaits something."""
        self.at += round(seconds * 1000)
        while self._sleepers and self._sleepers[0][0] <= self.at:
            heapq.heappop(self._sleepers)[2].set()


@dataclass
class Listener:
    """Remembers every fact that a bus told."""

    facts: list[Fact] = field(default_factory=list)

    @classmethod
    def on(cls, bus: Bus) -> Listener:
        listener = cls()
        bus.listen(listener.facts.append)
        return listener

    def all(self, kind: type[F]) -> list[F]:
        """The facts of one kind, oldest first."""
        return [fact for fact in self.facts if isinstance(fact, kind)]


def profile(mode: Mode = Mode.ACT, *, name: str = "acme", environment: str = "dev") -> Profile:
    """A named place on the test domain."""
    return Profile(name=name, api_base=API, edge_base=EDGE, environment=environment, mode=mode)


def notification(
    id: str = "n-1",
    user_id: str = "u-1",
    title: str = "Card declined",
    *,
    created_at: Instant | None = NOON - HOUR,
    is_read: bool = False,
    read_at: Instant | None = None,
    event_type: str = "payment_failed",
    body: str = "",
    link: str = "",
    data: str = "{}",
) -> Notification:
    """One notification, unread and an hour old unless told otherwise."""
    return Notification(
        id=id,
        user_id=user_id,
        title=CleanText(title),
        body=CleanText(body),
        event_type=CleanText(event_type),
        created_at=created_at,
        is_read=is_read or read_at is not None,
        read_at=read_at,
        link=CleanText(link),
        data=data,
    )


def page(*rows: Notification, total: int | None = None, is_last: bool = True) -> Page:
    """One page as the server gave it: the only one unless told otherwise."""
    return Page(rows, total=len(rows) if total is None and is_last else total, is_last=is_last)


def keys(ids: Iterable[str], user_id: str = "u-1") -> tuple[Key, ...]:
    """The keys of these notifications of one user."""
    return tuple(Key(user_id, id) for id in ids)


class Office:
    """One agent's desk: the production session on the sandbox, in process, under a clock that the test turns.

    Its files are in memory, or in a folder. Requests are counted by `requests`; marks that arrived by `marked`.
    """

    def __init__(
        self,
        *,
        mode: Mode = Mode.ACT,
        users: tuple[str, ...] = ("u-1",),
        undo_seconds: float = 5,
        budget: int = 30,
        folder: Path | None = None,
        clock: FakeClock | None = None,
        dialect: Dialect = PLAIN,
    ) -> None:
        self.clock = clock or FakeClock()
        self.sandbox_state = SandboxState(now=self.clock.now, seed="office")
        self.faults = Faults(sleep=self.clock.sleep)
        self.profile = Profile("acme", API, EDGE, ENVIRONMENT, mode, users=users)
        numbers = count(1)
        self.builder = Builder(
            Settings(ui=UiSettings(undo_seconds=undo_seconds), polling=PollingSettings(requests_per_minute=budget)),
            Vault(env_token=sign_token(self.sandbox_state), memory_only=True),
            Paths.under(folder) if folder else None,
            http=transport_for(create_app(self.sandbox_state, dialect=dialect), self.faults),
            now=self.clock.now,
            sleep=self.clock.sleep,
            rng=Random(11),
            new_id=lambda: f"id-{next(numbers)}",
        )

    async def open(self, *, is_signed_in: bool = True) -> Session:
        """A session of this office, as a front end gets it; a second one is a second instance or a new start."""
        session = await self.builder.open_session(self.profile)
        if is_signed_in and not await session.sign_in():
            await session.close()
            session = await self.builder.open_session(self.profile)
            assert await session.sign_in()
        await session.set_visible(EVERYONE, Filter.UNREAD)
        return session

    @property
    def stores(self) -> Stores:
        """The files that all sessions of an office in memory share."""
        return self.builder.stores()

    @property
    def requests(self) -> int:
        return sum(self.faults.requests.values())

    @property
    def marked(self) -> list[str]:
        """The ids that the server was asked to mark read, in order, each as often as it took it."""
        return [str(write.body["id"]) for write in self.sandbox_state.writes if write.route.endswith("/read")]

    @property
    def accepted(self) -> list[str]:
        """Those of them that the server knew."""
        writes = self.sandbox_state.writes
        return [str(write.body["id"]) for write in writes if write.route.endswith("/read") and write.status == 200]

    def arrive(self, count: int = 1, user_id: str = "u-1", *, every: float = 1, is_read: bool = False) -> list[str]:
        """Notifications arrive one by one, `every` so many seconds; their ids, oldest first."""
        ids = []
        for _ in range(count):
            self.clock.advance(every)
            read_at = self.clock.now() if is_read else None
            made = self.sandbox_state.add_notification(
                ENVIRONMENT, user_id, "Card declined", event_type="payment_failed", read_at=read_at
            )
            ids.append(made.uuid)
        return ids

    def read_elsewhere(self, *ids: str) -> None:
        """The customer reads these in the product."""
        for id in ids:
            self.sandbox_state.mark_read(ENVIRONMENT, id)

    def new_token(self) -> Token:
        """A token that this office's service lets in."""
        return sign_token(self.sandbox_state)

    def use_token(self, session: Session, token: Token) -> None:
        """The agent signs in anew."""
        session.use(token, claims(token), "a test")


async def shown(session: Session, scope: Scope | None = None) -> list[str]:
    """The ids of a list as it is drawn now."""
    snapshot = await session.inbox.open(scope or Scope())
    return [row.id for row in await session.inbox.rows(snapshot)]


async def settled(work: Coroutine[Any, Any, T]) -> T:
    """Await something that must end by itself, without hanging the suite where it does not."""
    async with asyncio.timeout(5):
        return await work


async def until(condition: Callable[[], object]) -> None:
    """Let everything else run until the condition holds, without hanging the suite where it never does."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)
