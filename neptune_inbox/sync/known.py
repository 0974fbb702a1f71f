"""How fresh and how complete what we know of each user is: in memory, and written when more than the time differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.model import Clause, Counts, Filter, Freshness, Instant, Key, Search
from neptune_inbox.sync.disk import Disk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neptune_inbox.store.cache import Cache

WRITE_FRESHNESS_EVERY = 60_000
"""Milliseconds; in between, how fresh a user is lives in memory."""


class Known:
    """What is known of the users of one place."""

    def __init__(self, *, cache: Cache, disk: Disk, place: str) -> None:
        self._cache = cache
        self._disk = disk
        self._place = place
        self._fresh: dict[str, Freshness] = {}
        self._saved: dict[str, Freshness] = {}
        self._tops: dict[str, Instant | None] = {}

    def forget(self) -> None:
        """Believe the cache again: another instance writes it."""
        self._fresh.clear()
        self._saved.clear()
        self._tops.clear()

    async def freshness(self, user_id: str) -> Freshness:
        return (await self.freshness_of([user_id]))[user_id]

    async def freshness_of(self, user_ids: Sequence[str]) -> dict[str, Freshness]:
        """How fresh what is known of each is, read at once for all of whom that is not known yet."""
        told = {user_id: self._fresh[user_id] for user_id in user_ids if user_id in self._fresh}
        missing = [user_id for user_id in user_ids if user_id not in told]
        known = await self._disk.run(self._cache.freshness, self._place, missing) if missing else {}
        for user_id in missing:
            fresh = known.get(user_id) or Freshness(user_id)
            self._saved.setdefault(user_id, fresh)
            told[user_id] = self._fresh.setdefault(user_id, fresh)
        return {user_id: told[user_id] for user_id in user_ids}

    async def save_freshness(self, fresh: Freshness) -> None:
        """Remember it; write it only when more than the time differs, so that an idle poll writes nothing."""
        saved = self._saved.get(fresh.user_id) or Freshness(fresh.user_id)
        self._fresh[fresh.user_id] = fresh
        is_old = (fresh.fetched_at or 0) - (saved.fetched_at or 0) > WRITE_FRESHNESS_EVERY
        if is_old or replace(fresh, fetched_at=saved.fetched_at) != saved:
            self._saved[fresh.user_id] = fresh
            await self._disk.run(self._cache.set_freshness, self._place, fresh)

    async def top(self, user_id: str) -> Instant | None:
        """Up to when the list of all is known without a gap: to go on from there after a start."""
        if user_id not in self._tops:
            kept = await self._disk.run(self._cache.recall, self._name_of_top(user_id))
            self._tops[user_id] = int(kept) if kept else None
        return self._tops[user_id]

    async def save_top(self, user_id: str, top: Instant | None) -> None:
        if top is not None and top != await self.top(user_id):
            self._tops[user_id] = top
            await self._disk.run(self._cache.remember, self._name_of_top(user_id), str(top))

    def _name_of_top(self, user_id: str) -> str:
        return f"top {self._place} {user_id}"

    async def counts(self, user_id: str) -> Counts:
        known = await self._disk.run(self._cache.counts, self._place, [user_id])
        return known.get(user_id) or Counts()

    async def save_counts(self, user_id: str, counts: Counts, at: Instant) -> None:
        await self._disk.run(self._cache.set_counts, self._place, user_id, counts, at)

    async def cached(self, user_id: str) -> Counts:
        """How many rows of a user are in the cache."""
        return await self._disk.run(self._cache.local_counts, self._place, [user_id])

    async def unread(self, user_id: str) -> set[Key]:
        """What is unread by what we know."""
        return set(await self._disk.run(self._cache.unread_keys, self._place, user_id))

    async def depth(self, user_id: str, kind: Filter, back_to: Instant | None) -> int:
        """How many rows of a list are cached without a gap: those created since `back_to`."""
        if back_to is None:
            return 0
        search = Search((user_id,), kind, (Clause("since", instant=back_to),))
        return len(await self._disk.run(self._cache.window, self._place, search))
