"""The sandbox's own time, which a test may stop and move."""

from __future__ import annotations

import time

from neptune_inbox.model import Instant, Now


def machine_time() -> Instant:
    """The machine's clock, in milliseconds."""
    return time.time_ns() // 1_000_000


class Clock:
    """Runs with the clock given, until it is frozen; what it is advanced by stays added."""

    def __init__(self, now: Now = machine_time) -> None:
        self._now = now
        self._frozen_at: Instant | None = None
        self._ahead = 0

    def __call__(self) -> Instant:
        return self._now() + self._ahead if self._frozen_at is None else self._frozen_at

    @property
    def is_frozen(self) -> bool:
        return self._frozen_at is not None

    def freeze(self, at: Instant | None = None) -> None:
        """Stop, now or at a moment of its own."""
        self._frozen_at = self() if at is None else at

    def advance(self, seconds: float) -> None:
        """Move on, frozen or not."""
        if self._frozen_at is None:
            self._ahead += round(seconds * 1000)
        else:
            self._frozen_at += round(seconds * 1000)

    def resume(self) -> None:
        """Run again from the current time; `reset` goes back to the machine's time."""
        if self._frozen_at is not None:
            self._ahead = self._frozen_at - self._now()
            self._frozen_at = None

    def reset(self) -> None:
        """The clock given, unmoved."""
        self._frozen_at, self._ahead = None, 0
