"""Looking: which notifications a scope, a filter and a query show, how many there are, and how fresh that is.

Nothing here writes to the server. What is opened is a frozen `Window`; what came since waits until it is opened anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from neptune_inbox.errors import BadQuery
from neptune_inbox.model import (
    EVERYONE,
    Clause,
    Counts,
    Filter,
    Freshness,
    Key,
    MarkState,
    Notification,
    Now,
    Row,
    Search,
)
from neptune_inbox.sync.disk import Disk
from neptune_inbox.sync.query import parse_query
from neptune_inbox.sync.window import Overlay, Window

if TYPE_CHECKING:
    from neptune_inbox.store.cache import Cache
    from neptune_inbox.store.desk import Desk
    from neptune_inbox.store.outbox import Outbox
    from neptune_inbox.sync.fetch import Fetched, Fetcher

MARK_FLAGS = {"pending": (MarkState.HELD, MarkState.SENDING), "failed": (MarkState.FAILED,)}
MINE_FLAGS = ("done", "starred", "snoozed", "noted")


class Scope(Struct, frozen=True):
    """What the agent looks at: one user or `EVERYONE`, one of the API's kinds, and a query."""

    user_id: str = EVERYONE
    kind: Filter = Filter.UNREAD
    query: str = ""


class Overview(Struct, frozen=True):
    """The counts and the freshness of a scope's users, as the sidebar and the filter bar show them."""

    users: tuple[str, ...] = ()
    counts: dict[str, Counts] = field(default_factory=dict)
    """What the server said, per user, made to add up."""
    freshness: dict[str, Freshness] = field(default_factory=dict)
    cached: Counts = field(default_factory=Counts)
    """How many of the scope's rows are in the cache."""

    def total(self, kind: Filter, users: tuple[str, ...]) -> tuple[int | None, bool]:
        """The sum over these users, and whether it is exact (every one of them was told by the server)."""
        told = [count for user in users if (count := self.counts.get(user, Counts()).of(kind)) is not None]
        return (sum(told) if told else None), len(told) == len(users)


class Inbox:
    """The notifications of one place."""

    def __init__(
        self,
        *,
        cache: Cache,
        outbox: Outbox,
        desk: Desk,
        disk: Disk,
        fetcher: Fetcher,
        place: str,
        now: Now,
    ) -> None:
        self._cache = cache
        self._outbox = outbox
        self._desk = desk
        self._disk = disk
        self._fetcher = fetcher
        self._place = place
        self._now = now
        self._overlay = Overlay(cache=cache, outbox=outbox, desk=desk, place=place)

    async def open(self, scope: Scope, *, limit: int | None = None) -> Window:
        """The rows of a scope as they stand now, newest first, or the first `limit` of them; raises BadQuery."""
        clauses = parse_query(scope.query, self._now())
        window = await self._disk.run(self._open, scope, clauses, limit=limit)
        window.is_partial = len(window) == limit
        return window

    async def waiting(self, scope: Scope, window: Window) -> int:
        """How many rows the scope has now that the window, drawn earlier, does not show."""
        return len(await self.open_newer(scope, window))

    async def open_newer(self, scope: Scope, window: Window) -> Window:
        """The rows of a scope that came after a window was drawn."""
        clauses = parse_query(scope.query, self._now())
        return await self._disk.run(self._open, scope, clauses, newer_than=window.newest_rowid)

    async def count(self, scope: Scope) -> int | None:
        """How many rows of the cache a scope shows; None for a query that cannot be understood."""
        try:
            return len(await self.open(scope))
        except BadQuery:
            return None

    async def overview(self, user_id: str) -> Overview:
        """Counts and freshness of the watched users, and of the user on screen if not watched."""
        users = tuple(await self._disk.run(self._watched, user_id))
        told = await self._disk.run(self._cache.counts, self._place, users)
        counts = {user: count.together() for user, count in told.items()}
        scope = users if user_id == EVERYONE else (user_id,)
        cached = await self._disk.run(self._cache.local_counts, self._place, scope)
        return Overview(users, counts, await self._fetcher.freshness(users), cached)

    async def rows(self, window: Window) -> list[Row]:
        """Every row of a window as it stands now, in its order."""
        return await self._disk.run(lambda: list(window.rows()))

    async def row(self, key: Key) -> Row | None:
        """One row with outbox and my plane laid over it, read from the cache."""

        def read() -> Row | None:
            rowid = self._overlay.rowid(key)
            return self._overlay.rows([rowid])[0] if rowid is not None else None

        return await self._disk.run(read)

    async def notification(self, key: Key) -> Notification | None:
        """The whole notification, from the cache."""
        return await self._disk.run(self._cache.notification, self._place, key)

    async def refresh(self, user_id: str, kind: Filter) -> Fetched:
        """Fetch one user now, outside the poller's turn; raises what the client raises."""
        return await self._fetcher.poll(user_id, kind, is_on_screen=True)

    async def load_older(self, user_id: str, kind: Filter) -> Fetched:
        """Fetch the next older pages of one user."""
        return await self._fetcher.load_older(user_id, kind)

    async def watched(self) -> list[str]:
        """The watched users, in their order."""
        return await self._disk.run(self._desk.watched, self._place)

    async def seen(self) -> list[str]:
        """Everybody of whom anything was ever seen here, watched or not."""
        return await self._disk.run(self._cache.seen_users, self._place)

    async def watch(self, user_id: str) -> None:
        await self._disk.run(self._desk.watch, self._place, user_id)

    async def unwatch(self, user_id: str) -> None:
        await self._disk.run(self._desk.unwatch, self._place, user_id)

    async def event_types(self) -> list[str]:
        """The event types seen in the cache."""
        return await self._disk.run(self._cache.event_types, self._place)

    async def remember_screen(self, frozen: str) -> None:
        """Keep what is on screen for the first paint of the next start."""
        await self._disk.run(self._cache.remember, "screen", frozen)

    def _watched(self, user_id: str) -> list[str]:
        watched = self._desk.watched(self._place)
        return watched if user_id in ("", *watched) else [*watched, user_id]

    def _open(
        self, scope: Scope, clauses: tuple[Clause, ...], newer_than: int | None = None, limit: int | None = None
    ) -> Window:
        users = self._desk.watched(self._place) if scope.user_id == EVERYONE else [scope.user_id]
        only, without, rest = self._resolve(clauses)
        search = Search(tuple(users), scope.kind, rest)
        hidden: set[Key] = set()
        if scope.kind is Filter.UNREAD and not any(_is_mine(clause) for clause in clauses):
            hidden = self._desk.keys_where(self._place, "done") | self._desk.keys_where(self._place, "snoozed")
        newest = self._cache.newest_rowid()
        ids = self._cache.window(
            self._place, search, only=only, without=without | hidden, newer_than=newer_than, limit=limit
        )
        if newer_than is not None:
            return Window(ids, self._overlay)
        left_out = 0
        if hidden:
            shown = hidden - without if only is None else (hidden - without) & only
            left_out = len(self._cache.window(self._place, search, only=shown))
        # What came in between, from another instance, is in the list if it is to be shown.
        return Window(ids, self._overlay, hidden=left_out, newest_rowid=max(newest, max(ids, default=0)))

    def _resolve(self, clauses: tuple[Clause, ...]) -> tuple[set[Key] | None, set[Key], tuple[Clause, ...]]:
        """Turn the clauses about outbox and my plane into sets of keys; the rest is for the cache."""
        only: set[Key] | None = None
        without: set[Key] = set()
        rest = []
        for clause in clauses:
            keys = self._keys_of(clause)
            if keys is None:
                rest.append(clause)
            elif clause.is_negated:
                without |= keys
            else:
                only = keys if only is None else only & keys
        return only, without, tuple(rest)

    def _keys_of(self, clause: Clause) -> set[Key] | None:
        if clause.field == "is" and clause.value in MARK_FLAGS:
            return self._outbox.keys_in_state(self._place, MARK_FLAGS[clause.value])
        if _is_mine(clause):
            return self._desk.keys_where(self._place, clause.value)
        return None


def _is_mine(clause: Clause) -> bool:
    return clause.field == "is" and clause.value in MINE_FLAGS


def narrow(scope: Scope, *, query: str) -> Scope:
    """The same scope with another query."""
    return replace(scope, query=query)
