"""What a process of our own does before anything can break in it. Apart, because tests call the program in theirs."""

from __future__ import annotations

import os

from neptune_inbox.errors import ConfigProblem
from neptune_inbox.paths import Paths
from neptune_inbox.tui.crash import catch_the_rest

CURIOUS = ("TEXTUAL", "TEXTUAL_DEBUG", "TEXTUAL_DRIVER", "TEXTUAL_LOG", "TEXTUAL_PRESS", "TEXTUAL_SHOW_RETURN")
CURIOUS_STARTS = ("TEXTUAL_DEVTOOLS", "TEXTUAL_SCREENSHOT")


def prepare(*, is_demo: bool = False) -> None:
    """Have tracebacks and log lines written to the log, cleaned and masked; the demo leaves no trace on the disk."""
    try:
        log = None if is_demo else Paths.find(os.environ).log
    except ConfigProblem:
        log = None
    catch_the_rest(log)


def forget_developers_tools() -> None:
    """Take out what makes Textual write keys, messages or pictures into files, or send them to a port."""
    for name in list(os.environ):
        if name in CURIOUS or name.startswith(CURIOUS_STARTS):
            del os.environ[name]
