"""What a verb acts on, apart from the screen so that the screen stays small."""

from __future__ import annotations

from msgspec import Struct

from neptune_inbox.model import Key
from neptune_inbox.model.incidents import Fold
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot


class ActionTarget(Struct, frozen=True):
    """What was selected, or under the cursor, when a verb's key was pressed."""

    rows: ListSnapshot
    selected: frozenset[Key] | None
    """None is all of the window."""
    key: Key | None
    """Under the cursor; None in an empty list, and where its row is not loaded."""
    index: int | None = None
    """Where the cursor was."""
    taken: range | None = None
    """Positions that are selected as well, but not read yet."""
    action: str = ""
    """The id of the action that is to be done."""

    @property
    def fold(self) -> Fold | None:
        """The incident that the cursor is on, where it is what is acted on."""
        return self.rows.fold_on(self.index) if self.selected == frozenset() and not self.taken else None

    @property
    def holds_incident(self) -> bool:
        """Whether a whole incident is acted on by one key, so that it is to be counted first."""
        if self.selected is None:
            return self.rows.count_folds() > 0
        is_taken = any(self.rows.fold_on(index) is not None for index in self.taken or ())
        return is_taken or self.fold is not None or self.rows.has_fold_among(self.selected)
