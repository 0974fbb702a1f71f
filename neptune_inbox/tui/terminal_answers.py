"""What a terminal answers to the question for its ground, taken out of what is typed.

OSC 11 asks for the ground, DA1 what kind of terminal it is. Every terminal answers DA1, so its answer shows that none
to OSC 11 will come. Neither is waited for: an answer may come at any moment, in pieces, or not at all.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable

from neptune_inbox.presentation.theme import theme_for_background

QUESTION = "\x1b]11;?\x1b\\\x1b[c"
"""OSC 11 and DA1 in one write."""
PATIENCE = 5.0
"""Seconds in which a piece of an answer is waited for; whole ones are taken out at any time."""
_BACKGROUND = re.compile(r"\x1b\]11;(?:rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})|[^\x07\x1b]*)")
_ANSWER = re.compile(rf"{_BACKGROUND.pattern}[^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[\?[\d;]*c")
_PIECE = re.compile(r"\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]*\x1b?)?)?)?|\[(?:\?[\d;]*)?)?\Z")


class TerminalAnswers:
    """Reads along with the keys of a terminal that was asked; used by the thread that reads them."""

    def __init__(self, on_theme: Callable[[str], None]) -> None:
        """`on_theme` is called with the theme that suits the ground, once it is known."""
        self._on_theme = on_theme
        self._held = ""
        self._asked_at = -PATIENCE
        self._is_complete = threading.Event()

    def asked(self) -> None:
        """From now on answers may come."""
        self._is_complete.clear()
        self._asked_at = time.monotonic()

    def wait(self, seconds: float) -> None:
        """Wait until all answers are here, if any may still come, so that none of them is left to the shell."""
        if self._asked_at >= 0:
            self._is_complete.wait(seconds)

    def strip(self, typed: str) -> str:
        """What was typed, without answers; a piece of one is held back. Nothing read (`""`) lets it go."""
        if not typed:
            held, self._held = self._held, ""
            return held
        text, self._held = self._held + typed, ""
        if "\x1b" not in text:
            return text
        text = _ANSWER.sub(self._take, text)
        if not self._is_complete.is_set() and time.monotonic() - self._asked_at < PATIENCE:
            piece = _PIECE.search(text)
            if piece is not None:
                self._held, text = piece[0], text[: piece.start()]
        return text

    def _take(self, answer: re.Match[str]) -> str:
        if answer[0].startswith("\x1b["):
            self._is_complete.set()
        elif answer[1]:
            red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in answer.groups()[:3])
            self._on_theme(theme_for_background(red, green, blue))
        return ""
