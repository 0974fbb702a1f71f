"""A list in which each incident is one line: frozen like any list; what acts on such a line acts on its members."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot, RowReader

if TYPE_CHECKING:
    from neptune_inbox.model import Key, Row
    from neptune_inbox.model.incidents import Fold


class FoldedList(ListSnapshot):
    """A list with the members of each incident that it holds in the line of the newest of them."""

    def __init__(
        self, whole: ListSnapshot, folds: Iterable[Fold], row_reader: RowReader, count: Callable[[Fold], Fold]
    ) -> None:
        """`count` reads again how the members of an incident are."""
        super().__init__(whole.ids, row_reader, hidden=whole.hidden, horizon=whole.horizon, values=whole.values)
        self.is_partial = whole.is_partial
        self.folds = {fold.rowids[0]: fold for fold in folds}
        """By the newest member."""
        self._count = count
        self._head_keys = {key: fold.keys[0] for fold in self.folds.values() for key in fold.keys}
        self._heads = {rowid: head for head, fold in self.folds.items() for rowid in fold.rowids}
        heads = self._heads
        self.lines = array("q", (rowid for rowid in whole.ids if heads.get(rowid, rowid) == rowid))

    def keys(self, start: int = 0, end: int | None = None) -> list[Key]:
        lines = self.lines[start:end]
        members = (fold.rowids if (fold := self.folds.get(rowid)) else (rowid,) for rowid in lines)
        return self._row_reader.keys([rowid for each in members for rowid in each]) if self._row_reader else []

    def index_of(self, key: Key) -> int | None:
        return super().index_of(self._head_keys.get(key, key))

    def fold_on(self, index: int | None) -> Fold | None:
        return self.folds.get(self.lines[index]) if index is not None and index < len(self) else None

    def count_folds(self) -> int:
        return len(self.folds)

    def has_fold_among(self, keys: Collection[Key]) -> bool:
        return bool(keys) and any(fold.keys[0] in keys for fold in self.folds.values())

    def opened(self, fold: Fold) -> ListSnapshot:
        """The members of an incident, as they are listed here."""
        return ListSnapshot(array("q", fold.rowids), self._row_reader, horizon=self.horizon, values=self.values)

    def _line_of(self, rowid: int) -> int:
        return self._heads.get(rowid, rowid)

    def _read(self, start: int, end: int) -> list[Row]:
        folds = self.folds
        return [
            replace(row, fold=self._count(folds[row.rowid])) if row.rowid in folds else row
            for row in super()._read(start, end)
        ]
