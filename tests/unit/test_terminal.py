"""The line to a terminal that may be gone at any moment."""

from __future__ import annotations

import errno
from io import StringIO

import pytest

from neptune_inbox.tui.terminal import Line


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
    line = Line(Broken(number), lambda: told.append("gone"))
    line.write("text")
    line.flush()
    assert told == ["gone", "gone"]


def test_another_problem_is_not_taken_for_the_end() -> None:
    line = Line(Broken(errno.ENOSPC), lambda: pytest.fail("it is still there"))
    with pytest.raises(OSError, match="gone"):
        line.write("text")


def test_what_is_written_arrives() -> None:
    stream = StringIO()
    line = Line(stream, lambda: pytest.fail("it is there"))
    line.write("text")
    line.flush()
    assert stream.getvalue() == "text"
