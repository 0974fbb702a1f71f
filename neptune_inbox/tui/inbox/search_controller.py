"""Filter as you type: the first rows of what is typed at once, the whole list when the typing rests."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from neptune_inbox.errors import InboxError, StoreProblem
from neptune_inbox.presentation.query_completion import Candidate, KnownWords, candidates
from neptune_inbox.tui.background import run_in_background
from neptune_inbox.tui.inbox.preview_controller import TYPING_PAUSE
from neptune_inbox.tui.key_buffer import release_keys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from textual.screen import Screen

    from neptune_inbox.sync.session import Session
    from neptune_inbox.tui.inbox.drawing import InboxDrawing
    from neptune_inbox.tui.inbox.list_controller import ListController
    from neptune_inbox.tui.inbox.list_state import ListState
    from neptune_inbox.tui.inbox.older_loader import OlderLoader
    from neptune_inbox.tui.inbox.status_message import StatusMessages

FIRST_ROWS = 256
"""More than any screen shows; what is drawn first while the rest of a long list is read."""


class SearchController:
    """The inbox's line to search with."""

    def __init__(
        self,
        screen: Screen[None],
        session: Session,
        state: ListState,
        drawing: InboxDrawing,
        controller: ListController,
        older: OlderLoader,
        messages: StatusMessages,
        views: Callable[[], Mapping[str, str]],
    ) -> None:
        self._screen = screen
        self._session = session
        self._state = state
        self._drawing = drawing
        self._main_view = drawing.main_view
        self._list = controller
        self._older = older
        self._messages = messages
        self._views = views
        self._words = KnownWords()

    def open(self) -> None:
        """Put the cursor into the line, on what was searched for last."""
        self._main_view.is_searching = True
        self._main_view.rearrange()
        run_in_background(self._screen, "words", self._load_words)
        self._main_view.search.value = self._state.scope.query
        self._main_view.search.focus()
        release_keys(self._screen.app)

    def typed(self, query: str) -> None:
        """Show what this much of a query finds."""
        if self._main_view.is_searching:
            self._main_view.search.check(self._session.now())
            self._suggest()
            self._filter(query)

    def choose(self, step: int) -> None:
        """Highlight another suggestion."""
        self._main_view.suggestions.step(step)

    def take(self, candidate: Candidate | None = None) -> None:
        """Take a suggestion into the line: this one, the highlighted one, or the likeliest."""
        line, offered = self._main_view.search, self._main_view.suggestions
        candidate = candidate or offered.chosen or next(iter(offered.items), None)
        if candidate is not None:
            line.value, line.cursor_position = candidate.applied(line.value)

    def submit(self, query: str) -> None:
        """Leave the line with this query, if it can be understood; a highlighted part of one is taken first."""
        chosen = self._main_view.suggestions.chosen
        if chosen is not None and not chosen.is_whole:
            self.take(chosen)
            release_keys(self._screen.app)
            return
        query = chosen.text if chosen is not None else query
        problem = self._main_view.search.check(self._session.now())
        if problem is None:
            run_in_background(self._screen, "kept query", partial(self._keep, query.strip()))
            self.close(query)
        else:
            self._messages.say(self._drawing.explain(problem), "warn")
            release_keys(self._screen.app)

    def close(self, query: str) -> None:
        """Leave the line; keys go to the list once it shows everything that the query finds."""
        self._main_view.is_searching = False
        self._main_view.rearrange()
        self._main_view.rows.focus()
        self._filter(query)

    def abandon(self) -> None:
        """Leave the line and search for nothing: the list from which the search was begun is shown as it was."""
        self.close("")

    async def clear(self) -> None:
        """The same for a search that was taken."""
        await self._list.leave_search()

    async def _load_words(self) -> None:
        session = self._session
        with suppress(StoreProblem):
            names = {user.user_id: user.name for user in await session.people.known()}
            users = dict.fromkeys(await session.inbox.watched(), "") | names
            self._words = KnownWords(
                tuple(await session.inbox.event_types()),
                tuple(users.items()),
                tuple(self._views().items()),
                tuple(await session.inbox.payload_names()),
                await session.habits.queries(),
                tuple(await session.inbox.agents()),
            )
        # Nobody pressed a key: what is highlighted by now stays so.
        self._suggest(keep=True)

    def _suggest(self, *, keep: bool = False) -> None:
        if self._main_view.is_searching:
            line = self._main_view.search
            self._main_view.suggest(candidates(line.value, line.cursor_position, self._words), keep=keep)

    async def _keep(self, query: str) -> None:
        # It is only a convenience; a full disk is reported where it matters.
        with suppress(StoreProblem):
            await self._session.habits.note_query(query)

    def _filter(self, query: str) -> None:
        run_in_background(self._screen, "filter", partial(self._show, query), is_latest_only=True)

    async def _show(self, query: str) -> None:
        state, query = self._state, query.strip()
        try:
            await self._find(query)
        except InboxError as problem:
            self._messages.say(self._drawing.explain(problem), "warn")
        else:
            if state.snapshot.is_partial:
                await asyncio.sleep(TYPING_PAUSE if self._main_view.is_searching else 0)
                await self._list.complete()
            if not self._main_view.is_searching:
                self._older.search_on()
        if not self._main_view.is_searching:
            release_keys(self._screen.app)

    async def _find(self, query: str) -> None:
        scope = self._state.scope
        if query and (query != scope.query or scope.member):
            await self._list.search(query, limit=FIRST_ROWS)
            return
        self._messages.clear()
        if query != scope.query:
            await self._list.leave_search()
        else:
            # The preview no longer waits for letters.
            self._list.cursor_moved()
