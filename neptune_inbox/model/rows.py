"""What a list shows, and the rows that it shows: the cache with the outbox and triage laid over it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct, field

from neptune_inbox.model.incidents import Fold
from neptune_inbox.model.marks import HOPEFUL, Mark, Triage
from neptune_inbox.model.notifications import Filter, Key, Sighting
from neptune_inbox.model.team import NOTHING_SHARED, TeamState, standing_marks
from neptune_inbox.model.values import Instant
from neptune_inbox.text import NO_TEXT, CleanText


class Clause(Struct, frozen=True):
    """One word of a search.

    `field` is text, event, user, since, before, has, is, data, by, claimed, note, incident, keys, or rowids.
    """

    field: str
    value: str = ""
    """The words to find, a glob for `event`, `user` and `data`, the flag for `is` and `has`."""
    instant: Instant | None = None
    """The bound for `since` and `before`."""
    is_negated: bool = False
    path: str = ""
    """For `data` the names that lead to the value, joined by dots: the last ones, wherever they begin."""
    keys: frozenset[Key] = frozenset()
    """For `keys` the notifications that the outbox or triage named."""
    rowids: tuple[int, ...] = ()
    """For `rowids` the rows that are members of incidents."""


class Group(Struct, frozen=True):
    """Alternatives, one of which must hold: each is terms that must all hold."""

    alternatives: tuple[tuple[Term, ...], ...]
    is_negated: bool = False


Term: TypeAlias = Clause | Group


def clauses_of(terms: Iterable[Term]) -> Iterator[Clause]:
    """Every clause in these terms, however deep it lies."""
    for term in terms:
        if isinstance(term, Group):
            for alternative in term.alternatives:
                yield from clauses_of(alternative)
        else:
            yield term


class Horizon(Struct, frozen=True):
    """Which rows a list may hold although nobody asked for new ones."""

    newest_rowid: int
    """Every row that was cached by then."""
    beyond: frozenset[int] = frozenset()
    """Rows that came since and were asked for, by rowid."""

    def with_rows(self, rowids: Iterable[int]) -> Horizon:
        """The same with these rows."""
        return Horizon(self.newest_rowid, self.beyond.union(rowids))


class Search(Struct, frozen=True):
    """What a list shows: whose, which of the API's three kinds, and the clauses that must all hold."""

    users: tuple[str, ...]
    """The user ids in scope, in no order; empty shows nothing."""
    kind: Filter = Filter.ALL
    clauses: tuple[Term, ...] = ()
    within: Horizon | None = None
    """No row that came since; None is all that are cached."""


class ColumnValues(Struct, frozen=True):
    """The values of some columns of a list, each once; columns are made as wide as they need."""

    users: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    event_types: tuple[str, ...] = ()


class Row(Struct, frozen=True):
    """One line of the list: the cache with the outbox and triage laid over it."""

    rowid: int
    user_id: str
    id: str
    title: CleanText
    event_type: CleanText
    created_at: Instant | None
    is_read: bool
    read_at: Instant | None = None
    has_link: bool = False
    name: CleanText = NO_TEXT
    """What the customer is called, where that is known here."""
    mark: Mark | None = None
    triage: Triage = field(default_factory=Triage)
    team: TeamState = NOTHING_SHARED
    """What the team shared about it; the claim may be on the customer's whole queue."""
    extras: dict[str, str | int | bool] = {}
    """As `Notification.extras` has them."""
    hides_codes: bool = False
    """A one-time code was taken out of the title."""
    fold: Fold | None = None
    """The incident whose line this is the newest row of."""

    @property
    def key(self) -> Key:
        return Key(self.user_id, self.id)

    @property
    def keys(self) -> tuple[Key, ...]:
        """What the line represents: the row itself, or every member of its incident in the list."""
        return self.fold.keys if self.fold is not None else (self.key,)

    def is_among(self, selected: Collection[Key]) -> bool:
        """Whether everything that the line represents is selected."""
        return self.key in selected and (self.fold is None or all(key in selected for key in self.fold.keys))

    @property
    def claimed_by(self) -> str:
        """The colleague who is on it; empty where nobody is."""
        return self.team.claim.agent if self.team.claim is not None else ""

    @property
    def is_claim_mine(self) -> bool:
        return self.team.claim is not None and self.team.claim.is_mine

    @property
    def handled_by(self) -> str:
        """The agent who handled it; empty where nobody did, or without a team."""
        return self.team.handled.agent if self.team.handled is not None else ""

    @property
    def read_by(self) -> str:
        """The agent who marked it before it was read, as far as the server's time tells; empty for nobody."""
        marks = standing_marks(self.team.marks) if self.is_read else ()
        return next((mark.agent for mark in marks if self.read_at is None or self.read_at >= mark.at), "")

    @property
    def is_read_by_team(self) -> bool:
        """Whether one of the team marked it before it was read."""
        return bool(self.read_by)

    @property
    def counts_as_unread(self) -> bool:
        """Unread for the customer, and nothing of ours under way, or accepted and not yet looked at, to change it."""
        if self.fold is not None:
            return self.fold.unread > 0
        return not self.is_read and not (self.mark is not None and self.mark.state in HOPEFUL)


class SeenRow(Struct, frozen=True):
    """A row with what was seen of it, and when."""

    row: Row
    sighting: Sighting
    confirmed_at: Instant | None = None
    """When a list first confirmed our own mark; `read_at` is the same as long as the server has given no time."""
