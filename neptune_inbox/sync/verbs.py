"""The verbs of triage as use cases: each takes rows, changes what is mine of them, and returns an outcome.

No sentence is here: `presentation.verb_sentences` words each outcome, for every front end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.errors import NotFound
from neptune_inbox.model import Instant, Key, Row
from neptune_inbox.model.team import Claim, TeamFact
from neptune_inbox.sync.inbox.times import parse_future
from neptune_inbox.sync.team.team import TeamService, no_team
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session


MOST_NAMED = 2
"""The most that are named of what one colleague is on."""
PRIVATE = "!"
"""What a note begins with that the team does not read."""


class Request(Struct, frozen=True):
    """What was asked for besides the rows."""

    text: str = ""
    is_off: bool | None = None
    """Whether to take away what the verb gives; None: whatever is not so of all the rows now."""
    known: str = ""
    """The colleague whose claim the agent was shown before."""


class Changed(Struct, frozen=True):
    """What a verb did; its rows are those that it changed, as they were before."""

    rows: tuple[Row, ...]
    is_off: bool = False
    """The verb took away what it gives otherwise."""
    is_shared: bool = False
    """The whole team has it."""
    notes: tuple[TeamFact, ...] = ()
    """What was written for the team."""


class Claimed(Struct, frozen=True):
    """What was taken, or given back."""

    rows: tuple[Row, ...]
    is_off: bool
    others: tuple[str, ...] = ()
    """The colleagues who are on them."""
    queues: tuple[str, ...] = ()
    """The customers whose whole queues were taken, or given back."""
    changed: tuple[Row, ...] = ()
    """Those of the rows that were not so before."""


class Others(Struct, frozen=True):
    """The colleagues who are on some of what is about to be changed."""

    claims: dict[Key, Claim] = {}
    count: int = 0
    """How many it is about, those among them that nobody is on."""
    titles: dict[Key, str] = {}
    """Of some of each colleague's."""

    def __bool__(self) -> bool:
        return bool(self.claims)


class Unchanged(Struct, frozen=True):
    """The rows are already as the verb would have made them."""

    rows: tuple[Row, ...]


class Snoozed(Struct, frozen=True):
    rows: tuple[Row, ...]
    until: Instant
    at: Instant
    """When it was done."""


class Watched(Struct, frozen=True):
    """Whether a user is watched now, and was before."""

    user_id: str
    is_watched: bool
    index: int | None
    """Where in the list of the watched users they were before; None where they were not."""

    @property
    def was_watched(self) -> bool:
        return self.index is not None

    @property
    def is_changed(self) -> bool:
        return self.is_watched != self.was_watched


async def done(session: Session, rows: Sequence[Row], request: Request) -> Changed:
    """Put notifications away: done for me, and in a team handled, for everybody."""
    await session.triage.set_done(_keys(rows), True, known=request.known)
    return Changed(tuple(rows), is_shared=session.team is not None)


async def back(session: Session, rows: Sequence[Row], _: Request) -> Changed | Unchanged:
    """Back to my queue: neither done nor snoozed."""
    away = [row for row in rows if row.triage.done_at is not None or row.triage.snoozed_until is not None]
    if not away:
        return Unchanged(tuple(rows))
    await session.triage.set_done(_keys(away), False)
    await session.triage.snooze(_keys(away), None)
    return Changed(tuple(away), is_shared=any(row.team.handled is not None for row in away))


async def snooze(session: Session, rows: Sequence[Row], request: Request) -> Snoozed:
    """Hide notifications until a time in words. Raises UsageProblem for one that cannot be understood or is over."""
    now = session.now()
    until = parse_future(request.text, now)
    await session.triage.snooze(_keys(rows), until)
    return Snoozed(tuple(rows), until, now)


async def star(session: Session, rows: Sequence[Row], request: Request) -> Changed:
    """Star these; where nothing else is asked for and all of them are starred, take the stars off."""
    is_off = request.is_off if request.is_off is not None else all(row.triage.is_starred for row in rows)
    await session.triage.star(_keys(rows), not is_off)
    return Changed(tuple(rows), is_off)


async def note(session: Session, rows: Sequence[Row], request: Request) -> Changed:
    """Write one note on each of these; an empty one removes what is there. Raises TokenMisplaced.

    In a team everybody reads it, unless it begins with `!`: that one is private, and the one that can be removed.
    """
    text = "" if request.is_off else request.text.strip()
    if session.team is not None and text and not text.startswith(PRIVATE):
        notes = await session.team.note(_keys(rows), text)
        return Changed(tuple(rows), is_shared=True, notes=notes)
    text = text.removeprefix(PRIVATE).strip() if session.team is not None else text
    for row in rows:
        await session.triage.note(row.key, text)
    return Changed(tuple(rows), is_off=not text)


async def claim(session: Session, rows: Sequence[Row], request: Request) -> Claimed:
    """Say that I am on these; where I am on all of them and nothing else is asked for, give them back.

    Raises UsageProblem where no team is set up.
    """
    team = _team(session)
    is_off = request.is_off if request.is_off is not None else all(row.is_claim_mine for row in rows)
    others = sorted({row.claimed_by for row in rows if row.claimed_by and not row.is_claim_mine})
    own = [row for row in rows if row.is_claim_mine]
    if is_off:
        # A row of a queue that I took can only be given back with the queue.
        queues = dict.fromkeys(row.user_id for row in own if row.team.claim and row.team.claim.is_of_queue)
        await team.release([*_keys(rows), *(Key(user, "") for user in queues)])
        return Claimed(tuple(rows), is_off, tuple(others), tuple(queues), tuple(own))
    await team.claim(_keys(rows), known=" and ".join(others))
    return Claimed(tuple(rows), is_off, tuple(others), changed=tuple(row for row in rows if not row.is_claim_mine))


async def claim_queue(session: Session, user_id: str, *, is_off: bool | None = None) -> Claimed:
    """Say that I am on a customer's whole queue, or give it back; with None, whichever is not so now.

    Raises UsageProblem where no team is set up.
    """
    team, key = _team(session), Key(user_id, "")
    claim = (await team.claims([key])).get(key)
    is_mine = claim is not None and claim.agent == team.agent
    is_off = is_mine if is_off is None else is_off
    others = (str(claim.agent),) if claim is not None and not is_mine else ()
    if is_off:
        await team.release([key])
    else:
        await team.claim([key], known=" and ".join(others))
    return Claimed((), is_off, others, (user_id,))


def way_back(session: Session, outcome: object) -> Callable[[], Awaitable[None]] | None:
    """How a claim, or a note for the team, is taken back; None for what is mine alone or changed nothing."""
    team = session.team
    if team is None:
        return None
    if isinstance(outcome, Claimed) and (outcome.changed or outcome.queues):
        keys = [row.key for row in outcome.changed if not (row.team.claim and row.team.claim.is_of_queue)]
        keys += [Key(user, "") for user in outcome.queues]
        return partial(team.claim if outcome.is_off else team.release, keys)
    if isinstance(outcome, Changed) and outcome.notes:
        return partial(team.withdraw, outcome.notes)
    return None


async def others_on(session: Session, keys: Sequence[Key]) -> Others:
    """Who else is on these, before one acts on them; nobody where there is no team."""
    if session.team is None:
        return Others()
    claims = await session.team.others(keys)
    titles, named = {}, Counter[str]()
    for key in keys:
        # All of a long list can be claimed, and a sentence names a few.
        if (claim := claims.get(key)) is not None and key.id and named[claim.agent] < MOST_NAMED:
            named[claim.agent] += 1
            row = await session.inbox.row(key)
            titles[key] = row.title if row is not None else ""
    return Others(claims, len(keys), titles)


async def watch(session: Session, user_id: str, *, is_off: bool | None = None) -> Watched:
    """Watch a user, or stop it; with None, whichever is not so now. Raises NotFound for who is not watched."""
    watched = await session.inbox.watched()
    index = watched.index(user_id) if user_id in watched else None
    is_off = index is not None if is_off is None else is_off
    if is_off:
        await unwatch(session, [user_id])
    else:
        await session.inbox.watch(user_id)
    return Watched(user_id, not is_off, index)


async def take_back_watch(session: Session, outcome: Watched) -> None:
    """Take back what `watch` did: a user who was watched is again where they were in the list."""
    if outcome.index is None:
        await session.inbox.unwatch(outcome.user_id)
    else:
        await session.inbox.watch(outcome.user_id, outcome.index)


async def unwatch(session: Session, users: Sequence[str]) -> None:
    """Watch these users no longer, all or none. Raises NotFound for one who is not watched."""
    watched = await session.inbox.watched()
    if strangers := [user for user in users if user not in watched]:
        names, verb = ", ".join(map(quoted_id, strangers)), "is" if len(strangers) == 1 else "are"
        raise NotFound(f"{names} {verb} not watched: nothing was changed.")
    for user in users:
        await session.inbox.unwatch(user)


def _team(session: Session) -> TeamService:
    if session.team is None:
        raise no_team()
    return session.team


def _keys(rows: Sequence[Row]) -> list[Key]:
    return [row.key for row in rows]
