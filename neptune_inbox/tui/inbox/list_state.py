"""What the inbox shows and what is selected in it, apart from every widget.

Nothing here draws, waits or reads a file: whoever changes it draws it (`list_controller`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from neptune_inbox.model import Filter
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from neptune_inbox.tui.inbox.target import ActionTarget
from neptune_inbox.tui.widgets.list_cursor import Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neptune_inbox.model import Counts, Horizon, Key


class EarlierList(NamedTuple):
    """A list from which a search or an incident was opened, as it was then."""

    scope: Scope
    snapshot: ListSnapshot
    place: Place


class Waiting(NamedTuple):
    """How many rows a list does not show because they came after it was drawn."""

    rows: int = 0
    loaded: int = 0
    """Those of them that are not new: the first look at their customer brought them, or an agent who looked for older
    ones."""


NOTHING_WAITS = Waiting()


class ListState:
    """One frozen list with its scope, the selection, the range that is begun, and how many rows wait outside."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        """What `snapshot` shows."""
        self.snapshot = ListSnapshot.empty()
        self.earlier: tuple[EarlierList, ...] = ()
        """The lists that lead here, to be gone back to one by one; the last one was left last."""
        self.selected: frozenset[Key] = frozenset()
        self.range_start: Key | None = None
        self.waiting = NOTHING_WAITS
        self.first_loaded: frozenset[Key] = frozenset()
        """What the first looks at customers brought: it is new here alone."""
        self.older: frozenset[int] = frozenset()
        """The rowids of what was loaded because older rows were looked for."""
        self.takes_all = False
        """Everything shown is about to be selected; it takes a moment to read which that is."""
        self.taken: range | None = None
        """A range that is about to be selected; it takes a moment to read which rows those are."""

    @property
    def is_empty(self) -> bool:
        return not len(self.snapshot)

    def show(
        self,
        scope: Scope,
        snapshot: ListSnapshot,
        found: frozenset[Key] = frozenset(),
        waiting: Waiting = NOTHING_WAITS,
        earlier: tuple[EarlierList, ...] = (),
    ) -> None:
        """Show another list, to which these lead; of the selection stays what it holds: those of `found`."""
        self.scope, self.snapshot, self.waiting, self.earlier = scope, snapshot, waiting, earlier
        self.select(found & self.selected)

    def here(self, place: Place) -> EarlierList:
        """The list that is shown, to come back to."""
        return EarlierList(self.scope, self.snapshot, place)

    def on_search(self, place: Place) -> tuple[EarlierList, ...]:
        """What leads to the rows of a query: whatever is left of a search before it does not."""
        return tuple(one for one in (*self.earlier, self.here(place)) if not one.scope.query)

    def on_incident(self, place: Place) -> tuple[EarlierList, ...]:
        """What leads to the members of an incident of this list."""
        return (*self.earlier, self.here(place))

    def before_search(self) -> EarlierList | None:
        """The list from which the search that is shown was begun."""
        return next((one for one in reversed(self.earlier) if not one.scope.query), None)

    def before_incident(self) -> EarlierList | None:
        """The list from which the incident that is shown was opened."""
        return self.earlier[-1] if self.earlier else None

    def leading_to(self, one: EarlierList) -> tuple[EarlierList, ...]:
        """What leads to a list that is gone back to."""
        return self.earlier[: self.earlier.index(one)]

    @property
    def horizon(self) -> Horizon:
        """What a narrower list may show: what this one could, and older rows that were loaded."""
        return self.snapshot.horizon.with_rows(self.older)

    @property
    def kept(self) -> tuple[Sequence[int], ...]:
        """The rowids of the list that is shown, and of those that can be gone back to."""
        return (self.snapshot.ids, *(one.snapshot.ids for one in self.earlier))

    @property
    def is_lacking_older(self) -> bool:
        """Older rows were loaded since the list was drawn, and it was not asked for them."""
        horizon = self.snapshot.horizon
        return any(rowid > horizon.newest_rowid for rowid in self.older - horizon.beyond)

    def forget_loaded(self) -> None:
        """A list is about to be drawn in which nothing waits; with others behind it, more waits behind those."""
        if not self.earlier:
            self.first_loaded, self.older = frozenset(), frozenset()

    def select(self, keys: frozenset[Key]) -> None:
        """Select exactly these; with nothing selected no range is begun either."""
        self.takes_all, self.taken = False, None
        if not keys:
            self.range_start = None
        self.selected = keys

    def toggle(self, *keys: Key) -> None:
        """Select what a line represents, or deselect it; a range may start here."""
        line = frozenset(keys)
        self.select(self.selected - line if line <= self.selected else self.selected | line)
        self.range_start = keys[0]

    def begin_range(self, *keys: Key) -> None:
        """Select what a line represents; a range reaches from here to wherever it is ended."""
        self.select(self.selected | {*keys})
        self.range_start = keys[0]

    def end_range(self, start: int, end: int) -> range:
        """The positions of the range between two rows, whichever comes first; it is over then."""
        self.range_start = None
        low, high = sorted((start, end))
        self.taken = range(low, high + 1)
        return self.taken

    def target(self, cursor: Key | None, index: int | None = None, action: str = "") -> ActionTarget:
        """What a verb whose key is pressed now acts on."""
        selected = None if self.takes_all else self.selected
        return ActionTarget(self.snapshot, selected, cursor, index, self.taken, action)

    def count_waiting(self, waiting: Waiting, *, behind: ListSnapshot) -> bool:
        """Keep how many rows wait behind a list; False where another one is shown by now."""
        if behind is not self.snapshot:
            return False
        self.waiting = waiting
        return True

    def length(self, cached: Counts) -> int:
        """How many rows the list has, or will have once the rest of it is read; `cached` counts the scope's."""
        length = len(self.snapshot)
        if self.snapshot.is_partial and not self.scope.query:
            outside = self.snapshot.hidden + self.waiting.rows
            return max(length, (cached.of(self.scope.kind) or 0) - outside)
        return length

    def scope_for(self, key: Key) -> Scope:
        """Where a notification that is not in this list is found: with its user, whatever its kind."""
        return Scope(key.user_id, Filter.ALL)
