"""The real program with titles in fourteen scripts, on terminals of both kinds.

No mark and no word is lost, and every border stands in its cell. tmux and headless xterm.js show what it wrote, and a
model of each kind, where they are not installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pyte
import pytest

from neptune_inbox.presentation.bidi import LRM
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.text_graphemes import is_new_picture
from tests.faults.pty_machine import ENVIRONMENT, USER, Machine
from tests.faults.pty_terminal import PROGRAM, Terminal
from tests.scripts_corpus import TITLES
from tests.terminal_model import ClusterScreen, JoiningScreen, ModelScreen

SIZE = (150, 44)
XTERM_JS = os.environ.get("XTERM_JS", "")
"""A folder in which npm has installed @xterm/headless and @xterm/addon-unicode-graphemes."""
SCREEN_JS = Path(__file__).parent / "xterm_screen.js"
Rows = list[list[str]]


def on_model(kind: type[ModelScreen]) -> Callable[[bytes], Rows]:
    def show(raw: bytes) -> Rows:
        screen = kind(*SIZE)
        pyte.ByteStream(screen).feed(raw)
        return [[screen.buffer[y][x].data for x in range(SIZE[0])] for y in range(SIZE[1])]

    return show


def on_xterm_js(raw: bytes) -> Rows:
    shown = subprocess.run(
        ["node", str(SCREEN_JS), *map(str, SIZE)],
        input=raw,
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, "NODE_PATH": f"{XTERM_JS}/node_modules"},
    )
    rows: Rows = json.loads(shown.stdout)
    return rows


def on_tmux(raw: bytes, folder: Path) -> Rows:
    """tmux has no cells to ask for, so its text is laid out by the widths that were measured in it."""
    (folder / "raw").write_bytes(raw)
    (folder / "conf").write_text("set -g status off\n")
    tmux = ["tmux", "-f", str(folder / "conf"), "-S", str(folder / "tmux")]
    script = f"stty raw -echo; cat {folder / 'raw'}; touch {folder / 'done'}; exec sleep 60"
    env = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
    start = [*tmux, "new-session", "-d", "-x", str(SIZE[0]), "-y", str(SIZE[1]), script]
    subprocess.run(start, check=True, timeout=20, env=env)
    try:
        ends = time.monotonic() + 20
        while not (folder / "done").exists() and time.monotonic() < ends:
            time.sleep(0.02)
        text = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, check=True, timeout=20, env=env)
        screen = JoiningScreen(*SIZE)
        pyte.Stream(screen).feed(text.stdout.decode().replace("\n", "\r\n")[:-2])
        return [[screen.buffer[y][x].data for x in range(SIZE[0])] for y in range(SIZE[1])]
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, timeout=20)


@pytest.fixture(params=["apart", "clusters", "tmux", "xterm.js"])
def show(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[bytes], Rows]:
    if request.param == "apart":
        return on_model(ModelScreen)
    if request.param == "clusters":
        return on_model(ClusterScreen)
    if request.param == "tmux":
        if shutil.which("tmux") is None:
            pytest.skip("tmux is not installed")
        return lambda raw: on_tmux(raw, tmp_path)
    if shutil.which("node") is None or not Path(XTERM_JS, "node_modules", "@xterm", "headless").is_dir():
        pytest.skip("node is not installed, or XTERM_JS names no folder with @xterm/headless")
    return on_xterm_js


def put_titles(sandbox_state: SandboxState) -> None:
    sandbox_state.create_user(ENVIRONMENT, USER, {"name": TITLES["devanagari"]})
    for number, title in enumerate(TITLES.values()):
        record = sandbox_state.add_notification(
            ENVIRONMENT,
            USER,
            title,
            body=f"{title}\n\n**{title}**",
            data={"title": title},
            event_type="payment_failed",
        )
        record.created_at = sandbox_state.now() - 60_000 * (len(TITLES) - number)


SHEETS = {"evidence": ("i", "Evidence"), "people": ("P", "u-1"), "note": ("c", "Note on"), "help": ("?", "Help")}
ESCAPE = "\x1b[27u"


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What was written up to each page of a walk, once for all terminals: the list, each preview, and sheets."""
    pages: dict[str, bytes] = {}
    with Machine(tmp_path_factory.mktemp("scripts")) as machine:
        put_titles(machine.sandbox_state)
        with Terminal([*PROGRAM], machine.env(COLORTERM="truecolor"), size=SIZE) as terminal:
            terminal.shows("fresh")
            terminal.shows(" 1 of ")
            terminal.press("g")
            for script in reversed(TITLES):
                terminal.settle(0.2)
                pages[f"preview of {script}"] = bytes(terminal.raw)
                if script == "devanagari":
                    for name, (key, words) in SHEETS.items():
                        terminal.press(key, words)
                        terminal.settle(0.2)
                        pages[name] = bytes(terminal.raw)
                        terminal.press(ESCAPE)
                else:
                    terminal.press("j")
            terminal.press("m", "pending")
            pages["marking"] = bytes(terminal.raw)
    return pages


def text_of(rows: Rows) -> str:
    return "\n".join("".join(row) for row in rows)


def borders(rows: Rows) -> list[tuple[int, int]]:
    """The cells in which something is drawn."""
    return [
        (y, x) for y, row in enumerate(rows) for x, char in enumerate(row) if char and "\u2500" <= char[0] <= "\u259f"
    ]


def squeezed(text: str) -> str:
    """Without blanks and borders: words as they follow each other, wherever a line was wrapped.

    And without the newest pictures, which tmux does not draw at all.
    """
    kept = (char for char in text if not (char.isspace() or "\u2500" <= char <= "\u259f" or is_new_picture(char)))
    return unicodedata.normalize("NFC", "".join(kept)).replace(LRM, "")


class TestEveryTerminal:
    def test_no_mark_and_no_word_of_a_title_is_lost(
        self, walk: dict[str, bytes], show: Callable[[bytes], Rows]
    ) -> None:
        rows = show(walk["preview of devanagari"])
        text = squeezed(text_of(rows))
        for script, title in TITLES.items():
            assert squeezed(title) in text, script

    @pytest.mark.parametrize("script", TITLES)
    def test_the_preview_holds_the_whole_title_in_head_and_body(
        self, walk: dict[str, bytes], show: Callable[[bytes], Rows], script: str
    ) -> None:
        text = squeezed(text_of(show(walk[f"preview of {script}"])))
        # Its row, the head of the preview, the body twice, the payload.
        assert text.count(squeezed(TITLES[script])) >= 4, text

    @pytest.mark.parametrize("page", [*SHEETS, "marking", *(f"preview of {script}" for script in TITLES)])
    def test_every_border_stands_in_its_cell(
        self, walk: dict[str, bytes], show: Callable[[bytes], Rows], page: str
    ) -> None:
        rows = show(walk[page])
        assert borders(rows) == borders(on_model(ModelScreen)(walk[page]))
        assert all(len(row) == SIZE[0] for row in rows)

    def test_the_ages_stand_under_each_other(self, walk: dict[str, bytes], show: Callable[[bytes], Rows]) -> None:
        rows = show(walk["preview of devanagari"])
        apart = on_model(ModelScreen)(walk["preview of devanagari"])
        listed = [y for y, row in enumerate(apart) if "payment_failed" in "".join(row)]
        assert len(listed) >= len(TITLES)
        for y in listed:
            end = apart[y].index("p") + len("payment_failed")
            assert rows[y][:end] == apart[y][:end]
