"""Loading older rows under the eyes of the agent: with progress, and cancelled by `esc`."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker, WorkerCancelled, WorkerState

from neptune_inbox.errors import InboxError
from neptune_inbox.presentation.inbox_view import View, coverage_words
from neptune_inbox.sync.polling.health import State
from neptune_inbox.tui.inbox.status_message import About

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from neptune_inbox.sync.session import Session
    from neptune_inbox.tui.inbox.drawing import InboxDrawing
    from neptune_inbox.tui.inbox.list_controller import ListController
    from neptune_inbox.tui.inbox.list_state import ListState
    from neptune_inbox.tui.inbox.status_message import StatusMessages

PAGES_ROWS = 200
"""Rows that the key loads at once."""
SEARCHED_ROWS = 2_000
SEARCHED_SECONDS = 10.0
"""How far a search that found nothing continues on its own."""


class OlderLoader:
    """Loads older rows of what is on the screen."""

    def __init__(
        self,
        node: DOMNode,
        session: Session,
        state: ListState,
        drawing: InboxDrawing,
        controller: ListController,
        messages: StatusMessages,
    ) -> None:
        self._node = node
        self._session = session
        self._state = state
        self._drawing = drawing
        self._list = controller
        self._messages = messages
        self._worker: Worker[None] | None = None
        self._is_asked_again = False
        """The key was pressed while a load was running: the next one begins where that one ends."""
        self._searched: object = None
        """The scope in which a search already continued on its own."""

    @property
    def is_running(self) -> bool:
        return self._worker is not None and self._worker.state in (WorkerState.PENDING, WorkerState.RUNNING)

    def stop(self) -> None:
        """Load no more; what is here stays."""
        if self.is_running and self._worker is not None:
            self._is_asked_again = False
            self._worker.cancel()
            self._tell(f"Stopped: {coverage_words(self._drawing.view, self._session.now())}.")

    def load_more(self) -> None:
        """Load the next pages."""
        view = self._drawing.view
        if (view.coverage.is_complete or view.is_unknown_user) and not self._state.is_lacking_older:
            self._tell("Everything is loaded.")
        elif self.is_running:
            self._is_asked_again = True
        else:
            self._begin(PAGES_ROWS, None, until_found=False)

    async def load_all(self) -> None:
        """Load until nothing is missing, and return then, or when it was stopped."""
        with suppress(WorkerCancelled):
            await self._begin(None, None, until_found=False).wait()

    def search_on(self) -> None:
        """Where a search found nothing yet, look further back by itself, once, as far as is worth waiting for."""
        scope = self._state.scope
        is_open = bool(scope.query) and self._state.is_empty and not self._drawing.view.coverage.is_complete
        is_done = self._searched == scope
        if is_open and not is_done and not self.is_running and self._session.health.state is State.ONLINE:
            self._searched = scope
            self._begin(SEARCHED_ROWS, SEARCHED_SECONDS, until_found=True)

    def _tell(self, words: str) -> None:
        self._messages.say(words, about=About.COVERAGE)

    def _begin(self, rows: int | None, seconds: float | None, *, until_found: bool) -> Worker[None]:
        self._is_asked_again = False
        # A function, since a coroutine that is cancelled before it starts warns that it was never awaited.
        work = partial(self._load, rows, seconds, until_found=until_found)
        self._worker = self._node.run_worker(work, group="older", exclusive=True)
        return self._worker

    async def _load(self, rows: int | None, seconds: float | None, *, until_found: bool) -> None:
        await self._load_once(rows, seconds, until_found=until_found)
        while self._is_asked_again and not self._drawing.view.coverage.is_complete:
            self._is_asked_again = False
            await self._load_once(PAGES_ROWS, None, until_found=False)

    async def _load_once(self, rows: int | None, seconds: float | None, *, until_found: bool) -> None:
        state, scope = self._state, self._state.scope
        self._tell(_progress(self._drawing.view, self._session.now()))
        try:
            if state.is_lacking_older:
                await self._list.extend()
            async for keys in self._session.older_pages.load(scope, rows=rows, seconds=seconds):
                await self._list.note_older(keys)
                if state.scope != scope:
                    return
                await self._list.extend()
                await self._list.redraw_overview()
                if until_found and not state.is_empty:
                    break
                self._tell(_progress(self._drawing.view, self._session.now()))
        except InboxError as error:
            self._messages.say(self._drawing.explain(error), "error")
            return
        self._tell(_outcome(self._drawing.view, self._session.now()))


def _progress(view: View, now: int) -> str:
    verb = "Searching" if view.scope.query else "Loading"
    return f"{verb} older ones: {coverage_words(view, now)}; esc stops."


def _outcome(view: View, now: int) -> str:
    if view.coverage.is_complete:
        return "Everything is searched." if view.scope.query else "Everything is loaded."
    found = "" if view.length or not view.scope.query else "Nothing found yet: "
    more = f"; {view.keys.load_more} goes on" if view.keys.load_more else ""
    words = coverage_words(view, now)
    return f"{found}{words if found else words[:1].upper() + words[1:]}{more}."
