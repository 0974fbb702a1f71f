"""What a list shows, and the rows that it shows: the cache with the outbox and my plane laid over it."""

from __future__ import annotations

from msgspec import Struct, field

from neptune_inbox.model.marks import Mark, MarkState, Mine
from neptune_inbox.model.notifications import Filter, Key
from neptune_inbox.model.values import Instant
from neptune_inbox.text import CleanText


class Clause(Struct, frozen=True):
    """One word of a search: `field` is text, event, user, since, before, has or is."""

    field: str
    value: str = ""
    """The words to find, a glob for `event`, the flag for `is` and `has`."""
    instant: Instant | None = None
    """The bound for `since` and `before`."""
    is_negated: bool = False


class Search(Struct, frozen=True):
    """What a list shows: whose, which of the API's three kinds, and the clauses that must all hold."""

    users: tuple[str, ...]
    """The user ids in scope, in no order; empty shows nothing."""
    kind: Filter = Filter.ALL
    clauses: tuple[Clause, ...] = ()


class Row(Struct, frozen=True):
    """One line of the list: the cache with the outbox and my plane laid over it."""

    rowid: int
    user_id: str
    id: str
    title: CleanText
    event_type: CleanText
    created_at: Instant | None
    is_read: bool
    read_at: Instant | None = None
    has_link: bool = False
    mark: Mark | None = None
    mine: Mine = field(default_factory=Mine)

    @property
    def key(self) -> Key:
        return Key(self.user_id, self.id)

    @property
    def counts_as_unread(self) -> bool:
        """Unread for the customer, and no wish of ours under way to change it."""
        pending = self.mark is not None and self.mark.state in (MarkState.HELD, MarkState.SENDING)
        return not self.is_read and not pending
