"""The list with its cursor: bound to an id, moved by methods, telling what was clicked.

It decides nothing and knows no keys: the screen calls its methods and hears its messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Offset, Size

from neptune_inbox.tui.format import GUTTER
from neptune_inbox.tui.widgets.row_canvas import RowCanvas
from neptune_inbox.tui.widgets.row_messages import CursorMoved, RowOpened, RowToggled, RowWindow

if TYPE_CHECKING:
    from neptune_inbox.model import Key

__all__ = ["CursorMoved", "RowList", "RowOpened", "RowToggled", "RowWindow"]

WHEEL_STEP = 3


class RowList(RowCanvas, can_focus=True):
    """The rows of a window, with a cursor that is bound to an id."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._cursor_key: Key | None = None
        self._prepared_at = 0

    def show(self, window: RowWindow, *, keep: bool) -> None:
        """Show another window. With `keep` nothing moves: the cursor stays with its row, and the row on its line.

        Where the row under the cursor is gone the cursor stays at its position; where the cursor was scrolled out of
        sight, the row at the top stays on its line instead.
        """
        top, anchor = self._top, self._anchor()
        is_in_sight = not keep or anchor is None or self._cursor in self._in_sight()
        cursor = window.index_of(self._cursor_key) if keep and self._cursor_key is not None else None
        anchored = window.index_of(anchor[0]) if keep and anchor is not None else None
        if cursor is None:
            cursor = self._cursor if keep else 0
        self._window = window
        self._cursor = max(0, min(len(window) - 1, cursor))
        self._cursor_key = window.row(self._cursor).key if len(window) else None
        self._lines.clear()
        self._drawn.clear()
        self.virtual_size = Size(0, len(window))
        self._scroll_top((top if keep else 0) if anchored is None or anchor is None else anchored - anchor[1])
        if is_in_sight:
            self._keep_in_sight()
        self.refresh()
        self._prepared_at = self._top
        self._place_terminal_cursor()

    def _anchor(self) -> tuple[Key, int] | None:
        """The row that must not move, and its line: the cursor's if it is in sight, else the one at the top."""
        if self._cursor_key is not None and self._cursor in self._in_sight():
            return self._cursor_key, self._cursor - self._top
        key = self.anchor_key
        return (key, 0) if key is not None else None

    @property
    def cursor_index(self) -> int | None:
        """Where the cursor is, from 0; None in an empty list."""
        return None if self._cursor_key is None else self._cursor

    @property
    def cursor_key(self) -> Key | None:
        return self._cursor_key

    @property
    def anchor_key(self) -> Key | None:
        """The id at the top of the screen."""
        return self._window.row(self._top).key if self._window and self._top < len(self._window) else None

    def move(self, step: int) -> None:
        """Move the cursor by rows; the list scrolls only when it must."""
        self._go(self._cursor + step)

    def page(self, direction: int) -> None:
        """Move cursor and view by a page, with one row in common."""
        self._leap(direction * max(1, self.size.height - 1))

    def half_page(self, direction: int) -> None:
        """Move cursor and view by half a page."""
        self._leap(direction * max(1, self.size.height // 2))

    def edge(self, end: int) -> None:
        """To the first row (0) or the last (1)."""
        self._go(len(self._window) - 1 if end and self._window else 0)

    def go_to(self, key: Key) -> bool:
        """Put the cursor on a notification; False where it is not in the window."""
        index = self._window.index_of(key) if self._window else None
        if index is None:
            return False
        self._go(index)
        return True

    def prepare_page(self) -> None:
        """Where pages are being turned, have the next one ready before it is asked for."""
        top, height = self._top, self.size.height
        turned, self._prepared_at = top - self._prepared_at, top
        if abs(turned) > 1:
            start = top + height if turned > 0 else top - height
            self.prepare(range(start, start + height))

    def _leap(self, rows: int) -> None:
        if self._top <= self._cursor < self._top + self.size.height:
            self._scroll_top(self._top + rows)
        self._go(self._cursor + rows)

    def _go(self, index: int) -> None:
        window = self._window
        if not window:
            return
        index = max(0, min(len(window) - 1, index))
        before, self._cursor = self._cursor, index
        self._cursor_key = window.row(index).key
        height = self.size.height
        if before != index:
            for line in (before, index):
                if self._top <= line < self._top + height:
                    self.refresh_line(line)
        self._keep_in_sight()
        self._place_terminal_cursor()
        if before != index:
            self.post_message(CursorMoved(self._cursor_key))

    def _keep_in_sight(self) -> None:
        height = self.size.height
        if not height:
            return
        if self._cursor < self._top:
            self._scroll_top(self._cursor)
        elif self._cursor >= self._top + height:
            self._scroll_top(self._cursor - height + 1)

    def _scroll_top(self, index: int) -> None:
        self.scroll_to(y=max(0, index), animate=False, immediate=True, force=True)

    def _place_terminal_cursor(self) -> None:
        # Screen readers and braille displays follow the terminal's own cursor, hidden or not.
        if self.has_focus:
            self.app.cursor_position = self.region.offset + Offset(0, self._cursor - self._top)

    def on_resize(self) -> None:
        self._keep_in_sight()
        self._place_terminal_cursor()

    def on_focus(self) -> None:
        self._place_terminal_cursor()

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y
        if self._window is None or not 0 <= index < len(self._window):
            return
        event.stop()
        key = self._window.row(index).key
        if event.x < GUTTER and event.chain == 1:
            self.post_message(RowToggled(key))
            return
        self._go(index)
        if event.chain == 2:
            self.post_message(RowOpened(key))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._roll(event, WHEEL_STEP)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._roll(event, -WHEEL_STEP)

    def _roll(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        event.prevent_default()
        self._scroll_top(self._top + rows)
        self._place_terminal_cursor()
