"""What is told and kept when something breaks."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from neptune_inbox.masking import register_secret
from neptune_inbox.startup.crash import LONGEST_LOG, LogFile, leave_report, trace

SECRET = "opaque-0f1e2d3c4b5a6978"


class Wrapped(Exception):
    """As a worker of Textual ends: with the error in it, and no traceback of its own."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"it raised {error!r}")
        self.error = error


def fail(words: str = f"with {SECRET} and \x1b]0;PWN\x07") -> Exception:
    register_secret(SECRET)
    try:
        raise RuntimeError(words)
    except RuntimeError as error:
        return error


def fail_because_of(cause: Exception) -> Exception:
    try:
        raise ValueError("no header") from cause
    except ValueError as error:
        return error


def test_a_paragraph_says_what_broke_and_where_more_is(tmp_path: Path) -> None:
    said = leave_report(fail(), tmp_path / "log")
    assert said.startswith("neptune-inbox broke: RuntimeError: with •••• and ")
    assert str(tmp_path / "log") in said
    assert SECRET not in said
    assert "\x1b" not in said


def test_the_log_tells_where_without_any_value(tmp_path: Path) -> None:
    leave_report(fail(), tmp_path / "log")
    text = (tmp_path / "log").read_text()
    assert "test_crash.py" in text
    assert " in fail" in text
    assert SECRET not in text
    assert (tmp_path / "log").stat().st_mode & 0o077 == 0


def test_a_worker_that_broke_is_told_as_what_broke_in_it(tmp_path: Path) -> None:
    assert "neptune-inbox broke: RuntimeError" in leave_report(Wrapped(fail()), tmp_path / "log")
    assert " in fail" in (tmp_path / "log").read_text()


def test_what_led_to_it_is_in_the_log_too() -> None:
    text = trace(fail_because_of(fail()))
    assert text.index("ValueError: no header") < text.index("because of RuntimeError: with ••••")


def test_an_error_that_holds_itself_ends() -> None:
    error = Wrapped(RuntimeError())
    error.error = error
    assert "Wrapped" in trace(error)


@pytest.mark.parametrize("log", [None, Path("/nowhere/at/all")])
def test_without_a_log_the_paragraph_stands_alone(log: Path | None) -> None:
    assert "RuntimeError: with ••••" in leave_report(fail(), log)


def test_log_lines_are_one_clean_line_each_and_never_fail(tmp_path: Path) -> None:
    logger = logging.Logger("some\x1blibrary")
    logger.addHandler(LogFile(tmp_path / "log"))
    logger.addHandler(LogFile(None))
    logger.addHandler(LogFile(Path("/nowhere/at/all")))
    register_secret(SECRET)
    logger.warning("sent %s\nand \x1b[2J", SECRET)
    logger.warning("%d", "no number")
    logger.info("not worth it")
    logger.error("broke", exc_info=fail())
    lines = (tmp_path / "log").read_text().splitlines()
    assert "sent •••• and " in lines[0]
    assert lines[0].isprintable()
    assert "cannot be put together" in lines[1]
    assert "RuntimeError: with ••••" in lines[3]


def test_a_log_that_is_too_long_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("x" * (LONGEST_LOG + 1))
    leave_report(fail(), tmp_path / "log")
    assert (tmp_path / "log").stat().st_size < 2_000
