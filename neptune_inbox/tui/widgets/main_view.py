"""The inbox screen's parts in their places: it asks `Layout` where they go and hands each its facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, WidgetPlacement
from textual.layout import Layout as TextualLayout
from textual.widget import Widget

from neptune_inbox.model import Instant
from neptune_inbox.presentation.keymap import Where
from neptune_inbox.presentation.layout import Box, Layout
from neptune_inbox.presentation.lines import (
    FilterFacts,
    HintFacts,
    SidebarFacts,
    StatusFacts,
    TopFacts,
    filter_bar,
    hint_line,
    rule_line,
    status_line,
    top_line,
    users_line,
)
from neptune_inbox.presentation.query_completion import Candidate
from neptune_inbox.presentation.rows import USUAL, ListStyle
from neptune_inbox.presentation.styled import StyledLine
from neptune_inbox.tui.widgets.direct_draw import draw_at_once
from neptune_inbox.tui.widgets.lines import SpanLine
from neptune_inbox.tui.widgets.preview import Preview
from neptune_inbox.tui.widgets.row_list import LEAST_TICK, RowList
from neptune_inbox.tui.widgets.search import SearchLine
from neptune_inbox.tui.widgets.sidebar import Sidebar
from neptune_inbox.tui.widgets.suggestions import Suggestions

SUGGESTIONS_WIDTH = 76
LEAST_ABOVE = 4
"""Lines of the screen that the suggestions leave free, with the first rows among them."""

F = TypeVar("F")


class MainLayout(TextualLayout):
    """Places the main view's children where `Layout` says, in one pass, so that the first frame is the final one."""

    name = "stage"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        assert isinstance(parent, MainView)
        boxes = parent.boxes(size)
        return [
            WidgetPlacement(Region(*box), NULL_OFFSET, NULL_SPACING, child, order=child is parent.suggestions)
            for child in children
            if (box := boxes.get(child.id or "")) and box.is_shown
        ]


class MainView(Widget):
    """Everything that is on the inbox screen."""

    def __init__(self, style: ListStyle = USUAL) -> None:
        """`style` is how the rows are shown."""
        super().__init__()
        self.top = SpanLine(id="top")
        self.folded = SpanLine(id="folded")
        self.sidebar = Sidebar(id="sidebar")
        self.bar = SpanLine(id="bar")
        self.rule = SpanLine(id="rule")
        self.rows = RowList(style=style, id="rows")
        self.status = SpanLine(id="status")
        self.preview = Preview(id="preview")
        self.search = SearchLine(id="search")
        self.suggestions = Suggestions(id="suggestions")
        self.hints = SpanLine(id="hints")
        self.has_users = False
        self.has_preview = True
        self.is_reading = False
        self.is_searching = False
        self._layout = MainLayout()
        self._told: dict[SpanLine, tuple[object, int]] = {}
        self.rule.tell(rule_line)

    def compose(self) -> ComposeResult:
        yield self.top
        yield self.folded
        yield self.sidebar
        yield self.bar
        yield self.rule
        yield self.rows
        yield self.status
        yield self.preview
        yield self.search
        yield self.hints
        yield self.suggestions

    @property
    def layout(self) -> TextualLayout:
        return self._layout

    def layout_of(self, size: Size) -> Layout:
        """The regions of the parts at this size."""
        return Layout.for_size(
            size.width,
            size.height,
            has_users=self.has_users,
            has_preview=self.has_preview,
            is_reading=self.is_reading,
        )

    @property
    def layout_now(self) -> Layout:
        return self.layout_of(self.size)

    @property
    def where_keys_go(self) -> Where:
        """Which part the next key is for."""
        if self.sidebar.has_focus:
            return Where.SIDEBAR
        return Where.PREVIEW if self.preview.has_focus or self.is_reading else Where.LIST

    def boxes(self, size: Size) -> dict[str, Box]:
        """The box of each part by its id; the search line takes the place of the hints."""
        boxes: dict[str, Box] = dict(self.layout_of(size)._asdict())
        if self.is_searching:
            line = boxes["search"] = boxes.pop("hints")
            lines = min(self.suggestions.lines, line.y - LEAST_ABOVE)
            boxes["suggestions"] = Box(0, line.y - lines, min(SUGGESTIONS_WIDTH, size.width), lines)
        return boxes

    def rearrange(self) -> None:
        """Put the parts where they belong after `has_…` or `is_…` was changed."""
        self._show_what_fits()
        self.refresh(layout=True)

    def on_mount(self) -> None:
        self._show_what_fits()

    def on_resize(self) -> None:
        self._show_what_fits()

    def _show_what_fits(self) -> None:
        # A part without a box must not take the focus; the layout alone would leave it in the focus chain. Before
        # there is a size all but the search are kept, so that the first frame is the final one.
        boxes = self.boxes(self.size)
        self.preview.set_class(self.layout_now.is_beside, "beside")
        _display(self.search, self.is_searching)
        _display(self.suggestions, self.is_searching and self.suggestions.lines > 0)
        for part in (self.sidebar, self.rows, self.preview) if self.size else ():
            _display(part, boxes[part.id or ""].is_shown)

    def draw_at_once(self) -> None:
        """Bring to the terminal what a key changed in the list and the lines, without waiting for Textual's turn."""
        draw_at_once(self, (self.rows, self.status, self.hints, self.bar, self.top, self.folded), self.suggestions)

    def suggest(self, items: Sequence[Candidate], *, keep: bool = False) -> None:
        """Offer these above the search line; `keep` as in `Suggestions.show`."""
        before = self.suggestions.lines
        self.suggestions.show(items, keep=keep)
        if self.suggestions.lines != before:
            self.rearrange()

    def draw_status(self, status: StatusFacts, now: Instant) -> None:
        """Draw the status line alone: all that moving the cursor changes around the list."""
        self._tell(self.status, status_line, status, now)

    def draw(
        self,
        *,
        top: TopFacts,
        bar: FilterFacts,
        status: StatusFacts,
        sidebar: SidebarFacts,
        hints: HintFacts,
        now: Instant,
    ) -> None:
        """Draw the lines and what time changed in the rows; what says what it said before is not drawn again."""
        self._tell(self.top, top_line, top, now)
        self._tell(self.bar, filter_bar, bar, now)
        self._tell(self.status, status_line, status, now)
        self._tell(self.hints, hint_line, hints, now)
        self._tell(self.folded, users_line, sidebar, now)
        self.sidebar.show(sidebar, now)
        self.rows.now = now
        self.rows.with_user = not bar.user_id and len(sidebar.users) > 1

    def _tell(self, line: SpanLine, make: Callable[[F, int, Instant], StyledLine], facts: F, now: Instant) -> None:
        # Every key comes through here: what was shown a moment ago is not even worded again.
        told = (facts, now // LEAST_TICK)
        if self._told.get(line) != told:
            self._told[line] = told
            line.tell(lambda width: make(facts, width, now))


def _display(part: Widget, is_shown: bool) -> None:
    if part.display != is_shown:
        part.display = is_shown
