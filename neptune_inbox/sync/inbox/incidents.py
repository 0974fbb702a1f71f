"""Incidents: what came to several watched customers within a span, from the cache alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.model import Clause, Group, Instant, Row, Term, clauses_of
from neptune_inbox.model.incidents import Grouping, Incident
from neptune_inbox.sync.inbox.list_snapshot import RowReader
from neptune_inbox.sync.store_thread import read_on_thread

if TYPE_CHECKING:
    from neptune_inbox.store.tenant import TenantData
    from neptune_inbox.sync.tenant_store import TenantStore


class SeenIncident(Struct, frozen=True):
    """An incident with its members as they are now, newest first."""

    incident: Incident
    rows: tuple[Row, ...]


class IncidentReport(Struct, frozen=True):
    """The incidents of a time."""

    watched: int
    """Among how many customers they were looked for."""
    incidents: tuple[SeenIncident, ...]


class IncidentBook:
    """Finds the incidents of one tenant."""

    def __init__(self, data: TenantData, grouping: Grouping) -> None:
        self._data = data
        self._grouping = grouping
        self._rows = RowReader(data)

    def find(self, users: Collection[str], *, least: int | None = None, since: Instant = 0) -> list[Incident]:
        """The incidents of these users that went on at an instant or after it, the last first."""
        grouping = self._grouping if least is None else replace(self._grouping, least=least)
        return self._data.cache.incidents(users, grouping, since)

    def seen(self, users: Collection[str], since: Instant) -> tuple[SeenIncident, ...]:
        """The same with their members."""
        return tuple(
            SeenIncident(each, tuple(self._rows.rows(each.rowids))) for each in self.find(users, since=since)
        )

    def resolve(self, terms: Iterable[Term], users: Collection[str]) -> tuple[Term, ...]:
        """The same terms; those about incidents name the rows that are members, among the watched users and these."""
        terms = tuple(terms)
        if not any(map(is_about_incidents, clauses_of(terms))):
            return terms
        everybody = dict.fromkeys((*self._data.triage.watched(), *users))
        return tuple(self._resolved(term, everybody) for term in terms)

    def _resolved(self, term: Term, users: Collection[str]) -> Term:
        if isinstance(term, Group):
            found = (tuple(self._resolved(each, users) for each in terms) for terms in term.alternatives)
            return Group(tuple(found), term.is_negated)
        if not is_about_incidents(term):
            return term
        least = int(term.value) if term.field == "incident" else None
        rowids = tuple(rowid for each in self.find(users, least=least) for rowid in each.rowids)
        return Clause("rowids", is_negated=term.is_negated, rowids=rowids)


class Incidents:
    """Tells the incidents of customers."""

    def __init__(self, *, store: TenantStore, grouping: Grouping) -> None:
        self._store = store
        self._book = IncidentBook(store.data, grouping)

    @read_on_thread
    def since(self, users: Collection[str], since: Instant) -> IncidentReport:
        """What went on among these users at an instant or after it."""
        return IncidentReport(len(users), self._book.seen(users, since))


def is_about_incidents(clause: Clause) -> bool:
    """Whether a word of a search asks for members of incidents."""
    return clause.field == "incident" or (clause.field == "is" and clause.value == "incident")
