"""A terminal that the first paint is put on, and a record for it: shared by the stories of the first second."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import sqlite3
import struct
import termios
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pyte
import pytest

from neptune_inbox.presentation.theme import Depth
from neptune_inbox.startup.first_page import FirstPage
from neptune_inbox.startup.first_paint import ENTER, FirstPaint, paint
from neptune_inbox.startup.snapshot import ScreenSnapshot
from tests.terminal_model import ModelScreen
from tests.tui.face import NOW

SCHEMA = "CREATE TABLE screen (name TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL)"
COLOURFUL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
LIMIT = 30.0


def cache_with(path: Path, text: str | None) -> Path:
    """A cache that holds this record of the screen, as the store would leave it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute(SCHEMA)
        if text is not None:
            database.execute("INSERT INTO screen VALUES ('screen', ?)", (text,))
        database.commit()
    return path


def draw(shown: ScreenSnapshot, width: int, height: int, now: int, theme: str, depth: Depth) -> str:
    """The whole page, as it is put on a terminal."""
    return ENTER + FirstPage(shown, width, height, now, theme, depth).draw()


class Terminal:
    """A terminal of a size, with what a program drew on it."""

    def __init__(self, columns: int, lines: int) -> None:
        self.screen = ModelScreen(columns, lines)
        self._stream = pyte.ByteStream(self.screen)
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.raw = b""
        self.steady: list[str] = []
        """What must stand there from now on; the first that differs is kept in `flicker`."""
        self.flicker: list[str] = []

    def close(self) -> None:
        for end in (self.ours, self.theirs):
            os.close(end)

    def read(self) -> None:
        """Draw everything that has come so far."""
        while select.select([self.ours], [], [], 0)[0]:
            data = os.read(self.ours, 65_536)
            self.raw += data
            self._stream.feed(data)
            if self.steady and not self.flicker and self.screen.display != self.steady:
                self.flicker = list(self.screen.display)

    def wait_for(self, told: int, word: bytes) -> None:
        """Draw what comes until the program says the word."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            ready = select.select([self.ours, told], [], [], 0.5)[0]
            if told in ready:
                assert os.read(told, 64) == word
                self.read()
                return
            self.read()
        pytest.fail(f"the program never said {word.decode()}")

    def picture(self) -> list[list[object]]:
        """Every cell with its colours and attributes, as far as they can be seen."""
        columns, lines = self.screen.columns, self.screen.lines
        return [[seen(self.screen.buffer[y][x]) for x in range(columns)] for y in range(lines)]

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.theirs)[3] & termios.ECHO)


def seen(cell: Any) -> object:
    """A cell of pyte as far as it can be seen: a blank shows no colour of text."""
    is_blank = cell.data == " " and not cell.reverse and not cell.underscore
    return cell._replace(fg="default", bold=False, italics=False) if is_blank else cell


def paint_on(
    terminal: Terminal, cache: Path, environ: Mapping[str, str] = COLOURFUL, **wish: str
) -> FirstPaint | None:
    size = (terminal.screen.columns, terminal.screen.lines)
    return paint(cache, out_fd=terminal.theirs, in_fd=terminal.theirs, size=size, now=NOW, environ=environ, **wish)
