"""A notification's body on the screen: a short one is drawn at once, a longer one in a thread, a book never whole.

Apart from the preview, because a body can be made so that drawing it takes seconds, and no key waits for that.
"""

from __future__ import annotations

import asyncio
from io import StringIO
from itertools import islice
from typing import Final, NamedTuple

from rich.console import Console
from rich.segment import Segment
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from neptune_inbox.presentation.styled import harmless
from neptune_inbox.presentation.theme import Role
from neptune_inbox.tui.themes import rich_style
from neptune_inbox.tui.widgets.markdown import MarkdownBody
from neptune_inbox.tui.widgets.strips import palette_of

AT_ONCE: Final = 600
"""Characters; the worst Markdown of that length is drawn within a frame."""
MOST: Final = 8_192
"""Characters that are drawn at all; the worst Markdown of that length takes half a second of a thread."""
MOST_LINES: Final = 1_000


class DrawRequest(NamedTuple):
    """All that a drawn body depends on."""

    text: str
    width: int
    theme: str
    has_colour: bool


class Body(Widget):
    """Markdown, drawn for the width that it gets."""

    def __init__(self) -> None:
        super().__init__(classes="preview-body")
        self._text = ""
        self._wish = DrawRequest("", 0, "", has_colour=False)
        self._strips: list[Strip] = []

    @property
    def is_drawn(self) -> bool:
        """Whether what was asked for last is shown."""
        return self._wish == self._wanted(self._wish.width) and (bool(self._strips) or not self._text)

    def show(self, markdown: str) -> None:
        """Draw this text, or nothing where it is empty."""
        self._text = markdown
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        lines = self._lines(self.size.width)
        return lines[y].apply_style(self.rich_style) if y < len(lines) else Strip.blank(self.size.width)

    def _wanted(self, width: int) -> DrawRequest:
        palette = palette_of(self.app)
        return DrawRequest(self._text, width, palette.theme, palette.has_colour)

    def _lines(self, width: int) -> list[Strip]:
        """The lines as far as they are drawn; what must be drawn first is on its way then."""
        wish = self._wanted(width)
        if wish != self._wish:
            self._wish, self._strips = wish, []
            if len(wish.text) <= AT_ONCE:
                self._strips = draw(wish)
            elif width:
                self.run_worker(self._draw_aside(wish), group="body", exclusive=True)
        return self._strips

    async def _draw_aside(self, wish: DrawRequest) -> None:
        strips = await asyncio.to_thread(draw, wish)
        if wish == self._wish:
            self._strips = strips
            self.refresh(layout=True)


def draw(wish: DrawRequest) -> list[Strip]:
    """The lines of a body, and a last one that says how much was left out; it may be called from any thread."""
    text, width, theme, has_colour = wish
    if not text or not width:
        return []
    start = "\n".join(harmless(line) for line in text[:MOST].split("\n"))
    # A console of its own, because the app's is not made for two threads.
    console = Console(
        file=StringIO(), width=width, force_terminal=True, color_system="truecolor", legacy_windows=False
    )
    segments = console.render(MarkdownBody(start, theme, has_colour=has_colour))
    parted = Segment.split_and_crop_lines(segments, width, include_new_lines=False)
    lines = [Strip(line) for line in islice(parted, MOST_LINES)]
    if len(text) > MOST or len(lines) == MOST_LINES:
        left_out = f"… cut here; i, then Y, copies all {len(text):,} characters"
        lines.append(Strip([Segment(left_out[:width], rich_style(Role.DIM, theme, has_colour=has_colour))]))
    return lines
