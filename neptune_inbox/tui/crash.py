"""What is left behind when the program breaks: one paragraph on the terminal, a traceback without values in the log.

Textual's own page prints local variables, and those can hold a token or a customer's text (hostile.md 0.7).
"""

from __future__ import annotations

import os
import re
import traceback
from datetime import datetime
from pathlib import Path

from neptune_inbox.text import clean_line

_SECRETS = re.compile(r"(?i)bearer\s+\S+|[\w-]{12,}\.[\w-]{12,}\.[\w-]{8,}|api_token\W+\S+")
LONGEST_LOG = 1_000_000
"""Bytes; a longer log is begun anew."""


def leave_report(error: BaseException, log: Path | None) -> str:
    """Write where it broke into the log, and say so in one paragraph."""
    words = f"neptune-inbox broke: {describe(error)}. Nothing that was acknowledged is lost."
    if log is None:
        return words
    try:
        _append(log, trace(error))
    except OSError as problem:
        return f"{words} The log {log} could not be written: {problem.strerror}."
    return f"{words}\nWhere it broke is in {log}; please report it with those lines."


def describe(error: BaseException) -> str:
    """The kind of error and its cleaned message, with anything like a token masked."""
    message = clean_line(_SECRETS.sub("••••", str(error)), 200)
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def trace(error: BaseException) -> str:
    """Files, lines and functions, and no value of any variable."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    when = datetime.now().astimezone().isoformat(timespec="seconds")
    return "\n".join([f"{when} {describe(error)}", *lines, ""])


def _append(log: Path, text: str) -> None:
    too_long = log.exists() and log.stat().st_size > LONGEST_LOG
    flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if too_long else os.O_APPEND)
    descriptor = os.open(log, flags, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
