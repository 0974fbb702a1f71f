"""Empties the outbox: claims what is due, posts as many at once as the server bears, settles what answered together.

Marking twice is harmless, so a mark is sent at least once: after a crash a claimed mark whose lease is over is sent
again. Only the instance that holds the store's lock sends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from neptune_inbox import debug_trace
from neptune_inbox.api.backoff import next_delay
from neptune_inbox.errors import (
    InboxError,
    NotFound,
    Refused,
    SignInProblem,
    StoreProblem,
    Unreachable,
    may_have_acted,
)
from neptune_inbox.model import Instant, Mark, MarkState, Mode, Now, Posted, Profile
from neptune_inbox.store.outbox.settling import Outcome
from neptune_inbox.sync.clock_watch import ClockWatch, Standstill
from neptune_inbox.sync.events import Bus, MarksChanged, MarksSent, Troubled
from neptune_inbox.sync.marking.pace import Pace
from neptune_inbox.sync.marking.posting import NO_ID, AsyncPosting, Posting
from neptune_inbox.sync.polling.health import Health, State
from neptune_inbox.sync.polling.wakeable import Sleep, Wakeable
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.store.lock import StoreLock
    from neptune_inbox.sync.tenant_store import TenantStore

ANSWERS_TOGETHER = 0.05
"""Seconds that an answer waits for others, so that all of them are settled with one sync of the disk."""
LEASE = 60_000
"""Milliseconds; longer than the longest exchange, so that a live request is never sent twice."""
LONGEST_WAIT = 300_000
"""Milliseconds that a mark may wait for its next try; one that is to wait longer was put off by another clock."""
LOOK_EVERY = 5.0
"""Seconds: another instance, a command in a shell, may put marks into the outbox and leave the sending to us."""
LOCK_RETRY = 2.0
"""Seconds between two looks whether the other instance has gone."""


class PostResult(NamedTuple):
    """What came of one post."""

    outcome: Outcome
    trouble: InboxError | None
    """What kept the service from being reached, or the token from being taken."""
    at: Instant
    """When, on the clock that nobody sets."""


class OutboxSender:
    """Sends the marks of one tenant."""

    def __init__(
        self,
        *,
        store: TenantStore,
        client: Client,
        posting: Posting,
        lock: StoreLock,
        health: Health,
        bus: Bus,
        profile: Profile,
        owner: str,
        now: Now,
        sleep: Sleep,
        rng: Random,
        steady: Now | None = None,
        standstill: Standstill | None = None,
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        """`steady` is a clock that nobody can set, in milliseconds; without one steps are not noticed.
        `standstill` gives how long nobody could see a window run out.

        `may_write` says, on the disk's thread, whether the settings still let this profile write.
        """
        self._store = store
        self._client = client
        self._posting = AsyncPosting(posting, store.thread)
        self._lock = lock
        self._health = health
        self._bus = bus
        self._profile = profile
        self._owner = owner
        self._now = now
        self._rng = rng
        self._wakeable = Wakeable(sleep)
        self._has_taken_over = not lock.is_exclusive
        self._may_write = may_write
        self._standing_back: set[object] = set()
        self._steady = steady or now
        self._clock = ClockWatch(now, self._steady)
        self._pace = Pace()
        self._standstill = standstill or Standstill(now)

    def wake(self) -> None:
        """Look at the outbox now: something was held, undone, or is to be sent at once."""
        self._wakeable.wake()

    def stand_back(self) -> Callable[[], None]:
        """Claim nothing until what this answers is called: a key to take back came in time, however slow the disk."""
        turn = object()
        self._standing_back.add(turn)

        def go_on() -> None:
            self._standing_back.discard(turn)
            self.wake()

        return go_on

    async def run(self) -> None:
        """Send for ever; ends only by being cancelled."""
        while True:
            try:
                pause = await self.send_due()
            except StoreProblem as error:
                self._bus.publish(Troubled(error))
                pause = LOCK_RETRY
            if pause is None or pause > 0:
                await self._wakeable.wait(LOOK_EVERY if pause is None else min(pause, LOOK_EVERY))

    async def flush(self) -> None:
        """Send everything that is due until nothing is, or until something prevents it; for quit and CLI."""
        while True:
            pause = await self.send_due()
            if pause is None or pause > 0:
                return

    async def send_due(self) -> float | None:
        """Send what is due; the answer is how many seconds until there may be more (None: nobody knows)."""
        if self._profile.mode is Mode.OBSERVE or self._health.waits_for_token:
            return None
        if not await self._is_writable():
            self._lock.release()
            self._has_taken_over = not self._lock.is_exclusive
            return LOOK_EVERY
        if not (self._lock.is_held or await self._acquire_lock()):
            return LOCK_RETRY
        await self._follow_clock()
        if (pause := self._health.seconds_to_wait) > 0:
            return pause
        await self._correct()
        # As long as nobody knows whether the service can be reached, one mark is the probe.
        claimed = await self._claim(self._pace.at_once if self._health.state is State.ONLINE else 1)
        if not claimed:
            return await self._until_next()
        self._bus.publish(MarksChanged(tuple(mark.key for mark, _ in claimed)))
        await self._post_all(claimed)
        return 0.0

    async def _post_all(self, claimed: list[tuple[Mark, Posted | None]]) -> None:
        """Post all of these at once, and settle those together that answer together."""
        posts = {asyncio.create_task(self._send(mark, target)) for mark, target in claimed}
        unsettled: list[Outcome] = []
        began, slowest, has_trouble = self._steady(), 0, False
        try:
            while posts:
                ended, posts = await _next_of(posts)
                answers = [post.result() for post in ended]
                slowest = max(slowest, *(answer.at - began for answer in answers))
                has_trouble |= any(answer.trouble is not None for answer in answers)
                self._note_health(answers, has_trouble=has_trouble)
                unsettled += [answer.outcome for answer in answers]
                try:
                    await self._settle(unsettled)
                    unsettled = []
                except StoreProblem:
                    # The others are still on their way: what they answer may find room.
                    if not posts:
                        raise
        except asyncio.CancelledError:
            await self._end(posts, unsettled)
            raise
        if has_trouble:
            self._pace.note_trouble()
        else:
            self._pace.note(len(claimed), slowest)

    def _note_health(self, answers: list[PostResult], *, has_trouble: bool) -> None:
        """Handle answers that came together as one: a success among failures does not end the trouble."""
        troubles = [answer.trouble for answer in answers if answer.trouble is not None]
        if troubles:
            self._health.note_failure(max(troubles, key=_gravity))
        elif not has_trouble and any(answer.outcome.state is MarkState.ACCEPTED for answer in answers):
            self._health.note_success()

    async def _end(self, posts: set[asyncio.Task[PostResult]], unsettled: list[Outcome]) -> None:
        """Break off what is on its way, and settle what was answered, so that it is not sent again."""
        for post in posts:
            post.cancel()
        ended = await asyncio.gather(*posts, return_exceptions=True)
        answered = [*unsettled, *(each.outcome for each in ended if not isinstance(each, BaseException))]
        if answered:
            with suppress(StoreProblem):
                await self._store.outbox.settle(answered)

    async def _settle(self, outcomes: list[Outcome]) -> None:
        await self._store.outbox.settle(outcomes)
        self._bus.publish(MarksChanged(tuple(each.mark.key for each in outcomes)))
        sent = [each.mark.user_id for each in outcomes if each.state is MarkState.ACCEPTED]
        if sent:
            self._bus.publish(MarksSent(frozenset(sent), len(sent)))

    async def _follow_clock(self) -> None:
        """Have every mark wait for as long as it was said to, seen by somebody; whoever holds the lock does."""
        step, missed = self._clock.step(), self._standstill.take_missed()
        if not self._has_taken_over:
            # Whoever claimed before us held this lock and has died since: nothing of theirs is on its way.
            await self._store.outbox.take_over(self._owner)
            self._has_taken_over, step = True, 0
        elif not (step or missed):
            return
        await self._store.outbox.follow_clock(step, LONGEST_WAIT, missed)
        if missed:
            self._bus.publish(MarksChanged(()))

    @on_thread
    def _acquire_lock(self) -> bool:
        return self._lock.acquire()

    @on_thread
    def _is_writable(self) -> bool:
        return self._may_write()

    @on_thread
    def _claim(self, limit: int) -> list[tuple[Mark, Posted | None]]:
        """What is due and what is to be posted for it, unless somebody asked meanwhile to take back."""
        if self._standing_back:
            return []
        marks = self._store.data.outbox.claim(owner=self._owner, limit=limit, lease_ms=LEASE)
        targets = self._posting.store.targets_now(marks)
        return [(mark, targets[mark.serial]) for mark in marks]

    async def _until_next(self) -> float | None:
        counts = await self._store.outbox.counts()
        if counts.next_due_at is None:
            return None
        return max(0.05, (counts.next_due_at - self._now()) / 1000)

    async def _send(self, mark: Mark, target: Posted | None) -> PostResult:
        """Post a mark; what came of it, and what keeps the service from being reached."""
        debug_trace.note("send mark", user_id=mark.user_id, id=mark.id, attempt=mark.attempts)
        outcome, trouble = await self._tried(mark, target)
        return PostResult(outcome, trouble, self._steady())

    async def _tried(self, mark: Mark, target: Posted | None) -> tuple[Outcome, InboxError | None]:
        try:
            return await self._post(mark, target), None
        except SignInProblem as error:
            return self._put_off(mark, error, 0), error
        except Unreachable as error:
            pause = next_delay(mark.attempts, retry_after=error.retry_after, rng=self._rng)
            return self._put_off(mark, error, pause), error
        except StoreProblem as error:
            return self._put_off(mark, error, LOCK_RETRY), None
        except InboxError as error:
            return Outcome(mark, MarkState.FAILED, error=error.sentence, is_vain=True), None

    def _put_off(self, mark: Mark, error: InboxError, seconds: float) -> Outcome:
        is_vain = not may_have_acted(error) and not isinstance(error, StoreProblem)
        due_at = self._now() + int(seconds * 1000)
        return Outcome(mark, MarkState.HELD, error=error.sentence, due_at=due_at, is_vain=is_vain)

    async def _post(self, mark: Mark, posted: Posted | None) -> Outcome:
        """Post a mark, by another id once where the first is not found; raises what the client raises."""
        if posted is None:
            raise Refused(NO_ID)
        try:
            request_id = await self._client.mark_read(posted.id)
        except NotFound as error:
            target = await self._posting.next_target(mark, posted)
            if mark.failed_fields or target is None:
                raise
            reason = f"`{posted.field}` {posted.id} was refused: {error.sentence} `{target.field}` is tried."
            if await self._store.outbox.post_another(mark, posted, target, reason) is None:
                raise
        else:
            return Outcome(mark, MarkState.ACCEPTED, request_id=request_id, posted=posted)
        request_id = await self._client.mark_read(target.id)
        learned = f"It was accepted where `{posted.field}` was not found."
        return Outcome(mark, MarkState.ACCEPTED, request_id=request_id, posted=target, learned=learned)

    async def _correct(self) -> None:
        """Try marks that were accepted without effect with another id of their rows, each once."""
        without_effect = await self._store.outbox.contradicted()
        if without_effect:
            targets = await self._posting.next_targets(without_effect)
            count = await self._store.outbox.correct(targets) if targets else 0
            if count:
                self._bus.publish(MarksChanged(tuple(mark.key for mark in without_effect if mark.serial in targets)))


async def _next_of(
    posts: set[asyncio.Task[PostResult]],
) -> tuple[set[asyncio.Task[PostResult]], set[asyncio.Task[PostResult]]]:
    """Wait until something was answered, and a moment for what is answered with it; what was, and what was not."""
    ended, waiting = await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
    if not waiting:
        return ended, waiting
    more, waiting = await asyncio.wait(waiting, timeout=ANSWERS_TOGETHER)
    return ended | more, waiting


def _gravity(error: InboxError) -> tuple[bool, float]:
    return isinstance(error, SignInProblem), getattr(error, "retry_after", None) or 0.0
