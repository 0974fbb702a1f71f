"""A terminal in memory behind the app: every cell that was written, beside what Textual would draw there."""

from __future__ import annotations

from typing import Any

import pyte
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.widget import Widget

from neptune_inbox.presentation.islands import with_islands
from tests.terminal_model import ModelScreen
from tests.tui.driver import Inbox
from tests.tui.first_paint import seen


class Glass(HeadlessDriver):
    """A driver for a terminal in memory."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        columns, lines = self._get_terminal_size()
        self.terminal = _Terminal(columns, lines)
        self.written: list[str] = []
        """Everything since it was last cleared, frame by frame."""

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written.append(data)
        self.terminal.feed(with_islands(data))


class _Terminal:
    def __init__(self, columns: int, lines: int) -> None:
        self.screen = ModelScreen(columns, lines)
        self._stream = pyte.Stream(self.screen)

    def feed(self, data: str) -> None:
        self._stream.feed(data)

    def cells(self) -> list[list[object]]:
        columns, lines = self.screen.columns, self.screen.lines
        return [[seen(self.screen.buffer[y][x]) for x in range(columns)] for y in range(lines)]


def glass_of(app: App[Any]) -> Glass:
    assert isinstance(app._driver, Glass)
    return app._driver


def resize_glass(app: App[Any], size: Size) -> None:
    """The terminal alone: the app hears of it in its own time."""
    glass_of(app).terminal.screen.resize(size.height, size.width)


def differences(inbox: Inbox) -> list[str]:
    """Where the terminal shows something else than Textual would, if it drew everything anew.

    Not in the preview: hostile characters stand there in full, and terminals do not agree how wide those are.
    """
    app = inbox.app
    preview = inbox.screen.preview.region if app.screen is inbox.screen else Region()
    terminal = glass_of(app).terminal
    anew = _Terminal(terminal.screen.columns, terminal.screen.lines)
    anew.feed(app.screen._compositor.render_full_update().render_segments(app.console))
    found = []
    for y, (ours, theirs) in enumerate(zip(terminal.cells(), anew.cells(), strict=True)):
        for x, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            if one != other and not preview.contains(x, y):
                found.append(f"line {y}, cell {x}: {one} instead of {other} in {terminal.screen.display[y]!r}")
                break
    return found


async def differences_once_drawn(inbox: Inbox) -> list[str]:
    """The differences in the first moment in which Textual has nothing left to draw.

    It draws up to a sixtieth of a second after what changed: an answer of the service, or a blink, may come between a
    key and the look at it.
    """
    found: list[str] = []

    def looked() -> bool:
        if _has_more_to_draw(inbox.app.screen):
            return False
        found.extend(differences(inbox))
        return True

    await inbox.until(looked)
    return found


def _has_more_to_draw(screen: Screen[Any]) -> bool:
    """Whether something on this screen asked to be drawn, and Textual did not come to it yet."""
    if screen._dirty_widgets or screen.message_queue_size:
        return True
    return any(
        part._repaint_required or part._layout_required or part._scroll_required or part._refresh_styles_required
        for part in screen.walk_children(Widget, with_self=True)
    )
