"""The line to a terminal that may be gone at any moment."""

from __future__ import annotations

import errno
from io import StringIO

import pytest

from neptune_inbox.presentation.terminal_cells import TerminalCells
from neptune_inbox.tui.driver import TerminalStream


class Broken(StringIO):
    """A stream whose other end is gone."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def write(self, text: str) -> int:
        raise OSError(self._number, "gone")

    def flush(self) -> None:
        raise OSError(self._number, "gone")


@pytest.mark.parametrize("number", [errno.EIO, errno.EPIPE, errno.ENXIO])
def test_what_is_written_to_a_terminal_that_is_gone_is_lost_and_told(number: int) -> None:
    told: list[str] = []
    line = TerminalStream(Broken(number), lambda: told.append("gone"), TerminalCells(lambda: (80, 24)))
    line.write("text")
    line.flush()
    assert set(told) == {"gone"}


def test_another_problem_is_not_taken_for_the_end() -> None:
    screen = TerminalCells(lambda: (80, 24))
    line = TerminalStream(Broken(errno.ENOSPC), lambda: pytest.fail("it is still there"), screen)
    with pytest.raises(OSError, match="gone"):
        line.write("text")


def test_what_is_written_arrives() -> None:
    stream = StringIO()
    line = TerminalStream(stream, lambda: pytest.fail("it is there"), TerminalCells(lambda: (80, 24)))
    line.write("text")
    line.flush()
    assert "text" in stream.getvalue()
