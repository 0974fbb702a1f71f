"""A terminal multiplexer of the tests' own: programs run in its windows, which obey and can be asked."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.faults.pty_terminal import LIMIT


class Tmux:
    """A tmux with a socket of its own, which obeys what a terminal obeys and can be asked."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        if shutil.which("tmux") is None:
            pytest.skip("tmux is not installed here")
        (folder / "tmux.conf").write_text("set -s set-clipboard on\nset-buffer 'what was copied before'\n")
        self._base = ["tmux", "-S", str(folder / "tmux"), "-f", str(folder / "tmux.conf")]
        self._env = dict(env)

    def __call__(self, *words: str) -> str:
        return subprocess.run([*self._base, *words], env=self._env, capture_output=True, text=True, check=True).stdout

    def open(self, command: str) -> None:
        """The first window of its server; there is something in the clipboard before."""
        self("new-session", "-d", "-x", "110", "-y", "32", command)

    def until(self, words: str, *, is_title: bool = False) -> None:
        """Wait for words on its screen, or in its title."""
        end = time.monotonic() + LIMIT
        while words not in (self("display", "-p", "#{pane_title}") if is_title else self("capture-pane", "-p")):
            assert time.monotonic() < end, f"{words!r} never came:\n{self('capture-pane', '-p')}"
            time.sleep(0.01)

    def pane(self, name: str, command: str, env: Mapping[str, str], size: tuple[int, int]) -> Pane:
        """A program in a session of this name, with an environment and a size of its own."""
        given = [word for variable, value in env.items() for word in ("-e", f"{variable}={value}")]
        self("new-session", "-d", "-s", name, "-x", str(size[0]), "-y", str(size[1]), *given, command)
        return Pane(self, name)

    def end(self) -> None:
        """End it with every program in it."""
        subprocess.run([*self._base, "kill-server"], capture_output=True)


class Pane:
    """One program in a session of its own."""

    def __init__(self, tmux: Tmux, name: str) -> None:
        self._tmux = tmux
        self.name = name

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return self._tmux("capture-pane", "-p", "-t", self.name)

    def line(self, words: str) -> str:
        """The first line of the screen with these words; empty where there is none."""
        return next((line for line in self.text.splitlines() if words in line), "")

    def press(self, *keys: str) -> None:
        """Press keys by the names that tmux knows; what is no name is typed."""
        self._tmux("send-keys", "-t", self.name, *keys)

    def shows(self, *words: str, beside: str = "") -> float:
        """Wait for all of these words on the screen, or on one line of it; the seconds that it took."""
        return self._wait(words, beside, is_there=True)

    def hides(self, words: str, *, beside: str = "") -> float:
        """Wait until these words are gone from the screen, or from one line of it; the seconds that it took."""
        return self._wait((words,), beside, is_there=False)

    def _wait(self, words: tuple[str, ...], beside: str, *, is_there: bool) -> float:
        began = time.monotonic()
        while True:
            text = self.text
            lines = [line for line in text.splitlines() if beside in line] if beside else [" ".join(text.split())]
            if lines and all((word in lines[0]) is is_there for word in words):
                return time.monotonic() - began
            wanted = "never came" if is_there else "never went"
            assert time.monotonic() - began < LIMIT, f"{words} {wanted} for {self.name}:\n{text}"
            time.sleep(0.01)
