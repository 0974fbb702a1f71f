"""The watched users and the saved views at the left; a click or `choose` asks for one."""

from __future__ import annotations

from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from neptune_inbox.model import Instant
from neptune_inbox.presentation.lines import ALL_USERS, SidebarFacts
from neptune_inbox.presentation.panes import SidebarLine, sidebar_lines
from neptune_inbox.presentation.theme import Surface
from neptune_inbox.presentation.times import MINUTE
from neptune_inbox.tui.widgets.lines import ActionChosen
from neptune_inbox.tui.widgets.strips import Palette, make_strip, palette_of


class Sidebar(Widget, can_focus=True):
    """The watched users with unread counts, and the views."""

    def __init__(self, facts: SidebarFacts | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts = facts or SidebarFacts()
        self._at: int | None = None
        self._now: Instant = 0
        self._made_for: tuple[SidebarFacts, Instant, int, int] | None = None
        self._made: list[SidebarLine] = []
        self._drawn_for: tuple[SidebarFacts, Instant, Size, Palette, int | None] | None = None
        self._drawn: list[Strip] = []

    @property
    def facts(self) -> SidebarFacts:
        """What it shows; set it with `show`."""
        return self._facts

    def show(self, facts: SidebarFacts, now: Instant) -> None:
        """Show something else, or its age in minutes; nothing is repainted unless it differs."""
        now -= now % MINUTE
        if (facts, now) != (self._facts, self._now):
            self._facts, self._now = facts, now
            self.refresh()

    def move(self, step: int) -> None:
        """Move the highlight among what can be chosen."""
        choices = self._choices()
        if not choices:
            return
        here = choices.index(self._highlight(choices))
        self._at = choices[max(0, min(len(choices) - 1, here + step))]
        self.refresh()

    def choose(self) -> None:
        """Ask for what is highlighted."""
        if choices := self._choices():
            self._ask(self._lines()[self._highlight(choices)])

    @property
    def highlighted_user(self) -> str:
        """The user whose line is highlighted; empty on another line."""
        choices = self._choices()
        line = self._lines()[self._highlight(choices)] if choices else None
        return (line.value or "") if line is not None and line.action == "user.go" else ""

    def render_lines(self, crop: Region) -> list[Strip]:
        strips = self._strips_now()[crop.y : crop.bottom]
        if (crop.x, crop.width) != (0, self.size.width):
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def render_line(self, y: int) -> Strip:
        return self._strips_now()[y]

    def _strips_now(self) -> list[Strip]:
        # Textual asks for all of it whenever lines above and below it change, which is at every key.
        lines, palette, choices = self._lines(), palette_of(self.app), self._choices()
        lit = self._highlight(choices) if self.has_focus and choices else None
        drawn_for = (self._facts, self._now, self.size, palette, lit)
        if self._drawn_for != drawn_for:
            surfaces = [Surface.CURSOR if y == lit else Surface.PAGE for y in range(len(lines))]
            self._drawn_for = drawn_for
            behind = self.background_colors[1]
            self._drawn = [
                make_strip(line.spans, self.size.width, surface, palette, behind)
                for line, surface in zip(lines, surfaces, strict=True)
            ]
        return self._drawn

    def on_click(self, event: events.Click) -> None:
        lines = self._lines()
        if 0 <= event.y < len(lines):
            event.stop()
            self._ask(lines[event.y])

    def on_focus(self) -> None:
        self._at = None
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def _ask(self, line: SidebarLine) -> None:
        if line.action:
            self.post_message(ActionChosen(line.action, line.value))

    def _lines(self) -> list[SidebarLine]:
        made_for = (self._facts, self._now, *self.size)
        if self._made_for != made_for:
            self._made_for, self._made = made_for, sidebar_lines(self._facts, *self.size, self._now)
        return self._made

    def _choices(self) -> list[int]:
        return [y for y, line in enumerate(self._lines()) if line.action]

    def _highlight(self, choices: list[int]) -> int:
        if self._at in choices:
            return self._at
        lines, facts = self._lines(), self._facts
        view, user = ("views", facts.current_view), ("user.go", facts.current_user or ALL_USERS)
        wanted = view if facts.current_view else user
        return next((y for y in choices if (lines[y].action, lines[y].value) == wanted), choices[0])
