"""Handing over: what the next shift has to know, from what is on this machine; no request, and it works alone too."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.model import STUCK, Counts, Filter, Instant, Key, Lifetime, Now
from neptune_inbox.model.team import FactKind, TeamFact
from neptune_inbox.sync.inbox.completeness import lacking
from neptune_inbox.sync.inbox.incidents import SeenIncident
from neptune_inbox.sync.store_thread import on_thread
from neptune_inbox.text import NO_TEXT, CleanText

if TYPE_CHECKING:
    from neptune_inbox.sync.inbox.incidents import IncidentBook
    from neptune_inbox.sync.tenant_store import TenantStore

MOST_CUSTOMERS = 10


class Subject(Struct, frozen=True):
    """What a line is about."""

    user_id: str
    id: str
    """Empty: the customer's whole queue."""
    title: CleanText = NO_TEXT


class ClaimedLine(Struct, frozen=True):
    subject: Subject
    agent: CleanText
    since: Instant


class NoteLine(Struct, frozen=True):
    subject: Subject
    agent: CleanText
    at: Instant
    text: CleanText


class RefusedLine(Struct, frozen=True):
    subject: Subject
    agent: CleanText
    at: Instant
    reason: str
    """The server's words, where it was marked from here; empty for a colleague's mark."""


class UnreadLine(Struct, frozen=True):
    """One kind of event that came in the time and stayed unread."""

    event_type: CleanText
    count: int
    customers: int
    oldest: Instant


class CustomerLine(Struct, frozen=True):
    """A customer with something unread."""

    user_id: str
    count: int
    oldest: Instant


class MissingLine(Struct, frozen=True):
    """A customer whose unread notifications are not all known here."""

    user_id: str
    loaded: int
    total: int | None
    """As the service counted them; None where it did not."""
    fetched_at: Instant | None
    """None where their lists were never read."""


class HandOver(Struct, frozen=True):
    """One page for the next shift."""

    since: Instant
    at: Instant
    agent: CleanText
    """Empty where the agent works alone."""
    claimed: tuple[ClaimedLine, ...] = ()
    notes: tuple[NoteLine, ...] = ()
    handled: tuple[tuple[CleanText, int], ...] = ()
    """How many each colleague handled in the time."""
    refused: tuple[RefusedLine, ...] = ()
    incidents: tuple[SeenIncident, ...] = ()
    """The incidents that were active in the time."""
    watched: int = 0
    """Among how many customers they were looked for."""
    unread: tuple[UnreadLine, ...] = ()
    customers: tuple[CustomerLine, ...] = ()
    """Those with the oldest unread."""
    customers_in_all: int = 0
    missing: tuple[MissingLine, ...] = ()
    """Of whom more may be unread than the page says."""
    is_team_behind: bool = False
    """What colleagues did lately may be missing."""


class HandOvers:
    """Makes the page of one tenant."""

    def __init__(
        self,
        *,
        store: TenantStore,
        actor: CleanText,
        now: Now,
        incidents: IncidentBook,
        is_team_behind: Callable[[], bool] = lambda: False,
    ) -> None:
        """`actor` is this machine's user, who marked what was marked from here; `is_team_behind` tells whether what
        colleagues did lately may be missing."""
        self._is_team_behind = is_team_behind
        self._store = store
        self._actor = actor
        self._now = now
        self._incidents = incidents

    @on_thread
    def since(self, users: Collection[str], since: Instant) -> HandOver:
        """What these users' queues and the team were up to since an instant."""
        data, now = self._store.data, self._now()
        unread = [one for one in data.cache.lifetimes(users, 0) if not one.is_read]
        handled = data.triage.keys_where("done")
        unread = [one for one in unread if one.key not in handled]
        team = data.team
        kinds = (FactKind.NOTED, FactKind.WITHDRAWN, FactKind.HANDLED, FactKind.REOPENED, FactKind.MARKED)
        facts = team.since(since, kinds) if team else []
        withdrawn = {(fact.agent, fact.details.note) for fact in facts if fact.kind is FactKind.WITHDRAWN}
        customers = _customers(unread)
        return HandOver(
            since=since,
            at=now,
            agent=team.agent if team else NO_TEXT,
            claimed=tuple(
                ClaimedLine(self._subject(key), claim.agent, claim.since)
                for key, claim in sorted((team.claimed() if team else {}).items(), key=lambda each: each[1].since)
            ),
            notes=tuple(
                NoteLine(self._subject(fact.key), fact.agent, fact.at, CleanText(fact.details.text))
                for fact in facts
                if fact.kind is FactKind.NOTED and (fact.agent, fact.id) not in withdrawn
            ),
            handled=_handled(facts),
            refused=self._refused(since, facts),
            incidents=self._incidents.seen(users, since),
            watched=len(users),
            unread=_kinds([one for one in unread if one.created_at >= since]),
            customers=customers[:MOST_CUSTOMERS],
            customers_in_all=len(customers),
            missing=self._missing(users),
            is_team_behind=self._is_team_behind(),
        )

    def _missing(self, users: Collection[str]) -> tuple[MissingLine, ...]:
        known = self._store.data.users
        fresh, loaded = known.freshness(users), known.local_counts_of(users)
        counts = {user: told.reconciled() for user, told in known.counts(users).items()}
        return tuple(
            MissingLine(
                user,
                loaded.get(user, Counts()).unread or 0,
                counts.get(user, Counts()).unread,
                fresh[user].fetched_at if user in fresh else None,
            )
            for user in lacking(list(users), Filter.UNREAD, freshness=fresh, counts=counts, cached=loaded)
        )

    def _refused(self, since: Instant, facts: Sequence[TeamFact]) -> tuple[RefusedLine, ...]:
        """Our refused marks, which the outbox holds with the server's words, and those of colleagues."""
        data = self._store.data
        actor = data.team.agent if data.team else self._actor
        found = [
            RefusedLine(self._subject(mark.key), actor, mark.settled_at or mark.made_at, mark.error)
            for mark in data.outbox.marks()
            if mark.state in STUCK and (mark.settled_at or mark.made_at) >= since
        ]
        last: dict[Key, TeamFact] = {}
        for fact in facts:
            if fact.kind is FactKind.MARKED and fact.agent != actor:
                last[fact.key] = fact
        found += [
            RefusedLine(self._subject(key), fact.agent, fact.at, "")
            for key, fact in last.items()
            if fact.details.outcome in (str(state) for state in STUCK)
        ]
        return tuple(found)

    def _subject(self, key: Key) -> Subject:
        found = self._store.data.cache.row(key) if key.id else None
        return Subject(key.user_id, key.id, found.title if found else NO_TEXT)


def _handled(facts: Sequence[TeamFact]) -> tuple[tuple[CleanText, int], ...]:
    """How many each agent handled that nobody reopened since; facts come in their order."""
    by_key: dict[Key, CleanText] = {}
    for fact in facts:
        if fact.kind is FactKind.HANDLED:
            by_key.setdefault(fact.key, fact.agent)
        elif fact.kind is FactKind.REOPENED:
            by_key.pop(fact.key, None)
    return tuple(sorted(Counter(by_key.values()).items()))


def _kinds(unread: Sequence[Lifetime]) -> tuple[UnreadLine, ...]:
    by_kind: defaultdict[CleanText, list[Lifetime]] = defaultdict(list)
    for one in unread:
        by_kind[one.event_type].append(one)
    lines = [
        UnreadLine(name, len(known), len({one.key.user_id for one in known}), min(one.created_at for one in known))
        for name, known in by_kind.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.customers, -line.count, line.event_type)))


def _customers(unread: Sequence[Lifetime]) -> tuple[CustomerLine, ...]:
    by_user: defaultdict[str, list[Instant]] = defaultdict(list)
    for one in unread:
        by_user[one.key.user_id].append(one.created_at)
    lines = [CustomerLine(user, len(times), min(times)) for user, times in by_user.items()]
    return tuple(sorted(lines, key=lambda line: (line.oldest, line.user_id)))
