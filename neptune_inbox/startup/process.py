"""What a process of our own does before anything can break in it. Apart, because tests call the program in theirs."""

from __future__ import annotations

import os

from neptune_inbox.credentials.tokens import take_from_process
from neptune_inbox.errors import ConfigProblem
from neptune_inbox.masking import know_proxies
from neptune_inbox.paths import Paths
from neptune_inbox.startup.crash import install_hooks

CURIOUS = ("TEXTUAL", "TEXTUAL_DEBUG", "TEXTUAL_DRIVER", "TEXTUAL_LOG", "TEXTUAL_PRESS", "TEXTUAL_SHOW_RETURN")
SERVED_DRIVER = "textual.drivers.web_driver:WebDriver"
"""The driver of `textual serve`, which shows a program in a browser; any other driver is not ours to handle."""
CURIOUS_STARTS = ("TEXTUAL_DEVTOOLS", "TEXTUAL_SCREENSHOT")


def prepare(*, is_demo: bool = False) -> None:
    """Close the process to onlookers and its children to its token; have what breaks written to the log, masked.

    The demo writes no log.
    """
    take_from_process()
    know_proxies(os.environ)
    try:
        log = None if is_demo else Paths.find(os.environ).log
    except ConfigProblem:
        log = None
    install_hooks(log)


def is_served() -> bool:
    """Whether `textual serve` started this process: pipes to a browser take the place of a terminal."""
    return os.environ.get("TEXTUAL_DRIVER") == SERVED_DRIVER


def unset_debug_env() -> None:
    """Take out what makes Textual write keys, messages or pictures into files, or send them to a port."""
    kept = {"TEXTUAL_DRIVER"} if is_served() else set()
    for name in os.environ.keys() - kept:
        if name in CURIOUS or name.startswith(CURIOUS_STARTS):
            del os.environ[name]
