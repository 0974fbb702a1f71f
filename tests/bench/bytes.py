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
REST = 1.5
"""Seconds without a change after which a dialog is complete."""
DIALOGS = (("help", "?"), ("evidence", "i"), ("users", "@"))


class SlowLine(Terminal):
    """A terminal at the far end of a line that takes so many bytes a second."""

    def _read(self, wait: float) -> int:
        if not select.select([self._ours], [], [], wait)[0]:
            return 0
        data = os.read(self._ours, RATE // 50)
        time.sleep(len(data) / RATE)
        self.raw += data
        return len(data)


def seconds_to_open(terminal: SlowLine, key: str) -> tuple[float, int]:
    """From the key until the text of its dialog is there, with the way there and back; and the bytes it took.

    A cursor that blinks afterwards is no part of it.
    """
    terminal.settle(IDLE_SECONDS, 10.0)
    text, bytes_before, began = terminal.text, len(terminal.raw), time.monotonic()
    complete_at, bytes_at = began, bytes_before
    terminal.type(key)
    while time.monotonic() - complete_at < REST:
        terminal.settle(0.01, 0.02)
        if (seen := terminal.text) != text:
            text, complete_at, bytes_at = seen, time.monotonic(), len(terminal.raw)
    terminal.type("\x1b")
    return complete_at - began + ROUND_TRIP, bytes_at - bytes_before


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
                taken, count = seconds_to_open(slow, key)
                line = ROUND_TRIP + count / RATE
                print(
                    f"{name:18}{taken:8.2f} s to be complete over the slow line, of which {line:.2f} s are the line's"
                )


if __name__ == "__main__":
    main()
