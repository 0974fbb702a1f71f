"""A real pseudo-terminal: a program runs in it, each byte that it writes is kept, and a screen shows what is seen."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

from tests.terminal_model import ModelScreen

ROOT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "neptune_inbox")
LIMIT = 30.0
"""Seconds that anything may take on a busy machine before a test gives up."""
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
"""Run first: the terminal becomes the one that controls the program, so that ctrl+c and hanging up reach it."""


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a login shell in a colour terminal would hand over, and nothing of the machine that runs the test."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        **more,
    }


class Terminal:
    """One program in a terminal of its own; leaving ends it, however it stands."""

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        *,
        size: tuple[int, int] = (110, 32),
        stdout: int | None = None,
        is_controlling: bool = True,
    ) -> None:
        """`size` is columns and lines; `stdout` replaces the terminal for standard output alone.

        A terminal that is not the controlling one sends no signals, not even when it is closed.
        """
        columns, lines = size
        self.screen = ModelScreen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self._drawn = 0
        self._ours, self._theirs = pty.openpty()
        self.raw = bytearray()
        self._set_size(columns, lines)
        self.modes = termios.tcgetattr(self._theirs)
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*((sys.executable, "-I", "-S", "-c", _TAKE_TERMINAL) if is_controlling else ()), *command],
            stdin=self._theirs,
            stdout=self._theirs if stdout is None else stdout,
            stderr=self._theirs,
            env=dict(env),
            cwd=env["HOME"],
            start_new_session=True,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._ours >= 0:
            self._read(0)
            self.hang_up()

    # What is seen ------------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What stands on the screen."""
        self._read(0)
        self._stream.feed(bytes(self.raw[self._drawn :]))
        self._drawn = len(self.raw)
        # Not `screen.display`: it breaks over half of a wide sign that was drawn over.
        cells = range(self.screen.columns)
        rows = (self.screen.buffer[y] for y in range(self.screen.lines))
        return "\n".join("".join(row[x].data for x in cells) for row in rows)

    def until(self, holds: Callable[[], bool], what: str, limit: float = LIMIT) -> float:
        """Wait until something holds; the seconds that it took."""
        began = time.monotonic()
        while not holds():
            waited = time.monotonic() - began
            assert waited < limit, f"{what}: not within {limit:g} s; on the screen:\n{self.text}"
            self._read(0.02)
        return time.monotonic() - began

    def shows(self, words: str, limit: float = LIMIT) -> float:
        """Wait until these words stand on the screen."""
        return self.until(lambda: words in self.text, f"{words!r} on the screen", limit)

    def writes(self, words: str, since: int) -> float:
        """Wait until these words were written behind a place in `raw`; cheaper than the screen."""
        return self.until(lambda: words.encode() in self.raw[since:], f"{words!r} written")

    def is_wiped(self) -> None:
        """The shell had the screen meanwhile: nothing of what was drawn stands there."""
        assert self.text
        self.screen.reset()

    def draw_anew(self) -> None:
        """Leave out of the screen what was written so far, and have the program draw all of it again."""
        columns, lines = self.screen.columns, self.screen.lines
        for width in (columns - 1, columns):
            self.settle()
            self._drawn = len(self.raw)
            self.resize(width, lines)
            self.settle(0.1)

    def settle(self, pause: float = 0.05, limit: float = 2.0) -> None:
        """Wait until nothing was written for `pause` seconds; a screen that never rests is left after `limit`."""
        end = time.monotonic() + limit
        while time.monotonic() < end and self._read(pause):
            pass

    # What is done ------------------------------------------------------------------------------------------------

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def press(self, keys: str, words: str = "") -> None:
        """Type keys, then wait for words on the screen, or until it rests."""
        seen = len(self.raw)
        self.type(keys)
        if words:
            self.shows(words)
        else:
            end = time.monotonic() + 0.15
            while len(self.raw) == seen and time.monotonic() < end:
                self._read(0.02)
        self.settle()

    @staticmethod
    def clock() -> float:
        """Seconds, for measuring."""
        return time.monotonic()

    def response(self, keys: str) -> float:
        """Seconds from a key to the first byte that answers it."""
        self.settle()
        seen = len(self.raw)
        self.type(keys)
        return self.until(lambda: bool(self._read(0.005)) or len(self.raw) > seen, f"an answer to {keys!r}")

    def click(self, column: int, line: int) -> None:
        """Click a cell, 0-based, as a terminal with SGR mouse reports tells it."""
        self.type(f"\x1b[<0;{column + 1};{line + 1}M\x1b[<0;{column + 1};{line + 1}m")

    def resize(self, columns: int, lines: int) -> None:
        self._set_size(columns, lines)
        self.screen.resize(lines, columns)
        os.killpg(self.process.pid, signal.SIGWINCH)

    def hang_up(self) -> None:
        """Close the window: the kernel tells the program, and what it writes from now on is lost."""
        for end in (self._ours, self._theirs):
            os.close(end)
        self._ours = self._theirs = -1

    def ends(self, limit: float = LIMIT) -> int:
        """Wait for the end; the exit code, negative for a signal that killed it."""
        self.until(lambda: self.process.poll() is not None, "the end of the program", limit)
        self._read(0)
        return self.process.returncode

    @property
    def is_restored(self) -> bool:
        """Whether the line discipline is as it was before the program started."""
        return termios.tcgetattr(self._theirs) == self.modes

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self, wait: float) -> int:
        """Take in what has come, waiting for the first of it at most this long; the number of bytes."""
        taken = 0
        while select.select([self._ours], [], [], 0 if taken else wait)[0]:
            data = os.read(self._ours, 65_536)
            self.raw += data
            taken += len(data)
        return taken
