"""A cursor that is bound to a row and not to a position, apart from every widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from neptune_inbox.model import Key, Row


class Place(NamedTuple):
    """Where a list stands on the screen."""

    cursor: int
    """The position of the cursor."""
    top: int
    """The position of the first line on the screen."""
    is_cursor_in_sight: bool = True


class RowSource(Protocol):
    """What the list shows: frozen, so that no position ever shifts."""

    def __len__(self) -> int: ...
    def row(self, index: int) -> Row: ...
    def is_loaded(self, index: int) -> bool: ...
    def index_of(self, key: Key) -> int | None: ...


class NoRows:
    """The list before there is one."""

    def __len__(self) -> int:
        return 0

    def row(self, index: int) -> Row:
        raise IndexError(index)

    def is_loaded(self, index: int) -> bool:
        return False

    def index_of(self, key: Key) -> int | None:
        return None


class ListCursor:
    """A list of rows, and the one of them that the cursor is on."""

    def __init__(self) -> None:
        self.rows: RowSource = NoRows()
        self.index = 0
        """Its position, from 0; in an empty list it is on nothing."""
        self.key: Key | None = None
        """The row that it is on; None in an empty list, and until that row is loaded."""

    def take(self, rows: RowSource, *, keep: bool) -> None:
        """Show another list; with `keep` the cursor stays on its row, or at its position where that is gone."""
        index = rows.index_of(self.key) if keep and self.key is not None else None
        if index is None:
            index = self.index if keep else 0
        self.rows = rows
        self.index = max(0, min(len(rows) - 1, index))
        self.key = self.key_at(self.index)

    def go(self, index: int) -> int:
        """Go to a position, or the end that is nearest to it; the answer is where it was before."""
        before = self.index
        if len(self.rows):
            self.index = max(0, min(len(self.rows) - 1, index))
            self.key = self.key_at(self.index)
        return before

    def rows_came(self) -> None:
        """Rows were loaded; the one that the cursor is on may be among them."""
        if self.key is None:
            self.key = self.key_at(self.index)

    def key_at(self, index: int) -> Key | None:
        """The row at a position; None where there is none, or where it is not loaded."""
        is_known = 0 <= index < len(self.rows) and self.rows.is_loaded(index)
        return self.rows.row(index).key if is_known else None

    def anchor(self, in_sight: range) -> tuple[Key, int] | None:
        """The row that must not move, and its line: the cursor's if it is in sight, else the one at the top."""
        if self.key is not None and self.index in in_sight:
            return self.key, self.index - in_sight.start
        key = self.key_at(in_sight.start)
        return (key, 0) if key is not None else None

    def clip(self, positions: range) -> range:
        """Those of these positions that there are."""
        return range(max(0, positions.start), min(len(self.rows), positions.stop))
