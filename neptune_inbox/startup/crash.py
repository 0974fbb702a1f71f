"""What is left behind when something breaks: one paragraph on the terminal, a traceback without values in the log.

Textual's own page prints local variables, and those can hold a token or a customer's text (hostile.md 0.7). Python's
traceback ends with the message as it came, so what breaks outside the inbox's screens ends up here as well.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType

from neptune_inbox.errors import StoreProblem
from neptune_inbox.masking import mask
from neptune_inbox.own_files import open_own
from neptune_inbox.text import clean_line

LONGEST_LOG = 1_000_000
"""Bytes; a longer log is begun again."""
_LONGEST_CHAIN = 8


def leave_report(error: BaseException, log: Path | None) -> str:
    """Write where it broke into the log, and say so in one paragraph."""
    words = f"neptune-inbox broke: {describe(_chain(error)[0])}. Nothing that was acknowledged is lost."
    if log is None:
        return words
    try:
        _append(log, trace(error))
    except OSError as problem:
        return f"{words} The log {log} could not be written: {problem.strerror}."
    return f"{words}\nWhere it broke is in {log}; please report it with those lines."


def describe(error: BaseException) -> str:
    """The kind of error and its cleaned message, with anything like a token masked."""
    message = clean_line(mask(str(error)), 200)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def trace(error: BaseException) -> str:
    """Files, lines and functions of the error and of what led to it, and no value of any variable."""
    lines = [_stamp()]
    for each in _chain(error):
        lines[-1] += describe(each)
        frames = traceback.extract_tb(each.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
        lines.append("  because of ")
    return "\n".join([*lines[:-1], ""])


class LogFile(logging.Handler):
    """Takes what libraries and asyncio log, so that no line of it gets onto the terminal, or a token into it."""

    def __init__(self, log: Path | None) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        if self._log is None:
            return
        try:
            words: str = clean_line(mask(record.getMessage()), 2_000)
        except (TypeError, ValueError):
            words = "(a line that cannot be put together)"
        error = record.exc_info[1] if record.exc_info else None
        text = f"{_stamp()}{record.levelname} {clean_line(record.name)}: {words}\n" + (trace(error) if error else "")
        # A line that cannot be written is given up: the terminal may belong to the inbox.
        with suppress(OSError):
            _append(self._log, text)


def install_hooks(log: Path | None) -> None:
    """From now on no traceback of Python and no log line gets onto the terminal; without a log they go nowhere."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, LogFile)]:
        root.removeHandler(handler)
    root.addHandler(LogFile(log))
    sys.excepthook = _end_with(log)
    threading.excepthook = lambda told: _note(log, told.exc_value)
    sys.unraisablehook = lambda told: _note(log, told.exc_value)


def _end_with(log: Path | None) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    def end(kind: type[BaseException], error: BaseException, frames: TracebackType | None) -> None:
        sys.stderr.write(leave_report(error, log) + "\n")

    return end


def _note(log: Path | None, error: BaseException | None) -> None:
    if log is not None and error is not None:
        with suppress(OSError):
            _append(log, trace(error))


def _chain(error: BaseException) -> list[BaseException]:
    """The error itself first, then what led to it; what only wraps another error (a worker's end) is left out."""
    found: list[BaseException] = []
    following: BaseException | None = error
    for _ in range(_LONGEST_CHAIN):
        if following is None:
            break
        inner = getattr(following, "error", None)
        if isinstance(inner, BaseException):
            following = inner
            continue
        found.append(following)
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    return found or [error]


def _stamp() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds") + " "


def _append(log: Path, text: str) -> None:
    too_long = log.exists() and log.stat().st_size > LONGEST_LOG
    try:
        descriptor = open_own(log, os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if too_long else os.O_APPEND))
    except StoreProblem as problem:
        raise OSError(errno.EPERM, problem.sentence) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
