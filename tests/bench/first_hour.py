"""A stranger's first hour: README alone, from nothing to the first mark over HTTP.

    python tests/bench/first_hour.py TRANSCRIPT [PYTHON]

A copy of the last commit is put into an empty home; the PATH has python3 and what README's lines call, and no more.
What README prints is typed into a terminal, in its order. TRANSCRIPT gets what was typed, what was seen, and when. It
fails where something is not seen, where the server does not confirm the mark, and where that took more than 300 s.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.faults.pty_terminal import Terminal

ROOT = Path(__file__).parents[2]
MOST = 300.0
"""Seconds from the first key to the confirmed mark."""
PATIENCE = 240.0
"""Seconds that installing may take."""
TOOLS = ("cat", "curl", "sleep")
PROMPT = "stranger$ "
CTRL_D = "\x04"
KEYS = {"enter": "\r", "esc": "\x1b"}
SHOWN = {CTRL_D: "<ctrl+d>", "\x1b": "<esc>"}
DEMO_TITLE = "Card ending 4242"


class Readme:
    """What README has a stranger type, by the place where it says so."""

    def __init__(self, text: str) -> None:
        self.demo = _found(r"```sh\n(.*?demo)\n", text)
        """One line: makes a venv, installs, and starts the demo."""
        self.activate = _found(r"`(\. [^`]*/activate)`", text)
        minute = _section("The first minute", text)
        self.keys = [re.findall(r"`([^`]+)`", step) for step in re.findall(r"^\d\. (.*)$", minute, re.M)]
        """What each step of the first minute names, in its order."""
        sandbox = _section("The sandbox", text)
        self.install = _found(r"`(pip install [^`]+)`", sandbox)
        self.seed_file = _found(r"```toml\n(# world\.toml\n.*?)```", sandbox)
        *self.start, self.listing = _found(r"```bash\n(.*?)```", sandbox).splitlines()
        """The lines that start the sandbox, and the one that fetches a list from it."""
        self.inbox = _found(r"`(neptune-inbox --user [^`]+)`", sandbox)
        self.title = _found(r"""^title = "(.*?)"$""", self.seed_file).replace("{n}", "1")
        """The newest notification of that file."""


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.S | re.M)
    assert found, f"README does not have {pattern}"
    return found[1]


def _section(title: str, text: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


class Transcript:
    """What was typed and seen, with the seconds since the first key."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._began = time.monotonic()
        self._lines: list[str] = []

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    @property
    def text(self) -> str:
        return "\n".join(self._lines) + "\n"

    def type(self, keys: str, words: str, limit: float = 30.0) -> None:
        """Type, then wait until these words are seen; what stands there then is kept."""
        self._send(keys)
        self.see(words, limit)

    def leave(self, key: str, words: str) -> None:
        """Type a key, then wait until these words are no longer seen."""
        self._send(key)
        self._terminal.until(lambda: words not in self._terminal.text, f"{words!r} gone")
        self._terminal.settle()
        self._note("seen", self._terminal.text)

    def enter(self, line: str, words: str = PROMPT, limit: float = 30.0) -> None:
        """Type a line once the shell asks for one; only what is written after it counts."""
        self._terminal.until(self._is_at_prompt, "a prompt")
        self._terminal.is_wiped()
        self.type(f"{line}\r", words, limit)

    def _is_at_prompt(self) -> bool:
        lines, cursor = self._terminal.text.splitlines(), self._terminal.screen.cursor
        return lines[cursor.y][: cursor.x].endswith(PROMPT)

    def quit(self, key: str) -> None:
        """Type the key that leads back to the shell."""
        self._terminal.is_wiped()
        self.type(key, PROMPT)

    def see(self, words: str, limit: float = 30.0) -> None:
        """Wait until these words are seen."""
        try:
            self._terminal.shows(words, limit)
        finally:
            self._terminal.settle()
            self._note("seen", self._terminal.text)

    def _send(self, keys: str) -> None:
        self._note("typed", "".join(SHOWN.get(key, key) for key in keys))
        self._terminal.type(keys)

    def _note(self, what: str, text: str) -> None:
        lines = text.rstrip().splitlines()
        self._lines += [f"{self.seconds:6.1f} s  {what}:", *(f"    {line}".rstrip() for line in lines), ""]


def clean_path(folder: Path, python: Path) -> Path:
    """A folder to be the whole PATH: this Python as python3, and what README's lines call."""
    folder.mkdir()
    (folder / "python3").symlink_to(python)
    for name in TOOLS:
        found = shutil.which(name)
        assert found, f"{name} is not installed here"
        (folder / name).symlink_to(found)
    return folder


def walk(home: Path, folder: Path, path: Path, transcript: Path, *, is_installed: bool = False) -> float:
    """Type what README prints in a copy of the repository; the seconds until the mark was confirmed.

    Where everything is installed in its `.venv` already, what makes the venv and installs is left out.
    """
    readme = Readme((folder / "README.md").read_text(encoding="utf-8"))
    env = {"HOME": str(home), "PATH": str(path), "TERM": "xterm-256color", "LANG": "C.UTF-8", "PS1": PROMPT}
    shell = shutil.which("bash")
    assert shell
    with Terminal([shell, "--norc", "--noprofile", "-i"], env, size=(110, 36)) as terminal:
        terminal.shows(PROMPT)
        terminal.press(f"cd {folder}\r", PROMPT)
        told = Transcript(terminal)
        try:
            _first_minute(told, readme, is_installed)
            return _first_mark(told, readme, is_installed)
        finally:
            transcript.write_text(told.text, encoding="utf-8")
            terminal.type("kill %1\rexit\r")
            with suppress(AssertionError):
                terminal.ends(5)


def _first_minute(told: Transcript, readme: Readme, is_installed: bool) -> None:
    """The steps that README counts, in the demo; the names are those of the keys that each step prints."""
    line = readme.demo.rpartition(" && ")[2] if is_installed else readme.demo
    told.enter(line, "Tour 1 of", PATIENCE)
    told.see(DEMO_TITLE)
    moving, marking, selecting, putting_away, searching, marking_all, going = readme.keys

    down, up, opening = moving
    told.type(f"{down}{up}", "Tour 2 of")
    told.type(KEYS[opening], "● unread")
    mark, undo = marking
    told.type(mark, "1 pending")
    told.type(undo, "Taken back")
    select, mark, undo = selecting
    told.type(select * 2, "2 selected")
    told.type(mark, "2 pending")
    told.type(undo, "Taken back")
    (done,) = putting_away
    told.type(done, "done")
    search, query, escape = searching
    told.type(search + query, f"{search} {query}")
    told.leave(KEYS[escape], query)
    mark_all, escape = marking_all
    told.type(mark_all, "Mark all")
    told.leave(KEYS[escape], "Mark all")
    go, show_help, leave = going
    told.type(go, "Go to user")
    told.leave(KEYS[escape], "Go to user")
    told.type(show_help, "every key")
    told.leave(KEYS[escape], "every key")
    told.quit(leave)


def _first_mark(told: Transcript, readme: Readme, is_installed: bool) -> float:
    """README's section about the sandbox, to the first mark; the seconds until the server no longer lists the row."""
    told.enter(readme.activate)
    if not is_installed:
        told.enter(readme.install, limit=PATIENCE)
    told.enter("cat > world.toml", "")
    told.type(readme.seed_file.replace("\n", "\r") + CTRL_D, PROMPT)
    for line in readme.start:
        told.enter(line)
    told.enter(readme.listing, readme.title)
    told.enter(readme.inbox, readme.title)
    mark = readme.keys[1][0]
    told.type(mark, "1 pending")
    told.see("○")
    told.quit(readme.keys[-1][-1])
    told.enter(readme.listing, '"total":2')
    assert readme.title not in told.text.rpartition("seen:")[2], "the mark was not confirmed"
    return told.seconds


def main() -> None:
    """Walk it on a clean machine, and say how long it took."""
    transcript = Path(sys.argv[1]).absolute()
    python = Path(sys.argv[2] if len(sys.argv) > 2 else getattr(sys, "_base_executable", sys.executable))
    with tempfile.TemporaryDirectory() as place:
        home = Path(place) / "home"
        folder = home / "neptune-inbox"
        folder.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        seconds = walk(home, folder, clean_path(Path(place) / "bin", python), transcript)
    print(f"The first mark over HTTP was confirmed after {seconds:.0f} s; what was typed and seen: {transcript}")
    if seconds > MOST:
        sys.exit(f"That is more than {MOST:.0f} s.")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
