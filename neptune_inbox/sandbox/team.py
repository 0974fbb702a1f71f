"""A team in memory: a store of facts that several links share, and a scripted colleague who works alongside you."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import count
from random import Random

from msgspec.structs import replace

from neptune_inbox.model import Filter, Instant, Key, Now
from neptune_inbox.model.team import FactDetails, FactKind, FetchedFacts, Look, Present, TeamFact
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.text import CleanText, clean_line

NOTES = (
    "Called them, they will try the card again tomorrow.",
    "Known since this morning, billing is on it.",
    "Asked for a new address by mail.",
    "Same as yesterday, see the ticket.",
)


class MemoryTeam:
    """The in-memory counterpart of the database: every fact once, in the order of arrival."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._facts: dict[str, TeamFact] = {}
        self._present: dict[str, CleanText] = {}
        self._looks: dict[str, tuple[str, Instant, Look]] = {}
        self._listeners: set[socket.socket] = set()
        self._lock = threading.Lock()

    def link(self) -> MemoryLink:
        return MemoryLink(self, self._now)

    def add(self, facts: Sequence[TeamFact], now: Instant) -> dict[str, Instant]:
        """Add what is new, and have everybody know; the time of each by this clock."""
        with self._lock:
            for fact in facts:
                if fact.id not in self._facts:
                    at = self._now() - max(0, now - fact.made_at)
                    self._facts[fact.id] = replace(fact, shared_at=at, made_at=at)
            listeners = tuple(self._listeners) if facts else ()
            times = {fact.id: self._facts[fact.id].shared_at or 0 for fact in facts}
        for listener in listeners:
            with suppress(OSError):
                listener.send(b"!")
        return times

    def behind(self, position: int, limit: int) -> list[TeamFact]:
        """The facts behind a position."""
        with self._lock:
            return list(self._facts.values())[position : position + limit]

    def beat(self, agent: str, instance: str, *, is_here: bool = True) -> tuple[Present, ...]:
        with self._lock:
            if is_here:
                self._present[instance] = clean_line(agent)
            else:
                self._present.pop(instance, None)
            return tuple(Present(name, run, 0) for run, name in self._present.items())

    def exchange(self, looks: Sequence[Look], instance: str, within_ms: int) -> tuple[Look, ...]:
        now = self._now()
        with self._lock:
            for look in looks:
                at = now - look.age_ms
                if look.user_id not in self._looks or self._looks[look.user_id][1] < at:
                    self._looks[look.user_id] = (instance, at, look)
            return tuple(
                replace(look, age_ms=now - at)
                for who, at, look in self._looks.values()
                if who != instance and at > now - within_ms
            )

    def listen(self, listener: socket.socket) -> None:
        with self._lock:
            self._listeners.add(listener)

    def unlisten(self, listener: socket.socket) -> None:
        with self._lock:
            self._listeners.discard(listener)


class MemoryLink:
    """One connection to it."""

    store = "memory"

    def __init__(self, team: MemoryTeam, now: Now) -> None:
        self._team = team
        self._now = now
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._ear.setblocking(False)

    def share(self, facts: Sequence[TeamFact], now: Instant) -> dict[str, Instant]:
        return self._team.add(facts, now)

    def fetch(self, position: int, limit: int) -> FetchedFacts:
        facts = self._team.behind(position, limit)
        return FetchedFacts(tuple(facts), position + len(facts), len(facts) < limit)

    def last_position(self) -> int:
        return len(self._team.behind(0, 1 << 30))

    def ahead(self, now: Now) -> int:
        return self._now() - now()

    def beat(self, agent: str, instance: str, *, is_here: bool = True) -> tuple[Present, ...]:
        return self._team.beat(agent, instance, is_here=is_here)

    def exchange(self, looks: Sequence[Look], instance: str, within_ms: int) -> tuple[Look, ...]:
        return self._team.exchange(looks, instance, within_ms)

    def listen(self) -> bool:
        self._team.listen(self._bell)
        return True

    def wait(self, seconds: float, waker: socket.socket) -> bool:
        ready, _, _ = select.select([self._ear, waker], [], [], seconds)
        with suppress(OSError):
            while self._ear.recv(4_096):
                pass
        return self._ear in ready

    def close(self) -> None:
        self._team.unlisten(self._bell)
        self._bell.close()
        self._ear.close()


class MemoryTeamAccess:
    """The agent's own name, in a team in memory."""

    def __init__(self, team: MemoryTeam, agent: str) -> None:
        self._team = team
        self.agent = clean_line(agent)

    def open(self, of_tenant: str) -> MemoryLink:
        """A link; the same for every tenant, as a demo has one world."""
        return self._team.link()


class Colleague:
    """Takes a notification, writes about it, handles or marks it, and goes on to the next, for as long as it runs."""

    def __init__(
        self,
        team: MemoryTeam,
        sandbox_state: SandboxState,
        environment: str,
        *,
        name: str,
        now: Now,
        sleep: Callable[[float], Awaitable[None]],
        rng: Random,
        pause: tuple[float, float],
    ) -> None:
        self._team = team
        self._sandbox_state = sandbox_state
        self._environment = environment
        self._name = clean_line(name)
        self._now = now
        self._sleep = sleep
        self._rng = rng
        self._pause = pause
        self._numbers = count(1)

    async def run(self) -> None:
        """Lives until it is cancelled."""
        self._team.beat(self._name, self._name)
        while True:
            await self._rest()
            key = self._choose()
            if key is None:
                continue
            self._tell(FactKind.CLAIMED, key)
            await self._rest()
            if self._rng.random() < 0.6:
                self._tell(FactKind.NOTED, key, text=self._rng.choice(NOTES))
                await self._rest()
            if self._rng.random() < 0.5:
                self._sandbox_state.mark_read(self._environment, key.id)
                self._tell(FactKind.MARKED, key, outcome="accepted", batch=f"{self._name}-{next(self._numbers)}")
            else:
                self._tell(FactKind.HANDLED, key)
            self._tell(FactKind.RELEASED, key)

    async def _rest(self) -> None:
        await self._sleep(self._rng.uniform(*self._pause))

    def _choose(self) -> Key | None:
        users = self._sandbox_state.users(self._environment)
        unread = [
            Key(row.user_id, row.uuid)
            for user in users
            for row in self._sandbox_state.notifications(self._environment, user.user_id, Filter.UNREAD)[:20]
        ]
        return self._rng.choice(unread) if unread else None

    def _tell(self, kind: FactKind, key: Key, *, text: str = "", outcome: str = "", batch: str = "") -> None:
        now, number = self._now(), next(self._numbers)
        details = FactDetails(text=text, outcome=outcome, batch=batch)
        fact = TeamFact(
            f"00000000-0000-7000-8000-{number:012x}", kind, key.user_id, key.id, self._name, now, None, details
        )
        self._team.add([fact], now)
