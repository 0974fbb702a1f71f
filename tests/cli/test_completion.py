"""Completion in the shells themselves: the printed script is loaded by each, and completes what is half typed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from neptune_inbox.cli.completion import safe
from tests.cli.shell import CUSTOMER, Shell

BASH = """
source ./script
complete -p neptune-inbox >&2
COMP_WORDS=($1); [[ $1 == *" " ]] && COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
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
    return complete_with({"bash": BASH, "zsh": ZSH, "fish": FISH}[kind], shell, line, wanted, folder, kind)


def complete_with(program: str, shell: Shell, line: str, wanted: str, folder: Path, kind: str = "zsh") -> str:
    """What a shell says that runs this program."""
    (folder / "script").write_text(shell("completion", kind).out)
    arguments = {"bash": ["bash", "--norc", "-c", program, "bash", line], "fish": ["fish", "-N", "-c", program, line]}
    command = arguments.get(kind, ["zsh", "-f", "-c", program, "zsh", line, wanted])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **shell.environment, "PATH": path, "HOME": str(folder), "TERM": "dumb"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout


@pytest.mark.slow
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


HOSTILE = ("$(touch x)", "`touch x`", "a; touch x", "it's", 'say "hi"', "*")


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_id_is_never_run(shell: Shell, tmp_path: Path, kind: str, hostile: str) -> None:
    assert shell("watch", hostile).code == 0
    said = complete(shell, kind, "neptune-inbox unwatch ", "", tmp_path)
    assert not (tmp_path / "x").exists()
    assert said


@pytest.mark.slow
@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_bash_puts_into_the_line_is_one_word_of_the_command(shell: Shell, tmp_path: Path, hostile: str) -> None:
    shell("watch", hostile)
    [word] = complete(shell, "bash", "neptune-inbox unwatch ", "", tmp_path).splitlines()
    typed = subprocess.run(
        ["bash", "--norc", "-c", f"printf '<%s>' {word}"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert typed.stdout == f"<{hostile}>"
    assert not (tmp_path / "x").exists()


def test_what_zsh_puts_into_the_line_is_the_id_itself(shell: Shell, tmp_path: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    shell("watch", "$(touch x)")
    program = ZSH.replace("$'\\t'\n", "$'\\t\\n'\n")
    assert "\\t\\n" in program
    complete_with(program, shell, "neptune-inbox unwatch ", "watch no users", tmp_path)
    assert shell("watch").out == ""
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
def test_what_the_tab_key_offers(shell: Shell, tmp_path: Path) -> None:
    id = shell.tell("Card declined", event_type="payment_failed")
    shell("watch", CUSTOMER, "u-2")
    shell("list")
    offered = {
        "neptune-inbox why ": id,
        "neptune-inbox done ": id,
        f"neptune-inbox mark --user {CUSTOMER} ": id,
        "neptune-inbox mark ": f"{CUSTOMER}/{id}",
        f"neptune-inbox why {CUSTOMER}/": f"{CUSTOMER}/{id}",
        "neptune-inbox list --user u-4": CUSTOMER,
        "neptune-inbox users get u-": "u-2",
        "neptune-inbox event send pay": "payment_failed",
        "neptune-inbox list --query is:un": "is:unread",
    }
    for line, wanted in offered.items():
        assert wanted in complete(shell, "bash", line, wanted, tmp_path).replace("'", ""), line


def test_what_is_no_word_for_a_line_is_left_out() -> None:
    candidates = ["-rf", "a\nb", "\x1b[2J", "\u202egnp", "", " ", "ok", "ok", "a b"]
    assert safe(candidates, "") == ["ok", "a b"]
    assert safe(candidates, "o") == ["ok"]
