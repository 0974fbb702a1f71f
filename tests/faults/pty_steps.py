"""How many bytes the demo writes to a terminal of 120×40 for each thing that an agent does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.faults.pty_terminal import PROGRAM, Terminal, environment

SIZE = (120, 40)
A_WHILE = 1.5
"""Seconds without a byte after which a start is over."""
QUIET_SECONDS = 0.3
"""Seconds without a byte after which a step is over: the preview is filled after 0.12, a cursor blinks every 0.5."""


class Step(NamedTuple):
    """One thing that is done, and what the screen shows then."""

    name: str
    keys: str
    shows: str
    most: int
    """Bytes: at most a third of what it took before changes alone were written."""


STEPS = (
    Step("j", "j", " 2 of ", 2_833),
    Step("page", "\x1b[6~", " of ", 5_333),
    Step("letter of /", "/p", "/", 6_000),
    Step("search closed", "\x1b\x1b", " of ", 6_000),
    Step("help opened", "?", "type to find an action", 18_333),
    Step("help closed", "\x1b", " of ", 18_333),
    Step("evidence opened", "i", "", 18_333),
    Step("evidence closed", "\x1b", " of ", 18_333),
    Step("@", "@", "", 29_000),
    Step("@ closed", "\x1b", " of ", 29_000),
    Step("m", "m", "pending", 12_666),
)
START = Step("start", "", " of ", 92_333)
COUNTDOWN = Step("countdown second", "", "", 5_000)


def demo(home: Path, kind: type[Terminal] = Terminal) -> Terminal:
    """The demo, starting in a terminal."""
    return kind((*PROGRAM, "demo"), environment(home), size=SIZE)


def bytes_of(terminal: Terminal) -> Iterator[tuple[Step, int]]:
    """Take each step, and tell how many bytes it made the demo write."""
    for words in ("1 of ", "fresh", "payload"):
        terminal.shows(words)
    terminal.settle(A_WHILE, 10.0)
    yield START, len(terminal.raw)
    for step in STEPS:
        before = len(terminal.raw)
        terminal.type(step.keys)
        if step.shows:
            terminal.shows(step.shows)
        terminal.settle(QUIET_SECONDS, 3.0)
        yield step, len(terminal.raw) - before
    before, began = len(terminal.raw), terminal.clock()
    terminal.settle(1.0, 2.0)
    yield COUNTDOWN, round((len(terminal.raw) - before) / max(1.0, terminal.clock() - began))
