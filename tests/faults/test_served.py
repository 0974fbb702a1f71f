"""`textual serve` starts the program with pipes, and shows in a browser what it writes to them."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from pathlib import Path

import pyte

from tests.faults.pty_terminal import LIMIT, PROGRAM, environment
from tests.terminal_model import ModelScreen

DRIVER = "textual.drivers.web_driver:WebDriver"


class Browser:
    """What stands between the program and a browser: packets of a kind, a length and what they hold."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._read = b""
        self.screen = ModelScreen(120, 40)
        self._stream = pyte.ByteStream(self.screen)

    def shows(self, words: str) -> None:
        end = time.monotonic() + LIMIT
        while words not in "\n".join(self.screen.display):
            assert time.monotonic() < end, "\n".join(self.screen.display)
            self._take()

    def send(self, kind: bytes, payload: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(kind + len(payload).to_bytes(4, "big") + payload)
        self._process.stdin.flush()

    def _take(self) -> None:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        if select.select([descriptor], [], [], 0.1)[0]:
            self._read += os.read(descriptor, 65_536)
        self._read = self._read.removeprefix(b"__GANGLION__\n")
        while len(self._read) > 5 and len(self._read) >= (end := 5 + int.from_bytes(self._read[1:5], "big")):
            kind, payload, self._read = self._read[:1], self._read[5:end], self._read[end:]
            if kind == b"D":
                self._stream.feed(payload)


def test_a_browser_shows_the_inbox_and_its_keys_act(tmp_path: Path) -> None:
    env = environment(tmp_path, TEXTUAL_DRIVER=DRIVER, TEXTUAL_COLOR_SYSTEM="truecolor", COLUMNS="120", ROWS="40")
    process = subprocess.Popen(
        [*PROGRAM, "demo"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        cwd=tmp_path,
    )
    try:
        browser = Browser(process)
        browser.shows("1 of ")
        browser.send(b"D", b"j")
        browser.shows("2 of ")
        browser.send(b"M", json.dumps({"type": "resize", "width": 120, "height": 40}).encode())
        browser.send(b"D", b"?")
        browser.shows("type to find an action")
    finally:
        process.kill()
        process.communicate()


def test_another_driver_is_not_loaded(tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text("raise SystemExit(77)")
    env = environment(tmp_path, TEXTUAL_DRIVER="evil:Driver")
    done = subprocess.run([*PROGRAM, "demo"], env=env, capture_output=True, cwd=tmp_path, timeout=LIMIT, check=False)
    assert done.returncode == 2
    assert b"needs a terminal" in done.stderr
