"""How fresh and how complete what we know of each user is: in memory, and written when more than the time differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.model import Clause, Counts, Filter, Freshness, Instant, Key, Search
from neptune_inbox.sync.store_thread import read_on_thread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neptune_inbox.sync.tenant_store import TenantStore


WRITE_FRESHNESS_EVERY = 60_000
"""Milliseconds; in between, how fresh a user is lives in memory."""


class FetchState:
    """What is known of the users of one tenant."""

    def __init__(self, store: TenantStore) -> None:
        self._store = store
        self._fresh: dict[str, Freshness] = {}
        self._saved: dict[str, Freshness] = {}
        self._tops: dict[str, Instant | None] = {}
        self._starts: dict[str, Instant | None] = {}
        self._version: tuple[int, ...] = ()

    def forget(self) -> None:
        """Believe the cache again: another instance writes it."""
        self._fresh.clear()
        self._saved.clear()
        self._tops.clear()
        self._starts.clear()

    async def has_changed_elsewhere(self) -> bool:
        """Whether anything was written by another instance since the last time. Raises StoreProblem."""
        before, self._version = self._version, await self._look()
        return self._version != before

    @read_on_thread
    def _look(self) -> tuple[int, ...]:
        return self._store.data.version()

    async def freshness(self, user_id: str) -> Freshness:
        return (await self.freshness_of([user_id]))[user_id]

    async def freshness_of(self, user_ids: Sequence[str]) -> dict[str, Freshness]:
        """How fresh our knowledge of each user is, read at once for all of those not read yet."""
        told = {user_id: self._fresh[user_id] for user_id in user_ids if user_id in self._fresh}
        missing = [user_id for user_id in user_ids if user_id not in told]
        known = await self._store.users.freshness(missing) if missing else {}
        for user_id in missing:
            fresh = known.get(user_id) or Freshness(user_id)
            self._saved.setdefault(user_id, fresh)
            told[user_id] = self._fresh.setdefault(user_id, fresh)
        return {user_id: told[user_id] for user_id in user_ids}

    async def save_freshness(self, fresh: Freshness) -> None:
        """Remember it; write it only when more than the times differ, so that an idle poll writes nothing."""
        saved = self._saved.get(fresh.user_id) or Freshness(fresh.user_id)
        self._fresh[fresh.user_id] = fresh
        is_old = (fresh.fetched_at or 0) - (saved.fetched_at or 0) > WRITE_FRESHNESS_EVERY
        looked_at = saved.looked_at or fresh.looked_at
        if is_old or replace(fresh, fetched_at=saved.fetched_at, looked_at=looked_at) != saved:
            self._saved[fresh.user_id] = fresh
            await self._store.users.set_freshness(fresh)

    async def flush(self) -> None:
        """Write the times that live in memory, for the end of the program; what another one wrote since stays."""
        unsaved = [fresh for user, fresh in self._fresh.items() if fresh != self._saved.get(user)]
        if not unsaved:
            return
        known = await self._store.users.freshness([fresh.user_id for fresh in unsaved])
        newer = [each for each in unsaved if (each.fetched_at or 0) > _fetched_at(known.get(each.user_id))]
        await self._store.users.set_freshness(*newer)
        self._saved |= {each.user_id: each for each in newer}

    async def known_until(self, user_id: str) -> Instant | None:
        """Up to when the list of all is known without a gap, to continue from there after a start."""
        if user_id not in self._tops:
            kept = await self._store.cache.recall(self._name_of_top(user_id))
            self._tops[user_id] = int(kept) if kept else None
        return self._tops[user_id]

    async def save_known_until(self, user_id: str, known_until: Instant | None) -> None:
        if known_until is not None and known_until != await self.known_until(user_id):
            self._tops[user_id] = known_until
            await self._store.cache.remember(self._name_of_top(user_id), str(known_until))

    async def arrivals_start(self, user_id: str) -> Instant | None:
        """What was created after this arrived, when it is new; None before the first look at the user has ended."""
        if user_id not in self._starts:
            kept = await self._store.cache.recall(self._name_of_start(user_id))
            self._starts[user_id] = int(kept) if kept else None
        return self._starts[user_id]

    async def save_arrivals_start(self, user_id: str, start: Instant) -> None:
        self._starts[user_id] = start
        await self._store.cache.remember(self._name_of_start(user_id), str(start))

    def _name_of_start(self, user_id: str) -> str:
        return f"arrivals {self._store.tenant} {user_id}"

    def _name_of_top(self, user_id: str) -> str:
        return f"top {self._store.tenant} {user_id}"

    async def counts(self, user_id: str) -> Counts:
        known = await self._store.users.counts([user_id])
        return known.get(user_id) or Counts()

    async def save_counts(self, user_id: str, counts: Counts, at: Instant) -> None:
        await self._store.users.set_counts(user_id, counts, at)

    async def cached(self, user_id: str) -> Counts:
        """How many rows of a user are in the cache."""
        return await self._store.users.local_counts([user_id])

    async def unread(self, user_id: str) -> set[Key]:
        """What is unread by what we know."""
        return set(await self._store.cache.unread_keys(user_id))

    async def depth(self, user_id: str, kind: Filter, back_to: Instant | None) -> int:
        """How many rows of a list are cached without a gap: those created since `back_to`."""
        if back_to is None:
            return 0
        search = Search((user_id,), kind, (Clause("since", instant=back_to),))
        return len(await self._store.cache.snapshot(search))


def _fetched_at(fresh: Freshness | None) -> Instant:
    return (fresh.fetched_at if fresh is not None else None) or 0
