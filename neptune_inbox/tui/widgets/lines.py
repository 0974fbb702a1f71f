"""The one-line widget: it draws the line that a pure function makes for its width."""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from neptune_inbox.tui.spans import Line
from neptune_inbox.tui.widgets.strips import Palette, make_strip, palette_of


class ActionChosen(Message):
    """Something on the screen was clicked that stands for an action."""

    def __init__(self, action_id: str, value: str | None = None) -> None:
        super().__init__()
        self.action_id = action_id
        self.value = value
        """What the action is about: a user id, the name of a view; None for nothing in particular."""


class SpanLine(Widget):
    """A line of the screen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._draw: Callable[[int], Line] = _say_nothing
        self._line = Line(())
        self._drawn: tuple[int, Palette, Line, Strip] | None = None

    def tell(self, draw: Callable[[int], Line]) -> None:
        """Show the line that `draw` makes for a width in cells, now and after every resize.

        Nothing is repainted unless it differs from what stands there.
        """
        self._draw = draw
        if self.size.width and draw(self.size.width) != self._line:
            self.refresh()

    @property
    def line(self) -> Line:
        """The line as it stands at this width."""
        self._line = self._draw(self.size.width)
        return self._line

    @line.setter
    def line(self, line: Line) -> None:
        self.tell(lambda width: line)

    @property
    def text(self) -> str:
        """The line without colours."""
        return "".join(text for text, _ in self.line.spans)

    def render_lines(self, crop: Region) -> list[Strip]:
        return [self.render_line(y).crop(crop.x, crop.right) for y in range(crop.y, crop.bottom)]

    def render_line(self, y: int) -> Strip:
        now = (self.size.width, palette_of(self.app), self.line)
        if self._drawn is None or self._drawn[:3] != now:
            width, palette, line = now
            self._drawn = (*now, make_strip(line.spans, width, line.ground, palette, self))
        return self._drawn[3]

    def on_click(self, event: events.Click) -> None:
        for spot in self.line.spots:
            if spot.start <= event.x < spot.end:
                event.stop()
                self.post_message(ActionChosen(spot.action, spot.value))
                return


def _say_nothing(width: int) -> Line:
    return Line(())
