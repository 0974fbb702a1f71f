"""Which rows a scope shows, from the cache with what is laid over it, read on the store's thread."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.errors import StoreProblem
from neptune_inbox.model import EVERYONE, Filter, Horizon, Key, Search, Term, clauses_of
from neptune_inbox.sync.inbox.laid_over import is_about_us, resolved
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot, RowReader
from neptune_inbox.sync.inbox.query import parse_query
from neptune_inbox.sync.store_thread import read_on_thread

if TYPE_CHECKING:
    from neptune_inbox.model import Now
    from neptune_inbox.sync.inbox.incidents import IncidentBook
    from neptune_inbox.sync.tenant_store import TenantStore

MEASURED = 256
"""How many rows, from the first on, determine the widths of the columns."""


class Scope(Struct, frozen=True):
    """What the agent looks at: one user or `EVERYONE`, one of the API's kinds, and a query."""

    user_id: str = EVERYONE
    kind: Filter = Filter.UNREAD
    query: str = ""
    is_folded: bool = False
    """Each incident is one line."""
    member: int = 0
    """The rowid of a member of the one incident that is shown; 0 if none is."""

    def unfolded(self) -> Scope:
        """The same with a line for each notification."""
        return replace(self, is_folded=False, member=0)


class _Asked(NamedTuple):
    """What a scope asks of the cache."""

    search: Search
    only: set[Key] | None
    without: set[Key]
    hidden: set[Key]
    """Done or snoozed, and therefore not shown."""
    members: frozenset[int] | None
    """Of the one incident that is shown."""


class ListReader:
    """Opens lists, and what came after them."""

    def __init__(self, store: TenantStore, row_reader: RowReader, incidents: IncidentBook, now: Now) -> None:
        self._store = store
        self._data = store.data
        self._now = now
        self._row_reader = row_reader
        self._incidents = incidents

    def check_cache(self) -> None:
        """Raise StoreProblem where what was seen before cannot be read, so that nothing can be said of it."""
        if problem := self._data.cache.problem:
            raise StoreProblem(problem, "Free some space, then try again; without --cached the service is asked.")

    async def open(
        self,
        scope: Scope,
        *,
        limit: int | None = None,
        users: Sequence[str] = (),
        within: Horizon | None = None,
        may_glance: bool = False,
    ) -> ListSnapshot:
        """The rows of a scope, or of these users, or the first `limit` of them.

        With `may_glance` fewer are given, as a partial list, where to find so many takes long.
        With `within` none is shown that came since, unless no other is there that it could push aside.
        Raises BadQuery.
        """
        return await self._open(scope, self._terms(scope), limit, users, within, may_glance)

    async def completed(self, first: ListSnapshot, scope: Scope) -> ListSnapshot:
        """The whole list of which these are the first rows; each of them is in it. Raises BadQuery."""
        return await self._completed(first, scope, self._terms(scope))

    async def newer(self, snapshot: ListSnapshot, scope: Scope, among: frozenset[Key] | None = None) -> ListSnapshot:
        """The rows of a scope that came after a list was drawn, or those of them that are among these.

        Raises BadQuery.
        """
        return await self._newer(snapshot, scope, self._terms(scope), among)

    async def extended(self, snapshot: ListSnapshot, scope: Scope, rowids: Collection[int]) -> ListSnapshot:
        """The list of a scope with those of these rows that it shows; all that it holds stays. Raises BadQuery."""
        return await self._extended(snapshot, scope, self._terms(scope), rowids)

    @read_on_thread
    def refolded(self, snapshot: ListSnapshot, scope: Scope) -> ListSnapshot:
        """The same notifications, folded or not as the scope says."""
        return self._folded(snapshot.unfolded(), scope, self._users(scope))

    def _terms(self, scope: Scope) -> tuple[Term, ...]:
        return parse_query(scope.query, self._now())

    @read_on_thread
    def _open(
        self,
        scope: Scope,
        terms: tuple[Term, ...],
        limit: int | None,
        users: Sequence[str],
        within: Horizon | None,
        may_glance: bool,
    ) -> ListSnapshot:
        return self._found(scope, terms, limit=limit, users=users, within=within, may_glance=may_glance)

    @read_on_thread
    def _completed(self, first: ListSnapshot, scope: Scope, terms: tuple[Term, ...]) -> ListSnapshot:
        whole = self._found(scope, terms, within=first.horizon)
        if whole.ids[: len(first.ids)] != first.ids:
            whole.ids = whole.lines = self._in_order({*first.ids, *whole.ids})
        return whole

    @read_on_thread
    def _newer(
        self, snapshot: ListSnapshot, scope: Scope, terms: tuple[Term, ...], among: frozenset[Key] | None
    ) -> ListSnapshot:
        horizon = snapshot.horizon
        if self._data.cache.newest_rowid() <= horizon.newest_rowid:
            return ListSnapshot(array("q"), self._row_reader)
        asked = self._asked(scope, terms, self._users(scope))
        if among is not None:
            asked = asked._replace(only=set(among) if asked.only is None else asked.only & among)
        found = self._ids(asked, newer_than=horizon.newest_rowid)
        return ListSnapshot(array("q", (each for each in found if each not in horizon.beyond)), self._row_reader)

    @read_on_thread
    def _extended(
        self, snapshot: ListSnapshot, scope: Scope, terms: tuple[Term, ...], rowids: Collection[int]
    ) -> ListSnapshot:
        users, horizon = self._users(scope), snapshot.horizon
        added = frozenset(each for each in rowids if each > horizon.newest_rowid) - horizon.beyond
        asked = self._asked(scope, terms, users)
        asked = asked._replace(search=replace(asked.search, within=Horizon(0, added)))
        more = frozenset(self._ids(asked)).difference(snapshot.ids)
        ids = self._in_order(more.union(snapshot.ids)) if more else snapshot.ids
        whole = ListSnapshot(
            ids,
            self._row_reader,
            hidden=snapshot.hidden + self._left_out(asked),
            horizon=horizon.with_rows(added),
            # The columns stay as wide as they are.
            values=snapshot.values if snapshot.ids else self._data.cache.column_values(ids[:MEASURED]),
        )
        return self._folded(whole, scope, users)

    def _in_order(self, rowids: Collection[int]) -> array[int]:
        """These rows, whoever they belong to, newest first."""
        return self._data.cache.snapshot(Search(tuple(self._data.users.seen()), within=Horizon(0, frozenset(rowids))))

    def _found(
        self,
        scope: Scope,
        terms: tuple[Term, ...],
        *,
        limit: int | None = None,
        users: Sequence[str] = (),
        within: Horizon | None = None,
        may_glance: bool = False,
    ) -> ListSnapshot:
        users = users or self._users(scope)
        asked = self._asked(scope, terms, users)
        newest = self._data.cache.newest_rowid()
        ids, is_glance = self._first(asked, limit, within, may_glance=may_glance)
        is_partial, horizon = is_glance or len(ids) == limit, within
        if horizon is None:
            # What came in between, from another instance, is in the list if it is to be shown.
            horizon = Horizon(max(newest, max(ids, default=0)))
        elif not ids and newest > horizon.newest_rowid:
            ids, is_partial = self._ids(asked), False
            horizon = horizon.with_rows(ids)
        values = self._data.cache.column_values(ids[:MEASURED])
        whole = ListSnapshot(ids, self._row_reader, hidden=self._left_out(asked), horizon=horizon, values=values)
        whole.is_partial = is_partial
        return self._folded(whole, scope, users)

    def _users(self, scope: Scope) -> list[str]:
        return self._data.triage.watched() if scope.user_id == EVERYONE else [scope.user_id]

    def _asked(self, scope: Scope, terms: tuple[Term, ...], users: Sequence[str]) -> _Asked:
        triage = self._data.triage
        terms = self._incidents.resolve(terms, users)
        only, without, rest = resolved(self._data, terms)
        hidden: set[Key] = set()
        if scope.kind is Filter.UNREAD and not any(map(is_about_us, clauses_of(terms))):
            hidden = triage.keys_where("done") | triage.keys_where("snoozed")
        members = self._incidents.members_of(scope.member, users) if scope.member else None
        return _Asked(Search(tuple(users), scope.kind, rest), only, without, hidden, members)

    def _first(
        self, asked: _Asked, limit: int | None, within: Horizon | None, *, may_glance: bool
    ) -> tuple[array[int], bool]:
        """The first rows, and whether that is only a glance at the newest ones."""
        if limit is None or not may_glance or asked.members is not None:
            return self._ids(asked, limit=limit, within=within), False
        search = replace(asked.search, within=within)
        return self._data.cache.glance(search, only=asked.only, without=asked.without | asked.hidden, limit=limit)

    def _ids(
        self,
        asked: _Asked,
        *,
        limit: int | None = None,
        newer_than: int | None = None,
        within: Horizon | None = None,
    ) -> array[int]:
        search = asked.search if within is None else replace(asked.search, within=within)
        without = asked.without | asked.hidden
        ids = self._data.cache.snapshot(search, only=asked.only, without=without, newer_than=newer_than, limit=limit)
        return ids if asked.members is None else array("q", filter(asked.members.__contains__, ids))

    def _left_out(self, asked: _Asked) -> int:
        """How many rows are not shown because they are done or snoozed."""
        if not asked.hidden:
            return 0
        hidden = asked.hidden - asked.without
        shown = hidden if asked.only is None else hidden & asked.only
        return len(self._data.cache.snapshot(asked.search, only=shown))

    def _folded(self, whole: ListSnapshot, scope: Scope, users: Sequence[str]) -> ListSnapshot:
        return self._incidents.fold(whole, users) if scope.is_folded and not scope.member else whole
