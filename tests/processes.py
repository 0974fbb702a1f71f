"""Small programs that tests run as real child processes, and a way to know that one is over."""

from __future__ import annotations

import os
import select
import sys


def python(code: str) -> tuple[str, ...]:
    """The command that runs a piece of Python."""
    return (sys.executable, "-c", code)


def ends(pid: int) -> bool:
    """Waits until a process is over, 5 s at most."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 5)[0])
    finally:
        os.close(handle)
