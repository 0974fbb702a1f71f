"""Filter as you type: the first rows of what is typed at once, the whole list when the typing rests."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace
from textual import on, work
from textual.widgets import Input

from neptune_inbox.errors import InboxError
from neptune_inbox.tui.screens.inbox_news import InboxNews
from neptune_inbox.tui.screens.inbox_state import TYPING_PAUSE
from neptune_inbox.tui.type_ahead import release_keys

FIRST_ROWS = 256
"""More than any screen shows; what is drawn first while the rest of a long list is read."""


class InboxSearch(InboxNews):
    """The inbox's line to search with."""

    def open_search(self) -> None:
        self._stage.is_searching = True
        self._stage.rearrange()
        self._stage.search.value = self.scope.query
        self._stage.search.focus()
        release_keys(self.app)

    @on(Input.Changed, "#search")
    def _query_typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._stage.is_searching:
            self._stage.search.check(self.session.now())
            self._filter(event.value)

    @on(Input.Submitted, "#search")
    def _query_taken(self, event: Input.Submitted) -> None:
        event.stop()
        problem = self._stage.search.check(self.session.now())
        if problem is None:
            self.close_search(event.value)
        else:
            self.say(str(problem), "warn")
            release_keys(self.app)

    def close_search(self, query: str) -> None:
        """Leave the line; keys go to the list once it shows everything that the query finds."""
        self._stage.is_searching = False
        self._stage.rearrange()
        self.rows.focus()
        self._filter(query)

    @work(group="filter", exclusive=True)
    async def _filter(self, query: str) -> None:
        self.scope = replace(self.scope, query=query.strip())
        try:
            first = await self.session.inbox.open(self.scope, limit=FIRST_ROWS)
        except InboxError as problem:
            # What the list shows: the letter before this one may not have come that far.
            self.scope = self.view.scope
            self.say(str(problem), "warn")
        else:
            self.change(message="")
            self.show_window(first, keep=True)
            if first.is_partial:
                await asyncio.sleep(TYPING_PAUSE if self._stage.is_searching else 0)
                self.show_window(await self.session.inbox.open(self.scope), keep=True)
        if not self._stage.is_searching:
            release_keys(self.app)
