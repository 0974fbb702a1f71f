"""Whether the wall clock was set while the program ran, and for how long the program itself was suspended."""

from __future__ import annotations

import asyncio

from neptune_inbox.model import Now

DRIFT = 1_000
"""Milliseconds that the two may differ by without anybody having set a clock: time servers slew, looks take time."""
BEAT = 0.25
"""Seconds between two signs of life of the event loop."""
LONGEST_BEAT = 1_000
"""Milliseconds between two of them that a busy machine explains."""


class ClockWatch:
    """Tells steps of the wall clock, in either direction; both clocks give milliseconds."""

    def __init__(self, now: Now, steady: Now) -> None:
        self._now = now
        self._steady = steady
        self._offset = now() - steady()

    def step(self) -> int:
        """By how many milliseconds the clock was set since the last look; 0 where it was not."""
        offset = self._now() - self._steady()
        step = offset - self._offset
        if abs(step) <= DRIFT:
            return 0
        self._offset = offset
        return step


class Standstill:
    """Measures how long nothing could be seen and no key was heard: the process was stopped, or the machine asleep.

    `steady` gives milliseconds and runs on meanwhile. Nothing is measured before `run`.
    """

    def __init__(self, steady: Now) -> None:
        self._steady = steady
        self._beat_at: int | None = None
        self._missed = 0

    def beat(self) -> None:
        """Give a sign of life."""
        at = self._steady()
        if self._beat_at is not None and at - self._beat_at > LONGEST_BEAT:
            self._missed += at - self._beat_at
        self._beat_at = at

    def take_missed(self) -> int:
        """How many milliseconds were missed since this was last asked, those up to now included."""
        if self._beat_at is not None:
            self.beat()
        missed, self._missed = self._missed, 0
        return missed

    async def run(self) -> None:
        """Give signs of life for ever; ends only by being cancelled."""
        while True:
            self.beat()
            await asyncio.sleep(BEAT)
