"""Textual's driver for a browser (`textual serve`): what leaves is what changed, measured as in any terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.drivers.web_driver import WebDriver

from neptune_inbox.presentation.terminal_cells import TerminalCells

if TYPE_CHECKING:
    from textual.app import App


class ServedDriver(WebDriver):
    """The driver of the inbox where `textual serve` started it."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._screen_cells = TerminalCells(lambda: (app.size.width, app.size.height))

    def write(self, data: str) -> None:
        self._screen_cells.feed(data)
        if changes := self._screen_cells.changes():
            super().write(changes)
