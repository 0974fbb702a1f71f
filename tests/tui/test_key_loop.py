"""The first page is alive: what moves the cursor is heard before there is an app, everything else waits for it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.startup.first_paint import FirstPaint
from neptune_inbox.startup.key_loop import sequences
from neptune_inbox.startup.snapshot import dump_screen
from tests.tui.face import record
from tests.tui.first_paint import LIMIT, Terminal, cache_with, paint_on


class Page:
    """The first page on a terminal, and somebody who types."""

    def __init__(self, folder: Path, *, count: int = 60) -> None:
        self.terminal = Terminal(100, 24)
        was = record(count)._replace(down=("j", "down"), up=("k", "up"))
        painted = paint_on(self.terminal, cache_with(folder / "cache.db", dump_screen(was)))
        assert painted is not None
        self.painted: FirstPaint = painted
        self.terminal.read()
        self.first = self.cursor

    @property
    def cursor(self) -> int:
        """The line that the cursor bar is on."""
        return next(y for y, line in enumerate(self.terminal.screen.display) if "▌" in line)

    def type(self, text: str) -> None:
        os.write(self.terminal.ours, text.encode())

    def shows(self, moved: int) -> bool:
        """Wait until the cursor is this many rows below the first one, and nowhere else."""
        end = time.monotonic() + LIMIT
        while self.cursor != self.first + moved or self.terminal.screen.cursor.y != self.first + moved:
            assert time.monotonic() < end, "\n".join(self.terminal.screen.display)
            self.terminal.read()
        return sum("▌" in line for line in self.terminal.screen.display) == 1


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    page = Page(tmp_path)
    yield page
    page.painted.restore()
    page.terminal.close()


def test_the_cursor_moves_at_once_and_the_app_begins_where_it_is(page: Page) -> None:
    page.type("jj")
    assert page.shows(2)
    assert "3 · 60 of 1,243" in "\n".join(page.terminal.screen.display)
    page.type("k\x1b[B\x1bOB\x1b[A")
    assert page.shows(2)
    assert page.painted.leave() == (record().rows[2].identity, "")


def test_a_page_that_nobody_touched_leaves_nothing(page: Page) -> None:
    assert page.painted.leave() == (None, "")
    assert page.painted.leave() == (None, "")


def test_above_the_first_row_there_is_nothing(page: Page) -> None:
    page.type("kkj")
    assert page.shows(1)


def test_any_other_key_and_all_behind_it_wait_for_the_app(page: Page) -> None:
    page.type("jxj")
    assert page.shows(1)
    page.type("mj")
    assert page.painted.leave() == (record().rows[1].identity, "xj")
    # What came after it was left to the terminal, where Textual reads on.
    assert os.read(page.terminal.theirs, 64) == b"mj"


def test_where_the_list_would_scroll_the_app_goes_on(page: Page) -> None:
    page.type("j" * 40)
    rows = sum("payment" in line or "otp" in line for line in page.terminal.screen.display)
    assert page.shows(rows - 1)
    cursor, typed = page.painted.leave()
    assert cursor == record().rows[rows - 1].identity
    assert typed == "j" * (40 - rows + 1)


def test_a_key_that_comes_in_two_parts_is_one_key(page: Page) -> None:
    page.type("\x1b")
    page.type("[B")
    assert page.shows(1)


def test_escape_alone_is_for_the_app(page: Page) -> None:
    page.type("j\x1b")
    assert page.shows(1)
    assert page.painted.leave() == (record().rows[1].identity, "\x1b")


def test_the_bottom_of_a_short_list_is_the_apps_to_tell(tmp_path: Path) -> None:
    page = Page(tmp_path, count=2)
    page.type("jjj")
    assert page.shows(1)
    assert page.painted.leave() == (record(2).rows[1].identity, "jj")
    page.painted.restore()
    page.terminal.close()


def test_only_keys_that_every_terminal_sends_alike_are_heard() -> None:
    assert sequences(("j", "down", "ctrl+n", "dollar_sign")) == (b"j", b"\x1b[B", b"\x1bOB")


def test_a_page_that_nobody_takes_over_ends_with_its_terminal_and_reads_nothing_else(tmp_path: Path) -> None:
    """Descriptors are numbered anew: what has the terminal's number afterwards is not the page's to read."""
    broken: list[threading.ExceptHookArgs] = []
    before, threading.excepthook = threading.excepthook, broken.append
    try:
        page = Page(tmp_path)
        thread = next(thread for thread in threading.enumerate() if thread.name == "first page")
        number = page.terminal.theirs
        ours, theirs = os.pipe()
        os.write(theirs, b"jjjj")
        os.dup2(ours, number)
        page.type("x")
        thread.join(LIMIT)
        assert not thread.is_alive()
        assert os.read(number, 64) == b"jjjj"
        page.painted.restore()
        page.terminal.close()
        for end in (ours, theirs):
            os.close(end)
    finally:
        threading.excepthook = before
    assert broken == []
