"""The keys of a sheet in a line, each of which can be clicked as well as pressed."""

from __future__ import annotations

import re

from textual import events
from textual.content import Content
from textual.widgets import Static

from neptune_inbox.presentation.keymap import pressed

_GROUP = re.compile(r"\S+(?: \S+)*")


class KeyLine(Static):
    """`y copy  esc back`: keys with their labels, two blanks between; a click on one is its key."""

    def __init__(self, text: str, *, id: str | None = None, classes: str = "") -> None:
        super().__init__(_drawn(text), id=id, classes=f"sheet-line dim {classes}", markup=False)

    def tell(self, text: str) -> None:
        """Show other keys."""
        self.update(_drawn(text))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        for group in _GROUP.finditer(self.render_line(event.y).text):
            if group.start() <= event.x < group.end():
                sign = group[0].split()[0]
                self.app.post_message(events.Key(*pressed(sign)))


def _drawn(text: str) -> Content:
    """The keys stand out from their labels, as in the last line of the screen."""
    drawn = Content(text)
    for group in _GROUP.finditer(text):
        drawn = drawn.stylize("bold $key", group.start(), group.start() + len(group[0].split()[0]))
    return drawn
