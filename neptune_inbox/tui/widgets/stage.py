"""The inbox screen's parts in their places: it asks `Layout` where they stand and hands each its facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, WidgetPlacement
from textual.layout import Layout as TextualLayout
from textual.widget import Widget

from neptune_inbox.model import Instant
from neptune_inbox.tui.format_lines import (
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
from neptune_inbox.tui.keys import Where
from neptune_inbox.tui.layout import Box, Layout
from neptune_inbox.tui.spans import Line
from neptune_inbox.tui.widgets.at_once import draw_at_once
from neptune_inbox.tui.widgets.lines import SpanLine
from neptune_inbox.tui.widgets.preview import Preview
from neptune_inbox.tui.widgets.row_canvas import LEAST_TICK
from neptune_inbox.tui.widgets.rows import RowList
from neptune_inbox.tui.widgets.search import SearchLine
from neptune_inbox.tui.widgets.sidebar import Sidebar

F = TypeVar("F")


class StageLayout(TextualLayout):
    """Places the stage's children where `Layout` says, in one pass, so that the first frame is the final one."""

    name = "stage"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        assert isinstance(parent, Stage)
        boxes = parent.boxes(size)
        return [
            WidgetPlacement(Region(*box), NULL_OFFSET, NULL_SPACING, child)
            for child in children
            if (box := boxes.get(child.id or "")) and box.is_shown
        ]


class Stage(Widget):
    """Everything that stands on the inbox screen."""

    def __init__(self) -> None:
        super().__init__()
        self.top = SpanLine(id="top")
        self.folded = SpanLine(id="folded")
        self.sidebar = Sidebar(id="sidebar")
        self.bar = SpanLine(id="bar")
        self.rule = SpanLine(id="rule")
        self.rows = RowList(id="rows")
        self.status = SpanLine(id="status")
        self.preview = Preview(id="preview")
        self.search = SearchLine(id="search")
        self.hints = SpanLine(id="hints")
        self.has_users = False
        self.has_preview = True
        self.is_reading = False
        self.is_searching = False
        self._layout = StageLayout()
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

    @property
    def layout(self) -> TextualLayout:
        return self._layout

    def layout_of(self, size: Size) -> Layout:
        """Where the parts stand at this size."""
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
            boxes["search"] = boxes.pop("hints")
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
        for part in (self.sidebar, self.rows, self.preview) if self.size else ():
            _display(part, boxes[part.id or ""].is_shown)

    def draw_at_once(self) -> None:
        """Bring to the terminal what a key changed in the list and the lines, without waiting for Textual's turn."""
        draw_at_once(self, (self.rows, self.status, self.hints, self.bar, self.top, self.folded))

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

    def _tell(self, line: SpanLine, make: Callable[[F, int, Instant], Line], facts: F, now: Instant) -> None:
        # Every key comes through here: what was told a moment ago is not even put into words again.
        told = (facts, now // LEAST_TICK)
        if self._told.get(line) != told:
            self._told[line] = told
            line.tell(lambda width: make(facts, width, now))


def _display(part: Widget, is_shown: bool) -> None:
    if part.display != is_shown:
        part.display = is_shown
