"""Rows for a command: fetched page by page until there are enough, or read from the cache alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from neptune_inbox.errors import NotFound, UsageProblem
from neptune_inbox.model import EVERYONE, Filter, Freshness, Key, Row
from neptune_inbox.sync.inbox import Scope
from neptune_inbox.sync.query import parse_query

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

SHORTEST_ID = 6
"""An id may be shortened to this many characters, where that leaves no doubt."""


class Listing(Struct, frozen=True):
    """What a list shows, and what it leaves out."""

    rows: tuple[Row, ...]
    total: int
    """How many rows match, as far as they are loaded."""
    hidden: int = 0
    """How many are left out because they are done or snoozed (mine)."""
    freshness: dict[str, Freshness] = field(default_factory=dict)


async def users_in_scope(session: Session, users: Sequence[str]) -> list[str]:
    """The users that were named, or the watched ones; raises UsageProblem where there are none."""
    scope = list(dict.fromkeys(users)) or await session.inbox.watched() or list(session.profile.users)
    if not scope:
        raise UsageProblem(
            "You watch no users, and none was named.", "Add --user USER_ID, or `neptune-inbox watch USER_ID`."
        )
    return scope


async def fetch(session: Session, users: Sequence[str], kind: Filter, query: str, limit: int | None) -> Listing:
    """Load pages of each user until `limit` rows match or there are no more.

    Raises BadQuery, and what the client raises.
    """
    parse_query(query, session.now())
    for user in users:
        await refresh(session, user, kind)
        while True:
            window = await session.inbox.open(Scope(user, kind, query))
            if (limit is not None and len(window) >= limit) or not await load_older(session, user, kind):
                break
    return await read(session, users, kind, query, limit)


async def read(session: Session, users: Sequence[str], kind: Filter, query: str, limit: int | None) -> Listing:
    """The rows of the cache, newest first over all the users; no request. Raises BadQuery."""
    rows: list[Row] = []
    total = hidden = 0
    for user in users:
        window = await session.inbox.open(Scope(user, kind, query))
        total, hidden = total + len(window), hidden + window.hidden
        rows += [window.row(i) for i in range(min(len(window), limit if limit is not None else len(window)))]
    if len(users) > 1:
        rows.sort(key=lambda row: row.created_at or 0, reverse=True)
    freshness = (await session.inbox.overview(EVERYONE)).freshness
    for user in users:
        if user not in freshness:
            freshness |= {user: (await session.inbox.overview(user)).freshness[user]}
    return Listing(tuple(rows[:limit]), total, hidden, {user: freshness[user] for user in users})


async def refresh(session: Session, user: str, kind: Filter) -> None:
    """Bring the newest rows of one user up to date, and what became read elsewhere since."""
    await session.inbox.refresh(user, Filter.UNREAD)
    if kind is not Filter.UNREAD:
        await session.inbox.refresh(user, kind)


async def load_older(session: Session, user: str, kind: Filter) -> bool:
    """Load older pages of one user; False when there are none."""
    overview = await session.inbox.overview(user)
    if overview.freshness[user].has_everything:
        return False
    total, cached = overview.counts[user].of(kind) if user in overview.counts else None, overview.cached.of(kind)
    if total is not None and (cached or 0) >= total:
        return False
    return bool((await session.inbox.load_older(user, kind)).new)


async def find(session: Session, user: str, ids: Sequence[str], *, online: bool = True) -> list[Row]:
    """The user's rows with these ids, or ids shortened without doubt, in that order.

    What is not in the cache is looked for on the server. Raises NotFound, UsageProblem, and what the client raises.
    """
    found = await _match(session, user, ids)
    if online and None in found.values():
        await refresh(session, user, Filter.ALL)
        found = await _match(session, user, ids)
        while None in found.values() and await load_older(session, user, Filter.ALL):
            found = await _match(session, user, ids)
    missing = [id for id, row in found.items() if row is None]
    if missing:
        where = "has no notification" if online else "has, as far as it was seen, no notification"
        raise NotFound(
            f"{user} {where} {', '.join(missing)}: nothing was changed.", "`neptune-inbox list` shows the ids."
        )
    return [row for row in found.values() if row is not None]


async def find_anywhere(session: Session, user: str, ids: Sequence[str]) -> list[Row]:
    """The rows with these ids of one user, or of whoever has them, the watched ones first; no request."""
    if user:
        return await find(session, user, ids, online=False)
    watched = await session.inbox.watched()
    others = [each for each in await session.inbox.seen() if each not in watched]
    rows: dict[Key, Row] = {}
    for id in ids:
        hits = await _hits(session, watched, id) or await _hits(session, others, id)
        if not hits:
            raise NotFound(
                f"No notification {id} was seen here of anybody: nothing was changed.",
                "`neptune-inbox list --user USER_ID` looks at the server, and shows the ids.",
            )
        if len(hits) > 1:
            raise _doubt(id)
        rows[hits[0].key] = hits[0]
    return list(rows.values())


async def _hits(session: Session, users: Sequence[str], id: str) -> list[Row]:
    return [row for user in users for row in (await _match(session, user, [id])).values() if row is not None]


async def _match(session: Session, user: str, ids: Sequence[str]) -> dict[str, Row | None]:
    found: dict[str, Row | None] = {id: await session.inbox.row(Key(user, id)) for id in ids}
    short = [id for id, row in found.items() if row is None and len(id) >= SHORTEST_ID]
    if short:
        window = await session.inbox.open(Scope(user, Filter.ALL))
        hits: dict[str, Row] = {}
        for row in window.rows():
            for id in short:
                if row.id.startswith(id):
                    if id in hits:
                        raise _doubt(id)
                    hits[id] = row
        found |= hits
    return found


def _doubt(id: str) -> UsageProblem:
    return UsageProblem(f"More than one notification begins with {id}.", "Write the whole id.")
