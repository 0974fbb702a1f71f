"""What can be proved about one notification: created, first seen, read when and by whom, and what we did."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.model import SENT, Instant, JournalEntry, Key, Mark, Notification, Now, Row, Sighting, Triage
from neptune_inbox.model.team import NOTHING_SHARED, TeamMark, TeamSighting, TeamState
from neptune_inbox.store.journal.lines import Damaged
from neptune_inbox.sync.customers.contact_status import ContactStatus, read_contact_status
from neptune_inbox.sync.marking.audit import SERVER_ALL, UNKNOWN
from neptune_inbox.sync.store_thread import on_thread, read_on_thread
from neptune_inbox.text import CleanText

if TYPE_CHECKING:
    from neptune_inbox.store.tenant import TenantData
    from neptune_inbox.sync.tenant_store import TenantStore


LONGEST_EXCHANGE = 60_000
"""Milliseconds after which no request is under way any more."""


class ReadBy(StrEnum):
    """Who made it read, as far as we can know."""

    NOBODY = "nobody"
    US = "us"
    NOT_US = "not us"
    UNSURE = "us or the customer"
    """It was still unread after our mark was accepted, and is read now."""
    PERHAPS_US = "perhaps us"
    """Before it was read we tried to mark it, and nobody saw the outcome."""


class Reader(Struct, frozen=True):
    """Which of us made it read."""

    agent: CleanText
    at: Instant
    batch: str
    """The receipt of the mark; empty for one of the customer's whole queue."""


class Evidence(Struct, frozen=True):
    """Everything known about one notification."""

    notification: Notification
    sighting: Sighting | None
    read_by: ReadBy
    read_between: tuple[Instant | None, Instant | None]
    """After the first and not after the second it became read; both None while it is unread."""
    marks: tuple[Mark, ...]
    journal: tuple[JournalEntry, ...]
    triage: Triage
    contact_status: ContactStatus
    gathered_at: Instant
    reader: Reader | None = None
    """Where a team is set up, and one of us made it read."""
    team: TeamState = NOTHING_SHARED
    """What the team shared about it."""
    is_in_team: bool = False
    is_team_behind: bool = False
    """What colleagues did lately may be missing: the team's database was not read just now."""

    lost_alls: int = 0
    """How often one of us asked the service to mark everything of the customer and got no answer."""

    team_marks: tuple[TeamMark, ...] = ()
    """The outcomes of colleagues' marks of it, and of the customer's whole queue since it arrived."""

    @property
    def unknown_tries(self) -> int:
        """How many tries of ours to mark it ended without an outcome that was seen."""
        return self.lost_alls + sum(mark.unknown_tries for mark in self.marks)


class EvidenceBook:
    """Gathers evidence from cache, outbox, desk and journal; no request."""

    def __init__(
        self,
        *,
        store: TenantStore,
        now: Now,
        is_team_behind: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_team_behind` tells whether what colleagues did lately may be missing."""
        self._store = store
        self._now = now
        self._is_team_behind = is_team_behind

    async def of(self, key: Key) -> Evidence | None:
        """The evidence of one notification, or None when it is not in the cache."""
        return await self._gather(key, with_journal=True)

    async def at_a_glance(self, key: Key) -> Evidence | None:
        """The same without the lines of the journal, for what is filled at every rest of the cursor."""
        return await self._gather(key, with_journal=False)

    async def entries(self, *, user_id: str | None = None, limit: int | None = None) -> list[JournalEntry]:
        """The journal, oldest first: all of it or one user's, the last `limit` lines."""
        return await self._store.journal.read(user_id=user_id, limit=limit)

    async def pages(
        self,
        *,
        user_id: str | None = None,
        limit: int | None = None,
        since: Instant = 0,
        damaged: Damaged | None = None,
    ) -> AsyncGenerator[list[JournalEntry], None]:
        """The journal in the same order, a few lines at a time, in flat memory; closed where it is left early.

        Lines that cannot be read are counted in `damaged`.
        """
        pages = self._store.data.journal.pages(user_id=user_id, limit=limit, since=since, damaged=damaged)
        try:
            while page := await self._turn(pages):
                yield page
        finally:
            await self._close(pages)

    @on_thread
    def damaged_lines(self) -> int:
        """How many lines of the journal cannot be read; every line is looked through."""
        return self._store.data.journal.damaged_lines()

    @on_thread
    def _turn(self, pages: Iterator[list[JournalEntry]]) -> list[JournalEntry] | None:
        return next(pages, None)

    @on_thread
    def _close(self, pages: Generator[list[JournalEntry], None, None]) -> None:
        pages.close()

    @read_on_thread
    def _gather(self, key: Key, *, with_journal: bool) -> Evidence | None:
        notification = self._store.data.cache.notification(key)
        if notification is None:
            return None
        sighting = self._store.data.cache.sighting(key)
        marks = tuple(self._store.data.outbox.history(key))
        surely = surely_ours(marks)
        entries = list(self._store.data.journal.of_verb(SERVER_ALL))
        lost = lost_before(notification, lost_alls(entries, self._store.data, key.user_id))
        alls = [
            began
            for began, answered in server_alls(entries, self._store.tenant, key.user_id)
            if answered >= (notification.created_at or 0)
        ]
        theirs, team = self._of_team(notification)
        sighting = narrowed(sighting, team.sighting, self._ahead)
        read_by = who_read(
            notification,
            sighting,
            [*(mark.made_at for mark in surely), *alls, *(reader.at for reader in theirs)],
            marks,
            lost,
        )
        readers = list(theirs)
        if self._store.data.team is not None:
            me = self._store.data.team.agent
            readers += [Reader(me, mark.made_at, mark.receipt_id) for mark in surely]
            readers += [Reader(me, at, "") for at in alls]
        return Evidence(
            notification=notification,
            sighting=sighting,
            read_by=read_by,
            read_between=read_between(notification, sighting),
            marks=marks,
            journal=tuple(self._store.data.journal.read(user_id=key.user_id, id=key.id)) if with_journal else (),
            triage=self._store.data.triage.triage([key]).get(key, Triage()),
            contact_status=read_contact_status(self._store.data, key.user_id),
            gathered_at=self._now(),
            reader=min(readers, key=lambda reader: reader.at) if readers and read_by is ReadBy.US else None,
            team=team,
            is_in_team=self._store.data.team is not None,
            is_team_behind=self._is_team_behind(),
            lost_alls=len(lost),
            team_marks=self._team_marks(notification),
        )

    def _of_team(self, notification: Notification) -> tuple[list[Reader], TeamState]:
        """The accepted marks of colleagues about it, by the clock that they are compared with, and all else."""
        team, key = self._store.data.team, notification.key
        if team is None:
            return [], NOTHING_SHARED
        marks = team.marks_of_others([key]).get(key, ())
        return readers_among(marks, notification, team.ahead), team.of_rows([key]).get(key, NOTHING_SHARED)

    def _team_marks(self, notification: Notification) -> tuple[TeamMark, ...]:
        team, key = self._store.data.team, notification.key
        if team is None:
            return ()
        states = team.states([key])
        told = [mark for at in (key, Key(key.user_id, "")) if at in states for mark in states[at].marks]
        others = [mark for mark in told if mark.agent != team.agent and mark.at >= (notification.created_at or 0)]
        return tuple(sorted(others, key=lambda mark: mark.at))

    @property
    def _ahead(self) -> int:
        return self._store.data.team.ahead if self._store.data.team is not None else 0


def server_alls(entries: Iterable[JournalEntry], tenant: str, user_id: str) -> list[tuple[Instant, Instant]]:
    """When we had the server mark everything of a user: the start of each request, and when it was answered."""
    times: list[tuple[Instant, Instant]] = []
    began = None
    for entry in entries:
        if (entry.user_id, entry.tenant) != (user_id, tenant):
            continue
        if entry.outcome == "sent" and began is not None:
            times.append((began, entry.at))
        began = entry.at if entry.outcome == "trying" else None
    return times


class LostAll(NamedTuple):
    """One request of ours to mark everything of a user that was never answered."""

    began: Instant
    ended: Instant
    """When it had reached the server, if it did at all."""
    ahead: int = 0
    """Milliseconds that the clock of these times is ahead of ours."""


def lost_alls(entries: Iterable[JournalEntry], data: TenantData, user_id: str) -> list[LostAll]:
    """Every such time of a user, from the journal here and from what colleagues shared."""
    found: list[LostAll] = []
    began = None
    for entry in entries:
        if (entry.user_id, entry.tenant) != (user_id, data.tenant):
            continue
        # A program that was killed wrote no outcome down.
        if began is not None and entry.outcome in (UNKNOWN, "trying"):
            found.append(LostAll(began, entry.at))
        began = entry.at if entry.outcome == "trying" else None
    if began is not None:
        found.append(LostAll(began, began + LONGEST_EXCHANGE))
    if data.team is not None:
        theirs = data.team.lost_marks_of_others(user_id)
        found += [LostAll(mark.at, mark.at + LONGEST_EXCHANGE, data.team.ahead) for mark in theirs]
    return found


def lost_before(row: Notification | Row, lost: Iterable[LostAll]) -> list[Instant]:
    """When those of these began that may have marked a row, by the clock of what that is compared with."""
    # What only lists bound was timed here; what the server says was timed there.
    return [
        each.began - (0 if row.read_at is not None else each.ahead)
        for each in lost
        if each.ended >= (row.created_at or 0)
    ]


def readers_among(marks: Iterable[TeamMark], row: Notification | Row, ahead: int) -> list[Reader]:
    """Which colleagues marked a row, by the clock of what that is compared with."""
    # What only lists bound was timed here; what the server says was timed there.
    ahead = 0 if row.read_at is not None else ahead
    return [Reader(mark.agent, mark.at - ahead, mark.batch) for mark in marks if mark.at >= (row.created_at or 0)]


def narrowed(own: Sighting | None, theirs: TeamSighting, ahead: int) -> Sighting | None:
    """What all of us saw, by our clock, which the team's is `ahead` of; where colleagues contradict us, ours."""
    if own is None or theirs == TeamSighting():
        return own

    def ours(at: Instant | None) -> list[Instant]:
        return [] if at is None else [at - ahead]

    first = min([own.first_seen_at, *ours(theirs.first_seen_at)])
    after = max([own.last_seen_unread_at or 0, *ours(theirs.read_after)])
    if own.first_seen_read_at is None:
        return replace(own, first_seen_at=first, last_seen_unread_at=after or None)
    before = min([own.first_seen_read_at, *ours(theirs.read_before)])
    if after > before:
        return replace(own, first_seen_at=first)
    return replace(own, first_seen_at=first, last_seen_unread_at=after or None, first_seen_read_at=before)


def read_between(
    notification: Notification | Row, sighting: Sighting | None
) -> tuple[Instant | None, Instant | None]:
    """After the first and not after the second it became read, as far as that is known."""
    if not notification.is_read:
        return None, None
    if notification.read_at is not None:
        return notification.read_at, notification.read_at
    if sighting is None:
        return None, None
    return sighting.last_seen_unread_at or notification.created_at, sighting.first_seen_read_at


def surely_ours(marks: Iterable[Mark]) -> list[Mark]:
    """The marks that were accepted, and that no list contradicted."""
    return [mark for mark in marks if mark.state in SENT and mark.contradicted_at is None]


def who_read(
    notification: Notification | Row,
    sighting: Sighting | None,
    ours: list[Instant],
    marks: Sequence[Mark],
    lost: Sequence[Instant] = (),
) -> ReadBy:
    """Ours if it was not read before our first write about it; the server's own time decides where there is one.

    `ours` is when we surely wrote; of `marks`, those without an effect or an outcome that was seen leave a doubt, and
    so does `lost`, when we had everything marked and no answer came.
    """
    if not notification.is_read:
        return ReadBy.NOBODY
    earliest, latest = read_between(notification, sighting)
    read_at = notification.read_at or latest or earliest
    doubtful = [mark.made_at for mark in marks if mark.contradicted_at is not None]
    tried = [*lost, *(mark.made_at for mark in marks if mark.unknown_tries)]
    for times, answer in ((ours, ReadBy.US), (doubtful, ReadBy.UNSURE), (tried, ReadBy.PERHAPS_US)):
        if times and (read_at is None or read_at >= min(times)):
            return answer
    return ReadBy.NOT_US
