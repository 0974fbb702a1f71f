"""Incidents: what came to several watched customers within a span, from the cache alone."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.model import Clause, Group, Instant, Row, Term, clauses_of
from neptune_inbox.model.incidents import Fold, Grouping, Incident, IncidentCounts
from neptune_inbox.sync.inbox.folded_list import FoldedList
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot, RowReader
from neptune_inbox.sync.store_thread import read_on_thread

if TYPE_CHECKING:
    from neptune_inbox.store.tenant import TenantData
    from neptune_inbox.sync.tenant_store import TenantStore

IsByUs: TypeAlias = "Callable[[Row], bool]"
"""Whether a row is read through us or the team."""


class SeenIncident(Struct, frozen=True):
    """An incident with its members as they are now, newest first."""

    incident: Incident
    counts: IncidentCounts
    rows: tuple[Row, ...]


class IncidentReport(Struct, frozen=True):
    """The incidents of a time."""

    watched: int
    """Among how many customers they were looked for."""
    incidents: tuple[SeenIncident, ...]


class IncidentBook:
    """Finds the incidents of one tenant."""

    def __init__(self, data: TenantData, grouping: Grouping, is_by_us: IsByUs) -> None:
        self._data = data
        self._grouping = grouping
        self._is_by_us = is_by_us
        self._rows = RowReader(data)

    def find(self, users: Collection[str], *, least: int | None = None, since: Instant = 0) -> list[Incident]:
        """The incidents of these users that were still active at an instant, the latest first."""
        grouping = self._grouping if least is None else replace(self._grouping, least=least)
        return self._data.cache.incidents(users, grouping, since)

    def seen(self, users: Collection[str], since: Instant) -> tuple[SeenIncident, ...]:
        """The same with their members."""
        found = self.find(users, since=since)
        rows = self._members(found)
        return tuple(
            SeenIncident(each, self._counts(each, rows), tuple(rows[rowid] for rowid in each.rowids if rowid in rows))
            for each in found
        )

    def fold(self, whole: ListSnapshot, users: Collection[str]) -> FoldedList:
        """A list with one line for each incident of which it holds several members."""
        here = set(whole.ids)
        listed = [
            (each, rowids)
            for each in self.find(self._everybody(users))
            if len(rowids := tuple(rowid for rowid in each.rowids if rowid in here)) > 1
        ]
        rows = self._members(each for each, _ in listed)
        folds = [self._fold(each, rowids, rows) for each, rowids in listed]
        return FoldedList(whole, folds, self._rows, self._recounted)

    def _recounted(self, fold: Fold) -> Fold:
        rows = self._members([fold.incident])
        return replace(self._fold(fold.incident, fold.rowids, rows), keys=fold.keys)

    def members_of(self, rowid: int, users: Collection[str]) -> frozenset[int]:
        """The members of the incident that a notification belongs to; itself alone where it belongs to none."""
        found = (each.rowids for each in self.find(self._everybody(users)) if rowid in each.rowids)
        return frozenset(next(found, (rowid,)))

    def resolve(self, terms: Iterable[Term], users: Collection[str]) -> tuple[Term, ...]:
        """The same terms; those about incidents name the rows that are members, among the watched users and these."""
        terms = tuple(terms)
        if not any(map(is_about_incidents, clauses_of(terms))):
            return terms
        everybody = self._everybody(users)
        return tuple(self._resolved(term, everybody) for term in terms)

    def _everybody(self, users: Collection[str]) -> list[str]:
        return list(dict.fromkeys((*self._data.triage.watched(), *users)))

    def _resolved(self, term: Term, users: Collection[str]) -> Term:
        if isinstance(term, Group):
            found = (tuple(self._resolved(each, users) for each in terms) for terms in term.alternatives)
            return Group(tuple(found), term.is_negated)
        if not is_about_incidents(term):
            return term
        least = int(term.value) if term.field == "incident" else None
        rowids = tuple(rowid for each in self.find(users, least=least) for rowid in each.rowids)
        return Clause("rowids", is_negated=term.is_negated, rowids=rowids)

    def _members(self, incidents: Iterable[Incident]) -> dict[int, Row]:
        rowids = array("q", chain.from_iterable(each.rowids for each in incidents))
        return {row.rowid: row for row in self._rows.rows(rowids)}

    def _counts(self, incident: Incident, rows: Mapping[int, Row]) -> IncidentCounts:
        members = [rows[rowid] for rowid in incident.rowids if rowid in rows]
        return IncidentCounts(
            customers=len(incident.users),
            members=len(members),
            read=sum(row.is_read for row in members),
            by_us=sum(map(self._is_by_us, members)),
            since=incident.since,
            until=incident.until,
        )

    def _fold(self, incident: Incident, rowids: tuple[int, ...], rows: Mapping[int, Row]) -> Fold:
        listed = [rows[rowid] for rowid in rowids if rowid in rows]
        unread = sum(row.counts_as_unread for row in listed)
        return Fold(
            incident=incident,
            counts=self._counts(incident, rows),
            rowids=rowids,
            keys=tuple(row.key for row in listed),
            unread=unread,
            pending=sum(not row.is_read for row in listed) - unread,
        )


class Incidents:
    """Tells the incidents of customers."""

    def __init__(self, *, store: TenantStore, book: IncidentBook) -> None:
        self._store = store
        self._book = book

    @read_on_thread
    def since(self, users: Collection[str], since: Instant) -> IncidentReport:
        """What was still active among these users at an instant."""
        return IncidentReport(len(users), self._book.seen(users, since))


def is_about_incidents(clause: Clause) -> bool:
    """Whether a word of a search asks for members of incidents."""
    return clause.field == "incident" or (clause.field == "is" and clause.value == "incident")
