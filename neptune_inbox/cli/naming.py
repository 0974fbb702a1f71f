"""Which notifications the ids on a command line name: whole ids, other ids of a row, beginnings, and `USER/ID`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from neptune_inbox.cli.fetching import load_older, refresh
from neptune_inbox.errors import NotFound, UsageProblem
from neptune_inbox.model import Filter, Key, Row
from neptune_inbox.sync.inbox.inbox import SHORTEST_ID

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

CANDIDATES = 5
"""The most that a sentence lists."""


async def find(session: Session, user: str, ids: Sequence[str], *, online: bool = True) -> list[Row]:
    """The rows of one user that these ids name without doubt, in that order.

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
        row = await _one(session, watched, id) or await _one(session, others, id)
        for owner, rest in _parted(id) if row is None else ():
            if row is None and owner in (*watched, *others):
                row = await _one(session, [owner], rest)
        if row is None:
            raise NotFound(
                f"No notification {id} was seen here of anybody: nothing was changed.",
                "`neptune-inbox list --user USER_ID` looks at the server, and shows the ids.",
            )
        rows[row.key] = row
    return list(rows.values())


def choose(keys: Iterable[Key], id: str) -> Key | None:
    """The one of these that an id, its beginning or `USER/ID` names. Raises UsageProblem where several are."""
    known = list(keys)
    exact = [key for key in known if id in (key.id, f"{key.user_id}/{key.id}")]
    hits = exact or [
        key for key in known if len(id) >= SHORTEST_ID and (key.id.startswith(id) or _path(key).startswith(id))
    ]
    if len(hits) > 1:
        raise _doubt(id, hits)
    return hits[0] if hits else None


async def _match(session: Session, user: str, ids: Sequence[str]) -> dict[str, Row | None]:
    return {id: await _one(session, [user], id) or await _one(session, [user], _bare(user, id)) for id in ids}


async def _one(session: Session, users: Sequence[str], id: str) -> Row | None:
    keys = await session.inbox.named(users, id, limit=10 * CANDIDATES) if id else []
    if len(keys) > 1:
        raise _doubt(id, keys)
    return await session.inbox.row(keys[0]) if keys else None


def _bare(user: str, id: str) -> str:
    """The id in `USER/ID`; empty where it is of another form."""
    return id.removeprefix(f"{user}/") if id.startswith(f"{user}/") else ""


def _parted(id: str) -> list[tuple[str, str]]:
    """User and id in every way in which `USER/ID` can be parted, as either may hold a slash itself."""
    return [(id[:at], id[at + 1 :]) for at, sign in enumerate(id) if sign == "/"]


def _path(key: Key) -> str:
    return f"{key.user_id}/{key.id}"


def _doubt(id: str, keys: Sequence[Key]) -> UsageProblem:
    shown = ", ".join(_path(key) for key in keys[:CANDIDATES])
    more = " and more" if len(keys) > CANDIDATES else ""
    how = "is named" if all(key.id == id for key in keys) else "begins with"
    if not any(key.id.startswith(id) for key in keys):
        how = "carries the id"
    return UsageProblem(
        f"More than one notification {how} {id}: {shown}{more}.", "Write USER/ID as shown here, or add --user."
    )
