"""A frozen list: the ids of one look at the cache, in order, with the rows behind them read in pages.

The ids never change, so no position ever shifts; what a row says (its mark, my plane, read or unread) is read anew
whenever `forget` is called, so a row that was acted on stays where it is and tells its new state.
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.model import Key, Row
from neptune_inbox.text import CleanText

if TYPE_CHECKING:
    from neptune_inbox.store.cache import Cache
    from neptune_inbox.store.desk import Desk
    from neptune_inbox.store.outbox import Outbox

PAGE = 64
PAGES_KEPT = 16


class Overlay:
    """Lays the outbox and my plane over rows of the cache."""

    def __init__(self, *, cache: Cache, outbox: Outbox, desk: Desk, place: str) -> None:
        self._cache = cache
        self._outbox = outbox
        self._desk = desk
        self._place = place

    def rows(self, rowids: Sequence[int]) -> list[Row]:
        """The rows with everything laid over them, in the order asked for."""
        rows = self._cache.rows(rowids)
        keys = [row.key for row in rows]
        marks = self._outbox.overlay(self._place, keys)
        mine = self._desk.mine(self._place, keys)
        if not marks and not mine:
            return rows
        return [
            replace(row, mark=marks.get(row.key), mine=mine.get(row.key, row.mine))
            if row.key in marks or row.key in mine
            else row
            for row in rows
        ]

    def rowid(self, key: Key) -> int | None:
        row = self._cache.row(self._place, key)
        return row.rowid if row else None


class Window:
    """What a list shows, frozen at the moment it was opened or folded in."""

    def __init__(
        self, ids: array[int], overlay: Overlay | None, *, hidden: int = 0, newest_rowid: int | None = None
    ) -> None:
        self.ids = ids
        self.is_partial = False
        """Only the first rows, so that they are on screen at once; the whole list follows."""
        self.newest_rowid = max(ids, default=0) if newest_rowid is None else newest_rowid
        """Rows with a higher one came after this list was drawn."""
        self.hidden = hidden
        """How many rows are left out because they are done or snoozed (mine)."""
        self._overlay = overlay
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()

    @classmethod
    def empty(cls) -> Window:
        """The list before anything was opened."""
        return cls(array("q"), None)

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, index: int) -> Row:
        """The row at a position; at most one page of rows is read for it."""
        number, offset = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None:
            page = self._read(number * PAGE, (number + 1) * PAGE)
            self._pages[number] = page
            if len(self._pages) > PAGES_KEPT:
                self._pages.popitem(last=False)
        return page[offset]

    def index_of(self, key: Key) -> int | None:
        """Where a notification stands in this list, or None when it is not in it."""
        rowid = self._overlay.rowid(key) if self._overlay else None
        if rowid is None:
            return None
        try:
            return self.ids.index(rowid)
        except ValueError:
            return None

    def forget(self) -> None:
        """Read rows anew from now on: their state changed, their place did not."""
        self._pages.clear()

    def rows(self) -> Iterator[Row]:
        """All rows that are still cached, from the first to the last, read in pages that are not kept."""
        for start in range(0, len(self.ids), 8 * PAGE):
            yield from (row for row in self._read(start, start + 8 * PAGE) if row.id)

    def find(self, start: int, step: int) -> int | None:
        """The next position from `start` on, in steps of 1 or -1, whose row counts as unread."""
        index = start
        while 0 <= index < len(self.ids):
            if self.row(index).counts_as_unread:
                return index
            index += step
        return None

    def _read(self, start: int, end: int) -> list[Row]:
        """The rows at these positions; what is no longer cached is an empty line, so that no position shifts."""
        ids = self.ids[start:end]
        rows = self._overlay.rows(ids) if self._overlay else []
        if len(rows) == len(ids):
            return rows
        kept = {row.rowid: row for row in rows}
        return [kept.get(rowid) or gone(rowid) for rowid in ids]


def gone(rowid: int) -> Row:
    """The line in place of a row that the cache forgot; it belongs to nobody and counts as read."""
    return Row(rowid, "", "", CleanText("no longer kept here"), CleanText(""), None, is_read=True)
