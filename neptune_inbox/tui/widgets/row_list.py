"""The list with its cursor: bound to an id, moved by methods, telling what was clicked.

It decides nothing and knows no keys: the screen calls its methods and hears its messages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from neptune_inbox.presentation.panes import Emptiness, empty_lines
from neptune_inbox.presentation.rows import GUTTER, USUAL, ListStyle
from neptune_inbox.presentation.theme import Surface
from neptune_inbox.tui.widgets.direct_draw import Patch, ansi_writer_of, as_textual_draws
from neptune_inbox.tui.widgets.list_cursor import ListCursor, Place, RowSource
from neptune_inbox.tui.widgets.row_painter import RowLine, RowPainter
from neptune_inbox.tui.widgets.strips import make_strip, palette_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from neptune_inbox.model import Instant, Key
    from neptune_inbox.presentation.ansi import AnsiWriter
    from neptune_inbox.presentation.rows import Columns, Needs

__all__ = ["CursorMoved", "RowList", "RowOpened", "RowToggled", "RowsWanted"]

LEAST_TICK = 250
"""Milliseconds between two looks at what time changed, so that telling the time with every key costs nothing."""
WHEEL_STEP = 3
SCREENS_AHEAD = 2
"""Screens above and below that are kept loaded, so that turning pages meets rows that are there."""


class RowsWanted(Message):
    """The list was moved to where rows near by are not loaded."""


class CursorMoved(Message):
    """The cursor is on another row."""

    def __init__(self, key: Key | None) -> None:
        """None where the row is not loaded yet."""
        super().__init__()
        self.key = key


class RowOpened(Message):
    """A row was double-clicked."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key


class RowToggled(Message):
    """A row's gutter was clicked, which selects or unselects it."""

    def __init__(self, key: Key) -> None:
        super().__init__()
        self.key = key


class RowList(ScrollView, can_focus=True):
    """The rows of a window: a `ListCursor` says which and where, a `RowPainter` what they look like."""

    def __init__(self, *, style: ListStyle = USUAL, id: str | None = None) -> None:
        super().__init__(id=id)
        self._cursor = ListCursor()
        self._painter = RowPainter(style)
        self._compared_at: Instant = 0
        self._empty = Emptiness.NOT_FETCHED
        self._prepared_at = 0

    @property
    def snapshot(self) -> RowSource:
        return self._cursor.rows

    @property
    def cursor_index(self) -> int | None:
        """Where the cursor is, from 0; None in an empty list."""
        return self._cursor.index if len(self.snapshot) else None

    @property
    def cursor_key(self) -> Key | None:
        return self._cursor.key

    @property
    def wanted(self) -> tuple[range, ...]:
        """The positions to be kept loaded: around the screen, under the cursor, and both ends of the list."""
        ahead, count, cursor = SCREENS_AHEAD * max(1, self.size.height), len(self.snapshot), self._cursor.index
        return (
            range(self._top - ahead, self._top + self.size.height + ahead),
            range(cursor, cursor + 1),
            range(1),
            range(count - self.size.height - 1, count),
        )

    @property
    def anchor_key(self) -> Key | None:
        """The id at the top of the screen."""
        return self._cursor.key_at(self._top)

    @property
    def now(self) -> Instant:
        """The instant that ages and countdowns are shown for; setting it repaints the rows that change."""
        return self._painter.now

    @now.setter
    def now(self, now: Instant) -> None:
        self._painter.now = now
        if 0 <= now - self._compared_at < LEAST_TICK:
            return
        self._compared_at = now
        for index in self._in_sight():
            if self._painter.reads_differently(self.snapshot.row(index), is_cursor=index == self._cursor.index):
                self.refresh_line(index)

    @property
    def with_user(self) -> bool:
        """Whether rows name their user, as they do where several are in scope."""
        return self._painter.with_user

    @with_user.setter
    def with_user(self, with_user: bool) -> None:
        if with_user != self._painter.with_user:
            self._painter.with_user = with_user
            self.refresh()

    @property
    def style(self) -> ListStyle:
        """Which columns are shown, and how times are shown."""
        return self._painter.style

    @property
    def empty(self) -> Emptiness:
        """Why there are no rows, if there are none."""
        return self._empty

    @empty.setter
    def empty(self, why: Emptiness) -> None:
        if why != self._empty:
            self._empty = why
            if not len(self.snapshot):
                self.refresh()

    @property
    def selected(self) -> frozenset[Key]:
        """The selected rows; setting it repaints only what changed."""
        return self._painter.selected

    @selected.setter
    def selected(self, keys: frozenset[Key]) -> None:
        changed, self._painter.selected = self._painter.selected ^ keys, keys
        if changed:
            self.repaint(changed)

    def rowids_in_sight(self) -> frozenset[int]:
        """The rows that are on the screen now."""
        seen = (index for index in self._in_sight() if self.snapshot.is_loaded(index))
        return frozenset(self.snapshot.row(index).rowid for index in seen)

    def repaint(self, keys: Collection[Key] | None = None) -> None:
        """Draw these rows again if they are in sight, or all; a row that did not change is not formatted again."""
        if keys is None:
            self._cursor.rows_came()
            self.refresh()
            return
        for index in self._in_sight():
            if self.snapshot.row(index).key in keys:
                self.refresh_line(index)

    def _in_sight(self) -> range:
        return self._cursor.clip(range(self._top, self._top + self.size.height))

    @property
    def _top(self) -> int:
        return self.scroll_offset.y

    # Drawing -------------------------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        width, palette, behind = self.size.width, palette_of(self.app), self.background_colors[1]
        if len(self.snapshot):
            columns = self._painter.columns(width, palette)
            lines = [self._line(self._top + y, columns) for y in range(crop.y, crop.bottom)]
            strips = [line.strip(width, palette, behind) for line in lines]
        else:
            empty = empty_lines(self._empty, width, self.size.height, self.style.keys)[crop.y : crop.bottom]
            strips = [make_strip(spans, width, Surface.PAGE, palette, behind) for spans in empty]
        if (crop.x, crop.width) != (0, width):
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        return self.render_lines(Region(0, y, self.size.width, 1))[0]

    def patches(self, regions: Iterable[Region], writer: AnsiWriter) -> list[Patch]:
        """The whole lines of these regions, written by hand where that is sure to look the same."""
        size = self.size
        wanted = sorted({y for region in regions for y in range(max(0, region.y), min(size.height, region.bottom))})
        columns = self._painter.columns(size.width, palette_of(self.app))
        patches = []
        for y in wanted:
            text = self._line(self._top + y, columns).written(size.width, writer) if len(self.snapshot) else ""
            patches.append(Patch(0, y, text or as_textual_draws(self.render_line(y), self.app.console)))
        return patches

    def _line(self, index: int, columns: Columns) -> RowLine:
        if index >= len(self.snapshot):
            return RowLine(None, ("", ""), (), Surface.PAGE)
        is_cursor = index == self._cursor.index
        return self._painter.line(self.snapshot.row(index), columns, self.size.height, is_cursor=is_cursor)

    def prepare_page(self) -> None:
        """Where pages are being turned, have the lines of the next one formatted before it is asked for."""
        top, height = self._top, self.size.height
        turned, self._prepared_at = top - self._prepared_at, top
        writer = ansi_writer_of(self.app)
        if abs(turned) <= 1 or writer is None:
            return
        start = top + height if turned > 0 else top - height
        columns = self._painter.columns(self.size.width, palette_of(self.app))
        for index in filter(self.snapshot.is_loaded, self._cursor.clip(range(start, start + height))):
            self._line(index, columns).written(columns.width, writer)

    # The cursor ----------------------------------------------------------------------------------------------------

    def show(
        self, snapshot: RowSource, *, keep: bool, needs: Needs | None = None, place: Place | None = None
    ) -> None:
        """Show another window, its columns as wide as `needs` says.

        With `keep` nothing moves: the cursor stays with its row, and the row on its line.
        Where the row under the cursor is gone the cursor stays at its position; where the cursor was scrolled out of
        sight, the row at the top stays on its line instead. With `place` the window stands there.
        """
        top, anchor = self._top, self._cursor.anchor(self._in_sight())
        is_in_sight = not keep or anchor is None or self._cursor.index in self._in_sight()
        anchored = snapshot.index_of(anchor[0]) if keep and anchor is not None else None
        self._cursor.take(snapshot, keep=keep)
        self._painter.needs = needs
        self._painter.forget()
        self.virtual_size = Size(0, len(snapshot))
        top = (top if keep else 0) if anchored is None or anchor is None else anchored - anchor[1]
        if place is not None:
            self._cursor.go(place.cursor)
            top, is_in_sight = place.top, place.is_cursor_in_sight
        self._scroll_top(top)
        if is_in_sight:
            self._keep_in_sight()
        self.refresh()
        self._prepared_at = self._top
        self._place_terminal_cursor()

    def move(self, step: int) -> None:
        """Move the cursor by rows; the list scrolls only when it must."""
        self.go(self._cursor.index + step)

    def page(self, direction: int, *, is_half: bool = False) -> None:
        """Move cursor and view by a page, with one row in common, or by half a page."""
        rows = direction * max(1, self.size.height // 2 if is_half else self.size.height - 1)
        if self._top <= self._cursor.index < self._top + self.size.height:
            self._scroll_top(self._top + rows)
        self.go(self._cursor.index + rows)

    def edge(self, end: int) -> None:
        """To the first row (0) or the last (1)."""
        self.go(len(self.snapshot) - 1 if end else 0)

    def go_to(self, key: Key) -> bool:
        """Put the cursor on a notification; False where it is not in the window."""
        index = self.snapshot.index_of(key)
        if index is None:
            return False
        self.go(index)
        return True

    def go(self, index: int) -> None:
        """Put the cursor on a position, or the end that is nearest to it."""
        if not len(self.snapshot):
            return
        before, here = self._cursor.go(index), self._cursor.index
        if before != here:
            for line in (before, here):
                if self._top <= line < self._top + self.size.height:
                    self.refresh_line(line)
        self._keep_in_sight()
        self._place_terminal_cursor()
        if before != here:
            self.post_message(CursorMoved(self._cursor.key))
            self._want_rows()

    def _want_rows(self) -> None:
        near = self._cursor.clip(self.wanted[0])
        if near and not all(map(self.snapshot.is_loaded, (near.start, near.stop - 1, self._cursor.index))):
            self.post_message(RowsWanted())

    def _keep_in_sight(self) -> None:
        height = self.size.height
        if not height:
            return
        if self._cursor.index < self._top:
            self._scroll_top(self._cursor.index)
        elif self._cursor.index >= self._top + height:
            self._scroll_top(self._cursor.index - height + 1)

    def _scroll_top(self, index: int) -> None:
        self.scroll_to(y=max(0, index), animate=False, immediate=True, force=True)

    def _place_terminal_cursor(self) -> None:
        # Screen readers and braille displays follow the terminal's own cursor, hidden or not.
        if self.has_focus:
            self.app.cursor_position = self.region.offset + Offset(0, self._cursor.index - self._top)

    def on_resize(self) -> None:
        self._keep_in_sight()
        self._want_rows()
        self._place_terminal_cursor()

    def on_focus(self) -> None:
        self._place_terminal_cursor()

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y
        key = self._cursor.key_at(index)
        if key is None:
            return
        event.stop()
        if event.x < GUTTER and event.chain == 1:
            self.post_message(RowToggled(key))
            return
        self.go(index)
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
        self._want_rows()
        self._place_terminal_cursor()
