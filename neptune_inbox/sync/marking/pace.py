"""How many marks are posted at once: as many as the server bears without answering later, one where it has enough."""

from __future__ import annotations

AT_ONCE = 4
"""To a server of which nothing else is known."""
MOST_AT_ONCE = 16
QUICK, STILL_QUICK = 250, 1.5
"""Milliseconds, and times the quickest round: up to here more at once cost the server nothing."""
SLOW, TOO_SLOW = 1_000, 3.0
"""The same, from where on the marks wait for each other."""


class Pace:
    """Grows after rounds that were answered as quickly as the quickest, shrinks after slow ones and after trouble."""

    def __init__(self) -> None:
        self.at_once = AT_ONCE
        self._quickest: float | None = None

    def note(self, count: int, milliseconds: float) -> None:
        """A round of so many was answered without trouble, its last mark after so long."""
        if count < self.at_once:
            return
        self._quickest = milliseconds if self._quickest is None else min(self._quickest, milliseconds)
        if milliseconds <= max(QUICK, STILL_QUICK * self._quickest):
            self.at_once = min(MOST_AT_ONCE, 2 * self.at_once)
        elif milliseconds >= max(SLOW, TOO_SLOW * self._quickest) and self.at_once > AT_ONCE:
            self.at_once //= 2

    def note_trouble(self) -> None:
        """The server could not be reached, or asked for less."""
        self.at_once, self._quickest = 1, None
