"""Fetching one user's notifications and counts into the cache, with the fewest requests that tell the truth.

Rows are the server's word; a missing row proves nothing, so what left the unread list is looked up in the read list
before the cache believes it (neptune-api.md, Answers).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from neptune_inbox import debug_trace
from neptune_inbox.errors import InboxError
from neptune_inbox.model import Counts, Filter, Freshness, Instant, Key, Notification, Now, Page, Remark
from neptune_inbox.sync.fetch.arrivals import ArrivalJudge
from neptune_inbox.sync.fetch.effect import EffectCheck
from neptune_inbox.sync.fetch.fetched import Fetched
from neptune_inbox.sync.fetch.freshness import FetchState
from neptune_inbox.sync.fetch.paging import ListCursors, PageWalk, is_end, oldest_of
from neptune_inbox.sync.fetch.reconcile import ReadReconciliation, missing_rows
from neptune_inbox.sync.fetch.sightings import Sightings
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.sync.tenant_store import TenantStore

T = TypeVar("T")

PER_PAGE = 50
LEAST_PER_PAGE = 10
"""What the API itself gives unasked: of fewer rows it is harder to tell which of their ids is their own."""
FIRST_PAGES = 4
"""How many pages the first look at a user loads of each kind; the rest comes on demand."""
MOST_PAGES = 40
"""The most pages that one poll follows new rows through."""
COUNTED_AGAIN = 2
"""How often totals that do not add up are asked for again."""
PROOF_PAGES = 3
"""How many pages of read rows one poll looks through for rows that left the unread list."""


class Fetcher:
    """Reads from the API, writes to the cache; of one user one thing at a time."""

    def __init__(
        self, *, store: TenantStore, client: Client, effects: EffectCheck, now: Now, keep_days: int = 90
    ) -> None:
        """Rows that are read and older than `keep_days` leave the cache, and do not arrive when they come back."""
        self._store = store
        self._client = client
        self._effects = effects
        self._now = now
        self._known = FetchState(store)
        self._sightings = Sightings(store)
        self._arrivals = ArrivalJudge(store=store, known=self._known, now=now, keep_days=keep_days)
        self._trails: dict[str, ListCursors] = {}
        self._gapless: set[str] = set()
        """Users whose list of all was looked at for what an earlier program left out."""
        self._proofs: defaultdict[str, ReadReconciliation] = defaultdict(ReadReconciliation)
        self._page_sizes: dict[str, int] = {}
        self._counted: set[str] = set()
        self._oddities: dict[str, dict[Filter, PageWalk]] = {}
        self._tells_read = False
        """Rows of this place say themselves when they are read, so that in `all` the others are not."""
        self._hides_read = False
        """Rows of this tenant are read without saying so."""
        self._longest_page = 0
        self._has_false_totals = False
        """More rows came than this place counts, so its totals are not used."""
        self._contradicts = False
        """Rows of this place say the opposite of the list that they came in."""
        self._told: dict[str, dict[Filter, int]] = {}
        """Totals that the pages of a look brought; kept at its end, so that none of two looks are mixed."""
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.requests = 0
        """How many requests were made since the start."""

    async def poll(self, user_id: str, kind: Filter, *, is_on_screen: bool = False) -> Fetched:
        """Bring one user up to date for one of the API's kinds; raises what the client raises.

        All three totals are asked for only for the user on screen, and only when something differs.
        """
        return await self._in_turn(user_id, lambda: self._poll(user_id, kind, is_on_screen))

    async def look(self, user_id: str, kind: Filter, rows: int) -> bool:
        """Read no more of one list than it takes to see its newest rows; whether that was all of it.

        It claims nothing about what lies below them, so that the next poll is still the first.
        Raises what the client raises.
        """
        return await self._in_turn(user_id, lambda: self._look(user_id, kind, rows))

    async def _in_turn(self, user_id: str, work: Callable[[], Awaitable[T]]) -> T:
        """Ask for one user once nothing else is asked for them, and keep what went wrong."""
        async with self._turns[user_id]:
            self._told.pop(user_id, None)
            try:
                done = await work()
                await self._arrivals.release(user_id)
                return done
            except InboxError as error:
                fresh = await self._known.freshness(user_id)
                await self._known.save_freshness(replace(fresh, problem=error.sentence))
                raise

    async def load_older(self, user_id: str, kind: Filter, pages: int = FIRST_PAGES) -> Fetched:
        """Load older pages of one user until `pages` of them brought something, or there are no more."""
        async with self._turns[user_id]:
            self._told.pop(user_id, None)
            fetched = await self._load_older(user_id, kind, pages)
            await self._arrivals.release(user_id)
            await self._keep_counts(user_id)
            return fetched

    async def reached(self, user_id: str, kind: Filter) -> Instant | None:
        """How far back one list was read: 0 is to its end, None is not at all."""
        fresh = await self._known.freshness(user_id)
        return 0 if fresh.has_everything else await self._back_to(user_id, kind, fresh)

    async def freshness(self, user_ids: Sequence[str]) -> dict[str, Freshness]:
        """How fresh what we know of these users is."""
        return await self._known.freshness_of(user_ids)

    def back_to(self, fresh: Freshness, kind: Filter) -> Instant | None:
        """Nothing of one list of a user is missing that was created since; None where nothing is known of it."""
        cursors = self._trails.get(fresh.user_id)
        own = cursors.of[kind].back_to if cursors is not None and not cursors.is_broken else None
        return min((at for at in (fresh.complete_back_to, own) if at is not None), default=None)

    async def note_seen(self, user_id: str, unread: Sequence[Key], at: Instant) -> None:
        """A colleague's program polled a user at `at` and saw what is cached here; `unread` are the unread ones."""
        async with self._turns[user_id]:
            fresh = await self._known.freshness(user_id)
            if fresh.fetched_at is not None and fresh.fetched_at < at:
                await self._store.cache.note_seen_unread(unread, at)
                await self._known.save_freshness(replace(fresh, fetched_at=at))

    async def unread(self, user_id: str) -> frozenset[Key]:
        """What the cache holds as unread of one user."""
        return frozenset(await self._store.cache.unread_keys(user_id))

    def forget(self) -> None:
        """Believe the cache again: another instance polls."""
        self._known.forget()
        self._trails.clear()
        self._gapless.clear()

    async def flush(self) -> None:
        """Write when the last looks were, which a poll without news keeps in memory. Raises StoreProblem."""
        await self._known.flush()

    async def follow(self) -> bool:
        """Believe the cache again if another instance wrote to it; whether it did. Raises StoreProblem."""
        if not await self._known.has_changed_elsewhere():
            return False
        self.forget()
        return True

    async def count(self, user_id: str, *, without: Filter | None = None) -> Fetched:
        """Ask the server for the totals with one-row requests; `without` names the kind already known."""
        before = await self._known.counts(user_id)
        counts, requests = await self._ask_totals(user_id, [kind for kind in Filter if kind is not without])
        for _ in range(COUNTED_AGAIN):
            # What was read or arrived between two of the requests is in one total and not in the other.
            if counts == counts.reconciled():
                break
            counts, more = await self._ask_totals(user_id, list(Filter))
            requests += more
        if counts != before:
            await self._known.save_counts(user_id, counts, self._now())
        self._counted.add(user_id)
        return Fetched(changed=counts != before, requests=requests)

    async def _ask_totals(self, user_id: str, kinds: Sequence[Filter]) -> tuple[Counts, int]:
        """The totals of these kinds as they are now, with what this look brought before; and how many requests."""
        for kind in kinds:
            self.requests += 1
            page = await self._client.app_notifications(user_id, kind, page=1, per_page=1)
            if page.total is not None:
                self._told.setdefault(user_id, {})[kind] = page.total
        return await self._counts_told(user_id), len(kinds)

    async def _counts_told(self, user_id: str) -> Counts:
        """The counts as they were kept, under the totals that this look brought."""
        told = {kind.value: total for kind, total in self._told.get(user_id, {}).items()}
        return replace(await self._known.counts(user_id), **told)

    async def _keep_counts(self, user_id: str) -> None:
        """Keep the totals that this look brought, where nothing more is asked for."""
        counts = await self._counts_told(user_id)
        if counts != await self._known.counts(user_id):
            await self._known.save_counts(user_id, counts, self._now())

    async def _poll(self, user_id: str, kind: Filter, is_on_screen: bool) -> Fetched:
        fresh, began_at = await self._known.freshness(user_id), self._now()
        self._has_false_totals |= Remark.TOTAL_TOO_LOW in fresh.remarks
        was_read_before = fresh.fetched_at is not None and (
            fresh.complete_back_to is not None or fresh.has_everything
        )
        if not was_read_before:
            debug_trace.note("fetch", user_id=user_id, kind=kind, why="never read as a whole: from the top")
            fetched = await self._first_look(user_id)
            await self._arrivals.begin(user_id)
        else:
            debug_trace.note("fetch", user_id=user_id, kind=kind, why="down to what is known")
            await self._arrivals.begin(user_id)
            fetched = await self._close_gap(user_id) + await self._newest(user_id, kind)
        if kind is not Filter.UNREAD and await self._effects.awaits_look(user_id):
            # Rows of the other lists need not say whether they are read; this list does.
            fetched += await self._newest(user_id, Filter.UNREAD)
        fresh = await self._settle_counts(user_id, await self._known.freshness(user_id))
        looked_at = fresh.looked_at if kind is Filter.READ and was_read_before else began_at
        await self._known.save_freshness(replace(fresh, fetched_at=self._now(), looked_at=looked_at, problem=""))
        if is_on_screen and not set(fresh.remarks) & {Remark.NO_TOTALS, Remark.TOTAL_TOO_LOW}:
            counts = await self._counts_told(user_id)
            is_untold = None in (counts.all, counts.unread, counts.read) and user_id not in self._counted
            if fetched.changed or is_untold:
                return fetched + await self.count(user_id, without=None if counts.of(kind) is None else kind)
        await self._keep_counts(user_id)
        return fetched

    async def _close_gap(self, user_id: str) -> Fetched:
        """Read the list of all down to what is known, once, where an earlier program ended in the middle of a walk.

        The unread list alone would end at the first page, which is known by now.
        """
        if user_id in self._gapless or not await self._arrivals.has_gap(user_id):
            fetched = Fetched()
        elif await self._known.known_until(user_id) is not None:
            fetched = await self._newest(user_id, Filter.ALL)
        else:
            walk = PageWalk(Filter.ALL, await self._cursors_of(user_id), most=MOST_PAGES, stops_at_known=False)
            fetched = await self._follow(user_id, Filter.ALL, walk)
        self._gapless.add(user_id)
        return fetched

    async def _look(self, user_id: str, kind: Filter, rows: int) -> bool:
        debug_trace.note("fetch", user_id=user_id, kind=kind, why=f"the newest {rows:,} are enough")
        size = min(PER_PAGE, max(LEAST_PER_PAGE, rows))
        walk, began_at = PageWalk(kind, ListCursors(), most=-(-rows // size), stops_at_known=False), self._now()
        while not walk.is_over:
            page, some = await self._page(user_id, kind, walk.number, size=size)
            walk.take(page, some.new)
        self._oddities.setdefault(user_id, {})[kind] = walk
        (await self._cursors_of(user_id)).of[kind].back_to = walk.oldest
        if kind is Filter.UNREAD:
            await self._effects.note_unread_list(user_id, walk, began_at)
            missing = await self._missing_above(user_id, walk)
            await self._find_read(user_id, missing, len(missing))
        elif (kind is Filter.ALL and walk.is_silent) or await self._effects.awaits_look(user_id):
            # These rows need not say whether they are read; the other lists do.
            await self._first_look(user_id)
        fresh = await self._settle_counts(user_id, await self._known.freshness(user_id))
        looked_at = began_at if kind is not Filter.READ and _reaches(walk, fresh) else fresh.looked_at
        await self._known.save_freshness(replace(fresh, fetched_at=self._now(), looked_at=looked_at, problem=""))
        await self._keep_counts(user_id)
        return walk.has_end

    @on_thread
    def _missing_above(self, user_id: str, walk: PageWalk) -> frozenset[Key]:
        """What is cached as unread, is newer than the end of a walk down the unread list, and was not in it."""
        cache = self._store.data.cache
        missing = [key for key in cache.unread_keys(user_id) if key not in walk.seen]
        created = {key: row.created_at for key in missing if (row := cache.row(key)) is not None}
        return frozenset(
            key
            for key, at in created.items()
            if walk.has_end or at is None or walk.oldest is None or at > walk.oldest
        )

    async def _first_look(self, user_id: str) -> Fetched:
        cursors, fresh = await self._cursors_of(user_id), await self._known.freshness(user_id)
        # What an earlier look brought that broke off need not reach up to this one.
        await self._known.save_freshness(replace(fresh, complete_back_to=None, has_everything=False))
        walk = PageWalk(Filter.ALL, cursors, most=FIRST_PAGES, stops_at_known=False)
        fetched = await self._follow(user_id, Filter.ALL, walk)
        if walk.has_end:
            cached = await self._known.cached(user_id)
            if walk.total is not None and (cached.all or 0) + walk.skipped == walk.total and not walk.is_silent:
                # All of them were just seen, so what is cached is what the server has.
                self._told[user_id] = {kind: total for kind in Filter if (total := cached.of(kind)) is not None}
            if not walk.is_silent:
                return fetched
        everything = walk
        walk, began_at = PageWalk(Filter.UNREAD, cursors, most=FIRST_PAGES, stops_at_known=False), self._now()
        fetched += await self._follow(user_id, Filter.UNREAD, walk)
        await self._effects.note_unread_list(user_id, walk, began_at)
        cursors.of[Filter.UNREAD].back_to = walk.oldest
        if everything.is_silent and everything.seen - walk.seen:
            # Rows of the list of all that do not say whether they are read: the list of read ones does.
            walk = PageWalk(Filter.READ, cursors, most=FIRST_PAGES, stops_at_known=False)
            fetched += await self._follow(user_id, Filter.READ, walk)
        return fetched

    async def _newest(self, user_id: str, kind: Filter) -> Fetched:
        walk, began_at = PageWalk(kind, await self._cursors_of(user_id), most=MOST_PAGES), self._now()
        fetched = await self._follow(user_id, kind, walk)
        await self._settle_completeness(user_id, kind, walk)
        if kind is Filter.UNREAD:
            await self._effects.note_unread_list(user_id, walk, began_at)
        if kind is Filter.UNREAD and walk.is_whole:
            fetched += await self._prove_read(user_id, walk)
        if kind is Filter.ALL and walk.is_silent:
            fetched += await self._newest(user_id, Filter.UNREAD)
        return fetched

    async def _settle_counts(self, user_id: str, fresh: Freshness) -> Freshness:
        """Note what was odd about the last walks, and count what was read to the end where no total is given."""
        walks = self._oddities.get(user_id, {})
        remarks = set[Remark]().union(*(walk.remarks for walk in walks.values()))
        if remarks & {Remark.NO_TOTALS, Remark.TOTAL_TOO_LOW}:
            await self._keep_counts(user_id)
            self._told.pop(user_id, None)
            before = await self._known.counts(user_id)
            if fresh.has_everything:
                counts = await self._known.cached(user_id)
            else:
                told = {kind.value: walk.counted for kind, walk in walks.items() if walk.counted is not None}
                counts = replace(before, **told)
            if counts != before:
                await self._known.save_counts(user_id, counts, self._now())
        return replace(
            fresh,
            skipped=max((walk.skipped for walk in walks.values()), default=0),
            unnamed=max((walk.unnamed for walk in walks.values()), default=0),
            remarks=tuple(sorted(remarks)),
        )

    async def _follow(self, user_id: str, kind: Filter, walk: PageWalk) -> Fetched:
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
            walk.cursor()
            self._oddities.setdefault(user_id, {})[kind] = walk
        if kind is Filter.ALL:
            await self._known.save_known_until(user_id, (await self._cursors_of(user_id)).of[kind].known_until)
        return fetched

    async def _cursors_of(self, user_id: str) -> ListCursors:
        """The cursors of a user: never kept over an await, as `forget` may come at any."""
        cursors = self._trails.get(user_id)
        if cursors is None:
            cursors = ListCursors()
            cursors.of[Filter.ALL].known_until = await self._known.known_until(user_id)
            cursors = self._trails.setdefault(user_id, cursors)
        return cursors

    async def _admit_gap(self, user_id: str, walk: PageWalk) -> None:
        """Say that there may be a gap below what a walk brought so far."""
        fresh, cursors = await self._known.freshness(user_id), await self._cursors_of(user_id)
        cursors.before = cursors.before or fresh
        # The walk may have come below all that was complete before; that does not make it so.
        claimed = cursors.before.complete_back_to
        back_to = None if walk.oldest is None else max(walk.oldest, claimed or walk.oldest)
        await self._known.save_freshness(replace(fresh, complete_back_to=back_to, has_everything=False))

    async def _extend(self, user_id: str, page: Page, number: int) -> None:
        """Say that the cache is complete down to the end of this page."""
        fresh = await self._known.freshness(user_id)
        oldest = oldest_of(page, fresh.complete_back_to)
        await self._known.save_freshness(replace(fresh, complete_back_to=oldest, has_everything=is_end(page, number)))

    async def _settle_completeness(self, user_id: str, kind: Filter, walk: PageWalk) -> None:
        """Take back the gaps that were admitted, once all walks that broke off were made good."""
        fresh, cursors = await self._known.freshness(user_id), await self._cursors_of(user_id)
        before = cursors.before
        if not cursors.is_broken:
            cursors.before = None
            if before is not None and walk.is_whole:
                fresh = replace(fresh, complete_back_to=before.complete_back_to, has_everything=before.has_everything)
        if kind is Filter.ALL and fresh.has_everything and walk.total is not None:
            cached = await self._known.cached(user_id)
            fresh = replace(fresh, has_everything=(cached.all or 0) >= walk.total)
        await self._known.save_freshness(fresh)

    async def _load_older(self, user_id: str, kind: Filter, pages: int) -> Fetched:
        cursor, fresh = (await self._cursors_of(user_id)).of[kind], await self._known.freshness(user_id)
        back_to = fresh.complete_back_to if kind is Filter.ALL else await self._back_to(user_id, kind, fresh)
        depth = await self._known.depth(user_id, kind, back_to)
        # The page before is read again, as rows that are gone by now may have moved it up.
        debug_trace.note("fetch", user_id=user_id, kind=kind, why="older pages", loaded=depth)
        first = max(1, depth // self._page_sizes.get(user_id, PER_PAGE))
        walk = PageWalk(kind, ListCursors(), most=MOST_PAGES, first=first, stops_at_known=False)
        fetched, fruitful = Fetched(), 0
        while not walk.is_over and fruitful < pages:
            number = walk.number
            page, some = await self._page(user_id, kind, number, is_older=True)
            fetched += some
            fruitful += bool(some.new)
            walk.take(page, some.new)
            cursor.back_to = oldest_of(page, cursor.back_to or back_to)
            if kind is Filter.ALL:
                await self._extend(user_id, page, number)
        return fetched

    async def _back_to(self, user_id: str, kind: Filter, fresh: Freshness) -> Instant | None:
        times = (fresh.complete_back_to, (await self._cursors_of(user_id)).of[kind].back_to)
        return min((time for time in times if time is not None), default=None)

    async def _prove_read(self, user_id: str, walk: PageWalk) -> Fetched:
        """Look in the read list for rows that are cached as unread and are not in the server's unread list."""
        return await self._find_read(user_id, *missing_rows(walk, await self._known.unread(user_id)))

    async def _find_read(self, user_id: str, missing: frozenset[Key], count: int) -> Fetched:
        """Look in the read list for `count` rows among these."""
        reconciliation, fetched = self._proofs[user_id], Fetched()
        reconciliation.begin(missing, count)
        for _ in range(PROOF_PAGES):
            if reconciliation.page is None:
                break
            page, some = await self._page(user_id, Filter.READ, reconciliation.page)
            fetched += some
            reconciliation.take(page)
        return fetched

    async def _page(
        self, user_id: str, kind: Filter, number: int, *, is_older: bool = False, size: int = 0
    ) -> tuple[Page, Fetched]:
        self.requests += 1
        asked_at = self._now()
        page = await self._client.app_notifications(user_id, kind, page=number, per_page=size or PER_PAGE)
        self.requests += page.requests - 1
        answered_at = self._now()
        page = self._understood(page, kind)
        size = len(page.rows) + page.skipped
        self._page_sizes[user_id] = max(1, size, self._page_sizes.get(user_id, 0))
        judge = await self._arrivals.judge(user_id, is_older=is_older)
        merged = await self._store.cache.merge(
            user_id, page, seen_at=asked_at, answered_at=answered_at, has_arrived=judge
        )
        if merged.renamed:
            rows = tuple(replace(row, id=merged.renamed.get(row.id, row.id)) for row in page.rows)
            page = replace(page, rows=rows)
        await self._effects.note_page(page, asked_at)
        await self._sightings.tell(page, merged, asked_at)
        changed = bool(merged.changed or merged.new)
        if page.total is not None:
            self._told.setdefault(user_id, {})[kind] = page.total
            changed = changed or (await self._known.counts(user_id)).of(kind) != page.total
        return page, Fetched(merged.new, merged.arrived, changed, page.requests, page.skipped)

    def _understood(self, page: Page, kind: Filter) -> Page:
        """The page as it is to be read from what is known of how this tenant answers."""
        came = len(page.rows) + page.skipped
        if page.is_short_of_request and came >= self._longest_page:
            # Until a page was longer, this may be all that the server gives at once.
            page = replace(page, is_last=False)
        self._longest_page = max(self._longest_page, came)
        self._has_false_totals |= page.has_more_than_total
        if self._has_false_totals:
            page = replace(page, total=None, has_more_than_total=True)
        self._hides_read |= page.hides_read
        self._contradicts |= page.contradicts_list
        self._tells_read |= page.tells_read
        if kind is not Filter.ALL:
            return page
        is_plain = not (self._hides_read or self._contradicts) and all(row.says_read for row in page.rows)
        return page if is_plain else replace(page, rows=tuple(map(self._as_in_all, page.rows)))

    def _as_in_all(self, row: Notification) -> Notification:
        """A row of the list of all: unread unless it says otherwise for sure, as another list may."""
        says_read = row.says_read
        if self._hides_read or self._contradicts:
            says_read = says_read and row.is_read and not self._contradicts
        elif self._tells_read:
            says_read = says_read or not row.is_read
        is_read = row.is_read and says_read
        return replace(row, is_read=is_read, read_at=row.read_at if is_read else None, says_read=says_read)


def _reaches(walk: PageWalk, fresh: Freshness) -> bool:
    """Whether a walk from the top came as far as the look before it, so that nothing in between is missing."""
    if walk.has_end or fresh.looked_at is None:
        return walk.has_end
    # The two clocks may differ, so that a row that was known before must have come as well.
    return (walk.oldest or fresh.looked_at) < fresh.looked_at and bool(walk.seen - walk.brought)
