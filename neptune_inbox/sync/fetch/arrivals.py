"""Which of the rows that are new to the cache arrived: those that were not there at the first look at their customer.

What is loaded later and was created before, and what had left the cache for its age, did not arrive.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from neptune_inbox.model import Instant, Notification, Now

if TYPE_CHECKING:
    from neptune_inbox.sync.fetch.freshness import FetchState
    from neptune_inbox.sync.tenant_store import TenantStore

DAY = 86_400_000
EVER = -(1 << 62)
"""Before anything was created: the first look saw all there was."""


class ArrivalJudge:
    """Judges the new rows of one tenant, and releases them to the hooks when a look has ended."""

    def __init__(self, *, store: TenantStore, known: FetchState, now: Now, keep_days: int) -> None:
        self._store = store
        self._known = known
        self._now = now
        self._keep_ms = keep_days * DAY
        self._released: set[str] = set()
        """Users without a note that was not released since."""

    async def begin(self, user_id: str) -> None:
        """What comes from now on arrives, if the first look at this user has ended; nothing happens a second time."""
        if await self._known.arrivals_start(user_id) is not None:
            return
        fresh = await self._known.freshness(user_id)
        if fresh.has_everything:
            await self._known.save_arrivals_start(user_id, EVER)
        elif fresh.complete_back_to is not None:
            await self._known.save_arrivals_start(user_id, fresh.complete_back_to)

    async def has_gap(self, user_id: str) -> bool:
        """Whether a program that ended in the middle of a walk left rows out between what it brought and before."""
        fresh, known_until = await self._known.freshness(user_id), await self._known.known_until(user_id)
        back_to = fresh.complete_back_to
        if fresh.has_everything or back_to is None or back_to < self._now() - self._keep_ms:
            return False
        return known_until is None or back_to > known_until

    async def judge(self, user_id: str, *, is_older: bool) -> Callable[[Notification], bool]:
        """What judges the rows of a page; with `is_older` it was asked for to go further back."""
        start = await self._known.arrivals_start(user_id)
        aged = self._now() - self._keep_ms

        def has_arrived(row: Notification) -> bool:
            self._released.discard(user_id)
            if start is None:
                return False
            at: Instant | None = row.created_at
            if at is None:
                return not is_older and not row.is_read
            return at > start and not (row.is_read and at < aged)

        return has_arrived

    async def release(self, user_id: str) -> None:
        """A look at this user has ended: hooks may have what it brought."""
        if user_id not in self._released:
            await self._store.hooks.release(user_id)
            self._released.add(user_id)
