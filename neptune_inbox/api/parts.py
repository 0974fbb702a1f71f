"""A page that is too large for one answer, asked for in smaller ones; pure but for what it asks.

Page numbers and sizes are chosen so that the parts are exactly the rows of the page. Where even one row is too large,
a row that says so replaces it, and reading goes on after it. A server that refuses the size is asked for less too.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from functools import reduce
from itertools import count
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.api.identity import told_apart
from neptune_inbox.errors import Invalid, NotNeptune, Refused, TooLarge
from neptune_inbox.model import Filter, Notification, Page
from neptune_inbox.text import CleanText

Ask = Callable[[int, int], Awaitable[Page]]
"""Fetches a page by its number and size. Raises TooLarge, and what the client raises."""

FAR: Final = 10_000
"""A page of one row that hardly any list has, and that search engines still serve (10,000 rows at the most)."""
_SIZE: Final = re.compile(r"(?:per|page|batch)[ _-]?(?:page|size)|\blimit\b|\bsize\b", re.IGNORECASE)
TOO_LARGE: Final = "too-large"
TOO_LARGE_TITLE: Final = CleanText("(too large to show)")
TOO_LARGE_BODY: Final = CleanText(
    "The server sent more for this notification than can be shown. Its id is not known, so it cannot be marked here."
)


class Parts(Struct):
    """How one list is asked for."""

    ask: Ask
    user_id: str
    kind: Filter
    requests: int = 0
    fits: int = 0
    """The largest size of a part that fitted where a larger one did not; 0 while nothing was too large."""
    _is_known_to_end: bool = False

    async def page(self, number: int, size: int) -> Page:
        """The rows from `(number - 1) * size` on, at most `size`. Raises what `ask` raises, but for TooLarge.

        NotNeptune is raised where no page of this server would fit, however small.
        """
        self._is_known_to_end = False
        parts = await self._ask_for(number, size)
        if len(parts) == 1 and parts[0].rows[:1] != (self._too_large(),):
            return parts[0]
        rows, repeated, distinct = told_apart(row for part in parts for row in part.rows)
        return replace(reduce(_joined, parts), rows=_numbered(rows), repeated=repeated, distinct=distinct)

    async def _ask_for(self, number: int, size: int) -> list[Page]:
        if not 0 < self.fits < size:
            self.requests += 1
            try:
                return [await self.ask(number, size)]
            except Invalid as refused:
                if size == 1 or not _is_about_size(refused):
                    raise
            except TooLarge:
                await self._check_it_ends()
                if size == 1:
                    return [Page((self._too_large(),), None)]
        pieces = _parts_of(size)
        smaller, found = size // pieces, list[Page]()
        for part in range((number - 1) * pieces + 1, number * pieces + 1):
            some = await self._ask_for(part, smaller)
            if len(some) == 1:
                self.fits = max(self.fits, smaller)
            found += some
            if found[-1].is_last:
                break
        return found

    async def _check_it_ends(self) -> None:
        """Ask once for next to nothing. Raises NotNeptune where even that is too large: the body never ends."""
        if not self._is_known_to_end:
            self.requests += 1
            try:
                await self.ask(FAR, 1)
            except TooLarge as endless:
                # Asking for less at once would not help.
                raise NotNeptune(endless.sentence) from None
            except (NotNeptune, Refused):
                # It does have an end, whatever else is wrong with it.
                self._is_known_to_end = True
            else:
                self._is_known_to_end = True

    def _too_large(self) -> Notification:
        return Notification(
            TOO_LARGE,
            self.user_id,
            TOO_LARGE_TITLE,
            TOO_LARGE_BODY,
            is_read=self.kind is Filter.READ,
            identifiers=(),
            says_read=self.kind is not Filter.ALL,
        )


def _numbered(rows: Iterable[Notification]) -> tuple[Notification, ...]:
    """The rows, with those that are too large told apart by their order."""
    numbers = count(1)
    return tuple(replace(row, id=f"{TOO_LARGE}-{next(numbers)}") if row.id == TOO_LARGE else row for row in rows)


def _joined(first: Page, then: Page) -> Page:
    return Page(
        (),
        then.total if then.total is not None else first.total,
        first.skipped + then.skipped,
        then.is_last,
        then.is_short_of_request,
        has_more_than_total=first.has_more_than_total or then.has_more_than_total,
        hides_read=first.hides_read or then.hides_read,
        tells_read=first.tells_read or then.tells_read,
        contradicts_list=first.contradicts_list or then.contradicts_list,
    )


def _is_about_size(refused: Invalid) -> bool:
    """Whether a request was refused for how many rows it asked for."""
    return _SIZE.search(" ".join((*refused.fields, refused.sentence))) is not None


def _parts_of(size: int) -> int:
    """Into how many parts of one size it is divided: 5 where that works, as page sizes are."""
    return next((factor for factor in (5, 2, 3, 7) if size % factor == 0), size)
