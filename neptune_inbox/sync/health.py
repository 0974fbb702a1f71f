"""Whether the service can be reached with this token, and when to try again.

A circuit breaker in plain words: after five failures in a row the profile is *offline*, and one probe at a time is
let through, further and further apart (5 minutes at most). A refused token stops everything until it is mended.
"""

from __future__ import annotations

from enum import StrEnum
from random import Random

from neptune_inbox.api.retry import next_delay
from neptune_inbox.errors import InboxError, SignInProblem, Unreachable
from neptune_inbox.model import Instant, Now
from neptune_inbox.sync.facts import Bus, HealthChanged

FAILURES_UNTIL_OFFLINE = 5
LONGEST_PAUSE = 300.0
"""Seconds."""


class State(StrEnum):
    """What the profile's connection is like."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    TROUBLED = "troubled"
    OFFLINE = "offline"
    SIGNED_OUT = "signed out"


class Health:
    """The state of one profile's connection."""

    def __init__(self, *, bus: Bus, now: Now, rng: Random) -> None:
        self._bus = bus
        self._now = now
        self._rng = rng
        self._failures = 0
        self.state = State.UNKNOWN
        self.since: Instant = now()
        self.error: InboxError | None = None
        self.next_try_at: Instant = 0
        """No request before this instant."""
        self._put_off_at: Instant = 0

    @property
    def seconds_to_wait(self) -> float:
        """How long no request may be made; a clock that was set back does not make it longer."""
        now = self._now()
        return max(0.0, (self.next_try_at - now) / 1000) if now >= self._put_off_at else 0.0

    def note_success(self) -> None:
        if self.state is State.SIGNED_OUT:
            # An answer to a request made before the token was refused: only a new token mends that.
            return
        self._failures = 0
        self.next_try_at = 0
        self._become(State.ONLINE, None)

    def note_failure(self, error: InboxError) -> None:
        """Take in that a request failed: a refused token signs out, other trouble puts off the next try."""
        if isinstance(error, SignInProblem):
            self._become(State.SIGNED_OUT, error)
            return
        if not isinstance(error, Unreachable) or self.state is State.SIGNED_OUT:
            return
        self._failures += 1
        pause = next_delay(self._failures, retry_after=error.retry_after, rng=self._rng, cap=LONGEST_PAUSE)
        self._put_off_at = self._now()
        self.next_try_at = max(self.next_try_at, self._put_off_at + int(pause * 1000))
        self._become(State.OFFLINE if self._failures >= FAILURES_UNTIL_OFFLINE else State.TROUBLED, error)

    def try_now(self) -> None:
        """Let the next request through at once: the user asked for it."""
        self.next_try_at = 0

    def note_new_token(self) -> None:
        """A token was given: nothing is known about it yet."""
        self._failures = 0
        self.next_try_at = 0
        self._become(State.UNKNOWN, None)

    def _become(self, state: State, error: InboxError | None) -> None:
        told = self.error.sentence if self.error else ""
        is_news = state is not self.state or (error.sentence if error else "") != told
        if state is not self.state:
            self.since = self._now()
        self.state, self.error = state, error
        if is_news:
            self._bus.tell(HealthChanged())
