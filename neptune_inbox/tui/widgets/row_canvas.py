"""Drawing the list: Textual's line API over a frozen window of rows, so that a key costs the same at any length.

It overrides `render_lines` and keeps finished lines, which skips Textual's style cache; so it applies the app's line
filters itself and gives up padding, borders and text selection (speed.md 7.2).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from neptune_inbox.tui.format import Columns, ListStyle, ground_of, row_spans, stamp
from neptune_inbox.tui.format_panes import Emptiness, empty_lines
from neptune_inbox.tui.theme import Ground
from neptune_inbox.tui.widgets.at_once import Patch, as_textual_draws, pen_of
from neptune_inbox.tui.widgets.row_line import RowLine
from neptune_inbox.tui.widgets.row_messages import RowWindow
from neptune_inbox.tui.widgets.strips import Palette, make_strip, palette_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from neptune_inbox.model import Instant, Key, Row
    from neptune_inbox.tui.pen import Pen

LINES_KEPT = 256
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
        self._lines: OrderedDict[tuple[int, bool, bool], RowLine] = OrderedDict()
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
            kept = self._lines.get((row.rowid, index == self._cursor, row.key in self._selected))
            if kept is not None and kept.stamp != stamp(row, now):
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
        width, palette, behind = self.size.width, palette_of(self.app), self.background_colors[1]
        if self._window:
            columns = self._columns(palette)
            lines = [self._line(self._top + y, columns) for y in range(crop.y, crop.bottom)]
            strips = [line.strip(width, palette, behind) for line in lines]
        else:
            empty = empty_lines(self._empty, width, self.size.height, self._style.keys)[crop.y : crop.bottom]
            strips = [make_strip(spans, width, Ground.PAGE, palette, behind) for spans in empty]
        if (crop.x, crop.width) != (0, width):
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        return self.render_lines(Region(0, y, self.size.width, 1))[0]

    def patches(self, regions: Iterable[Region], pen: Pen) -> list[Patch]:
        """The whole lines of these regions, written by hand where that is sure to look the same."""
        size = self.size
        wanted = sorted({y for region in regions for y in range(max(0, region.y), min(size.height, region.bottom))})
        columns = self._columns(palette_of(self.app))
        patches = []
        for y in wanted:
            text = self._line(self._top + y, columns).written(size.width, pen) if self._window else ""
            patches.append(Patch(0, y, text or as_textual_draws(self.render_line(y), self.app.console)))
        return patches

    def _columns(self, palette: Palette) -> Columns:
        """The columns at this width; where they or the palette are not those of the kept lines, none is kept."""
        columns = Columns.for_width(self.size.width, with_user=self._with_user, style=self._style)
        if self._drawn_for != (palette, columns):
            self._lines.clear()
            self._drawn_for = (palette, columns)
        return columns

    def _line(self, index: int, columns: Columns) -> RowLine:
        if self._window is None or index >= len(self._window):
            return RowLine(None, ("", ""), (), Ground.PAGE)
        self._drawn.add(self._window.row(index).key)
        return self._formatted(index, columns)

    def _formatted(self, index: int, columns: Columns) -> RowLine:
        row, now = self._row(index), self._now
        is_cursor, is_selected = index == self._cursor, row.key in self._selected
        place, at = (row.rowid, is_cursor, is_selected), stamp(row, now)
        kept = self._lines.get(place)
        if kept is not None and kept.stamp == at and (kept.row is row or kept.row == row):
            return kept
        spans = row_spans(row, columns, now, is_cursor=is_cursor, is_selected=is_selected)
        line = RowLine(row, at, spans, ground_of(is_cursor=is_cursor, is_selected=is_selected))
        self._lines[place] = line
        if len(self._lines) > max(LINES_KEPT, 3 * self.size.height):
            self._lines.popitem(last=False)
        return line

    def prepare(self, rows: range) -> None:
        """Format rows that are about to be scrolled to; none of them counts as drawn."""
        ink = pen_of(self.app)
        if ink is None or self._window is None:
            return
        columns = self._columns(palette_of(self.app))
        for index in range(max(0, rows.start), min(len(self._window), rows.stop)):
            self._formatted(index, columns).written(columns.width, ink)
