"""A frozen list: the ids of one look at the cache, in order, with the rows behind them read in pages.

The ids never change, so no position ever shifts; what a row says (its mark, triage, read or unread) is read again
when its page is, so a row that was acted on stays where it is and shows its new state.

What draws asks for `row` and never waits: pages are read on the store's thread (`read`) and handed over (`take`).
"""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace

from neptune_inbox.model import ColumnValues, Horizon, Key, Mark, Notification, Row, Triage
from neptune_inbox.text import CleanText

if TYPE_CHECKING:
    from neptune_inbox.model.incidents import Fold
    from neptune_inbox.store.tenant import TenantData

PAGE = 64
PAGES_KEPT = 16
"""How many pages are kept in addition to those in use."""


class WholeRow(NamedTuple):
    """A notification with what is ours of it, as JSON and CSV print it."""

    notification: Notification
    triage: Triage
    mark: Mark | None


NOTHING_OF_MINE: Final = Triage()


class RowReader:
    """Lays the outbox, triage and the team's facts over rows of the cache."""

    def __init__(self, data: TenantData) -> None:
        self._data = data

    def rows(self, rowids: Sequence[int]) -> list[Row]:
        """The rows with everything laid over them, in the order asked for."""
        rows = self._data.cache.rows(rowids)
        keys = [row.key for row in rows]
        marks = self._data.outbox.current_marks(keys)
        triage = self._data.triage.triage(keys)
        team = self._data.team.of_rows(keys) if self._data.team is not None else {}
        changed = marks.keys() | triage.keys() | team.keys()
        return [
            replace(
                row,
                mark=marks.get(row.key),
                triage=triage.get(row.key, row.triage),
                team=team.get(row.key, row.team),
            )
            if row.key in changed
            else row
            for row in rows
        ]

    def whole(self, rowids: Sequence[int]) -> list[WholeRow]:
        """The whole notifications in the order asked for, without the rows as they came; no list row is read."""
        found = self._data.cache.notifications(rowids)
        notifications = [found[rowid] for rowid in rowids if rowid in found]
        keys = [each.key for each in notifications]
        marks, triage = self._data.outbox.current_marks(keys), self._data.triage.triage(keys)
        return [
            WholeRow(each, triage.get(key, NOTHING_OF_MINE), marks.get(key))
            for each, key in zip(notifications, keys, strict=True)
        ]

    def rowid(self, key: Key) -> int | None:
        row = self._data.cache.row(key)
        return row.rowid if row else None

    def rowids(self, keys: Collection[Key]) -> dict[Key, int]:
        """The rowids of those of these that are cached, read at once."""
        return self._data.cache.rowids(keys)

    def keys(self, rowids: Sequence[int]) -> list[Key]:
        """The notifications behind rowids, in their order; those that are no longer cached are left out."""
        return self._data.cache.keys(rowids)


class ListSnapshot:
    """What a list shows, frozen at the moment it was opened or folded in."""

    def __init__(
        self,
        ids: array[int],
        row_reader: RowReader | None,
        *,
        hidden: int = 0,
        horizon: Horizon | None = None,
        values: ColumnValues | None = None,
    ) -> None:
        self.ids = ids
        """Every notification of the list."""
        self.lines = ids
        """What each line shows, by rowid."""
        self.values = values or ColumnValues()
        """The values in the columns of the first rows when the list was drawn."""
        self.is_partial = False
        """Only the first rows, so that they are on screen at once; the whole list follows."""
        self.horizon = horizon or Horizon(max(ids, default=0))
        """Rows that are not within it came after this list was drawn."""
        self.hidden = hidden
        """How many rows are left out because they are done or snoozed (mine)."""
        self._row_reader = row_reader
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()

    @classmethod
    def empty(cls) -> ListSnapshot:
        """The list before anything was opened."""
        return cls(array("q"), None)

    def __len__(self) -> int:
        return len(self.lines)

    def row(self, index: int) -> Row:
        """The row at a position as it was read last; an empty line where it is not loaded."""
        number, offset = divmod(index, PAGE)
        page = self._pages.get(number)
        return page[offset] if page is not None else _unloaded(self.lines[index])

    def is_loaded(self, index: int) -> bool:
        """Whether the row at a position was read."""
        return index // PAGE in self._pages

    def index_of(self, key: Key) -> int | None:
        """The position of a notification among the loaded rows; None if it is not one of them."""
        for number, page in self._pages.items():
            for offset, row in enumerate(page):
                if row.id == key.id and row.key == key:
                    return number * PAGE + offset
        return None

    def find(self, start: int, step: int) -> int | None:
        """The next position from `start` on, in steps of 1 or -1, whose row counts as unread or is not loaded."""
        index = start
        while 0 <= index < len(self):
            if not self.is_loaded(index) or self.row(index).counts_as_unread:
                return index
            index += step
        return None

    # Pages ---------------------------------------------------------------------------------------------------------

    def missing(self, positions: Iterable[range]) -> frozenset[int]:
        """The pages of these positions that are not loaded."""
        return self.pages_of(positions) - self._pages.keys()

    def pages_of(self, positions: Iterable[range]) -> frozenset[int]:
        """The numbers of the pages that these positions are on."""
        last = len(self) - 1
        return frozenset(
            number
            for each in positions
            if each and each.start <= last and each.stop > 0
            for number in range(max(0, each.start) // PAGE, min(last, each.stop - 1) // PAGE + 1)
        )

    def take(self, pages: dict[int, list[Row]], wanted: Collection[int]) -> None:
        """Show these pages as they were read now; of the others some are kept, never fewer than the wanted ones."""
        for number, page in pages.items():
            self._pages.pop(number, None)
            self._pages[number] = page
        for number in [number for number in self._pages if number not in wanted][:-PAGES_KEPT]:
            del self._pages[number]

    def take_only(self, pages: dict[int, list[Row]]) -> None:
        """Show these pages as they were read now, and forget all others: what their rows say may have changed."""
        self._pages = OrderedDict(pages)

    # What reads the stores ----------------------------------------------------------------------------------------

    def read(self, numbers: Iterable[int]) -> dict[int, list[Row]]:
        """Pages by their numbers; what is no longer cached is an empty line, so that no position shifts."""
        return {number: self._read(number * PAGE, (number + 1) * PAGE) for number in numbers}

    def positions(self, keys: Collection[Key]) -> dict[Key, int]:
        """The positions of these notifications in this list; those not in it are left out."""
        if self._row_reader is None or not keys:
            return {}
        rowids = {key: self._line_of(rowid) for key, rowid in self._row_reader.rowids(keys).items()}
        wanted = set(rowids.values())
        places = {rowid: index for index, rowid in enumerate(self.lines) if rowid in wanted}
        return {key: places[rowid] for key, rowid in rowids.items() if rowid in places}

    def find_unread(self, start: int, step: int) -> int | None:
        """The next position from `start` on, in steps of 1 or -1, whose row counts as unread."""
        while 0 <= start < len(self):
            number = start // PAGE
            page = self._read(number * PAGE, (number + 1) * PAGE)
            while 0 <= start < len(self) and start // PAGE == number:
                if page[start % PAGE].counts_as_unread:
                    return start
                start += step
        return None

    def members(self, keys: Collection[Key]) -> frozenset[Key]:
        """Those of these notifications that are in this list, found in one look."""
        if self._row_reader is None or not keys:
            return frozenset()
        here = set(self.ids)
        return frozenset(key for key, rowid in self._row_reader.rowids(keys).items() if rowid in here)

    def keys(self, start: int = 0, end: int | None = None) -> list[Key]:
        """The notifications from a position to before another, found in one look; no row is read."""
        return self._row_reader.keys(self.ids[start:end]) if self._row_reader else []

    def unfolded(self) -> ListSnapshot:
        """The same notifications with a line for each."""
        return ListSnapshot(self.ids, self._row_reader, hidden=self.hidden, horizon=self.horizon, values=self.values)

    def only(self, rowids: Iterable[int]) -> ListSnapshot:
        """A list of these rows of it alone, in this order."""
        return ListSnapshot(array("q", rowids), self._row_reader)

    def fold_on(self, index: int | None) -> Fold | None:
        """The incident that a line represents; None where it is one notification."""
        return None

    def count_folds(self) -> int:
        """How many lines represent an incident."""
        return 0

    def has_fold_among(self, keys: Collection[Key]) -> bool:
        """Whether the line of an incident is among these, each of which names a line by its newest notification."""
        return False

    def rows(self) -> Iterator[Row]:
        """All rows that are still cached, from the first to the last, read in pages that are not kept."""
        for start in range(0, len(self.ids), 8 * PAGE):
            yield from self.page(start, start + 8 * PAGE)

    def rows_of(self, keys: Collection[Key]) -> Iterator[Row]:
        """Those of these notifications that are in this list, in its order; of the other rows none is read."""
        wanted = frozenset(self._row_reader.rowids(keys).values()) if self._row_reader else frozenset[int]()
        found = [rowid for rowid in self.ids if rowid in wanted]
        for start in range(0, len(found), 8 * PAGE):
            yield from self._row_reader.rows(found[start : start + 8 * PAGE]) if self._row_reader else ()

    def page(self, start: int, end: int) -> list[Row]:
        """The rows from a position to before another that are still cached; none is kept."""
        return self._row_reader.rows(self.ids[start:end]) if self._row_reader else []

    def whole(self, start: int, end: int) -> list[WholeRow]:
        """The whole notifications from a position to before another that are still cached; none is kept."""
        return self._row_reader.whole(self.ids[start:end]) if self._row_reader else []

    def _line_of(self, rowid: int) -> int:
        """The row that is shown in the line of a notification."""
        return rowid

    def _read(self, start: int, end: int) -> list[Row]:
        ids = self.lines[start:end]
        rows = self._row_reader.rows(ids) if self._row_reader else []
        if len(rows) == len(ids):
            return rows
        kept = {row.rowid: row for row in rows}
        return [kept.get(rowid) or placeholder(rowid) for rowid in ids]


def _unloaded(rowid: int) -> Row:
    """The line in place of a row that is being read; it belongs to nobody, so that nothing can be done to it."""
    return Row(rowid, "", "", CleanText("…"), CleanText(""), None, is_read=True)


def placeholder(rowid: int) -> Row:
    """The line in place of a row that the cache forgot; it belongs to nobody and counts as read."""
    return Row(rowid, "", "", CleanText("no longer kept here"), CleanText(""), None, is_read=True)
