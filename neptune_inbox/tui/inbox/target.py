"""What a verb acts on, apart from the screen so that the screen stays small."""

from __future__ import annotations

from msgspec import Struct

from neptune_inbox.model import Key
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
