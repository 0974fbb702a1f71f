"""Formats the rows of a list into lines, and keeps those that may be shown again."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from neptune_inbox.presentation.rows import Columns, ListStyle, Needs, row_spans, surface_of, time_text
from neptune_inbox.presentation.theme import Surface
from neptune_inbox.tui.widgets.strips import Palette, make_strip, measures_as_rich

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.color import Color
    from textual.strip import Strip

    from neptune_inbox.model import Instant, Key, Row
    from neptune_inbox.presentation.ansi import AnsiWriter
    from neptune_inbox.presentation.styled import Span

LINES_KEPT = 256
"""At least; three screens of them where that is more."""


class RowLine:
    """The content of a row's line, for one width and one palette; each form is made when first asked for."""

    __slots__ = ("_spans", "_strip", "_surface", "_written", "row", "time_text")

    def __init__(self, row: Row | None, time_text: tuple[str, str], spans: Sequence[Span], surface: Surface) -> None:
        self.row = row
        """None past the last row."""
        self.time_text = time_text
        """The parts of the line that depend on the time."""
        self._spans = spans
        self._surface = surface
        self._strip: Strip | None = None
        self._written: str | None = None

    def strip(self, width: int, palette: Palette, behind: Color) -> Strip:
        """For Textual."""
        if self._strip is None:
            self._strip = make_strip(self._spans, width, self._surface, palette, behind)
        return self._strip

    def written(self, width: int, writer: AnsiWriter) -> str:
        """As escape codes; empty where only the strip is sure to be as wide as the list."""
        if self._written is None:
            self._written = (
                writer.write([(self._spans, self._surface)]) if measures_as_rich(self._spans, width) else ""
            )
        return self._written


class RowPainter:
    """What rows look like at one width, in one palette, at one instant."""

    def __init__(self, style: ListStyle) -> None:
        self.now: Instant = 0
        self.with_user = False
        """Whether rows name their user, as they do where several are in scope."""
        self.style = style
        """Which columns are shown, and how times are shown."""
        self.needs: Needs | None = None
        """How wide the values of the columns are."""
        self.selected: frozenset[Key] = frozenset()
        self._lines: OrderedDict[tuple[int, bool, bool], RowLine] = OrderedDict()
        self._drawn_for: tuple[Palette, Columns] | None = None

    def columns(self, width: int, palette: Palette) -> Columns:
        """The columns at this width; where they or the palette are not those of the kept lines, none is kept."""
        columns = Columns.for_width(width, with_user=self.with_user, style=self.style, needs=self.needs)
        if self._drawn_for != (palette, columns):
            self._lines.clear()
            self._drawn_for = (palette, columns)
        return columns

    def forget(self) -> None:
        """Keep no line: another list is shown."""
        self._lines.clear()

    def reads_differently(self, row: Row, *, is_cursor: bool) -> bool:
        """Whether the kept line of a row shows another time than it would now."""
        kept = self._lines.get((row.rowid, is_cursor, row.is_among(self.selected)))
        return kept is not None and kept.time_text != time_text(row, self.now)

    def line(self, row: Row, columns: Columns, height: int, *, is_cursor: bool) -> RowLine:
        """The line of a row; one that did not change is not formatted again. `height` is that of the list."""
        is_selected = row.is_among(self.selected)
        line_key, at = (row.rowid, is_cursor, is_selected), time_text(row, self.now)
        kept = self._lines.get(line_key)
        if kept is not None and kept.time_text == at and (kept.row is row or kept.row == row):
            return kept
        spans = row_spans(row, columns, self.now, is_cursor=is_cursor, is_selected=is_selected)
        line = RowLine(row, at, spans, surface_of(is_cursor=is_cursor, is_selected=is_selected))
        self._lines[line_key] = line
        if len(self._lines) > max(LINES_KEPT, 3 * height):
            self._lines.popitem(last=False)
        return line
