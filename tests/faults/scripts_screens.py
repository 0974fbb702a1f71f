"""What terminals of both kinds show of the same bytes: models of each kind, tmux, and headless xterm.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pyte

from tests.terminal_model import ClusterScreen, JoiningScreen, ModelScreen

XTERM_JS = os.environ.get("XTERM_JS", "")
"""A folder in which npm has installed @xterm/headless and @xterm/addon-unicode-graphemes."""
_SCREEN_JS = Path(__file__).parent / "xterm_screen.js"
_PATIENCE = 60.0


class Shown(NamedTuple):
    """Each line cell by cell: the text that begins there, and the ground under it."""

    texts: list[list[str]]
    grounds: list[list[str]]

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join("".join(line) for line in self.texts)


Show = Callable[[Sequence[bytes], "tuple[int, int]"], "list[Shown]"]
"""What is shown after each part of what was written to a terminal of so many columns and lines."""


def on_model(kind: type[ModelScreen]) -> Show:
    def show(parts: Sequence[bytes], size: tuple[int, int]) -> list[Shown]:
        screen = kind(*size)
        stream = pyte.ByteStream(screen)
        shown = []
        for part in parts:
            stream.feed(part)
            shown.append(_shown(screen))
        return shown

    return show


def on_xterm_js(parts: Sequence[bytes], size: tuple[int, int]) -> list[Shown]:
    done = subprocess.run(
        ["node", str(_SCREEN_JS), *map(str, size), *(str(len(part)) for part in parts)],
        input=b"".join(parts),
        capture_output=True,
        check=True,
        timeout=_PATIENCE,
        env={**os.environ, "NODE_PATH": f"{XTERM_JS}/node_modules"},
    )
    return [Shown(**json.loads(line)) for line in done.stdout.splitlines()]


def on_tmux(parts: Sequence[bytes], size: tuple[int, int]) -> list[Shown]:
    """tmux has no cells to ask for, so its text is laid out by the widths that were measured in it."""
    env = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.mkfifo(folder / "written")
        (folder / "conf").write_text("set -g status off\nset -g allow-rename off\n")
        tmux = ["tmux", "-f", str(folder / "conf"), "-S", str(folder / "socket")]

        def ask(*words: str) -> str:
            return subprocess.run(
                [*tmux, *words], capture_output=True, check=True, timeout=20, env=env
            ).stdout.decode()

        script = f"stty raw -echo; exec cat {folder / 'written'}"
        ask("new-session", "-d", "-x", str(size[0]), "-y", str(size[1]), script)
        shown = []
        try:
            with (folder / "written").open("wb", buffering=0) as written:
                for number, part in enumerate(parts):
                    # The title is set once all before it is drawn.
                    written.write(part + f"\x1b]2;part {number}\x07".encode())
                    ends = time.monotonic() + _PATIENCE
                    while ask("display-message", "-p", "#{pane_title}").strip() != f"part {number}":
                        assert time.monotonic() < ends, "tmux does not draw"
                    screen = JoiningScreen(*size)
                    captured = ask("capture-pane", "-p", "-e", "-N").removesuffix("\n")
                    pyte.Stream(screen).feed(captured.replace("\n", "\r\n"))
                    shown.append(_shown(screen))
        finally:
            subprocess.run([*tmux, "kill-server"], check=False, timeout=20)
    return shown


TERMINALS: dict[str, Show] = {
    "apart": on_model(ModelScreen),
    "clusters": on_model(ClusterScreen),
    "tmux": on_tmux,
    "xterm.js": on_xterm_js,
}


def why_not(terminal: str) -> str:
    """Why a terminal is not to be had here; empty where it is."""
    if terminal == "tmux" and shutil.which("tmux") is None:
        return "tmux is not installed"
    if terminal == "xterm.js":
        is_there = Path(XTERM_JS, "node_modules", "@xterm", "headless").is_dir()
        if shutil.which("node") is None or not is_there:
            return "node is not installed, or XTERM_JS names no folder with @xterm/headless"
    return ""


def _shown(screen: ModelScreen) -> Shown:
    rows = [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]
    return Shown(
        [[cell.data for cell in row] for row in rows],
        [[f"{cell.bg}{' reverse' if cell.reverse else ''}" for cell in row] for row in rows],
    )
