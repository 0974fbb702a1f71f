"""The clockwork: polls the watched users in turn within the budget, and backs off when the service is in trouble."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from neptune_inbox.api.retry import next_delay
from neptune_inbox.errors import InboxError, Refused, StoreProblem
from neptune_inbox.model import EVERYONE, Filter, Now
from neptune_inbox.sync.alarm import Alarm, Sleep
from neptune_inbox.sync.facts import Arrived, Bus, Fact, MarksSent, Polled, Troubled
from neptune_inbox.sync.fetch import Fetched, Fetcher
from neptune_inbox.sync.health import Health, State
from neptune_inbox.sync.schedule import Schedule

if TYPE_CHECKING:
    from neptune_inbox.store.lock import StoreLock

RECONCILE_EVERY = 20
"""Every so many polls of a user all kinds are looked at, so that nothing read elsewhere is missed."""
LONGEST_PAUSE = 300.0
WITHOUT_LOCK = 5.0
"""Seconds between two looks at the shared cache while another instance polls."""


class Poller:
    """Polls one place."""

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
    ) -> None:
        self._fetcher = fetcher
        self._schedule = schedule
        self._lock = lock
        self._health = health
        self._bus = bus
        self._now = now
        self._rng = rng
        self._unfocused_factor = unfocused_factor
        self._alarm = Alarm(sleep)
        self._users: tuple[str, ...] = ()
        self._shown: frozenset[str] = frozenset()
        self._kind = Filter.UNREAD
        self._polls: dict[str, int] = {}
        bus.listen(self._hear)

    def _hear(self, fact: Fact) -> None:
        if isinstance(fact, MarksSent):
            # Its counts are told as soon as the budget allows, and never guessed.
            self._schedule.hurry(fact.users)
            self._alarm.ring()

    def watch(self, users: tuple[str, ...]) -> None:
        """Poll these users from now on."""
        self._users = users
        self._apply()

    def look_at(self, user_id: str, kind: Filter) -> None:
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
            self._alarm.ring()

    def refresh(self, user_id: str) -> None:
        """Poll this user (or everyone) now, whatever the back-off says."""
        wanted = frozenset(self._users) if user_id == EVERYONE else frozenset({user_id})
        self._health.try_now()
        self._schedule.ask_now(wanted, self._now())
        self._alarm.ring()

    def wake(self) -> None:
        """Something changed (a new token, the lock): look again."""
        self._alarm.ring()

    async def run(self) -> None:
        """Poll for ever; ends only by being cancelled."""
        while True:
            try:
                pause = await self.step()
            except StoreProblem as error:
                self._bus.tell(Troubled(error))
                pause = WITHOUT_LOCK
            if pause is None or pause > 0:
                await self._alarm.wait(pause)

    async def step(self) -> float | None:
        """Poll whoever's turn it is; the answer is how many seconds to wait before the next step."""
        if self._health.state is State.SIGNED_OUT:
            return None
        if not self._lock.acquire():
            self._fetcher.forget()
            for user in self._users:
                self._bus.tell(Polled(user, changed=True))
            return WITHOUT_LOCK
        if (pause := self._health.seconds_to_wait) > 0:
            return pause
        turn, pause = self._schedule.next(self._now())
        if turn is None:
            return pause
        await self.poll(turn)
        return 0.0

    async def poll(self, user: str) -> None:
        """Poll one user now and tell what came of it; trouble with the service is told, not raised."""
        # Everybody begins somewhere else, so that not all of them cost double in the same round.
        turn = self._polls[user] = 1 + self._polls.get(user, self._rng.randrange(RECONCILE_EVERY - 1))
        is_shown = user in self._shown
        kind = self._kind_now(turn) if is_shown else Filter.UNREAD
        requests = self._fetcher.requests
        try:
            fetched = await self._fetcher.poll(user, kind, is_on_screen=is_shown)
            if turn % RECONCILE_EVERY == 0:
                fetched += await self._fetcher.poll(user, Filter.UNREAD if kind is Filter.ALL else Filter.ALL)
        except StoreProblem:
            self._schedule.note_failure(user, self._now(), WITHOUT_LOCK, self._fetcher.requests - requests)
            raise
        except InboxError as error:
            self._note_failure(user, error, self._fetcher.requests - requests)
        else:
            self._note_success(user, fetched)

    def _kind_now(self, turn: int) -> Filter:
        """What is shown; the list of read ones in turn with the unread, as nothing new ever arrives in it."""
        return Filter.UNREAD if self._kind is Filter.READ and turn % 2 else self._kind

    def _note_success(self, user: str, fetched: Fetched) -> None:
        self._schedule.note(user, self._now(), fetched.requests)
        self._health.note_success()
        if fetched.new:
            self._bus.tell(Arrived(user, fetched.new))
        self._bus.tell(Polled(user, changed=fetched.changed))

    def _note_failure(self, user: str, error: InboxError, requests: int) -> None:
        self._health.note_failure(error)
        tries = self._schedule.failures(user) + 1
        retry_after = getattr(error, "retry_after", None)
        pause = next_delay(tries, retry_after=retry_after, rng=self._rng, cap=LONGEST_PAUSE)
        self._schedule.note_failure(user, self._now(), pause, requests)
        if isinstance(error, Refused):
            self._bus.tell(Troubled(error))
        self._bus.tell(Polled(user, changed=False))

    def _apply(self) -> None:
        # The user on screen is polled also when nobody watches them.
        others = [user for user in self._users if user not in self._shown]
        self._schedule.set_users([*sorted(self._shown), *others])
        self._schedule.look_at(self._shown)
        self._alarm.ring()
