"""Reads the inbox: which notifications a scope, filter and query show, how many there are, and how fresh they are.

Nothing here writes to the server. Opening a list gives a frozen `ListSnapshot`; later arrivals wait until it is
opened again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct, field

from neptune_inbox.errors import BadQuery, StoreProblem, refuse_token
from neptune_inbox.model import (
    EVERYONE,
    Counts,
    Filter,
    Freshness,
    Horizon,
    Instant,
    Key,
    Notification,
    Now,
    Remark,
    Row,
)
from neptune_inbox.model.team import Claim
from neptune_inbox.sync.inbox.completeness import Coverage, coverage, lacking
from neptune_inbox.sync.inbox.list_pages import ListPages
from neptune_inbox.sync.inbox.list_reader import ListReader, Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot, RowReader, WholeRow
from neptune_inbox.sync.store_thread import on_thread, read_on_thread

if TYPE_CHECKING:
    from neptune_inbox.sync.fetch.fetched import Fetched
    from neptune_inbox.sync.fetch.fetcher import Fetcher
    from neptune_inbox.sync.inbox.incidents import IncidentBook
    from neptune_inbox.sync.tenant_store import TenantStore

__all__ = ["Inbox", "Oddities", "Overview", "Scope"]

RECENT = 9
"""How many recently visited users are remembered."""
SHORTEST_ID = 6
"""An id may be shortened to this many characters if it stays unambiguous."""


class Oddities(NamedTuple):
    """What is odd about the lists of some users, taken together."""

    skipped: int
    """Rows that could not be read."""
    unnamed: int
    """Rows that nothing identifies."""
    is_endless: bool
    """The server gives the same pages again and again."""


class Overview(Struct, frozen=True, dict=True):
    """The counts and the freshness of a scope's users, as the sidebar and the filter bar show them."""

    users: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    """What the users are called, where that is known."""
    counts: dict[str, Counts] = field(default_factory=dict)
    """What the server said, per user, made to add up."""
    freshness: dict[str, Freshness] = field(default_factory=dict)
    cached: Counts = field(default_factory=Counts)
    """How many of the scope's rows are in the cache."""
    user_id: str = EVERYONE
    """Whose lists the coverages are of: the one user in scope, or everyone."""
    coverages: dict[Filter, Coverage] = field(default_factory=dict)
    """How far each list of the scope is loaded."""

    claims: dict[str, Claim] = field(default_factory=dict)
    """The claims of colleagues on the whole queues of these users."""
    told: dict[str, int] = field(default_factory=dict)
    """The unread counts that a colleague's program reported for users whose cached rows differ."""

    def coverage(self, kind: Filter) -> Coverage:
        """How far a list of the scope is loaded; nothing is if it was never fetched here."""
        return self.coverages.get(kind) or Coverage()

    def fresh_of(self, user: str) -> Freshness:
        """How fresh our knowledge of a user is; empty for a user who was never fetched here."""
        return self.freshness.get(user) or Freshness(user)

    def total(self, kind: Filter, users: tuple[str, ...]) -> tuple[int | None, bool]:
        """The sum over these users, and whether it is exact (the server gave a number for each of them)."""
        return self._totals[kind] if users is self.users else self._total(kind, users)

    def oddities(self, users: tuple[str, ...]) -> Oddities:
        """What is odd about the lists of these users."""
        return self._all_oddities if users is self.users else self._oddities(users)

    # Everybody's are asked for at every step of the cursor, and there may be thousands of them.

    @cached_property
    def _totals(self) -> dict[Filter, tuple[int | None, bool]]:
        return {kind: self._total(kind, self.users) for kind in Filter}

    @cached_property
    def _all_oddities(self) -> Oddities:
        return self._oddities(self.users)

    def _total(self, kind: Filter, users: tuple[str, ...]) -> tuple[int | None, bool]:
        told = [count for user in users if (count := self.counts.get(user, Counts()).of(kind)) is not None]
        return (sum(told) if told else None), len(told) == len(users)

    def _oddities(self, users: tuple[str, ...]) -> Oddities:
        fresh = [self.freshness[user] for user in users if user in self.freshness]
        return Oddities(
            skipped=sum(one.skipped for one in fresh),
            unnamed=sum(one.unnamed for one in fresh),
            is_endless=any(Remark.PAGES_REPEAT in one.remarks for one in fresh),
        )


class Inbox:
    """The notifications of one tenant."""

    def __init__(
        self,
        *,
        store: TenantStore,
        fetcher: Fetcher,
        now: Now,
        incidents: IncidentBook,
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._now = now
        self._row_reader = RowReader(store.data)
        self.pages = ListPages(store)
        self.lists = ListReader(store, self._row_reader, incidents, now)

    async def open(self, scope: Scope, *, limit: int | None = None, within: Horizon | None = None) -> ListSnapshot:
        """The rows of a scope as they are now, newest first; with a limit, at most that many of the first ones.

        Fewer are given, as a partial list, where only the newest rows can be judged at once. With `within` none is
        shown that came since, unless no other is there that it could push aside.
        Raises BadQuery, TokenMisplaced.
        """
        refuse_token("The user id", scope.user_id)
        # The first rows alone would be folded another way than all of them.
        limit = None if scope.is_folded else limit
        return await self.lists.open(scope, limit=limit, within=within, may_glance=True)

    async def open_users(
        self, users: Sequence[str], kind: Filter, query: str = "", *, limit: int | None = None
    ) -> ListSnapshot:
        """The same of these users in one list."""
        return await self.lists.open(Scope(kind=kind, query=query), limit=limit, users=users)

    async def newest_rowid(self) -> int:
        """The rowid of what the cache got last, whoever wrote it."""
        return await self._store.cache.newest_rowid()

    async def waiting(self, scope: Scope, snapshot: ListSnapshot, among: frozenset[Key] | None = None) -> int:
        """How many rows the scope has now, all or `among` these, that the window, drawn earlier, does not show."""
        return len(await self.open_newer(scope, snapshot, among))

    async def open_newer(
        self, scope: Scope, snapshot: ListSnapshot, among: frozenset[Key] | None = None
    ) -> ListSnapshot:
        """The rows of a scope that came after a window was drawn; with `among` no others than these."""
        return await self.lists.newer(snapshot, scope, among)

    async def count(self, scope: Scope) -> int | None:
        """How many rows of the cache a scope shows; None for a query that cannot be understood."""
        try:
            return len(await self.open(scope.unfolded()))
        except BadQuery:
            return None

    async def overview(self, user_id: str) -> Overview:
        """Counts and freshness of the watched users, and of the user on screen if not watched."""
        users = tuple(await self._watched(user_id))
        told = await self._store.users.counts(users)
        counts = {user: count.reconciled() for user, count in told.items()}
        scope = users if user_id == EVERYONE else (user_id,)
        cached = await self._store.users.local_counts(scope)
        freshness = await self._fetcher.freshness(users)
        coverages = await self._coverages(scope, freshness, counts, cached)
        names = await self._store.users.names(users)
        claims = await self._claims(users)
        team = self._store.data.team
        seen = dict(team.told) if team is not None else {}
        return Overview(users, names, counts, freshness, cached, user_id, coverages, claims, seen)

    @read_on_thread
    def _claims(self, users: Sequence[str]) -> dict[str, Claim]:
        team = self._store.data.team
        claims = team.of_rows([Key(user, "") for user in users]) if team is not None else {}
        return {key.user_id: state.claim for key, state in claims.items() if state.claim is not None}

    async def _coverages(
        self, scope: tuple[str, ...], freshness: dict[str, Freshness], counts: dict[str, Counts], cached: Counts
    ) -> dict[Filter, Coverage]:
        """How far each list of these users is loaded."""
        open_ended = [user for user in scope if not freshness[user].has_everything]
        of_each = dict.fromkeys(scope, cached)
        if len(scope) > 1 and open_ended:
            of_each = await self._store.users.local_counts_of(open_ended)
        coverages = {}
        for kind in Filter:
            missing = lacking(open_ended, kind, freshness=freshness, counts=counts, cached=of_each)
            bounds = {user: self._fetcher.back_to(freshness[user], kind) for user in missing}
            coverages[kind] = coverage(missing, bounds, cached.of(kind) or 0)
        return coverages

    @on_thread
    def rows(self, snapshot: ListSnapshot, keys: Collection[Key] | None = None) -> list[Row]:
        """The rows of a window as they are now, in its order: all of them, or those of these notifications."""
        return list(snapshot.rows() if keys is None else snapshot.rows_of(keys))

    @read_on_thread
    def page(self, snapshot: ListSnapshot, start: int, end: int) -> list[Row]:
        """The rows of a window from a position to before another, without those that are no longer cached."""
        return snapshot.page(start, end)

    @read_on_thread
    def members(self, snapshot: ListSnapshot, keys: Collection[Key]) -> frozenset[Key]:
        """Those of these notifications that a window holds."""
        return snapshot.members(keys)

    @read_on_thread
    def keys(self, snapshot: ListSnapshot, start: int = 0, end: int | None = None) -> list[Key]:
        """The notifications of a window from a position to before another."""
        return snapshot.keys(start, end)

    @on_thread
    def row(self, key: Key) -> Row | None:
        """One row with outbox and triage laid over it, read from the cache."""
        rowid = self._row_reader.rowid(key)
        return self._row_reader.rows([rowid])[0] if rowid is not None else None

    async def notification(self, key: Key) -> Notification | None:
        """The whole notification, from the cache."""
        return await self._store.cache.notification(key)

    @read_on_thread
    def whole(self, rows: Sequence[Row]) -> list[WholeRow]:
        """The whole notifications of these rows that are still cached, in their order."""
        return self._row_reader.whole([row.rowid for row in rows])

    @read_on_thread
    def whole_page(self, snapshot: ListSnapshot, start: int, end: int) -> list[WholeRow]:
        """The whole notifications of a window from a position to before another, as `page`."""
        return snapshot.whole(start, end)

    async def freshness(self, users: Sequence[str]) -> dict[str, Freshness]:
        """How fresh what is known of each of these users is."""
        return await self._fetcher.freshness(users)

    @on_thread
    def named(self, users: Sequence[str], text: str, *, limit: int) -> list[Key]:
        """The notifications of these users that an id names: their own, another that they carry, or its beginning.

        The beginning of an id has at least 6 characters. At most `limit` are answered.
        """
        cache = self._store.data.cache
        found = list(cache.rowids([Key(user, text) for user in users])) or cache.keys_named(users, text)
        if not found and len(text) >= SHORTEST_ID:
            found = cache.keys_beginning(users, text, limit)
        return found[:limit]

    @on_thread
    def shortest(self, keys: Sequence[Key]) -> dict[Key, int]:
        """How many characters of each id it takes to name it among everybody who could be meant."""
        data = self._store.data
        users = dict.fromkeys(data.triage.watched())
        if not all(key.user_id in users for key in keys):
            users |= dict.fromkeys(data.users.seen())
        lengths = data.cache.unique_lengths(users, {key.id for key in keys})
        return {key: lengths[key.id] for key in keys}

    async def refresh(self, user_id: str, kind: Filter) -> Fetched:
        """Fetch one user now, outside the poller's turn; raises what the client raises."""
        return await self._fetcher.poll(user_id, kind, is_on_screen=True)

    async def look(self, user_id: str, kind: Filter, rows: int) -> bool:
        """Fetch no more of one user than their newest rows of one kind; whether that is all of them.

        Raises what the client raises.
        """
        return await self._fetcher.look(user_id, kind, rows)

    async def reached(self, user_id: str, kind: Filter) -> Instant | None:
        """How far back one list of a user was read: 0 is to its end, None is not at all."""
        return await self._fetcher.reached(user_id, kind)

    async def load_older(self, user_id: str, kind: Filter) -> Fetched:
        """Fetch the next older pages of one user."""
        return await self._fetcher.load_older(user_id, kind)

    async def watched(self) -> list[str]:
        """The watched users, in their order."""
        return await self._store.triage.watched()

    async def seen(self) -> list[str]:
        """All users of whom anything was ever seen here, watched or not."""
        return await self._store.users.seen()

    async def watch(self, user_id: str, index: int | None = None) -> None:
        """Watch a user, as the last or at this place among the watched. Raises TokenMisplaced."""
        refuse_token("The user id", user_id)
        await self._store.triage.watch(user_id, index)

    async def unwatch(self, user_id: str) -> None:
        await self._store.triage.unwatch(user_id)

    @on_thread
    def agents(self) -> list[str]:
        """The colleagues who did anything that is known here; empty where there is no team."""
        team = self._store.data.team
        return team.agents() if team is not None else []

    async def event_types(self) -> list[str]:
        """The event types seen in the cache."""
        return await self._store.cache.event_types()

    @on_thread
    def note_visit(self, user_id: str) -> None:
        """Keep that this user was gone to, as the last one; on a failing disk it is forgotten."""
        visits = [user_id, *(user for user in self._visits() if user != user_id)]
        with suppress(StoreProblem):
            self._store.data.cache.remember(f"visits {self._store.tenant}", json.dumps(visits[:RECENT]))

    @on_thread
    def recent_users(self) -> list[str]:
        """The users who were gone to last, the last one first."""
        return self._visits()

    def _visits(self) -> list[str]:
        kept = self._store.data.cache.recall(f"visits {self._store.tenant}")
        return [str(user) for user in json.loads(kept)] if kept else []

    @on_thread
    def reveal(self, key: Key | None) -> None:
        """Show the one-time codes of this notification and of no other."""
        self._store.data.cache.revealed = key

    @property
    def revealed(self) -> Key | None:
        """The notification whose codes are shown."""
        return self._store.data.cache.revealed

    async def payload_names(self) -> list[str]:
        """The names of payload fields seen in the cache, as `data.` takes them."""
        return await self._store.cache.payload_names()

    async def remember_screen(self, frozen: str) -> None:
        """Keep what is on screen for the first paint of the next start."""
        await self._store.cache.remember("screen", frozen)

    @on_thread
    def _watched(self, user_id: str) -> list[str]:
        watched = self._store.data.triage.watched()
        return watched if user_id in ("", *watched) else [*watched, user_id]

    @on_thread
    def rowids(self, keys: Collection[Key]) -> frozenset[int]:
        """The rowids of those of these notifications that are cached."""
        return frozenset(self._row_reader.rowids(keys).values())
