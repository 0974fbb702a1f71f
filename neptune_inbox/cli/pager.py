"""Long text at a terminal goes through the reader's pager, which gets neither our token nor proxies' passwords."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess

from neptune_inbox.cli.output import Output
from neptune_inbox.masking import child_environment

LESS = "FRX"
"""Leave at once where it fits after all, keep styles, keep the screen."""


def page(output: Output, text: str) -> None:
    """Show a text: page by page where it is longer than the terminal, else as it is."""
    if not output.is_terminal or text.count("\n") < shutil.get_terminal_size().lines or not _paged(text):
        output.raw(text)


def _paged(text: str) -> bool:
    try:
        words = shlex.split(os.environ.get("PAGER") or "less")
        environment = {"LESS": LESS, **child_environment(os.environ)}
        subprocess.run(words, input=text.encode(), env=environment, check=False)
    except (OSError, ValueError, IndexError):
        return False
    return True
