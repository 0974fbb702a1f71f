"""What could be taken into the search line, above it, the likeliest nearest: arrows choose, tab takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from neptune_inbox.presentation.ansi import AnsiWriter
from neptune_inbox.presentation.query_completion import Candidate
from neptune_inbox.presentation.styled import Span, cells, column, fit
from neptune_inbox.presentation.theme import Role, Surface
from neptune_inbox.tui.widgets.direct_draw import Patch, as_textual_draws
from neptune_inbox.tui.widgets.strips import make_strip, palette_of

MOST_LINES = 7


class CandidateChosen(Message):
    """A line of the suggestions was clicked."""

    def __init__(self, candidate: Candidate) -> None:
        super().__init__()
        self.candidate = candidate


class Suggestions(Widget):
    """A few lines, of which one may be highlighted; they never have the focus."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.items: list[Candidate] = []
        self.highlighted: int | None = None

    @property
    def lines(self) -> int:
        """How many lines it needs."""
        return min(len(self.items), MOST_LINES)

    @property
    def chosen(self) -> Candidate | None:
        """The highlighted one."""
        return None if self.highlighted is None else self.items[self.highlighted]

    def show(self, items: Sequence[Candidate], *, keep: bool = False) -> None:
        """Offer these; with `keep` the highlighted one stays so where it is still offered, else none is."""
        chosen = self.chosen if keep else None
        self.items = list(items)
        self.highlighted = self.items.index(chosen) if chosen in self.items else None
        self.refresh()

    def step(self, step: int) -> None:
        """Highlight the next less likely one (1), or the one before (-1); beyond the ends none is."""
        if not self.items:
            return
        here = -1 if self.highlighted is None else self.highlighted
        there = max(0, here + step) if here < 0 else here + step
        self.highlighted = there if 0 <= there < len(self.items) else None
        self.refresh()

    def _item_at(self, y: int) -> int | None:
        """Which item is in a line."""
        height = max(1, self.size.height)
        index = max(0, (self.highlighted or 0) - height + 1) + height - 1 - y
        return index if index < len(self.items) else None

    def _spans(self, y: int) -> tuple[list[Span], Surface]:
        width, index = self.size.width, self._item_at(y)
        if index is None:
            return [(" " * width, Role.TEXT)], Surface.TOP
        item, is_chosen, room = self.items[index], index == self.highlighted, width - 3
        widest = max(cells(column(each.text)) for each in self.items)
        text = fit(column(item.text), min(room, max(widest + 2, room // 3)) if item.detail else room)
        head: Span = (" ▸ " if is_chosen else "   ", Role.CURSOR)
        detail = fit(f" {column(item.detail)}", max(0, room - cells(text)))
        role = Role.STRONG if is_chosen else Role.TEXT
        return [head, (text, role), (detail, Role.DIM)], Surface.CURSOR if is_chosen else Surface.TOP

    def render_line(self, y: int) -> Strip:
        spans, surface = self._spans(y)
        return make_strip(spans, self.size.width, surface, palette_of(self.app), self.background_colors[1])

    def patches(self, regions: Iterable[Region], writer: AnsiWriter) -> list[Patch]:
        """Every line of it: what is below was written over it."""
        return [Patch(0, y, as_textual_draws(self.render_line(y), self.app.console)) for y in range(self.size.height)]

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if (index := self._item_at(event.y)) is not None:
            self.post_message(CandidateChosen(self.items[index]))
