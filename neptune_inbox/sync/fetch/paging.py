"""Walking down a list whose pages move while it is read: which page comes next, and when known ground is reached.

Pure. Arrivals push rows down, so the next page repeats some; rows that leave pull the rest up, so the next page skips
some and the walk steps back. Rows of a walk that broke off are not known rows: what lies below them is not.
"""

from __future__ import annotations

from collections.abc import Collection
from math import ceil

from msgspec import Struct, field

from neptune_inbox.model import Filter, Freshness, Instant, Key, Page, Remark

PAGES_WITHOUT_NEWS = 2
"""A server that ignores the page number repeats its rows; this many such pages end the walk."""


class ListCursor(Struct):
    """What earlier walks down one list left behind."""

    known_rows: frozenset[Key] = frozenset()
    """The first page of the last walk that ended: nothing is missing from there on down."""
    known_until: Instant | None = None
    """When the newest of them was created."""
    unconfirmed: frozenset[Key] = frozenset()
    """What a walk brought that broke off before it reached known ground."""
    is_broken: bool = False
    back_to: Instant | None = None
    """Nothing of this list is missing that was created since, as far as older pages were loaded."""


class ListCursors(Struct):
    """The cursors down all three lists of one user."""

    of: dict[Filter, ListCursor] = field(default_factory=lambda: {kind: ListCursor() for kind in Filter})
    before: Freshness | None = None
    """How complete the user's rows were before a walk broke off."""

    @property
    def unconfirmed(self) -> frozenset[Key]:
        return frozenset[Key]().union(*(cursor.unconfirmed for cursor in self.of.values()))

    @property
    def is_broken(self) -> bool:
        return any(cursor.is_broken for cursor in self.of.values())


class PageWalk:
    """One walk down one list, page by page."""

    def __init__(
        self, kind: Filter, cursors: ListCursors, *, most: int, first: int = 1, stops_at_known: bool = True
    ) -> None:
        self.number = first
        """The page to be read next."""
        self.stops_at_known = stops_at_known
        self.seen: set[Key] = set()
        self.brought: set[Key] = set()
        """What was not cached before."""
        self.oldest: Instant | None = None
        self.total: int | None = None
        self.is_over = False
        self.is_whole = False
        """It reached known ground or the end of the list."""
        self.has_end = False
        """It reached the end of the list."""
        self.skipped = 0
        """Rows that could not be read."""
        self.unnamed = 0
        """Rows that no id of their own names."""
        self.is_silent = False
        """Rows came that neither say nor prove by their list whether they are read."""
        self.remarks: set[Remark] = set()
        self._kind = kind
        self._cursor = cursors.of[kind]
        self._loose = cursors.unconfirmed
        self._most = most
        self._is_from_the_top = first == 1
        self._pages = 0
        self._furthest = 0
        self._without_news = 0
        self._first: Page | None = None

    def take(self, page: Page, new: Collection[Key]) -> None:
        """Take in the page that was asked for; `new` are its rows that were not cached before."""
        keys = frozenset(row.key for row in page.rows)
        fresh = keys - self.seen
        self.seen |= keys
        self.brought.update(new)
        self.oldest = oldest_of(page, self.oldest)
        self._first = self._first or page
        self._pages += 1
        self._note_oddities(page)
        grown, self.total = _growth(self.total, page.total), page.total if page.total is not None else self.total
        if grown < 0 and self.number > 1 and page.rows:
            self.number = max(1, self.number - ceil(-grown / len(page.rows)))
        else:
            self._judge(page, fresh, has_grown=grown > 0)
            self._furthest = max(self._furthest, self.number)
            self.number += 1
        self.is_over = self.is_whole or self._pages >= self._most

    @property
    def counted(self) -> int | None:
        """How many rows the whole list has, known by reading it to its end where no total is given."""
        is_known = self.has_end and self.total is None and self._is_from_the_top
        return len(self.seen) + self.skipped if is_known else None

    def _note_oddities(self, page: Page) -> None:
        self.skipped += page.skipped
        self.unnamed += sum(row.identifiers is not None and not row.candidates for row in page.rows)
        self.is_silent |= not all(row.says_read for row in page.rows)
        if page.has_more_than_total:
            self.remarks.add(Remark.TOTAL_TOO_LOW)
            self.total = None
        elif page.total is None and page.rows:
            self.remarks.add(Remark.NO_TOTALS)

    def cursor(self) -> None:
        """Tell the next walk how far this one came; also when it broke off."""
        cursor = self._cursor
        cursor.is_broken = not self.is_over and (cursor.is_broken or self._pages > 0)
        if not self.is_over:
            cursor.unconfirmed |= self.brought
            return
        cursor.unconfirmed = frozenset()
        # A list that is empty all of a sudden does not take away the ground.
        if self._first is not None and self._first.rows:
            cursor.known_rows = frozenset(row.key for row in self._first.rows)
            cursor.known_until = max(
                (row.created_at for row in self._first.rows if row.created_at is not None), default=None
            )

    def _judge(self, page: Page, fresh: frozenset[Key], *, has_grown: bool) -> None:
        is_explained = fresh or has_grown or self.number <= self._furthest
        self._without_news = 0 if is_explained else self._without_news + 1
        is_shown_again = self._without_news >= PAGES_WITHOUT_NEWS
        self.has_end = is_end(page, self.number)
        if is_shown_again and page.rows and not page.is_last:
            self.remarks.add(Remark.PAGES_REPEAT)
        self.is_whole = page.is_last or is_shown_again or (self.stops_at_known and self._is_known(page, fresh))

    def _is_known(self, page: Page, fresh: frozenset[Key]) -> bool:
        known_until = self._cursor.known_until
        if self._kind is Filter.ALL and known_until is not None:
            # What lies above the ground may have been cached from the unread list, with rows between that were read
            # at once; so here the ground itself must be met.
            return any(row.created_at is not None and row.created_at < known_until for row in page.rows)
        if any(row.key in self._cursor.known_rows for row in page.rows):
            return True
        return bool(fresh) and not fresh & (self.brought | self._loose)


def _growth(before: int | None, now: int | None) -> int:
    return 0 if before is None or now is None else now - before


def is_end(page: Page, number: int) -> bool:
    """Whether a page proves that no older row exists; a list that is empty all of a sudden proves nothing."""
    return page.is_last and (bool(page.rows) or number == 1 or page.total != 0)


def oldest_of(page: Page, before: Instant | None) -> Instant | None:
    """The oldest created time of a page's rows and of what came before it."""
    created = [row.created_at for row in page.rows if row.created_at is not None]
    return min([*created, *([before] if before is not None else [])], default=None)
