"""What an agent sees: the list, the lines around it, the preview, and the sheet that lies over them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.css.query import NoMatches
from textual.geometry import Region
from textual.widgets import Static

from neptune_inbox.tui.dialogs.base import Dialog
from neptune_inbox.tui.inbox.screen import InboxScreen
from neptune_inbox.tui.widgets.lines import SpanLine
from neptune_inbox.tui.widgets.search import SearchLine

if TYPE_CHECKING:
    from neptune_inbox.model import Key
    from neptune_inbox.sync.session import Session
    from neptune_inbox.tui.app import NeptuneInbox
    from tests.tui.service import Service


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the list as it stands on the screen."""

    text: str

    @property
    def theirs(self) -> str:
        """● unread, ○ read, ◷ on its way, ! refused."""
        return self.text[2]

    @property
    def triage(self) -> str:
        """✓ done, z snoozed, ★ starred, ✎ noted, or a space."""
        return self.text[4]

    @property
    def is_selected(self) -> bool:
        return self.text[0] == "◆"

    def __contains__(self, words: str) -> bool:
        return words in self.text


class Sight:
    """The screen of a running inbox."""

    def __init__(self, app: NeptuneInbox, service: Service) -> None:
        self.app = app
        self.service = service

    @property
    def screen(self) -> InboxScreen:
        """The inbox, whatever lies over it."""
        for screen in reversed(self.app.screen_stack):
            if isinstance(screen, InboxScreen):
                return screen
        raise NoMatches("no inbox is open")

    @property
    def session(self) -> Session:
        return self.screen.session

    def rows(self) -> list[Shown]:
        """The lines of the list, from the top of the screen; an empty list has none."""
        widget = self.screen.rows
        if not self.screen.snapshot or not widget.display:
            return []
        strips = widget.render_lines(Region(0, 0, *widget.size))
        return [Shown(strip.text) for strip in strips if strip.text.strip()]

    def row(self, words: str) -> Shown:
        """The one line that has these words."""
        found = [row for row in self.rows() if words in row]
        assert len(found) == 1, f"{len(found)} rows have {words!r}:\n{self.text()}"
        return found[0]

    def titles(self) -> list[str]:
        """The titles of the lines on the screen; each is `Card 12` or the like."""
        known = set(self.service.titles.values())
        return [title for row in self.rows() if (title := _card(row.text)) in known]

    def cursor(self) -> str:
        """The title of the row under the cursor, empty without one."""
        row = self.screen.cursor_row
        return row.title if row else ""

    def anchor(self) -> Key | None:
        """Which notification stands on the first line of the list."""
        return self.screen.rows.anchor_key

    def top(self) -> str:
        return self.screen.query_one("#top", SpanLine).text

    def bar(self) -> str:
        """The filters with their counts, the query, the banner."""
        return self.screen.query_one("#bar", SpanLine).text

    def status(self) -> str:
        return self.screen.query_one("#status", SpanLine).text

    def underlined(self) -> str:
        """The words of the search line that are marked as wrong, by more than a colour."""
        (strip,) = self.screen.query_one(SearchLine).render_lines(Region(0, 0, 200, 1))
        return "".join(segment.text for segment in strip if segment.style and segment.style.underline)

    def hints(self) -> str:
        return self.screen.query_one("#hints", SpanLine).text

    def sidebar(self) -> str:
        widget = self.screen.sidebar
        return "\n".join(strip.text for strip in widget.render_lines(Region(0, 0, *widget.size)))

    def preview(self) -> str:
        """What the preview tells, or an empty text while it tells nothing."""
        facts = self.screen.preview.facts
        return "\n".join((facts.title, facts.customer_state, facts.triage, facts.body)) if facts else ""

    @property
    def has_sheet(self) -> bool:
        return isinstance(self.app.screen, Dialog)

    def sheet(self) -> str:
        """The text of the sheet that lies over the list, without its border."""
        assert self.has_sheet, f"no sheet is open:\n{self.text()}"
        box = self.app.screen.query(".sheet").first().region
        return "\n".join(line[box.x + 1 : box.right].strip() for line in self.lines()[box.y : box.bottom])

    def problem(self) -> str:
        """What a screen or a sheet says is wrong."""
        return str(self.app.screen.query_one(".sheet-problem", Static).content)

    def lines(self) -> list[str]:
        """The whole screen, line by line, as it would reach the terminal."""
        screen = self.app.screen
        return [strip.text for strip in screen._compositor.render_strips(screen.size)]

    def text(self) -> str:
        return "\n".join(self.lines())


def _card(line: str) -> str:
    """The `Card 12` in a line of the list."""
    words = line.split()
    return f"Card {words[words.index('Card') + 1]}" if "Card" in words[:-1] else ""
