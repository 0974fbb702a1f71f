"""The one-line widget: it draws the line that a pure function makes for its width."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from neptune_inbox.presentation.ansi import AnsiWriter
from neptune_inbox.presentation.styled import Span, StyledLine, cells, width_of
from neptune_inbox.presentation.theme import Role
from neptune_inbox.tui.widgets.direct_draw import Patch, as_textual_draws
from neptune_inbox.tui.widgets.strips import Palette, make_strip, measures_as_rich, palette_of


class ActionChosen(Message):
    """Something on the screen that triggers an action was clicked."""

    def __init__(self, action_id: str, value: str | None = None) -> None:
        super().__init__()
        self.action_id = action_id
        self.value = value
        """What the action is about: a user id, the name of a view; None for nothing in particular."""


class SpanLine(Widget):
    """A line of the screen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draw: Callable[[int], StyledLine] = _say_nothing
        self._made: tuple[Callable[[int], StyledLine], int, StyledLine] | None = None
        """The last line, and what it was made of."""
        self._drawn: tuple[int, Palette, StyledLine, Strip] | None = None

    def tell(self, draw: Callable[[int], StyledLine]) -> None:
        """Show the line that `draw` makes for a width in cells, now and after every resize.

        Nothing is repainted unless it differs from what is there.
        """
        width = self.size.width
        if not width:
            self._draw = draw
            return
        before, self._draw = self.line, draw
        after = self.line
        if after != before:
            start, end = changed_cells(before, after, width)
            self.refresh(Region(start, 0, end - start, 1))

    @property
    def line(self) -> StyledLine:
        """The line at this width."""
        draw, width = self._draw, self.size.width
        if self._made is None or self._made[:2] != (draw, width):
            self._made = (draw, width, draw(width))
        return self._made[2]

    @line.setter
    def line(self, line: StyledLine) -> None:
        self.tell(lambda width: line)

    @property
    def text(self) -> str:
        """The line without colours."""
        return "".join(text for text, _ in self.line.spans)

    def render_lines(self, crop: Region) -> list[Strip]:
        return [self.render_line(y).crop(crop.x, crop.right) for y in range(crop.y, crop.bottom)]

    def render_line(self, y: int) -> Strip:
        width, palette, line = self.size.width, palette_of(self.app), self.line
        drawn = self._drawn
        if drawn is None or drawn[2] is not line or drawn[:2] != (width, palette):
            behind = self.background_colors[1]
            drawn = self._drawn = (width, palette, line, make_strip(line.spans, width, line.surface, palette, behind))
        return drawn[3]

    def patches(self, regions: Iterable[Region], writer: AnsiWriter) -> list[Patch]:
        """The spans that these regions touch, from the first to the last."""
        width, line = self.size.width, self.line
        spans = [*line.spans, (" " * (width - width_of(line.spans)), Role.TEXT)]
        if not measures_as_rich(spans, width):
            return [Patch(0, 0, as_textual_draws(self.render_line(0), self.app.console))]
        regions = list(regions)
        start, end = min(region.x for region in regions), max(region.right for region in regions)
        x, first, touched = 0, 0, list[Span]()
        for span in spans:
            if x < end and x + cells(span[0]) > start:
                first = first if touched else x
                touched.append(span)
            x += cells(span[0])
        return [Patch(first, 0, writer.write([(touched, line.surface)]))]

    def on_click(self, event: events.Click) -> None:
        for region in self.line.regions:
            if region.start <= event.x < region.end:
                event.stop()
                self.post_message(ActionChosen(region.action, region.value))
                return


def changed_cells(before: StyledLine, after: StyledLine, width: int) -> tuple[int, int]:
    """The range of cells (end exclusive) in which two lines of this width may differ: whole spans are compared."""
    if before.surface is not after.surface or width_of(before.spans) != width_of(after.spans):
        return 0, width
    pairs = list(zip(before.spans, after.spans, strict=False))
    same = next((number for number, (old, new) in enumerate(pairs) if old != new), len(pairs))
    start = width_of(after.spans[:same])
    old_rest, new_rest = before.spans[same:], after.spans[same:]
    pairs = list(zip(reversed(old_rest), reversed(new_rest), strict=False))
    same = next((number for number, (old, new) in enumerate(pairs) if old != new), len(pairs))
    return start, width_of(after.spans) - width_of(new_rest[len(new_rest) - same :])


def _say_nothing(width: int) -> StyledLine:
    return StyledLine(())
