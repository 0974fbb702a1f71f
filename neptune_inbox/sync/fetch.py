"""Fetching one user's notifications and counts into the cache, with the fewest requests that tell the truth.

Rows are the server's word; a missing row proves nothing, so what left the unread list is looked up in the read list
before the cache believes it (neptune-api.md, Answers).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.errors import InboxError
from neptune_inbox.model import Counts, Filter, Freshness, Key, Now, Page
from neptune_inbox.sync.disk import Disk
from neptune_inbox.sync.known import Known
from neptune_inbox.sync.proof import Proof, missing_rows
from neptune_inbox.sync.walk import Trails, Walk, is_end, oldest_of

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.store.cache import Cache

PER_PAGE = 50
FIRST_PAGES = 4
"""How many pages the first look at a user loads of each kind; the rest comes on demand."""
MOST_PAGES = 40
"""The most pages that one poll follows new rows through."""
PROOF_PAGES = 3
"""How many pages of read rows one poll looks through for rows that left the unread list."""


class Fetched(Struct, frozen=True):
    """What one poll of one user brought."""

    new: tuple[Key, ...] = ()
    changed: bool = False
    requests: int = 0
    skipped: int = 0
    """Rows of the server that could not be read."""

    def __add__(self, other: Fetched) -> Fetched:
        return Fetched(
            self.new + other.new,
            self.changed or other.changed,
            self.requests + other.requests,
            self.skipped + other.skipped,
        )


class Fetcher:
    """Reads from the API, writes to the cache; of one user one thing at a time."""

    def __init__(self, *, client: Client, cache: Cache, disk: Disk, place: str, now: Now) -> None:
        self._client = client
        self._cache = cache
        self._disk = disk
        self._place = place
        self._now = now
        self._known = Known(cache=cache, disk=disk, place=place)
        self._trails: dict[str, Trails] = {}
        self._proofs: defaultdict[str, Proof] = defaultdict(Proof)
        self._page_sizes: dict[str, int] = {}
        self._counted: set[str] = set()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.requests = 0
        """How many requests were made since the start."""

    async def poll(self, user_id: str, kind: Filter, *, is_on_screen: bool = False) -> Fetched:
        """Bring one user up to date for one of the API's kinds; raises what the client raises.

        All three totals are asked for only for the user on screen, and only when something differs.
        """
        async with self._turns[user_id]:
            try:
                return await self._poll(user_id, kind, is_on_screen)
            except InboxError as error:
                fresh = await self._known.freshness(user_id)
                await self._known.save_freshness(replace(fresh, problem=error.sentence))
                raise

    async def load_older(self, user_id: str, kind: Filter, pages: int = FIRST_PAGES) -> Fetched:
        """Load older pages of one user until `pages` of them brought something, or there are no more."""
        async with self._turns[user_id]:
            return await self._load_older(user_id, kind, pages)

    async def freshness(self, user_ids: Sequence[str]) -> dict[str, Freshness]:
        """How fresh what we know of these users is."""
        return await self._known.freshness_of(user_ids)

    async def unread(self, user_id: str) -> frozenset[Key]:
        """What the cache holds as unread of one user."""
        return frozenset(await self._disk.run(self._cache.unread_keys, self._place, user_id))

    def forget(self) -> None:
        """Believe the cache again: another instance polls."""
        self._known.forget()
        self._trails.clear()

    async def count(self, user_id: str, *, without: Filter | None = None) -> Fetched:
        """Ask the server for the totals with one-row requests; `without` names the kind already known."""
        before = await self._known.counts(user_id)
        found = {kind: before.of(kind) for kind in Filter}
        kinds = [kind for kind in Filter if kind is not without]
        for kind in kinds:
            self.requests += 1
            page = await self._client.app_notifications(user_id, kind, page=1, per_page=1)
            if page.total is not None:
                found[kind] = page.total
        counts = Counts(found[Filter.ALL], found[Filter.UNREAD], found[Filter.READ])
        if counts != before:
            await self._known.save_counts(user_id, counts, self._now())
        self._counted.add(user_id)
        return Fetched(changed=counts != before, requests=len(kinds))

    async def _poll(self, user_id: str, kind: Filter, is_on_screen: bool) -> Fetched:
        fresh = await self._known.freshness(user_id)
        if fresh.fetched_at is None or (fresh.complete_back_to is None and not fresh.has_everything):
            fetched = await self._first_look(user_id)
        else:
            fetched = await self._newest(user_id, kind)
        fresh = await self._known.freshness(user_id)
        await self._known.save_freshness(replace(fresh, fetched_at=self._now(), problem=""))
        if is_on_screen:
            counts = await self._known.counts(user_id)
            is_untold = None in (counts.all, counts.unread, counts.read) and user_id not in self._counted
            if fetched.changed or is_untold:
                fetched += await self.count(user_id, without=kind)
        return fetched

    async def _first_look(self, user_id: str) -> Fetched:
        trails, fresh = await self._trails_of(user_id), await self._known.freshness(user_id)
        # What an earlier look brought that broke off need not reach up to this one.
        await self._known.save_freshness(replace(fresh, complete_back_to=None, has_everything=False))
        walk = Walk(Filter.ALL, trails, most=FIRST_PAGES, stops_at_known=False)
        fetched = await self._follow(user_id, Filter.ALL, walk)
        if walk.has_end:
            cached = await self._known.cached(user_id)
            if cached.all == walk.total:
                # All of them were just seen, so what is cached is what the server has.
                await self._known.save_counts(user_id, cached, self._now())
            return fetched
        walk = Walk(Filter.UNREAD, trails, most=FIRST_PAGES, stops_at_known=False)
        fetched += await self._follow(user_id, Filter.UNREAD, walk)
        trails.of[Filter.UNREAD].back_to = walk.oldest
        return fetched

    async def _newest(self, user_id: str, kind: Filter) -> Fetched:
        walk = Walk(kind, await self._trails_of(user_id), most=MOST_PAGES)
        fetched = await self._follow(user_id, kind, walk)
        await self._settle_completeness(user_id, kind, walk)
        if kind is Filter.UNREAD and walk.is_whole:
            fetched += await self._prove_read(user_id, walk)
        return fetched

    async def _follow(self, user_id: str, kind: Filter, walk: Walk) -> Fetched:
        """Read the pages of a walk; while it is under way, no more is claimed to be complete than is."""
        fetched = Fetched()
        try:
            while not walk.is_over:
                number = walk.number
                page, some = await self._page(user_id, kind, number)
                fetched += some
                walk.take(page, some.new)
                if walk.stops_at_known and not walk.is_whole:
                    await self._admit_gap(user_id, walk)
                elif not walk.stops_at_known and kind is Filter.ALL:
                    await self._extend(user_id, page, number)
        finally:
            walk.leave_trail()
        if kind is Filter.ALL:
            await self._known.save_top(user_id, self._trails[user_id].of[kind].top)
        return fetched

    async def _trails_of(self, user_id: str) -> Trails:
        if user_id not in self._trails:
            self._trails[user_id] = Trails()
            self._trails[user_id].of[Filter.ALL].top = await self._known.top(user_id)
        return self._trails[user_id]

    async def _admit_gap(self, user_id: str, walk: Walk) -> None:
        """Say that there may be a gap below what a walk brought so far."""
        fresh, trails = await self._known.freshness(user_id), self._trails[user_id]
        trails.before = trails.before or fresh
        # The walk may have come below all that was complete before; that does not make it so.
        claimed = trails.before.complete_back_to
        back_to = None if walk.oldest is None else max(walk.oldest, claimed or walk.oldest)
        await self._known.save_freshness(replace(fresh, complete_back_to=back_to, has_everything=False))

    async def _extend(self, user_id: str, page: Page, number: int) -> None:
        """Say that the cache is complete down to the end of this page."""
        fresh = await self._known.freshness(user_id)
        oldest = oldest_of(page, fresh.complete_back_to)
        await self._known.save_freshness(replace(fresh, complete_back_to=oldest, has_everything=is_end(page, number)))

    async def _settle_completeness(self, user_id: str, kind: Filter, walk: Walk) -> None:
        """Take back the gaps that were admitted, once all walks that broke off were made good."""
        fresh, trails = await self._known.freshness(user_id), self._trails[user_id]
        before = trails.before
        if not trails.is_broken:
            trails.before = None
            if before is not None and walk.is_whole:
                fresh = replace(fresh, complete_back_to=before.complete_back_to, has_everything=before.has_everything)
        if kind is Filter.ALL and fresh.has_everything and walk.total is not None:
            cached = await self._known.cached(user_id)
            fresh = replace(fresh, has_everything=(cached.all or 0) >= walk.total)
        await self._known.save_freshness(fresh)

    async def _load_older(self, user_id: str, kind: Filter, pages: int) -> Fetched:
        trail, fresh = (await self._trails_of(user_id)).of[kind], await self._known.freshness(user_id)
        times = [time for time in (fresh.complete_back_to, trail.back_to) if time is not None]
        back_to = fresh.complete_back_to if kind is Filter.ALL else min(times, default=None)
        depth = await self._known.depth(user_id, kind, back_to)
        # The page before is read again, as rows that are gone by now may have moved it up.
        first = max(1, depth // self._page_sizes.get(user_id, PER_PAGE))
        walk = Walk(kind, Trails(), most=MOST_PAGES, first=first, stops_at_known=False)
        fetched, fruitful = Fetched(), 0
        while not walk.is_over and fruitful < pages:
            number = walk.number
            page, some = await self._page(user_id, kind, number)
            fetched += some
            fruitful += bool(some.new)
            walk.take(page, some.new)
            trail.back_to = oldest_of(page, trail.back_to or back_to)
            if kind is Filter.ALL:
                await self._extend(user_id, page, number)
        return fetched

    async def _prove_read(self, user_id: str, walk: Walk) -> Fetched:
        """Look in the read list for rows that are cached as unread and are not in the server's unread list."""
        proof, fetched = self._proofs[user_id], Fetched()
        proof.begin(*missing_rows(walk, await self._known.unread(user_id)))
        for _ in range(PROOF_PAGES):
            if proof.page is None:
                break
            page, some = await self._page(user_id, Filter.READ, proof.page)
            fetched += some
            proof.take(page)
        return fetched

    async def _page(self, user_id: str, kind: Filter, number: int) -> tuple[Page, Fetched]:
        self.requests += 1
        asked_at = self._now()
        page = await self._client.app_notifications(user_id, kind, page=number, per_page=PER_PAGE)
        size = len(page.rows) + page.skipped
        self._page_sizes[user_id] = max(1, size, self._page_sizes.get(user_id, 0))
        merged = await self._disk.run(self._cache.merge, self._place, user_id, page, seen_at=asked_at)
        changed = bool(merged.changed or merged.new)
        if page.total is not None:
            before = await self._known.counts(user_id)
            after = replace(before, **{kind.value: page.total})
            if after != before:
                changed = True
                await self._known.save_counts(user_id, after, self._now())
        return page, Fetched(merged.new, changed, 1, page.skipped)
