"""A file that a command makes where the user wants it: a new one, for its owner alone, never in place of another."""

from __future__ import annotations

import os
from pathlib import Path

from neptune_inbox.cli.output import output_lost
from neptune_inbox.errors import UsageProblem
from neptune_inbox.own_files import open_own


def write_new(target: Path, content: bytes) -> None:
    """Write it. Raises UsageProblem where there is such a file, StoreProblem where it cannot be written."""
    if target.exists():
        raise UsageProblem(f"{target} already exists.", "Name another file with --output.")
    try:
        with open(open_own(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as stream:
            stream.write(content)
    except OSError as problem:
        raise output_lost(problem) from None
