"""The user's own editor, started without our token and without the passwords of proxies."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from neptune_inbox.errors import UsageProblem
from neptune_inbox.masking import child_environment

EDITORS = ("sensible-editor", "vim", "nano", "vi")
MEND_EDITOR = "Set EDITOR to an installed program, such as nano."


def open_editor(file: Path) -> None:
    """Open a file in the user's editor and wait for its end. Raises UsageProblem."""
    try:
        ended = subprocess.run([*_editor(), os.fspath(file)], env=child_environment(os.environ), check=False)
    except OSError as problem:
        raise UsageProblem(f"The editor cannot be started: {problem.strerror}.", MEND_EDITOR) from None
    if ended.returncode:
        raise UsageProblem(f"The editor ended with code {ended.returncode}.", "Check whether the file was saved.")


def _editor() -> list[str]:
    """The words of $VISUAL or $EDITOR, else an editor that there is. Raises UsageProblem."""
    name = next((name for name in ("VISUAL", "EDITOR") if os.environ.get(name)), "")
    if not name:
        found = next(filter(None, map(shutil.which, EDITORS)), None)
        if found is None:
            raise UsageProblem("No editor was found.", MEND_EDITOR)
        return [found]
    try:
        words = shlex.split(os.environ[name])
    except ValueError:
        raise UsageProblem(f"{name} has an unclosed quote.", MEND_EDITOR) from None
    if not words or not words[0].strip():
        raise UsageProblem(f"{name} names no program: it is blank.", MEND_EDITOR)
    return words
