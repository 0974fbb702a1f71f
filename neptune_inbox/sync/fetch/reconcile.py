"""Which rows may have left a customer's unread list unseen, and where to look for them in the read list; pure.

A row that is missing proves nothing: only the read list does. What is not found there (deleted, say) is not looked
for again until more is missing, so that an idle poll stays one request.
"""

from __future__ import annotations

from msgspec import Struct

from neptune_inbox.model import Key, Page
from neptune_inbox.sync.fetch.paging import PageWalk


class ReadReconciliation(Struct):
    """The search for one user's missing rows, over as many polls as it takes."""

    missing: frozenset[Key] = frozenset()
    """Among these are the rows to be found."""
    count: int = 0
    """How many of them are to be found."""
    page: int | None = None
    """The page of the read list that comes next; None when there is nothing more to look through."""

    def begin(self, missing: frozenset[Key], count: int) -> None:
        """Look for these: from where the last poll ended, or from the top where more are missing than before."""
        if not missing:
            self.page = None
        elif count > self.count or not missing <= self.missing:
            self.page = 1
        self.missing, self.count = missing, count

    def take(self, page: Page) -> None:
        """Take in one page of the read list."""
        found = self.missing & {row.key for row in page.rows}
        self.missing -= found
        self.count -= len(found)
        is_over = page.is_last or self.count <= 0
        self.page = None if is_over or self.page is None else self.page + 1


def missing_rows(walk: PageWalk, unread: set[Key]) -> tuple[frozenset[Key], int]:
    """The rows cached as unread that may be read by now, and how many of them are, as far as the server said."""
    suspects = frozenset(unread - walk.seen)
    if walk.has_end:
        return suspects, len(suspects)
    surplus = 0 if walk.total is None else len(unread) - walk.total
    return (suspects, surplus) if surplus > 0 else (frozenset(), 0)
