"""Whether the service can be reached with this token, and when to try again.

A circuit breaker in plain words: after five failures in a row the profile is *offline*, and one probe at a time is
let through, further and further apart (5 minutes at most). A token that the server refused is tried again in the same
way, as refusals pass; without a token nothing is tried until there is one.
"""

from __future__ import annotations

from enum import StrEnum
from random import Random

from neptune_inbox.api.backoff import next_delay
from neptune_inbox.errors import InboxError, NotSignedIn, SignInProblem, TokenExpired, TokenRefused, Unreachable
from neptune_inbox.model import Instant, Now
from neptune_inbox.sync.events import Bus, HealthChanged

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
        self._has_no_token = False

    @property
    def seconds_to_wait(self) -> float:
        """How long no request may be made; a clock that was set back does not make it longer."""
        now = self._now()
        return max(0.0, (self.next_try_at - now) / 1000) if now >= self._put_off_at else 0.0

    @property
    def waits_for_token(self) -> bool:
        """Nothing can be tried before there is another token: there is none here, or it is known to be over."""
        return self.state is State.SIGNED_OUT and (
            self._has_no_token or isinstance(self.error, TokenExpired) or not isinstance(self.error, TokenRefused)
        )

    def note_success(self) -> None:
        if self.state is State.SIGNED_OUT and (self.waits_for_token or self.seconds_to_wait > 0):
            # An answer to a request made before the token was refused.
            return
        self._failures = 0
        self.next_try_at = 0
        self._become(State.ONLINE, None)

    def note_failure(self, error: InboxError) -> None:
        """Take in that a request failed: a refused token signs out, and like other trouble puts off the next try."""
        if self._has_no_token and self.state is State.SIGNED_OUT and isinstance(error, NotSignedIn):
            # Requests that waited for the token only know that there is none; why is known already.
            return
        if isinstance(error, SignInProblem):
            if self.state is not State.SIGNED_OUT:
                self._failures = 0
            self._put_off(None)
            self._become(State.SIGNED_OUT, error)
        elif isinstance(error, Unreachable) and self.state is State.SIGNED_OUT:
            self._put_off(error.retry_after)
        elif isinstance(error, Unreachable):
            self._put_off(error.retry_after)
            self._become(State.OFFLINE if self._failures >= FAILURES_UNTIL_OFFLINE else State.TROUBLED, error)

    def note_no_token(self, error: InboxError) -> None:
        """Take in that no token is used, and why: nothing is tried before there is one."""
        self._has_no_token = False
        self.note_failure(error)
        self._has_no_token = True

    def _put_off(self, retry_after: float | None) -> None:
        self._failures += 1
        pause = next_delay(self._failures, retry_after=retry_after, rng=self._rng, cap=LONGEST_PAUSE)
        self._put_off_at = self._now()
        self.next_try_at = max(self.next_try_at, self._put_off_at + max(1, int(pause * 1000)))

    def try_now(self) -> None:
        """Let the next request through at once: the user asked for it."""
        self.next_try_at = 0

    def note_new_token(self) -> None:
        """A token was given: nothing is known about it yet."""
        self._has_no_token = False
        self._failures = 0
        self.next_try_at = 0
        self._become(State.UNKNOWN, None)

    def _become(self, state: State, error: InboxError | None) -> None:
        before, after = (trouble.identity if trouble else () for trouble in (self.error, error))
        is_news = state is not self.state or before != after
        if state is not self.state:
            self.since = self._now()
        self.state, self.error = state, error
        if is_news:
            self._bus.publish(HealthChanged())
