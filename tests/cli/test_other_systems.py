"""On a system without POSIX modules every command starts, or says in one sentence what is missing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

BLOCKED = """
import sys
for name in ("fcntl", "termios", "resource", "tty", "pty", "grp", "pwd"):
    sys.modules[name] = None
from neptune_inbox.__main__ import main
main()
"""
CONFIG = '[profiles.acme]\nenvironment = "dev"\napi_base = "http://127.0.0.1:9/neptune"\n'


def without_them(home: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED, *arguments],
        env={"HOME": str(home), "PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(home)},
        input="quit\n", capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    config = tmp_path / "neptune-inbox" / "config.toml"
    config.parent.mkdir()
    config.write_text(CONFIG)
    config.chmod(0o600)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["--version", "--help", "help keys", "help json", "completion bash", "sandbox --help", "demo --plain"]
)
def test_what_stores_nothing_works(home: Path, line: str) -> None:
    code, said, complaint = without_them(home, *line.split())
    assert complaint == ""
    assert code == 0
    assert said


@pytest.mark.slow
@pytest.mark.parametrize(
    "line", ["list --cached --user u-1", "count --user u-1", "mark n-1 --user u-1 --yes", "journal", "poll --once"]
)
def test_what_stores_something_says_what_is_missing(home: Path, line: str) -> None:
    code, _, said = without_them(home, *line.split())
    assert code == 5
    assert said.strip() == (
        "This system has no file locks (the Python module fcntl is missing), and without them two programs could send"
        " the same mark. Use it on Linux, on macOS, or under WSL on Windows."
    )


def test_the_window_says_that_plain_mode_works(home: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", BLOCKED, "demo"],
            env={"HOME": str(home), "PATH": os.environ["PATH"], "TERM": "xterm"},
            stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(theirs)
    assert done.returncode == 5
    assert done.stderr.startswith("This system has no terminal that the inbox can draw in")
    assert "`neptune-inbox demo --plain` works line by line" in done.stderr
