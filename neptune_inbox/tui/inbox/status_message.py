"""What the inbox says in its status line: one sentence at a time, gone when it is over or no longer true."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.dom import DOMNode
    from textual.timer import Timer

    from neptune_inbox.model import Instant

MESSAGE_SECONDS = 8.0
NEVER = -1
"""In the place of the time when a sentence is no longer true: it stays until it is taken back."""


class About(Enum):
    """What a sentence is about, so that it goes when that is over."""

    ANYTHING = "anything"
    SELECTION = "selection"
    MARKS = "marks that can be taken back"
    SENT = "marks that no longer can be"
    ASKING = "an answer of the server that is waited for"
    WRITING = "a write that is under way"
    COVERAGE = "how far the list is loaded"


class StatusMessages:
    """The one sentence of the status line; `show` draws a sentence and its level."""

    def __init__(self, node: DOMNode, show: Callable[[str, str], None]) -> None:
        self._node = node
        self._show = show
        self._timer: Timer | None = None
        self.about = About.ANYTHING
        self._until: Instant | None = None

    def say(
        self, message: str, level: str = "ok", about: About = About.ANYTHING, until: Instant | None = None
    ) -> None:
        """Show a sentence; it disappears by itself, or at `until`, when it is no longer true."""
        self.about = about
        self._until = None if until == NEVER else until
        self._show(message, level)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._node.set_timer(MESSAGE_SECONDS, self.clear) if until != NEVER else None

    def tick(self, now: Instant) -> None:
        """Clear the sentence once it is no longer true."""
        if self._until is not None and now >= self._until:
            self._until = None
            self.clear()

    def be_silent(self, about: About) -> None:
        """Take back what was last said, if it was about this."""
        if self.about is about:
            self.about = About.ANYTHING
            self.clear()

    def clear(self) -> None:
        """Say nothing; what was said last is still known."""
        self._show("", "ok")
