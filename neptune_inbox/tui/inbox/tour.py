"""The tour of the demo in the inbox: which step it is at, and its line in the place of the keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.presentation.tour import STEPS, tour_line

if TYPE_CHECKING:
    from neptune_inbox.presentation.action import Action
    from neptune_inbox.sync.workspace import Workspace
    from neptune_inbox.tui.inbox.drawing import InboxDrawing


class Tour:
    """Goes on with each step that is done, and ends with the last or when it is left."""

    def __init__(self, workspace: Workspace, drawing: InboxDrawing, actions: Sequence[Action]) -> None:
        self._workspace = workspace
        self._drawing = drawing
        self._actions = actions
        self._step = 0

    @property
    def is_on(self) -> bool:
        return self._workspace.has_tour

    def start(self) -> None:
        """Show the first step, where the tour has not ended yet."""
        if self.is_on:
            self._show()

    def did(self, action_id: str) -> None:
        """Go on, if this is what the step asks for."""
        if self.is_on and action_id in STEPS[self._step].actions:
            self._step += 1
            if self._step == len(STEPS):
                self.end()
            else:
                self._show()

    def end(self) -> None:
        """End it for good."""
        self._workspace.end_tour()
        self._drawing.change(tour=())

    def _show(self) -> None:
        self._drawing.change(tour=tour_line(self._step, self._actions))
