"""Hooks: what arrives and matches is handed to a command, at least once, in order, by one process at a time.

An arrival is on disk before it is handed over, and a hook is done with it only when its command has ended with 0.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox import debug_trace
from neptune_inbox.api.backoff import next_delay
from neptune_inbox.errors import BadQuery, HookFailed, StoreProblem, UsageProblem
from neptune_inbox.masking import mask
from neptune_inbox.model import Filter, Key, Now, Row, Term
from neptune_inbox.model.hooks import Arrival, HookState
from neptune_inbox.sync.events import Arrived, Bus, Fact, Polled, Troubled
from neptune_inbox.sync.inbox.laid_over import matching
from neptune_inbox.sync.inbox.list_snapshot import RowReader
from neptune_inbox.sync.inbox.query import parse_query
from neptune_inbox.sync.polling.wakeable import Sleep, Wakeable
from neptune_inbox.sync.programs import Ended, capture_program
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from neptune_inbox.config import Hook
    from neptune_inbox.store.lock import StoreLock
    from neptune_inbox.sync.inbox.inbox import Inbox
    from neptune_inbox.sync.tenant_store import TenantStore

WriteLines = Callable[[Sequence[Row]], Awaitable[list[str]]]

MOST_AT_ONCE = 200
"""The most arrivals considered for one run of a command."""
LONGEST_ERRORS = 2_000
"""Characters of standard error that are kept, from its end."""
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 300.0
"""Seconds between two tries after failures: at least, and at most."""
WITHOUT_LOCK = 2.0
"""Seconds between checks whether another process still runs the hooks."""
IDLE = 10.0
"""Seconds between two looks for what another process fetched."""
BROKEN_OFF = 300_000
"""Milliseconds after which a look that did not end counts as interrupted."""


class Tried(Struct, frozen=True):
    """What came of trying a hook."""

    row: Row | None
    """The newest notification that it matches; None where nothing matches, and then nothing was run."""
    ended: Ended | None = None


class Refused(Struct, frozen=True):
    """The notification that a hook's command would be handed first, after it failed."""

    row: Row
    state: HookState
    arrivals: tuple[Arrival, ...]
    """The notification, and everything before it that does not match."""
    missing: frozenset[Key]
    """Those of them that are not in the cache."""

    @property
    def behind(self) -> int:
        """How many arrivals wait behind it, whether they match or not."""
        return self.state.waiting - len(self.arrivals)


class Hooks:
    """The hooks of one tenant."""

    def __init__(
        self,
        *,
        store: TenantStore,
        inbox: Inbox,
        hooks: Mapping[str, Hook],
        write_lines: WriteLines,
        lock: StoreLock,
        bus: Bus,
        now: Now,
        sleep: Sleep,
        rng: Random,
    ) -> None:
        """`write_lines` makes what a command reads of some rows; `lock` is held by whoever runs the hooks."""
        self._store = store
        self._inbox = inbox
        self._hooks = hooks
        self._write_lines = write_lines
        self._lock = lock
        self._bus = bus
        self._now = now
        self._rng = rng
        self._wakeables = {name: Wakeable(sleep) for name in hooks}
        self._told: dict[str, bool] = {}
        """Hooks whose failure was reported and is not over; with whether it was reported that they refuse one
        notification."""
        bus.listen(self._hear)

    @property
    def names(self) -> tuple[str, ...]:
        """The hooks of the settings, in their order."""
        return tuple(self._hooks)

    def hook(self, name: str) -> Hook:
        """What the settings say of one. Raises UsageProblem."""
        if name not in self._hooks:
            known = f"Valid hooks: {', '.join(self._hooks)}." if self._hooks else ""
            raise UsageProblem(
                f"There is no hook `{name}`.", known or "`neptune-inbox help hooks` says how to set one up."
            )
        return self._hooks[name]

    async def states(self) -> list[HookState]:
        """How far each has come, in the order of the settings. Raises StoreProblem."""
        known = await self._store.hooks.states()
        return [known.get(name) or HookState(name) for name in self._hooks]

    async def run(self) -> None:
        """Hand over what arrives, for ever; ends only by being cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for name in self._hooks:
                tasks.create_task(self._serve(name))

    async def flush(self) -> None:
        """Hand over all that waits and is not put off, without waiting for more. Raises StoreProblem."""
        if self._hooks and await self._is_ours():
            await self._store.hooks.release_left(self._now() - BROKEN_OFF)
            await asyncio.gather(*(self._empty(name) for name in self._hooks))

    async def test(self, name: str) -> Tried:
        """Run a hook's command on the newest notification that it matches; how far it has come stays.

        Raises UsageProblem, StoreProblem.
        """
        hook = self.hook(name)
        snapshot = await self._inbox.open_users(await self._inbox.seen(), Filter.ALL, hook.query, limit=1)
        rows = await self._inbox.rows(snapshot)
        return Tried(rows[0], await self._run(hook, rows)) if rows else Tried(None)

    async def refused(self, name: str) -> Refused | None:
        """What a hook's command refuses; None where it did not fail, or all that it refused was skipped.

        Raises UsageProblem, StoreProblem, BadQuery.
        """
        hook = self.hook(name)
        state = (await self._store.hooks.states()).get(name)
        if state is None or not state.failures or state.next_at is None:
            return None
        arrivals = await self._waiting(name)
        missing = await self._missing(arrivals)
        rows = await self._matching([arrival.key for arrival in arrivals], parse_query(hook.query, self._now()))
        if not rows:
            return None
        through = _through(arrivals, rows[0])
        return Refused(rows[0], state, tuple(through), frozenset(missing))

    async def skip(self, refused: Refused) -> None:
        """Skip what a hook's command refuses, and continue after it. Raises StoreProblem."""
        await self._store.hooks.skip(refused.state.name, refused.arrivals, refused.missing)

    def _hear(self, fact: Fact) -> None:
        if isinstance(fact, Arrived) or (isinstance(fact, Polled) and fact.changed):
            for wakeable in self._wakeables.values():
                wakeable.wake()

    async def _is_ours(self) -> bool:
        """Whether this process is the one that runs them."""
        return self._lock.is_held or await asyncio.to_thread(self._lock.acquire)

    async def _serve(self, name: str) -> None:
        while True:
            try:
                pause = await self._turn(name)
            except StoreProblem as error:
                self._bus.publish(Troubled(error))
                pause = IDLE
            await self._wakeables[name].wait(pause)

    async def _turn(self, name: str) -> float:
        """One look at what waits for a hook; the answer is how many seconds to wait before the next."""
        if not await self._is_ours():
            return WITHOUT_LOCK
        await self._store.hooks.release_left(self._now() - BROKEN_OFF)
        pause = await self._step(name, self._hooks[name].batch_seconds)
        # Another process may have skipped what is refused, so a long pause is looked at now and then.
        return IDLE if pause is None else min(pause, IDLE)

    async def _empty(self, name: str) -> None:
        while await self._step(name, 0) == 0:
            pass

    async def _step(self, name: str, hold: float) -> float | None:
        """Hand over what waits, once it has waited `hold` seconds: 0 then, else how long to wait; None: for news."""
        state = (await self._store.hooks.states()).get(name)
        if state is None or state.waiting_since is None:
            return None
        now = self._now()
        # A clock that was set back makes nothing wait longer than a clock that was not.
        if state.next_at is not None and 0 < state.next_at - now <= LONGEST_PAUSE * 1000:
            return (state.next_at - now) / 1000
        if 0 < (left := hold - (now - state.waiting_since) / 1000) <= hold:
            return left
        await self._hand_over(state, self._hooks[name])
        return 0

    async def _hand_over(self, state: HookState, hook: Hook) -> None:
        arrivals = await self._waiting(state.name)
        missing = await self._missing(arrivals)
        try:
            rows = await self._matching([arrival.key for arrival in arrivals], parse_query(hook.query, self._now()))
        except BadQuery as error:
            await self._note_failure(state, Ended(None, error.sentence))
            return
        if not rows:
            await self._store.hooks.pass_over(state.name, arrivals, missing)
            return
        await self._offer(state, hook, arrivals, missing, rows)

    async def _offer(
        self, state: HookState, hook: Hook, arrivals: Sequence[Arrival], missing: set[Key], rows: Sequence[Row]
    ) -> None:
        """Hand rows over, all at once; one by one, and more as they are taken, where that failed again and again.

        So all that came before what is always refused is taken, and that is found.
        """
        is_careful = state.is_careful
        size = 1 if is_careful else len(rows)
        while rows:
            part = rows[:size]
            ended = await self._run(hook, part)
            debug_trace.note("hook", name=state.name, rows=len(part), exit_code=ended.code)
            if ended.code == 0:
                through = _through(arrivals, part[-1]) if len(part) < len(rows) else arrivals
                await self._store.hooks.note_taken(state.name, through, missing, len(part), _kept(ended))
                state = replace(state, failures=0, waiting=state.waiting - len(through))
                self._told.pop(state.name, None)
                rows, arrivals, size = rows[size:], arrivals[len(through) :], 2 * size
            elif is_careful and size > 1:
                size = 1
            else:
                await self._note_failure(state, ended, part[0] if is_careful else None)
                return

    async def _run(self, hook: Hook, rows: Sequence[Row]) -> Ended:
        lines = await self._write_lines(rows)
        return await capture_program(hook.command, "".join(lines), seconds=hook.limit_seconds, is_end_kept=True)

    async def _note_failure(self, state: HookState, ended: Ended, alone: Row | None = None) -> None:
        """Put a hook off; `alone` is what its command refused by itself."""
        pause = next_delay(state.failures, retry_after=None, rng=self._rng, base=2 * FIRST_PAUSE, cap=LONGEST_PAUSE)
        next_at = self._now() + int(1000 * max(FIRST_PAUSE, pause))
        await self._store.hooks.note_failure(state.name, next_at, ended.code, ended.problem, _kept(ended))
        if self._told.get(state.name) in (True, alone is not None):
            return
        self._told[state.name] = alone is not None
        why = ended.problem or f"exit code {ended.code}."
        last = _kept(ended).strip().rpartition("\n")[2]
        error = hook_failed(state.name, f"{why} {last}".strip())
        self._bus.publish(Troubled(error if alone is None else refused_alone(state, alone, error)))

    @on_thread
    def _matching(self, keys: Sequence[Key], terms: tuple[Term, ...]) -> list[Row]:
        """The rows of these that a query finds, in the order of the keys."""
        found = RowReader(self._store.data).rows(matching(self._store.data, keys, terms))
        by_key = {row.key: row for row in found}
        return [by_key[key] for key in keys if key in by_key]

    @on_thread
    def _waiting(self, name: str) -> list[Arrival]:
        return self._store.data.hooks.waiting(name, MOST_AT_ONCE)

    @on_thread
    def _missing(self, arrivals: Sequence[Arrival]) -> set[Key]:
        return self._store.data.cache.missing([arrival.key for arrival in arrivals])


def hook_failed(name: str, why: str) -> HookFailed:
    """The error of a hook whose command failed."""
    return HookFailed(f"The hook `{name}` failed: {why}").identified("hook_failed", name)


def refused_alone(state: HookState, row: Row, failed: HookFailed) -> HookFailed:
    """The error of a hook whose command refuses one notification by itself."""
    others = f"{state.waiting - 1:,} more" if state.waiting > 1 else "what arrives"
    behind = f"{others} {'wait' if state.waiting > 2 else 'waits'} behind it"
    return failed.saying(
        sentence=f"{failed.sentence} It refuses {row.user_id}/{row.id} on its own, and {behind}.",
        remedy=f"`neptune-inbox hooks skip {state.name}` leaves it out.",
    )


def _through(arrivals: Sequence[Arrival], row: Row) -> Sequence[Arrival]:
    """The arrivals from the first to the one of this row."""
    return arrivals[: 1 + next(place for place, arrival in enumerate(arrivals) if arrival.key == row.key)]


def _kept(ended: Ended) -> str:
    """What is kept of standard error."""
    return mask(ended.errors)[-LONGEST_ERRORS:]
