"""What the inbox shows and what is selected in it, apart from every widget.

Nothing here draws, waits or reads a file: whoever changes it draws it (`list_controller`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.model import Filter
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from neptune_inbox.tui.inbox.target import ActionTarget

if TYPE_CHECKING:
    from neptune_inbox.model import Counts, Key


class ListState:
    """One frozen list with its scope, the selection, the range that is begun, and how many rows wait outside."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.snapshot = ListSnapshot.empty()
        self.selected: frozenset[Key] = frozenset()
        self.range_start: Key | None = None
        self.waiting = 0
        """How many rows came since the list was drawn."""
        self.first_loaded: frozenset[Key] = frozenset()
        """Those of them that the first look at their customer brought: they are new here alone."""
        self.takes_all = False
        """Everything shown is about to be selected; it takes a moment to read which that is."""
        self.taken: range | None = None
        """A range that is about to be selected; it takes a moment to read which rows those are."""

    @property
    def is_empty(self) -> bool:
        return not len(self.snapshot)

    def show(self, snapshot: ListSnapshot, found: frozenset[Key] = frozenset()) -> None:
        """Show another list; of the selection stays what it holds: those of `found`."""
        self.snapshot = snapshot
        self.waiting = 0
        self.first_loaded = frozenset()
        self.select(found & self.selected)

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

    def count_waiting(self, count: int, *, behind: ListSnapshot) -> bool:
        """Keep how many rows wait behind a list; False where another one is shown by now."""
        if behind is not self.snapshot:
            return False
        self.waiting = count
        return True

    def length(self, cached: Counts) -> int:
        """How many rows the list has, or will have once the rest of it is read; `cached` counts the scope's."""
        length = len(self.snapshot)
        if self.snapshot.is_partial and not self.scope.query:
            return max(length, (cached.of(self.scope.kind) or 0) - self.snapshot.hidden)
        return length

    def scope_for(self, key: Key) -> Scope:
        """Where a notification that is not in this list is found: with its user, whatever its kind."""
        return Scope(key.user_id, Filter.ALL)
