"""Drawing the list: Textual's line API over a frozen window of rows, so that a key costs the same at any length.

It overrides `render_lines` and keeps finished strips, which skips Textual's style cache; so it applies the app's line
filters itself and gives up padding, borders and text selection (speed.md 7.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from neptune_inbox.tui.format import Columns, ListStyle, ground_of, row_spans, stamp
from neptune_inbox.tui.format_panes import Emptiness, empty_lines
from neptune_inbox.tui.theme import Ground
from neptune_inbox.tui.widgets.row_messages import RowWindow
from neptune_inbox.tui.widgets.strips import Palette, make_strip, palette_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from textual.color import Color

    from neptune_inbox.model import Instant, Key, Row

STRIPS_KEPT = 256
LEAST_TICK = 250
"""Milliseconds between two looks at what time changed, so that telling the time with every key costs nothing."""


class RowCanvas(ScrollView):
    """The rows of a window, drawn; where the cursor is, and what moves it, is up to `RowList`."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now: Instant = 0
        self._compared_at: Instant = 0
        self._window: RowWindow | None = None
        self._with_user = False
        self._style = ListStyle()
        self._empty = Emptiness.NOT_FETCHED
        self._cursor = 0
        self._selected: frozenset[Key] = frozenset()
        self._strips: dict[tuple[int, bool, bool], tuple[Row, tuple[str, str], Strip]] = {}
        self._drawn_for: tuple[Palette, Columns] | None = None
        self._drawn: set[Key] = set()

    @property
    def window(self) -> RowWindow | None:
        return self._window

    @property
    def now(self) -> Instant:
        """The instant that ages and countdowns are told for; setting it repaints the rows that read differently."""
        return self._now

    @now.setter
    def now(self, now: Instant) -> None:
        self._now = now
        if 0 <= now - self._compared_at < LEAST_TICK:
            return
        self._compared_at = now
        for index in self._in_sight():
            row = self._row(index)
            kept = self._strips.get((row.rowid, index == self._cursor, row.key in self._selected))
            if kept is not None and kept[1] != stamp(row, now):
                self.refresh_line(index)

    @property
    def with_user(self) -> bool:
        """Whether rows name their user, as they do where several are in scope."""
        return self._with_user

    @with_user.setter
    def with_user(self, with_user: bool) -> None:
        if with_user != self._with_user:
            self._with_user = with_user
            self.refresh()

    @property
    def style(self) -> ListStyle:
        """Which columns are shown, and how times are told."""
        return self._style

    @style.setter
    def style(self, style: ListStyle) -> None:
        if style != self._style:
            self._style = style
            self.refresh()

    @property
    def empty(self) -> Emptiness:
        """Why there are no rows, if there are none."""
        return self._empty

    @empty.setter
    def empty(self, why: Emptiness) -> None:
        if why != self._empty:
            self._empty = why
            if not self._window:
                self.refresh()

    @property
    def selected(self) -> frozenset[Key]:
        """The selected rows; setting it repaints only what changed."""
        return self._selected

    @selected.setter
    def selected(self, keys: frozenset[Key]) -> None:
        changed, self._selected = self._selected ^ keys, keys
        if changed:
            self.repaint(changed)

    def drawn_keys(self) -> set[Key]:
        """Every id that was really on the screen since `show`."""
        return set(self._drawn)

    def repaint(self, keys: Collection[Key] | None = None) -> None:
        """Draw these rows again if they are in sight, or all; a row that did not change is not formatted again."""
        if keys is None:
            self.refresh()
            return
        for index in self._in_sight():
            if self._row(index).key in keys:
                self.refresh_line(index)

    def _in_sight(self) -> range:
        count = len(self._window) if self._window is not None else 0
        return range(self._top, min(count, self._top + self.size.height))

    def _row(self, index: int) -> Row:
        if self._window is None:
            raise IndexError(index)
        return self._window.row(index)

    @property
    def _top(self) -> int:
        return self.scroll_offset.y

    def render_lines(self, crop: Region) -> list[Strip]:
        width = self.size.width
        palette, behind = palette_of(self.app), self.background_colors[1]
        columns = Columns.for_width(width, with_user=self._with_user, style=self._style)
        if self._drawn_for != (palette, columns):
            self._strips.clear()
            self._drawn_for = (palette, columns)
        count = len(self._window) if self._window is not None else 0
        if count:
            strips = [self._strip(self._top + y, palette, columns, behind) for y in range(crop.y, crop.bottom)]
        else:
            lines = empty_lines(self._empty, width, self.size.height, self._style.keys)[crop.y : crop.bottom]
            strips = [make_strip(spans, width, Ground.PAGE, palette, behind) for spans in lines]
        if (crop.x, crop.width) != (0, width):
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        return self.render_lines(Region(0, y, self.size.width, 1))[0]

    def _strip(self, index: int, palette: Palette, columns: Columns, behind: Color) -> Strip:
        if self._window is None or index >= len(self._window):
            return make_strip((), columns.width, Ground.PAGE, palette, behind)
        row, now = self._window.row(index), self._now
        is_cursor, is_selected = index == self._cursor, row.key in self._selected
        self._drawn.add(row.key)
        place, at = (row.rowid, is_cursor, is_selected), stamp(row, now)
        kept = self._strips.get(place)
        if kept is not None and kept[1] == at and (kept[0] is row or kept[0] == row):
            return kept[2]
        if len(self._strips) >= max(STRIPS_KEPT, 3 * self.size.height):
            self._strips.clear()
        spans = row_spans(row, columns, now, is_cursor=is_cursor, is_selected=is_selected)
        strip = make_strip(
            spans, columns.width, ground_of(is_cursor=is_cursor, is_selected=is_selected), palette, behind
        )
        self._strips[place] = (row, at, strip)
        return strip
