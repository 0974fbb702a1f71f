"""Completion in the shells themselves: the printed script is loaded by each, and completes what is half typed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.shell import Shell

BASH = """
source ./script
complete -p neptune-inbox >&2
COMP_WORDS=($1); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_neptune_inbox_completion neptune-inbox
printf '%s\\n' "${COMPREPLY[@]}"
"""
# zsh completes only in its line editor, and that works only on a terminal: zpty gives it one.
ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1='' ; autoload -Uz compinit; compinit -u -D; source ./script; print LOADED\\$((1 + 1))"
zpty -r -m shell seen '*LOADED2*'
zpty -w -n shell "$1"$'\\t'
zpty -r -m shell seen "*$2*"
print -r -- "$seen"
"""
FISH = "source ./script; complete -C $argv[1]"


def complete(shell: Shell, kind: str, line: str, wanted: str, folder: Path) -> str:
    """What a shell makes of a line and the tab key."""
    if shutil.which(kind) is None:
        pytest.skip(f"{kind} is not installed")
    (folder / "script").write_text(shell("completion", kind).out)
    program = {"bash": BASH, "zsh": ZSH, "fish": FISH}[kind]
    arguments = {"bash": ["bash", "--norc", "-c", program, "bash", line], "fish": ["fish", "-N", "-c", program, line]}
    command = arguments.get(kind, ["zsh", "-f", "-c", program, "zsh", line, wanted])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **shell.environment, "PATH": path, "HOME": str(folder), "TERM": "dumb"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("neptune-inbox jou", "journal"),
        ("neptune-inbox outbox --re", "--retry"),
        ("neptune-inbox config ch", "check"),
    ],
)
def test_a_half_typed_word_is_completed(shell: Shell, tmp_path: Path, kind: str, line: str, wanted: str) -> None:
    assert wanted in complete(shell, kind, line, wanted, tmp_path)
