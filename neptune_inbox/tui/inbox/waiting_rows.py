"""Counts the rows that wait behind the list until the agent asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.tui.inbox.list_state import NOTHING_WAITS, Waiting

if TYPE_CHECKING:
    from neptune_inbox.sync.inbox.inbox import Scope
    from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
    from neptune_inbox.sync.session import Session
    from neptune_inbox.tui.inbox.drawing import InboxDrawing
    from neptune_inbox.tui.inbox.list_state import ListState


class WaitingRows:
    """What came after a list was drawn."""

    def __init__(self, session: Session, state: ListState, drawing: InboxDrawing) -> None:
        self._session = session
        self._state = state
        self._drawing = drawing
        self._asked = 0
        """How often they were to be counted."""

    async def count(self) -> None:
        """Count what waits behind the list that is shown, and show it."""
        self._asked += 1
        is_counted = False
        while not is_counted:
            snapshot = self._state.snapshot
            waiting = await self._count(self._state.scope, snapshot)
            is_counted = self._state.count_waiting(waiting, behind=snapshot)
        self._drawing.change(waiting=waiting.rows, first_loaded=waiting.loaded)

    async def behind(self, scope: Scope, snapshot: ListSnapshot) -> Waiting:
        """What waits behind a list that is about to be shown, with what arrives meanwhile."""
        asked = -1
        while asked != self._asked:
            asked = self._asked
            waiting = await self._count(scope, snapshot)
        return waiting

    async def _count(self, scope: Scope, snapshot: ListSnapshot) -> Waiting:
        inbox, state = self._session.inbox, self._state
        newer = await inbox.open_newer(scope, snapshot)
        if not newer.ids:
            return NOTHING_WAITS
        loaded = state.older.intersection(newer.ids)
        if state.first_loaded:
            loaded |= {*(await inbox.open_newer(scope, snapshot, state.first_loaded)).ids}
        return Waiting(len(newer.ids), len(loaded))
