"""Fills the preview once the cursor rests, so that holding `j` costs nothing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from neptune_inbox.errors import StoreProblem
from neptune_inbox.presentation.incident_words import newest_of
from neptune_inbox.presentation.preview import preview_facts
from neptune_inbox.sync.polling.health import State
from neptune_inbox.tui.background import run_in_background

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from neptune_inbox.model import Row
    from neptune_inbox.sync.session import Session
    from neptune_inbox.tui.inbox.drawing import InboxDrawing
    from neptune_inbox.tui.inbox.list_state import ListState
    from neptune_inbox.tui.inbox.row_loader import RowLoader
    from neptune_inbox.tui.inbox.status_message import StatusMessages

PREVIEW_PAUSE = 0.12
"""Seconds that the cursor must rest before the preview is filled."""
TYPING_PAUSE = 0.25
"""Seconds without a letter before more is done than showing the first rows of a search."""


class PreviewController:
    """The preview and the row that it shows."""

    def __init__(
        self,
        node: DOMNode,
        session: Session,
        state: ListState,
        drawing: InboxDrawing,
        loader: RowLoader,
        messages: StatusMessages,
    ) -> None:
        self._node = node
        self._session = session
        self._state = state
        self._drawing = drawing
        self._loader = loader
        self._messages = messages
        self._rest: asyncio.TimerHandle | None = None

    @property
    def row(self) -> Row | None:
        """The row under the cursor; None where there is none, and until it is loaded."""
        index = self._drawing.main_view.rows.cursor_index
        snapshot = self._state.snapshot
        is_known = index is not None and index < len(snapshot) and snapshot.is_loaded(index)
        return snapshot.row(index) if index is not None and is_known else None

    def show(self, is_shown: bool | None) -> None:
        """Show or hide the preview (None: the other way); where it has no room of its own it opens over the list.

        Shown already, it gets the keys: they scroll it then.
        """
        main_view = self._drawing.main_view
        is_below = main_view.layout_now.preview.is_shown and not main_view.is_reading
        if is_shown and is_below:
            main_view.preview.focus()
            return
        main_view.rows.focus()
        if is_shown is None:
            is_shown = not main_view.layout_now.preview.is_shown
        main_view.has_preview = is_shown
        main_view.is_reading = is_shown and not is_below
        main_view.rearrange()
        self._drawing.draw()
        self.fill()

    def fill_at_rest(self) -> None:
        """Fill it once the cursor was not moved for a moment."""
        if self._rest is not None:
            self._rest.cancel()
        # Not one of Textual's timers: each would be a task of its own, for every key.
        pause = TYPING_PAUSE if self._drawing.main_view.is_searching else PREVIEW_PAUSE
        self._rest = asyncio.get_running_loop().call_later(pause, self._rested)

    def _rested(self) -> None:
        if self._node.is_running:
            self.fill()

    def fill(self) -> None:
        """Show the row under the cursor, as soon as what is known of it is read."""
        run_in_background(self._node, "preview", self._fill, is_latest_only=True)

    async def _fill(self) -> None:
        main_view = self._drawing.main_view
        if not main_view.layout_now.preview.is_shown:
            return
        row = self.row
        try:
            found = await self._session.evidence.at_a_glance(row.key) if row else None
        except StoreProblem as problem:
            self._messages.say(self._drawing.explain(problem), "error")
            found = None
        if row is None or found is None:
            main_view.preview.show(None)
            return
        facts = preview_facts(row, found, self._session.now())
        if row.fold is not None:
            facts = facts._replace(title=newest_of(row.fold, facts.title))
        main_view.preview.show(facts._replace(open_key=self._drawing.view.keys.open_link))
        if self._session.health.state is State.ONLINE:
            run_in_background(self._node, "look-up", partial(self._refresh_contact, row.user_id))

    async def _refresh_contact(self, user_id: str) -> None:
        """Ask in the background how the user under the resting cursor can be reached."""
        with suppress(StoreProblem):
            if await self._session.people.refresh_contact(user_id):
                # What the user is called may be known now.
                await self._loader.reload()
                self.fill()
