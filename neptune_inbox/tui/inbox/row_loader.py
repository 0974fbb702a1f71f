"""Keeps the rows near the screen loaded, and reads them again when they may say something else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session
    from neptune_inbox.tui.inbox.list_state import ListState
    from neptune_inbox.tui.widgets.row_list import RowList


class RowLoader:
    """Reads rows of the list that is shown, one reading at a time."""

    def __init__(self, session: Session, state: ListState, rows: RowList) -> None:
        self._session = session
        self._state = state
        self._rows = rows
        self._turn = asyncio.Lock()
        self._asked = self._done = 0

    async def load(self) -> None:
        """Read what is missing near the screen, until nothing is. Raises StoreProblem."""
        async with self._turn:
            while await self._session.inbox.pages.load(snapshot := self._state.snapshot, self._rows.wanted):
                if snapshot is self._state.snapshot:
                    self._rows.repaint()

    async def reload(self) -> None:
        """Read the rows near the screen again, once for all that ask for it meanwhile. Raises StoreProblem."""
        self._asked += 1
        asked = self._asked
        async with self._turn:
            if self._done >= asked:
                return
            self._done = self._asked
            await self._session.inbox.pages.reload(self._state.snapshot, self._rows.wanted)
            self._rows.repaint()
        await self.load()
