"""The clockwork: polls the watched users in turn within the budget, and backs off when the service is in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Protocol

from neptune_inbox.api.backoff import next_delay
from neptune_inbox.errors import InboxError, Refused, SignInProblem, StoreProblem
from neptune_inbox.model import EVERYONE, Filter, Now
from neptune_inbox.sync.events import Arrived, Bus, Compared, Fact, Looked, MarksSent, Polled, Troubled
from neptune_inbox.sync.fetch.fetched import Fetched
from neptune_inbox.sync.fetch.fetcher import Fetcher
from neptune_inbox.sync.polling.health import Health
from neptune_inbox.sync.polling.schedule import Schedule
from neptune_inbox.sync.polling.wakeable import Sleep, Wakeable

if TYPE_CHECKING:
    from neptune_inbox.store.lock import StoreLock

RECONCILE_EVERY = 20
"""Every so many polls of a user all kinds are looked at, so that nothing read elsewhere is missed."""
LONGEST_PAUSE = 300.0
WITHOUT_LOCK = 2.0
"""Seconds between two looks whether another instance still polls, and whether it wrote anything."""


class Colleagues(Protocol):
    """Who shares the budget."""

    def programs_here(self) -> int: ...
    def is_ours(self, user_id: str) -> bool: ...


class Poller:
    """Polls one tenant."""

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        schedule: Schedule,
        lock: StoreLock,
        health: Health,
        bus: Bus,
        now: Now,
        sleep: Sleep,
        rng: Random,
        unfocused_factor: float,
        colleagues: Colleagues | None = None,
    ) -> None:
        """`colleagues` are the programs of a team, which share the budget."""
        self._fetcher = fetcher
        self._schedule = schedule
        self._lock = lock
        self._health = health
        self._bus = bus
        self._now = now
        self._rng = rng
        self._unfocused_factor = unfocused_factor
        self._colleagues = colleagues
        if colleagues is not None:
            schedule.is_ours = colleagues.is_ours
        self._wakeable = Wakeable(sleep)
        self._users: tuple[str, ...] = ()
        self._shown: frozenset[str] = frozenset()
        self._kind = Filter.UNREAD
        self._polls: dict[str, int] = {}
        bus.listen(self._hear)

    def _hear(self, fact: Fact) -> None:
        if isinstance(fact, MarksSent):
            # Its counts are fetched as soon as the budget allows, and never guessed.
            self._schedule.make_due(fact.users)
            self._wakeable.wake()
        elif isinstance(fact, Compared):
            now = self._now()
            for user, at in fact.same.items():
                self._schedule.note_seen(user, at, now)
            for user in fact.differing:
                self._schedule.note_differing(user, now)
            self._wakeable.wake()

    def watch(self, users: tuple[str, ...]) -> None:
        """Poll these users from now on."""
        self._users = users
        self._apply()

    def set_visible(self, user_id: str, kind: Filter) -> None:
        """The agent looks at this user (or `EVERYONE`) and kind: they come first."""
        self._shown = frozenset() if user_id == EVERYONE else frozenset({user_id})
        self._kind = kind
        self._apply()

    def set_focus(self, has_focus: bool) -> None:
        """The terminal got or lost focus; without it everything goes slower, with it one poll catches up."""
        was_slow = self._schedule.slowness > 1.0
        self._schedule.slowness = 1.0 if has_focus else self._unfocused_factor
        if has_focus and was_slow:
            self._schedule.ask_now(self._shown or frozenset(self._users), self._now())
            self._wakeable.wake()

    def refresh(self, user_id: str) -> None:
        """Poll this user (or everyone) now, whatever the back-off says."""
        wanted = frozenset(self._users) if user_id == EVERYONE else frozenset({user_id})
        self._health.try_now()
        self._schedule.ask_now(wanted, self._now())
        self._wakeable.wake()

    def spend(self, requests: int) -> None:
        """Count requests against the budget that were made outside of anybody's turn."""
        self._schedule.spend(self._now(), requests)

    @property
    def seconds_owed(self) -> float:
        """How long it takes until the budget has room again for what was spent."""
        return self._schedule.seconds_owed(self._now())

    @property
    def milliseconds_a_round(self) -> int:
        """How long it takes at the least until everybody was asked once."""
        return self._schedule.milliseconds_a_round

    def wake(self) -> None:
        """Something changed (a new token, the lock): look again."""
        self._wakeable.wake()

    async def holder(self) -> int | None:
        """The process that polls and sends for this profile; None where none does. Raises StoreProblem."""
        return await asyncio.to_thread(self._lock.holder)

    async def run(self) -> None:
        """Poll for ever; ends only by being cancelled."""
        while True:
            try:
                pause = await self.step()
            except StoreProblem as error:
                self._bus.publish(Troubled(error))
                pause = WITHOUT_LOCK
            if pause is None or pause > 0:
                await self._wakeable.wait(pause)

    async def step(self) -> float | None:
        """Poll whoever's turn it is; the answer is how many seconds to wait before the next step."""
        if self._health.waits_for_token:
            return None
        if not (self._lock.is_held or await asyncio.to_thread(self._lock.acquire)):
            if await self._fetcher.follow():
                for user in self._users:
                    self._bus.publish(Polled(user, changed=True))
            return WITHOUT_LOCK
        if (pause := self._health.seconds_to_wait) > 0:
            return pause
        if self._colleagues is not None:
            self._schedule.agents = self._colleagues.programs_here()
        turn, pause = self._schedule.next(self._now())
        if turn is None:
            return pause
        await self.poll(turn)
        return 0.0

    async def round(self, users: Sequence[str], most_requests: int) -> tuple[str, ...] | None:
        """Poll these users in this order, each once, until so many requests were made or the service is in trouble.

        What is left of the requests looks for what came and was read since the last round: no unread list showed it.
        The answer is who was asked; None while another instance polls. Raises StoreProblem.
        """
        if not (self._lock.is_held or await asyncio.to_thread(self._lock.acquire)):
            return None
        end = self._fetcher.requests + most_requests
        asked = await self._each(users, self.poll, end)
        # Nobody remembers from one process to the next whose turn it is where there is not enough for all.
        await self._each(self._rng.sample(asked, len(asked)), self._look_at_all, end)
        return tuple(asked)

    async def _each(self, users: Sequence[str], look: Callable[[str], Awaitable[None]], end: int) -> list[str]:
        """Look at these users until so many requests were made in all or there is trouble; who was looked at."""
        done: list[str] = []
        for user in users:
            if self._fetcher.requests >= end or self._health.error is not None:
                break
            await look(user)
            if self._health.error is None:
                done.append(user)
        return done

    async def _look_at_all(self, user: str) -> None:
        await self._look(user, [Filter.ALL])

    async def poll(self, user: str) -> None:
        """Poll one user now and publish the result; errors of the service are published, not raised."""
        # Everybody begins somewhere else, so that not all of them cost double in the same round.
        turn = self._polls[user] = 1 + self._polls.get(user, self._rng.randrange(RECONCILE_EVERY - 1))
        is_shown = user in self._shown
        kind = self._kind_now(turn) if is_shown else Filter.UNREAD
        others = [Filter.UNREAD if kind is Filter.ALL else Filter.ALL] if turn % RECONCILE_EVERY == 0 else []
        await self._look(user, [kind, *others], is_shown=is_shown)

    async def _look(self, user: str, kinds: Sequence[Filter], *, is_shown: bool = False) -> None:
        requests, fetched, began_at = self._fetcher.requests, Fetched(), self._now()
        try:
            for number, kind in enumerate(kinds):
                fetched += await self._fetcher.poll(user, kind, is_on_screen=is_shown and number == 0)
        except StoreProblem:
            self._schedule.note_failure(user, self._now(), WITHOUT_LOCK, self._fetcher.requests - requests)
            raise
        except InboxError as error:
            self._note_failure(user, error, self._fetcher.requests - requests)
        else:
            self._note_success(user, fetched)
            if Filter.UNREAD in kinds:
                self._bus.publish(Looked(user, began_at))

    def _kind_now(self, turn: int) -> Filter:
        """What is shown; the list of read ones in turn with the unread, as nothing new ever arrives in it."""
        return Filter.UNREAD if self._kind is Filter.READ and turn % 2 else self._kind

    def _note_success(self, user: str, fetched: Fetched) -> None:
        self._schedule.note(user, self._now(), fetched.requests, has_changed=fetched.changed)
        self._health.note_success()
        if fetched.new:
            self._bus.publish(Arrived(user, fetched.new, fetched.arrived))
        self._bus.publish(Polled(user, changed=fetched.changed))

    def _note_failure(self, user: str, error: InboxError, requests: int) -> None:
        self._health.note_failure(error)
        if isinstance(error, SignInProblem):
            # It says nothing of this user, who is due when the token is good again.
            self._schedule.spend(self._now(), requests)
            self._bus.publish(Polled(user, changed=False))
            return
        tries = self._schedule.failures(user) + 1
        retry_after = getattr(error, "retry_after", None)
        pause = next_delay(tries, retry_after=retry_after, rng=self._rng, cap=LONGEST_PAUSE)
        self._schedule.note_failure(user, self._now(), pause, requests)
        if isinstance(error, Refused):
            self._bus.publish(Troubled(error))
        self._bus.publish(Polled(user, changed=False))

    def _apply(self) -> None:
        # The user on screen is polled also when nobody watches them.
        others = [user for user in self._users if user not in self._shown]
        self._schedule.set_users([*sorted(self._shown), *others])
        self._schedule.set_visible(self._shown)
        self._wakeable.wake()
