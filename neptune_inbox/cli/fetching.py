"""Rows for a command: fetched page by page until there are enough, or read from the cache alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Filter, Freshness, Instant, Key, Remark, Row
from neptune_inbox.presentation.labels import missing_words
from neptune_inbox.presentation.watch_rule import trouble_sentences
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.query import parse_query

if TYPE_CHECKING:
    from neptune_inbox.cli.output import Output
    from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot, WholeRow
    from neptune_inbox.sync.session import Session


PAGE = 500
"""Rows that are read at once."""
FIRST_PAGE = 50
"""Of the first rows, so that they are seen at once."""


class ListSummary(Struct, frozen=True):
    """What a list leaves out, and how fresh it is."""

    count: int
    """How many rows it shows."""
    total: int
    """How many rows match, as far as they are loaded."""
    hidden: int = 0
    """How many are left out because they are done or snoozed (mine)."""
    freshness: dict[str, Freshness] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Which users are not loaded completely, in words; not determined where there are more rows than shown anyway."""
    masked: int = 0
    """In the titles of how many of the shown rows a code is hidden."""


class FetchedRows(ListSummary, frozen=True):
    """The same with the rows."""

    rows: tuple[Row, ...] = ()


async def watched_users(session: Session) -> list[str]:
    """The watched users; raises UsageProblem where there are none."""
    watched = await session.inbox.watched() or list(session.profile.users)
    if not watched:
        raise UsageProblem("You watch no users.", "`neptune-inbox watch USER_ID` adds one.")
    return watched


async def users_in_scope(session: Session, users: Sequence[str]) -> list[str]:
    """The users that were named, or the watched ones; raises UsageProblem where there are none."""
    scope = list(dict.fromkeys(users)) or await session.inbox.watched() or list(session.profile.users)
    if not scope:
        raise UsageProblem(
            "You watch no users, and none was named.", "Add --user USER_ID, or `neptune-inbox watch USER_ID`."
        )
    return scope


async def follow_watch_list(session: Session, output: Output) -> None:
    """Read the watch list if it is due, and say what is wrong with it."""
    if session.watch_rule is not None:
        for sentence in trouble_sentences(await session.watch_rule.refresh()):
            output.note(sentence)


async def fetch(session: Session, users: Sequence[str], kind: Filter, query: str, limit: int | None) -> FetchedRows:
    """The rows of `read` once they are loaded. Raises BadQuery, and what the client raises."""
    await load(session, users, kind, query, limit)
    return await read(session, users, kind, query, limit)


async def load(session: Session, users: Sequence[str], kind: Filter, query: str, limit: int | None) -> None:
    """Load pages of each user until `limit` rows match or there are no more.

    Raises BadQuery, and what the client raises.
    """
    parse_query(query, session.now())
    for user in users:
        async for _ in _load(session, Scope(user, kind, query), limit):
            pass


async def stream(
    session: Session, users: Sequence[str], kind: Filter, query: str, limit: int | None
) -> AsyncIterator[list[Row]]:
    """The rows of `fetch` in its order, each as soon as nothing can come before it: after one page of each user.

    Raises BadQuery, and what the client raises.
    """
    parse_query(query, session.now())
    scopes = [Scope(user, kind, query) for user in users]
    reached: dict[str, Instant | None] = {}
    given: set[Key] = set()
    for scope in scopes:
        is_whole = await _begin(session, scope, min(limit or FIRST_PAGE, FIRST_PAGE))
        reached[scope.user_id] = 0 if is_whole else await session.inbox.reached(scope.user_id, kind)
    yield await _settled(session, scopes, reached, given, limit)
    for scope in scopes:
        if reached[scope.user_id] != 0 and (limit is None or len(given) < limit):
            async for _ in _load(session, scope, limit):
                reached[scope.user_id] = await session.inbox.reached(scope.user_id, kind)
                yield await _settled(session, scopes, reached, given, limit)
        reached[scope.user_id] = 0
    yield await _settled(session, scopes, reached, given, limit)


async def _load(session: Session, scope: Scope, limit: int | None) -> AsyncIterator[None]:
    """Load pages of one user until `limit` rows match or there are no more; a turn after each of several pages."""
    is_enough = False
    if limit is not None and not scope.query and await _is_first(session, scope.user_id):
        is_enough = await _begin(session, scope, limit) or await _has_rows(session, scope, limit)
        yield
    if not is_enough:
        await refresh(session, scope.user_id, scope.kind)
        yield
        while not await _has_rows(session, scope, limit):
            if not await load_older(session, scope.user_id, scope.kind):
                break
            yield


async def _begin(session: Session, scope: Scope, rows: int) -> bool:
    """Bring the newest rows up to date: of somebody never fully looked at so many; whether these are all of them."""
    if await _is_first(session, scope.user_id):
        return await session.inbox.look(scope.user_id, scope.kind, rows)
    await refresh(session, scope.user_id, scope.kind)
    return False


async def _is_first(session: Session, user: str) -> bool:
    fresh = (await session.inbox.overview(user)).fresh_of(user)
    return fresh.complete_back_to is None and not fresh.has_everything


async def _has_rows(session: Session, scope: Scope, limit: int | None) -> bool:
    return limit is not None and len(await session.inbox.open(scope)) >= limit


async def _settled(
    session: Session,
    scopes: Sequence[Scope],
    reached: Mapping[str, Instant | None],
    given: set[Key],
    limit: int | None,
) -> list[Row]:
    """The rows that nothing newer can come between any more and that were not given before, newest first."""
    if None in reached.values():
        return []
    since = max(time for time in reached.values() if time is not None)
    rows: list[Row] = []
    for scope in scopes:
        snapshot = await session.inbox.open(scope)
        for position, key in enumerate(await session.inbox.keys(snapshot)):
            if key not in given:
                await session.inbox.pages.load(snapshot, [range(position, position + 1)])
                row = snapshot.row(position)
                if since and (row.created_at is None or row.created_at < since):
                    break
                rows.append(row)
            if limit is not None and position + 1 >= limit:
                break
    if len(scopes) > 1:
        rows.sort(key=lambda row: (row.created_at or 0, row.rowid), reverse=True)
    rows = rows if limit is None else rows[: limit - len(given)]
    given.update(row.key for row in rows)
    return rows


async def read(session: Session, users: Sequence[str], kind: Filter, query: str, limit: int | None) -> FetchedRows:
    """The rows of the cache, newest first over all the users; no request. Raises BadQuery."""
    rows = tuple([row async for page in pages(session, users, kind, query, limit) for row in page])
    told = await summary(session, users, kind, query, len(rows))
    return FetchedRows(told.count, told.total, told.hidden, told.freshness, told.missing, rows=rows)


async def pages(
    session: Session, users: Sequence[str], kind: Filter, query: str, limit: int | None
) -> AsyncIterator[list[Row]]:
    """The rows of `read` a few at a time, each page when it is asked for, in flat memory. Raises BadQuery."""
    snapshot = await session.inbox.open_users(users, kind, query, limit=limit)
    for start, end in _page_bounds(snapshot):
        yield await session.inbox.page(snapshot, start, end)


async def whole_pages(
    session: Session, users: Sequence[str], kind: Filter, query: str, limit: int | None
) -> AsyncIterator[list[WholeRow]]:
    """The same with the whole notifications."""
    snapshot = await session.inbox.open_users(users, kind, query, limit=limit)
    for start, end in _page_bounds(snapshot):
        yield await session.inbox.whole_page(snapshot, start, end)


def _page_bounds(snapshot: ListSnapshot) -> Iterator[tuple[int, int]]:
    yield 0, FIRST_PAGE
    for start in range(FIRST_PAGE, len(snapshot), PAGE):
        yield start, start + PAGE


async def summary(session: Session, users: Sequence[str], kind: Filter, query: str, count: int) -> ListSummary:
    """What a list of which `count` rows were shown leaves out. Raises BadQuery."""
    snapshot = await session.inbox.open_users(users, kind, query)
    total = len(snapshot)
    missing = await _missing(session, users, kind) if total <= count else ()
    return ListSummary(count, total, snapshot.hidden, await session.inbox.freshness(users), missing)


async def unknown_users(session: Session, users: Sequence[str]) -> list[str]:
    """Those of these users that the service does not know; only who has nothing at all is asked about."""
    unknown = []
    for user in users:
        overview = await session.inbox.overview(user)
        if overview.cached.all or (user in overview.counts and overview.counts[user].all):
            continue
        await session.people.refresh_contact(user)
        if (await session.people.contact_status(user)).is_unknown:
            unknown.append(user)
    return unknown


async def _missing(session: Session, users: Sequence[str], kind: Filter) -> tuple[str, ...]:
    """How much is loaded of the users that are not loaded completely."""
    words = []
    for user in users:
        overview = await session.inbox.overview(user)
        coverage = overview.coverage(kind)
        if not coverage.is_complete:
            told = overview.counts[user].of(kind) if user in overview.counts else None
            is_fetched = overview.fresh_of(user).fetched_at is not None
            words.append(missing_words(user, coverage.loaded, told, is_fetched=is_fetched))
    return tuple(words)


async def refresh(session: Session, user: str, kind: Filter) -> None:
    """Bring the newest rows of one user up to date, and what became read elsewhere since."""
    await session.inbox.refresh(user, Filter.UNREAD)
    if kind is not Filter.UNREAD:
        await session.inbox.refresh(user, kind)


async def refresh_counts(session: Session, user: str) -> None:
    """Bring the numbers of one user up to date; where no usable total is given, by reading to the end."""
    await refresh(session, user, Filter.ALL)
    fresh = (await session.inbox.overview(user)).freshness[user]
    if not {Remark.NO_TOTALS, Remark.TOTAL_TOO_LOW} & {*fresh.remarks}:
        return
    while not (await session.inbox.overview(user)).freshness[user].has_everything:
        if not (await session.inbox.load_older(user, Filter.ALL)).new:
            break
    await refresh(session, user, Filter.ALL)


async def load_older(session: Session, user: str, kind: Filter) -> bool:
    """Load older pages of one user; False when there are none."""
    overview = await session.inbox.overview(user)
    if overview.fresh_of(user).has_everything:
        return False
    total, cached = overview.counts[user].of(kind) if user in overview.counts else None, overview.cached.of(kind)
    if total is not None and (cached or 0) >= total:
        return False
    return bool((await session.inbox.load_older(user, kind)).new)
