"""Whose turn it is to be polled: a pure calculation over one request budget.

The user on screen comes first but takes at most a third of the budget while others wait. Of these nobody is asked
twice in one round, before everybody who is due was asked once; within a round those come first whose marks were sent,
then those who changed most often. So the longest time between two polls of one user stays under twice the fair share
(users / budget).
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from random import Random
from zlib import crc32

from msgspec import Struct

from neptune_inbox.model import Instant

ON_SCREEN_EVERY = 10_000
OTHERS_EVERY = 30_000
"""Milliseconds: nobody is polled more often than this, however large the budget."""
JITTER = 0.1
MEMORY = 0.7
"""How much of a user's change rate carries over to the next poll."""
ALONE_EVERY = 600_000
"""Milliseconds after which this program polls a user itself, whatever colleagues' programs report."""
ALONE_ROUNDS = 8
"""Where that would take more than one request in so many, it happens less often."""
ASKED_EVERY = 5_000
"""Milliseconds: a refresh key that is held down jumps the budget no more often than this."""


class PollState(Struct):
    """When one user was last asked for, and when they may be asked for again."""

    last: Instant = 0
    """When their state was last known, from this program or a colleague's."""
    own: Instant = 0
    """When this program last polled them."""
    alone_at: Instant = 0
    """When this program polls them next, whatever colleagues' programs report; spread over the users."""
    due: Instant = 0
    failures: int = 0
    is_asked: bool = False
    """The agent asked for this user since their last poll began."""
    round: int = 0
    """In which round they were asked last."""
    is_expected: bool = False
    """Something of theirs is known to differ: marks of theirs were sent since their last poll."""
    changes: float = 0.0
    """How often a poll brought something, 0 to 1, the latest polls above all."""


class Schedule:
    """The watched users of one profile and the budget that they share."""

    def __init__(self, *, requests_per_minute: int, rng: Random) -> None:
        self._own_spacing = 60_000 / max(1, requests_per_minute)
        self._rng = rng
        self._turns: dict[str, PollState] = {}
        self._on_screen: frozenset[str] = frozenset()
        self._free_at: Instant = 0
        self._asked_at: Instant | None = None
        self._latest: Instant | None = None
        self._round = 1
        self._asked_count = 0
        """How many the agent asked for last: one comes first, and where it was everybody, each in turn."""
        self.slowness = 1.0
        """Everything takes this many times as long, while the terminal has lost focus."""
        self.agents = 1
        """Programs of the team that share the budget, this one among them."""
        self.is_ours: Callable[[str], bool] = lambda user: True
        """Whether this program polls a user before the team's other programs do."""

    @property
    def _spacing(self) -> float:
        return self._own_spacing * self.agents

    def set_users(self, users: list[str]) -> None:
        """The users to poll; a new one is due at once."""
        self._turns = {user: self._turns.get(user, PollState()) for user in users}

    def set_visible(self, users: frozenset[str]) -> None:
        """These are on screen now; they are due at their shorter interval from their last poll on."""
        self._on_screen = users
        for user in users & self._turns.keys():
            turn = self._turns[user]
            if not turn.failures:
                turn.due = min(turn.due, turn.last + self._interval(user))

    def ask_now(self, users: frozenset[str], now: Instant) -> None:
        """The agent asked for these: they are due, and the first of them does not wait for the budget."""
        asked = users & self._turns.keys()
        self._asked_count = len(asked)
        for user in asked:
            turn = self._turns[user]
            turn.due, turn.last, turn.is_asked = 0, 0, True
        if asked and (self._asked_at is None or now - self._asked_at >= ASKED_EVERY):
            self._asked_at, self._free_at = now, 0

    def make_due(self, users: frozenset[str]) -> None:
        """Something differs for these: they are due as soon as the budget allows; those that failed keep waiting."""
        for user in users & self._turns.keys():
            self._turns[user].is_expected = True
            if not self._turns[user].failures:
                self._turns[user].due = 0

    def note_seen(self, user: str, at: Instant, now: Instant) -> None:
        """A colleague's program polled a user at `at` and saw what is cached here: that counts as a poll.

        Not for whoever is on screen, was asked for by the agent or is expected to differ, and not for ever.
        """
        turn = self._turns.get(user)
        if turn is None or user in self._on_screen or turn.is_asked or turn.is_expected or turn.failures:
            return
        if turn.last < at and now < turn.alone_at:
            turn.last, turn.round = at, self._round
            turn.due = max(turn.due, min(at + self._interval(user), turn.alone_at))

    def note_differing(self, user: str, now: Instant) -> None:
        """A colleague's program saw something that is not cached here: the user is due, no more often than usual."""
        turn = self._turns.get(user)
        if turn is not None and not turn.failures:
            turn.is_expected = True
            turn.due = min(turn.due, max(now, turn.own + OTHERS_EVERY))

    def next(self, now: Instant) -> tuple[str | None, float]:
        """The user whose turn it is, or None and the seconds until it may be somebody's."""
        self._follow_clock(now)
        if not self._turns:
            return None, 60.0
        ready = [user for user, turn in self._turns.items() if turn.due <= now]
        wake = self._free_at if ready else max(self._free_at, min(turn.due for turn in self._turns.values()))
        if wake > now:
            return None, (wake - now) / 1000
        chosen = min(ready, key=self._rank)
        turn = self._turns[chosen]
        if chosen not in self._on_screen and turn.round >= self._round:
            # Everybody who is due was asked in this round: the next begins.
            self._round += 1
        turn.round, turn.is_asked, turn.is_expected = self._round, False, False
        return chosen, 0.0

    def _rank(self, user: str) -> tuple[bool, bool, bool, bool, bool, float, Instant]:
        turn = self._turns[user]
        is_had = turn.round >= self._round
        is_alone = turn.is_asked and self._asked_count == 1
        is_urgent = (user not in self._on_screen, not is_alone, is_had, not turn.is_expected)
        return *is_urgent, not self.is_ours(user), -turn.changes, turn.last

    @property
    def milliseconds_a_round(self) -> int:
        """How long it takes at the least until everybody was asked once."""
        share = 1.5 if self._on_screen and len(self._turns) > len(self._on_screen) else 1.0
        return round(len(self._turns) * self._spacing * share * self.slowness)

    def note(self, user: str, now: Instant, requests: int, *, has_changed: bool = False) -> None:
        """A poll went well, cost this many requests, and brought something or not."""
        self._spend(now, requests)
        if (turn := self._turns.get(user)) is not None:
            turn.changes = MEMORY * turn.changes + (1 - MEMORY) * has_changed
            turn.last, turn.own, turn.failures = now, now, 0
            longest = max(ALONE_EVERY, ALONE_ROUNDS * self.milliseconds_a_round)
            turn.alone_at = now + int(longest * (0.5 + crc32(user.encode("utf-8", "replace")) / (1 << 33)))
            turn.due = 0 if turn.is_asked else now + self._interval(user, requests)

    def note_failure(self, user: str, now: Instant, pause: float, requests: int = 1) -> None:
        """A poll failed after this many requests; the user is asked for again after `pause` seconds."""
        self._spend(now, requests)
        if (turn := self._turns.get(user)) is not None:
            turn.last, turn.own, turn.failures = now, now, turn.failures + 1
            turn.due = now + int(pause * 1000)

    def failures(self, user: str) -> int:
        turn = self._turns.get(user)
        return turn.failures if turn else 0

    def spend(self, now: Instant, requests: int) -> None:
        """Requests were made outside of anybody's turn: they count as well."""
        self._spend(now, requests)

    def seconds_owed(self, now: Instant) -> float:
        """How long it takes until the budget has room again for what was spent."""
        self._follow_clock(now)
        return max(0.0, (self._free_at - now) / 1000)

    def _spend(self, now: Instant, requests: int) -> None:
        self._free_at = max(self._free_at, now) + ceil(requests * self._spacing * self.slowness)

    def _follow_clock(self, now: Instant) -> None:
        """Where the clock was set back, set everything back with it; else nobody would be due for as long."""
        behind = (self._latest or now) - now
        self._latest = now
        if behind > 0:
            self._asked_at, self._free_at = None, self._free_at - behind
            for turn in self._turns.values():
                turn.last, turn.own = max(0, turn.last - behind), max(0, turn.own - behind)
                turn.due, turn.alone_at = turn.due - behind, turn.alone_at - behind

    def _interval(self, user: str, requests: int = 1) -> int:
        if user in self._on_screen:
            others = len(self._turns.keys() - self._on_screen)
            share = requests * self._spacing * len(self._on_screen) * min(3, 1 + others)
            base = max(ON_SCREEN_EVERY, share)
        else:
            base = OTHERS_EVERY
        return int(base * self.slowness * self._rng.uniform(1 - JITTER, 1 + JITTER))
