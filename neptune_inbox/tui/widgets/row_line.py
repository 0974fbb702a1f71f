"""One row's line: formatted once, and kept in both forms in which it may be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.tui.spans import Span
from neptune_inbox.tui.theme import Ground
from neptune_inbox.tui.widgets.strips import Palette, make_strip, measures_as_rich

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.color import Color
    from textual.strip import Strip

    from neptune_inbox.model import Row
    from neptune_inbox.tui.pen import Pen


class RowLine:
    """What stands in a row's line, for one width and one palette; each form is made when it is first asked for."""

    __slots__ = ("_ground", "_spans", "_strip", "_written", "row", "stamp")

    def __init__(self, row: Row | None, stamp: tuple[str, str], spans: Sequence[Span], ground: Ground) -> None:
        self.row = row
        """None past the last row."""
        self.stamp = stamp
        """What the line tells of the time."""
        self._spans = spans
        self._ground = ground
        self._strip: Strip | None = None
        self._written: str | None = None

    def strip(self, width: int, palette: Palette, behind: Color) -> Strip:
        """For Textual."""
        if self._strip is None:
            self._strip = make_strip(self._spans, width, self._ground, palette, behind)
        return self._strip

    def written(self, width: int, pen: Pen) -> str:
        """As escape codes; empty where only the strip is sure to be as wide as the list."""
        if self._written is None:
            self._written = pen.write([(self._spans, self._ground)]) if measures_as_rich(self._spans, width) else ""
        return self._written
