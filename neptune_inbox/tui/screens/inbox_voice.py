"""What the inbox says in its status line: one sentence at a time, gone when it is over or no longer true."""

from __future__ import annotations

from enum import Enum
from typing import Any

from textual.screen import Screen
from textual.timer import Timer

MESSAGE_SECONDS = 8.0


class About(Enum):
    """What a sentence is about, so that it goes when that is over."""

    ANYTHING = "anything"
    SELECTION = "selection"
    MARKS = "marks that can be taken back"
    SENT = "marks that cannot any more"


class InboxVoice(Screen[None]):
    """The part of the inbox that says something."""

    def __init__(self) -> None:
        super().__init__()
        self._forget_message: Timer | None = None
        self._said_about = About.ANYTHING

    def change(self, **changes: Any) -> None:
        """Draw what differs; the whole of the view is known above."""
        raise NotImplementedError

    def be_silent(self, about: About) -> None:
        """Take back what was last said, if it was about this."""
        if self._said_about is about:
            self._said_about = About.ANYTHING
            self.change(message="")

    def say(self, message: str, level: str = "ok", *, about: About = About.ANYTHING) -> None:
        """Say one sentence in the status line; it goes by itself."""
        self._said_about = about
        self.change(message=message, level=level)
        if self._forget_message is not None:
            self._forget_message.stop()
        self._forget_message = self.set_timer(MESSAGE_SECONDS, lambda: self.change(message=""))
