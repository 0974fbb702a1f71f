"""What the local files need now and then, in short turns while nobody waits: old rows go, the journal is indexed.

An interrupted pass continues the next time: what it did stays done.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from neptune_inbox.errors import StoreProblem
from neptune_inbox.model import Key, Now
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from neptune_inbox.store.cache.prune import Pruning
    from neptune_inbox.sync.polling.wakeable import Sleep
    from neptune_inbox.sync.tenant_store import TenantStore

DAY = 86_400_000
TURN = 0.05
"""Seconds of work at once."""
IDLE_SECONDS = 2.0
"""Seconds without a key before a turn."""
BETWEEN = 0.25
"""Seconds between two turns."""
EVERY = 600.0
"""Seconds between two looks whether there is something to do."""


class Housekeeping:
    """Keeps the files of one tenant in order."""

    def __init__(
        self, *, store: TenantStore, keep_days: int, now: Now, sleep: Sleep, forgotten: Callable[[], None]
    ) -> None:
        """`store` is to be the one whose calls come last of all; `forgotten` is called when rows have gone."""
        self._store = store
        self._forgotten = forgotten
        self._keep_days = keep_days
        self._now = now
        self._sleep = sleep
        self._pruning: Pruning | None = None
        self._count = 0
        """Rows removed since that was last told."""
        self._shown: Sequence[Sequence[int]] = ()

    def spare(self, lists: Sequence[Sequence[int]]) -> None:
        """Leave the rows of these lists, which are on the screen or can be gone back to, until others are."""
        self._shown = lists

    async def run(self) -> None:
        """Take turns for ever, while no key waits for the disk; ends only by being cancelled."""
        pause = IDLE_SECONDS
        while True:
            await self._sleep(pause)
            if not self._store.thread.is_quiet(IDLE_SECONDS):
                pause = IDLE_SECONDS
                continue
            try:
                pause = BETWEEN if await self.turn() else EVERY
                self._tell_forgotten()
            except StoreProblem:
                # Whoever needs the file says so; this can wait.
                pause = EVERY

    async def finish(self, seconds: float) -> None:
        """Take turns until nothing is left to do, for so long at most. Raises StoreProblem."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and await self.turn():
            self._tell_forgotten()
        self._tell_forgotten()

    @on_thread
    def is_due(self) -> bool:
        """Whether there is something to do. Raises StoreProblem."""
        return self._is_pruning_due() or self._store.data.journal.is_behind()

    @on_thread
    def turn(self) -> bool:
        """Work for a moment; whether there is more to do. Raises StoreProblem."""
        until = time.monotonic() + TURN
        if self._store.data.journal.extend_index(TURN):
            return True
        if self._pruning is None and self._is_pruning_due():
            before = self._now() - self._keep_days * DAY
            self._pruning = self._store.data.cache.pruning(before, self._kept)
        while self._pruning is not None:
            count = self._pruning.count
            has_more = self._pruning.step()
            self._count += self._pruning.count - count
            if not has_more:
                self._pruning = None
                self._store.data.cache.remember(self._name, str(self._now()))
            elif time.monotonic() >= until:
                return True
        return False

    @property
    def _name(self) -> str:
        return f"tidied {self._store.tenant}"

    def _is_pruning_due(self) -> bool:
        return self._now() - int(self._store.data.cache.recall(self._name) or 0) >= DAY

    def _kept(self, keys: Mapping[int, Key]) -> set[int]:
        """What I put a star or a note on stays, and so does what is on the screen."""
        triage = self._store.data.triage.triage(keys.values())
        marked = {key for key, own in triage.items() if own.is_starred or own.note}
        kept = {rowid for rowid, key in keys.items() if key in marked}
        return kept.union(*(set(keys).intersection(rowids) for rowids in self._shown))

    def _tell_forgotten(self) -> None:
        if self._count:
            self._count = 0
            self._forgotten()
