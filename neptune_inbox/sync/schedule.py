"""Whose turn it is to be polled: a pure calculation over one request budget.

The user on screen comes first but takes at most a third of the budget while others wait, so nobody starves: with
everybody due, the longest time between two polls of one user stays under twice the fair share (users / budget).
"""

from __future__ import annotations

from math import ceil
from random import Random

from msgspec import Struct

from neptune_inbox.model import Instant

ON_SCREEN_EVERY = 10_000
OTHERS_EVERY = 30_000
"""Milliseconds: nobody is polled more often than this, however large the budget."""
JITTER = 0.1
ASKED_EVERY = 5_000
"""Milliseconds: a refresh key that is held down jumps the budget no more often than this."""


class Turn(Struct):
    """When one user was last asked for, and when they may be asked for again."""

    last: Instant = 0
    due: Instant = 0
    failures: int = 0
    is_asked: bool = False
    """The agent asked for this user since their last poll began."""


class Schedule:
    """The watched users of one profile and the budget that they share."""

    def __init__(self, *, requests_per_minute: int, rng: Random) -> None:
        self._spacing = 60_000 / max(1, requests_per_minute)
        self._rng = rng
        self._turns: dict[str, Turn] = {}
        self._on_screen: frozenset[str] = frozenset()
        self._free_at: Instant = 0
        self._asked_at: Instant | None = None
        self._latest: Instant | None = None
        self.slowness = 1.0
        """Everything takes this many times as long, while the terminal has lost focus."""

    def set_users(self, users: list[str]) -> None:
        """The users to poll; a new one is due at once."""
        self._turns = {user: self._turns.get(user, Turn()) for user in users}

    def look_at(self, users: frozenset[str]) -> None:
        """These are on screen now; they are due at their shorter interval from their last poll on."""
        self._on_screen = users
        for user in users & self._turns.keys():
            turn = self._turns[user]
            if not turn.failures:
                turn.due = min(turn.due, turn.last + self._interval(user))

    def ask_now(self, users: frozenset[str], now: Instant) -> None:
        """The agent asked for these: they are due, and the first of them does not wait for the budget."""
        asked = users & self._turns.keys()
        for user in asked:
            turn = self._turns[user]
            turn.due, turn.last, turn.is_asked = 0, 0, True
        if asked and (self._asked_at is None or now - self._asked_at >= ASKED_EVERY):
            self._asked_at, self._free_at = now, 0

    def hurry(self, users: frozenset[str]) -> None:
        """Something differs for these: they are due, as soon as the budget allows; whoever failed goes on waiting."""
        for user in users & self._turns.keys():
            if not self._turns[user].failures:
                self._turns[user].due = 0

    def next(self, now: Instant) -> tuple[str | None, float]:
        """The user whose turn it is, or None and the seconds until it may be somebody's."""
        self._follow_clock(now)
        if not self._turns:
            return None, 60.0
        ready = [user for user, turn in self._turns.items() if turn.due <= now]
        wake = self._free_at if ready else max(self._free_at, min(turn.due for turn in self._turns.values()))
        if wake > now:
            return None, (wake - now) / 1000
        chosen = min(ready, key=lambda user: (user not in self._on_screen, self._turns[user].last))
        self._turns[chosen].is_asked = False
        return chosen, 0.0

    def note(self, user: str, now: Instant, requests: int) -> None:
        """A poll went well and cost this many requests."""
        self._spend(now, requests)
        if (turn := self._turns.get(user)) is not None:
            turn.last, turn.failures = now, 0
            turn.due = 0 if turn.is_asked else now + self._interval(user, requests)

    def note_failure(self, user: str, now: Instant, pause: float, requests: int = 1) -> None:
        """A poll failed after this many requests; the user is asked for again after `pause` seconds."""
        self._spend(now, requests)
        if (turn := self._turns.get(user)) is not None:
            turn.last, turn.failures = now, turn.failures + 1
            turn.due = now + int(pause * 1000)

    def failures(self, user: str) -> int:
        turn = self._turns.get(user)
        return turn.failures if turn else 0

    def _spend(self, now: Instant, requests: int) -> None:
        self._free_at = max(self._free_at, now) + ceil(requests * self._spacing * self.slowness)

    def _follow_clock(self, now: Instant) -> None:
        """Where the clock was set back, set everything back with it; else nobody would be due for as long."""
        behind = (self._latest or now) - now
        self._latest = now
        if behind > 0:
            self._asked_at, self._free_at = None, self._free_at - behind
            for turn in self._turns.values():
                turn.last, turn.due = max(0, turn.last - behind), turn.due - behind

    def _interval(self, user: str, requests: int = 1) -> int:
        if user in self._on_screen:
            others = len(self._turns.keys() - self._on_screen)
            share = requests * self._spacing * len(self._on_screen) * min(3, 1 + others)
            base = max(ON_SCREEN_EVERY, share)
        else:
            base = OTHERS_EVERY
        return int(base * self.slowness * self._rng.uniform(1 - JITTER, 1 + JITTER))
