"""Empties the outbox: claims what is due, posts it one by one with bounded concurrency, settles each by itself.

Marking twice is harmless, so a mark is sent at least once: after a crash a claimed mark whose lease is over is sent
again. Only the instance that holds the store's lock sends.
"""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

from neptune_inbox.api.retry import next_delay
from neptune_inbox.errors import InboxError, SignInProblem, StoreProblem, Unreachable
from neptune_inbox.model import Instant, Mark, MarkState, Mode, Now, Profile
from neptune_inbox.sync.alarm import Alarm, Sleep
from neptune_inbox.sync.disk import Disk
from neptune_inbox.sync.facts import Bus, MarksChanged, MarksSent, Troubled
from neptune_inbox.sync.health import Health, State

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.store.cache import Cache
    from neptune_inbox.store.lock import StoreLock
    from neptune_inbox.store.outbox import Outbox

AT_ONCE = 4
LEASE = 60_000
"""Milliseconds; longer than the longest exchange, so that a live request is never sent twice."""
LOOK_EVERY = 5.0
"""Seconds: another instance, a command in a shell, may put marks into the outbox and leave the sending to us."""
LOCK_RETRY = 2.0
"""Seconds between two looks whether the other instance has gone."""


class Courier:
    """Sends the marks of one place."""

    def __init__(
        self,
        *,
        client: Client,
        outbox: Outbox,
        cache: Cache,
        disk: Disk,
        lock: StoreLock,
        health: Health,
        bus: Bus,
        profile: Profile,
        place: str,
        owner: str,
        now: Now,
        sleep: Sleep,
        rng: Random,
    ) -> None:
        self._client = client
        self._outbox = outbox
        self._cache = cache
        self._disk = disk
        self._lock = lock
        self._health = health
        self._bus = bus
        self._profile = profile
        self._place = place
        self._owner = owner
        self._now = now
        self._rng = rng
        self._alarm = Alarm(sleep)

    def poke(self) -> None:
        """Look at the outbox now: something was held, undone, or is to be sent at once."""
        self._alarm.ring()

    async def run(self) -> None:
        """Send for ever; ends only by being cancelled."""
        while True:
            try:
                pause = await self.send_due()
            except StoreProblem as error:
                self._bus.tell(Troubled(error))
                pause = LOCK_RETRY
            if pause is None or pause > 0:
                await self._alarm.wait(LOOK_EVERY if pause is None else min(pause, LOOK_EVERY))

    async def flush(self) -> None:
        """Send everything that is due until nothing is, or until something stands in the way; for quit and CLI."""
        while True:
            pause = await self.send_due()
            if pause is None or pause > 0:
                return

    async def send_due(self) -> float | None:
        """Send what is due; the answer is how many seconds until there may be more (None: nobody knows)."""
        if self._profile.mode is Mode.OBSERVE or self._health.state is State.SIGNED_OUT:
            return None
        if not self._lock.acquire():
            return LOCK_RETRY
        if (pause := self._health.seconds_to_wait) > 0:
            return pause
        # As long as nobody knows whether the service can be reached, one mark is the probe.
        limit = AT_ONCE if self._health.state is State.ONLINE else 1
        marks = await self._disk.run(self._outbox.claim, self._place, owner=self._owner, limit=limit, lease_ms=LEASE)
        if not marks:
            return await self._until_next()
        self._bus.tell(MarksChanged(tuple(mark.key for mark in marks)))
        are_sent = await asyncio.gather(*(self._send(mark) for mark in marks))
        sent = [mark for mark, is_sent in zip(marks, are_sent, strict=True) if is_sent]
        if sent:
            self._bus.tell(MarksSent(frozenset(mark.user_id for mark in sent), len(sent)))
        return 0.0

    async def _until_next(self) -> float | None:
        counts = await self._disk.run(self._outbox.counts, self._place)
        if counts.next_due_at is None:
            return None
        return max(0.05, (counts.next_due_at - self._now()) / 1000)

    async def _send(self, mark: Mark) -> bool:
        is_sent = False
        try:
            request_id = await self._client.mark_read(mark.id)
        except SignInProblem as error:
            self._health.note_failure(error)
            await self._put_off(mark, self._now(), error)
        except Unreachable as error:
            self._health.note_failure(error)
            pause = next_delay(mark.attempts, retry_after=error.retry_after, rng=self._rng)
            await self._put_off(mark, self._now() + int(pause * 1000), error)
        except InboxError as error:
            await self._disk.run(self._outbox.settle, mark, MarkState.FAILED, error=error.sentence)
        else:
            self._health.note_success()
            await self._disk.run(self._outbox.settle, mark, MarkState.SENT, request_id=request_id)
            await self._disk.run(self._cache.note_read, self._place, [mark.key], self._now())
            is_sent = True
        self._bus.tell(MarksChanged((mark.key,)))
        return is_sent

    async def _put_off(self, mark: Mark, due_at: Instant, error: InboxError) -> None:
        await self._disk.run(self._outbox.postpone, mark, due_at, error.sentence)
