"""Bytes to the terminal for each step in the demo, and how long a dialog takes over a slow line.

    python tests/bench/bytes.py

The line takes 150 ms there and back, and 30 kB a second.
"""

from __future__ import annotations

import os
import select
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults.pty_steps import bytes_of, demo
from tests.faults.pty_terminal import Terminal

ROUND_TRIP = 0.15
RATE = 30_000
IDLE_SECONDS = 0.4
DIALOGS = (("help", "?"), ("evidence", "i"), ("users", "@"))


class SlowLine(Terminal):
    """A terminal at the far end of a line that takes so many bytes a second."""

    last = 0.0
    """When the last byte came, as `time.monotonic` tells it."""

    def _read(self, wait: float) -> int:
        if not select.select([self._ours], [], [], wait)[0]:
            return 0
        data = os.read(self._ours, RATE // 50)
        time.sleep(len(data) / RATE)
        self.raw += data
        self.last = time.monotonic()
        return len(data)


def seconds_to_open(terminal: SlowLine, key: str) -> float:
    """From the key to the last byte of its dialog, with the way there and back."""
    terminal.settle(IDLE_SECONDS, 10.0)
    began = time.monotonic()
    terminal.type(key)
    terminal.settle(IDLE_SECONDS, 5.0)
    taken = terminal.last - began + ROUND_TRIP
    terminal.type("\x1b")
    return taken


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        with demo(Path(home)) as terminal:
            for step, found in bytes_of(terminal):
                print(f"{step.name:18}{found:8,} bytes   at most {step.most:,}")
        with demo(Path(home), SlowLine) as slow:
            assert isinstance(slow, SlowLine)
            slow.shows("1 of ")
            slow.settle(IDLE_SECONDS, 10.0)
            for name, key in DIALOGS:
                print(f"{name:18}{seconds_to_open(slow, key):8.2f} s to be complete over the slow line")


if __name__ == "__main__":
    main()
