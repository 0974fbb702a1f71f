"""How long whole commands take: `--version`, `list --cached` and `status`, against `python -c pass` in the same run.

    python tests/bench/commands.py [ROWS]

And when every key is heard: the time from the start until `x` has selected a row, against the first frame of a bare
Textual app.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.figures import Figure, figure, keep
from tests.bench.fill import fill

ROUNDS = 15
LIMIT = 20.0
TYPED_AFTER = 0.02
"""Seconds from the start to the key."""
ROOT = Path(__file__).resolve().parents[2]
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    ENABLE_COMMAND_PALETTE = False
    def compose(self):
        yield Static("ready", markup=False)
Bare().run()
"""


def whole(command: list[str], env: dict[str, str]) -> float:
    """Milliseconds of one run."""
    began = time.perf_counter()
    quiet = subprocess.DEVNULL
    subprocess.run(command, env=env, check=True, stdout=quiet, stderr=quiet, cwd=ROOT)
    return (time.perf_counter() - began) * 1000


def until_shown(command: list[str], env: dict[str, str], word: bytes, typed: bytes = b"") -> float:
    """Milliseconds from the start until the program wrote a word on its terminal; then it is ended."""
    began = time.perf_counter()
    child, ours = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.chdir(ROOT)
        os.execve(command[0], command, env)
    seen, is_typed = b"", not typed
    try:
        while word not in seen:
            passed = time.perf_counter() - began
            assert passed < LIMIT, seen[-500:]
            if not is_typed and passed > TYPED_AFTER:
                os.write(ours, typed)
                is_typed = True
            if select.select([ours], [], [], 0.001)[0]:
                seen += os.read(ours, 65_536)
        return (time.perf_counter() - began) * 1000
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(ours)


def measure(rows: int) -> list[Figure]:
    home = Path(tempfile.gettempdir()) / "neptune-inbox-bench" / str(rows)
    fill(home, rows)
    env = {**os.environ, "NEPTUNE_INBOX_HOME": str(home), "NEPTUNE_TOKEN": "bench-token-0000"}
    env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    ours = [sys.executable, "-m", "neptune_inbox"]
    bare = [sys.executable, "-c", BARE]
    runs: dict[str, Callable[[], float]] = {
        "python -c pass (floor)": lambda: whole([sys.executable, "-c", "pass"], env),
        "--version": lambda: whole([*ours, "--version"], env),
        "list --cached --limit 20": lambda: whole([*ours, "list", "--cached", "--limit", "20"], env),
        "status": lambda: whole([*ours, "status"], env),
        "a bare Textual app stands there": lambda: until_shown(bare, env, b"ready"),
        "the inbox: first row": lambda: until_shown([*ours, "--type", "all"], env, b"#000000"),
        "the inbox: x has selected a row": lambda: until_shown([*ours, "--type", "all"], env, b"1 selected", b"x"),
    }
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            found[name].append(run())
    return [figure(name, times, "ms") for name, times in found.items()]


if __name__ == "__main__":
    keep("commands", measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
