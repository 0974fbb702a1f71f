"""Which notifications the ids on a command line name: whole ids, other ids of a row, beginnings, and `USER/ID`.

Marks and receipts are named the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from neptune_inbox.cli.fetching import load_older, refresh
from neptune_inbox.errors import NotFound, UsageProblem
from neptune_inbox.model import Filter, Key, Mark, Row
from neptune_inbox.sync.inbox.inbox import SHORTEST_ID
from neptune_inbox.text_graphemes import crop
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

TITLE_IN_SENTENCE = 40
CANDIDATES = 5
"""The most that a sentence lists."""


def name_title(title: str) -> str:
    """A title in a sentence."""
    return f"“{crop(title, TITLE_IN_SENTENCE)}”"


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
            f"{quoted_id(user)} {where} {', '.join(map(quoted_id, missing))}: nothing was changed.",
            _hint("`neptune-inbox list` shows the ids.", missing),
        )
    return [row for row in found.values() if row is not None]


async def find_anywhere(session: Session, user: str, ids: Sequence[str], *, online: bool = False) -> list[Row]:
    """The rows with these ids of one user, or of whoever has them, the watched ones first.

    Without `online` no request is made; with it, what `USER/ID` names is looked for on the server as well. Raises
    NotFound, UsageProblem, and what the client raises.
    """
    if user:
        return await find(session, user, ids, online=online)
    watched, others = await _known(session)
    rows: dict[Key, Row] = {}
    for id in ids:
        bare = await _one(session, watched, id) or await _one(session, others, id)
        row = await _by_path(session, (*watched, *others), id, online=online and bare is None, bare=bare)
        if row is None:
            raise NotFound(
                f"No notification {quoted_id(id)} was seen here for any user: nothing was changed.",
                _hint("`neptune-inbox list --user USER_ID` asks the server, and shows the ids.", [id]),
            )
        rows[row.key] = row
    return list(rows.values())


async def find_by_path(session: Session, paths: Sequence[str]) -> list[Row]:
    """The rows that each `USER/ID` names. Raises NotFound, UsageProblem, and what the client raises."""
    watched, others = await _known(session)
    rows: dict[Key, Row] = {}
    for path in paths:
        row = await _by_path(session, (*watched, *others), path, online=True)
        if row is None:
            raise NotFound(
                f"No user known here has the notification {quoted_id(path)}: nothing was changed.",
                "Add --user USER_ID.",
            )
        rows[row.key] = row
    return list(rows.values())


def is_path(id: str) -> bool:
    """Whether an id can be of the form `USER/ID`."""
    return bool(_parted(id))


async def find_marks(session: Session, marks: Sequence[Mark], ids: Sequence[str]) -> list[Mark]:
    """Those of these marks that ids name: of their rows, of what is posted for them, beginnings, and `USER/ID`.

    All of them where no id is given. Raises NotFound and UsageProblem.
    """
    by_name: dict[str, Key] = {}
    for id in ids:
        key = _choose(marks, id) or await _carrying(session, marks, id)
        if key is not None:
            by_name[id] = key
    if unknown := sorted(set(ids) - set(by_name)):
        raise NotFound(
            f"The outbox holds no {', '.join(map(quoted_id, unknown))}.",
            "`neptune-inbox outbox` shows what it holds.",
        )
    return [mark for mark in marks if not ids or mark.key in by_name.values()]


async def find_receipt(session: Session, id: str) -> str | None:
    """The receipt that an id or its beginning names. Raises UsageProblem where it may be several."""
    found = await session.marking.receipt_ids(id, CANDIDATES + 1)
    if id in found or len(id) < SHORTEST_ID:
        return id if id in found else None
    if len(found) > 1:
        raise UsageProblem(f"More than one receipt begins with {id}: {_listed(found)}.", "Write more of the id.")
    return found[0] if found else None


async def _known(session: Session) -> tuple[list[str], list[str]]:
    """The watched users, and all others of whom anything was seen."""
    watched = await session.inbox.watched()
    return watched, [each for each in await session.inbox.seen() if each not in watched]


async def _by_path(
    session: Session, known: Sequence[str], path: str, *, online: bool, bare: Row | None = None
) -> Row | None:
    """The row that `USER/ID` names, or the `bare` one whose id it is. Raises UsageProblem where it may be several."""
    ways = _parted(path)
    likely = [(owner, id) for owner, id in ways if owner in known]
    found = [bare] if bare is not None else []
    found += [row for owner, id in likely if (row := await _one(session, [owner], id)) is not None]
    if not found and online:
        # A user of whom nothing was ever seen is fetched only if it is clear who is meant.
        for owner, id in likely or (ways if len(ways) == 1 else []):
            if len(likely) > 1:
                with suppress(NotFound):
                    found += await find(session, owner, [id])
            else:
                found += await find(session, owner, [id])
    keys = list(dict.fromkeys(row.key for row in found))
    if len(keys) > 1:
        raise _doubt(path, keys)
    return found[0] if found else None


def _choose(marks: Iterable[Mark], id: str) -> Key | None:
    """The one of these that an id, its beginning or `USER/ID` names. Raises UsageProblem where several are."""
    names = {mark.key: _names(mark) for mark in marks}
    exact = [key for key, own in names.items() if id in own]
    hits = exact or [
        key for key, own in names.items() if len(id) >= SHORTEST_ID and any(each.startswith(id) for each in own)
    ]
    if len(hits) > 1:
        raise _doubt(id, hits)
    return hits[0] if hits else None


def _names(mark: Mark) -> list[str]:
    """What a mark can be called, each with and without its user."""
    ids = [mark.id, *([mark.target.id] if mark.target else [])]
    return [name for id in ids for name in (id, f"{mark.user_id}/{id}")]


async def _carrying(session: Session, marks: Sequence[Mark], id: str) -> Key | None:
    """The one of these whose row carries an id, such as its delivery's. Raises UsageProblem where several do."""
    keys = {mark.key for mark in marks}
    users = list(dict.fromkeys(key.user_id for key in keys))
    ways = [(users, id), *(([owner], rest) for owner, rest in _parted(id) if owner in users)]
    hits = [
        key for whose, name in ways for key in await session.inbox.named(whose, name, limit=len(marks)) if key in keys
    ]
    if len(set(hits)) > 1:
        raise _doubt(id, list(dict.fromkeys(hits)))
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
    """User and id in every way in which `USER/ID` can be split, as either may contain a slash itself."""
    ways = [(id[:at], id[at + 1 :]) for at, sign in enumerate(id) if sign == "/"]
    return [(user, rest) for user, rest in ways if user.strip() and rest.strip()]


def _hint(remedy: str, ids: Iterable[str]) -> str:
    """The remedy, and that a beginning was too short to be looked for where it may have been that."""
    if any(len(id.rpartition("/")[2]) < SHORTEST_ID for id in ids):
        return f"{remedy} The beginning of one takes {SHORTEST_ID} characters or more."
    return remedy


def _path(key: Key) -> str:
    return f"{key.user_id}/{key.id}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:CANDIDATES]) + (" and more" if len(names) > CANDIDATES else "")


def _doubt(id: str, keys: Sequence[Key]) -> UsageProblem:
    how = "is named" if all(key.id == id for key in keys) else "begins with"
    if not any(key.id.startswith(id) for key in keys):
        how = "carries the id"
    return UsageProblem(
        f"More than one notification {how} {id}: {_listed([_path(key) for key in keys])}.",
        "Write USER/ID as shown here, or add --user.",
    )
