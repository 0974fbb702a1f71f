"""What the first paint leaves to the app, and what the app reports back; separate, because neither knows the
other."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import NamedTuple

from neptune_inbox.model import Key


class StartupHandoff(NamedTuple):
    """How an app begins."""

    on_screen: Callable[[], None] = lambda: None
    """Called once Textual has the terminal."""
    on_drawn: Callable[[], None] = lambda: None
    """Called once the first list is there."""
    cursor: Key | None = None
    """The notification that the cursor was moved to meanwhile."""
    known_theme: str = ""
    """The theme that suits the terminal's ground, as far as that is known."""
    painted: str = ""
    """What the first paint wrote; empty where there was none."""
    typed: str = ""
    """What was typed meanwhile and not handled."""


NO_HANDOFF = StartupHandoff()
"""Nothing was painted before."""

TURN = 0.001
"""Seconds after which a thread that reads or writes files gives way to a key; Python's own 5 ms can be felt."""


def tune_runtime() -> None:
    """Make ready for keys: what a start made is not looked through for garbage, and no thread holds a key up."""
    gc.freeze()
    gc.enable()
    sys.setswitchinterval(TURN)
