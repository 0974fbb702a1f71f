"""Polling and sending without a window: what came of it is counted, and handed on row by row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.errors import InboxError
from neptune_inbox.model import Instant, Key
from neptune_inbox.sync.events import Arrived, Fact, MarksSent, Polled, Troubled

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

TEAM_PATIENCE = 2.0
"""Seconds that a round waits for the team's database, before and after."""
HandOn = Callable[[Sequence[Key]], Awaitable[None]]


class Tally(Struct):
    """What came since it was begun."""

    polls: int = 0
    arrived: int = 0
    sent: int = 0
    error: InboxError | None = None
    """The newest trouble that is not over."""


class Round(Struct, frozen=True):
    """One fair turn: who was asked, who was not, and what came."""

    asked: int
    left: int
    """Watched users whose turn did not come within the budget; they are first the next time."""
    tally: Tally
    is_elsewhere: bool = False
    """Another instance polls and sends, so nothing was asked."""


class Unattended:
    """One session that polls and sends with nobody in front of it; rows that arrived go to `hand_on` in order."""

    def __init__(self, session: Session, hand_on: HandOn) -> None:
        self._session = session
        self._hand_on = hand_on
        self._arrivals: asyncio.Queue[tuple[Key, ...]] = asyncio.Queue()
        self.tally = Tally()

    async def once(self, most_requests: int) -> Round:
        """Send what is due, ask who waits longest, run the hooks; so many requests at most. Raises StoreProblem."""
        stop = self._session.bus.listen(self._hear)
        try:
            await self._session.sender.flush()
            # Whom a colleague's program asked just now need not be asked first.
            await self._exchange()
            users = await self._longest_unasked()
            asked = await self._session.poller.round(users, most_requests)
            while not self._arrivals.empty():
                await self._hand_on(self._arrivals.get_nowait())
            await self._session.hooks.flush()
            await self._exchange()
        finally:
            stop()
        self.tally.error = self._session.health.error or self.tally.error
        if asked is None:
            return Round(0, len(users), self.tally, is_elsewhere=True)
        return Round(len(asked), len(users) - len(asked), self.tally)

    async def _exchange(self) -> None:
        if self._session.team is not None:
            await self._session.team.exchange(TEAM_PATIENCE)

    async def run(self, every: float, say: Callable[[Tally], Awaitable[None]]) -> None:
        """Poll and send until cancelled; every so many seconds what came is said and counted from nothing again."""
        stop = self._session.bus.listen(self._hear)
        try:
            await self._longest_unasked()
            async with asyncio.TaskGroup() as tasks:
                for job in self._session.background:
                    tasks.create_task(job())
                tasks.create_task(self._pass_on())
                tasks.create_task(self._say(every, say))
        finally:
            stop()

    async def _longest_unasked(self) -> list[str]:
        """The watched users, those who have waited longest first."""
        found: list[tuple[Instant, str]] = []
        for user in await self._session.inbox.watched():
            fresh = (await self._session.inbox.overview(user)).fresh_of(user)
            found.append((fresh.fetched_at or 0, user))
        return [user for _, user in sorted(found)]

    async def _pass_on(self) -> None:
        while True:
            await self._hand_on(await self._arrivals.get())

    async def _say(self, every: float, say: Callable[[Tally], Awaitable[None]]) -> None:
        while True:
            # Who is watched may be changed by a command or a window meanwhile.
            self._session.poller.watch(tuple(await self._longest_unasked()))
            await asyncio.sleep(every)
            tally, self.tally = self.tally, Tally(error=self._session.health.error)
            tally.error = tally.error or self._session.health.error
            await say(tally)

    def _hear(self, fact: Fact) -> None:
        match fact:
            case Arrived(arrived=arrived) if arrived:
                self.tally.arrived += len(arrived)
                self._arrivals.put_nowait(arrived)
            case Polled():
                self.tally.polls += 1
            case MarksSent(count=count):
                self.tally.sent += count
            case Troubled(error=error):
                self.tally.error = error
