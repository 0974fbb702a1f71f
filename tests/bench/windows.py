"""Real terminal windows on a display of their own, to take pictures of and to press keys in.

What runs in a window is started by a relay in it, so that keys reach the program without a window manager, and what
it writes can be held back while pictures are compared.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
import tty
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
SCREEN = (2560, 1440)
"""Pixels of the display."""
PATIENCE = 60.0
"""Seconds that a window may take to come up."""
FONT = "DejaVu Sans Mono"
KEY, PRINT, HOLD, AGAIN = b"k", b"p", b"h", b"a"


def _xterm(size: tuple[int, int], command: Sequence[str]) -> list[str]:
    place = f"{size[0]}x{size[1]}+0+0"
    return ["xterm", "-geometry", place, "-fa", FONT, "-fs", "10", "-bg", "white", "-fg", "black", "-e", *command]


def _kitty(size: tuple[int, int], command: Sequence[str]) -> list[str]:
    options = (
        *(f"initial_window_width={size[0]}c", f"initial_window_height={size[1]}c", "remember_window_size=no"),
        *("font_size=10", f"font_family={FONT}", "window_padding_width=0", "update_check_interval=0"),
        *("confirm_os_window_close=0", "shell_integration=disabled", "cursor_blink_interval=0"),
    )
    return ["kitty", "--config", "NONE", *(part for each in options for part in ("-o", each)), *command]


def _konsole(size: tuple[int, int], command: Sequence[str]) -> list[str]:
    options = (f"TerminalColumns={size[0]}", f"TerminalRows={size[1]}", f"Font={FONT},10,-1,5,50,0,0,0,0,0")
    shown = ("--nofork", "--hide-menubar", "--hide-tabbar", "--notransparency")
    return ["konsole", *shown, *(part for each in options for part in ("-p", each)), "-e", *command]


def _xfce4(size: tuple[int, int], command: Sequence[str]) -> list[str]:
    bare = ("--disable-server", "--hide-menubar", "--hide-toolbar", "--hide-scrollbar", "--hide-borders")
    return ["xfce4-terminal", *bare, f"--font={FONT} 10", f"--geometry={size[0]}x{size[1]}+0+0", "-x", *command]


TERMINALS = {"xterm": _xterm, "kitty": _kitty, "konsole": _konsole, "xfce4-terminal": _xfce4}


class Area(NamedTuple):
    """Pixels in a picture."""

    x: int
    y: int
    width: int
    height: int

    @property
    def is_empty(self) -> bool:
        return not (self.width and self.height)


class TerminalWindow:
    """A terminal of so many columns and lines in which a program runs."""

    def __init__(
        self, name: str, display: str, command: Sequence[str], env: Mapping[str, str], *, size: tuple[int, int]
    ) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="window-"))
        self._display = {"DISPLAY": display}
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._folder / "socket"))
        listener.listen()
        listener.settimeout(PATIENCE)
        relay = [sys.executable, str(Path(__file__).resolve()), str(self._folder / "socket"), *command]
        # What a terminal is configured with, and its language, are nobody's here.
        bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "XDG_RUNTIME_DIR": str(self._folder)}
        bare |= {
            "HOME": str(self._folder),
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
            "QT_QPA_PLATFORM": "xcb",
        }
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            TERMINALS[name](size, relay),
            env={**bare, **self._display, **{f"WINDOW_{key}": value for key, value in env.items()}},
            stdout=self._log,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            start_new_session=True,
        )
        try:
            self._relay, _ = listener.accept()
        except TimeoutError as problem:
            self._process.kill()
            raise SystemExit(f"{name} did not come up: {(self._folder / 'log').read_text('utf-8')}") from problem
        finally:
            listener.close()

    def type(self, keys: str) -> None:
        """Type into the program."""
        self._send(KEY, keys)

    def print(self, text: str) -> None:
        """Write to the terminal, past the program, which must be held."""
        self._send(PRINT, text)

    def hold(self) -> None:
        """From now on what the program writes is lost."""
        self._send(HOLD, "")

    def draw_again(self) -> None:
        """Write once more all that the program wrote before it was held."""
        self._send(AGAIN, "")

    def settle(self, pause: float = 1.0, limit: float = 30.0) -> None:
        """Wait until the window has looked the same for so long."""
        ends = time.monotonic() + limit
        before, since = b"", time.monotonic()
        while time.monotonic() < ends and time.monotonic() - since < pause:
            time.sleep(0.2)
            now = subprocess.run(
                ["import", "-window", "root", "rgb:-"], capture_output=True, check=True, env=self._env()
            ).stdout
            if now != before:
                before, since = now, time.monotonic()

    def picture(self, path: Path) -> Path:
        """Take a picture of the whole display once it rests."""
        self.settle()
        subprocess.run(["import", "-window", "root", str(path)], check=True, env=self._env())
        return path

    def close(self) -> None:
        self._relay.close()
        for end in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, end)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
                break
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _send(self, kind: bytes, text: str) -> None:
        data = text.encode()
        self._relay.sendall(kind + len(data).to_bytes(4, "big") + data)

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self._display}


def difference(one: Path, other: Path) -> Area:
    """The smallest area that holds all pixels in which two pictures differ."""
    return _found([one, other, "-compose", "difference", "-composite", "-threshold", "0"])


def differing_cells(one: Path, other: Path, within: Area, cell: Area) -> Area:
    """The smallest area of cells, counted from the start of `within`, that are drawn otherwise.

    A sign that reaches a pixel or two out of its cell is painted over or not, as a terminal likes: no difference.
    """
    crop = "{2}x{3}+{0}+{1}".format(*within)
    size = f"{within.width // cell.width}x{within.height // cell.height}!"
    drawn_otherwise = ("-compose", "difference", "-composite", "-colorspace", "Gray", "-threshold", "8%")
    return _found([one, other, "-crop", crop, "+repage", *drawn_otherwise, "-scale", size, "-threshold", "6%"])


def _found(command: Sequence[str | Path]) -> Area:
    told = subprocess.run(
        ["convert", *command, "-format", "%@", "info:"], capture_output=True, text=True, check=True
    ).stdout
    width, height, x, y = map(int, re.split("[x+]", told))
    return Area(x, y, width, height)


@contextlib.contextmanager
def display() -> Iterator[str]:
    """A display of its own, by its name."""
    down, up = os.pipe()
    size = f"{SCREEN[0]}x{SCREEN[1]}x24"
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(up), "-screen", "0", size, "-nolisten", "tcp"],
        pass_fds=(up,),
        stderr=subprocess.DEVNULL,
    )
    os.close(up)
    try:
        with os.fdopen(down) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def relay(address: str, command: Sequence[str]) -> int:
    """Run a program in the terminal of this process; its exit code."""
    control = socket.socket(socket.AF_UNIX)
    env = {key.removeprefix("WINDOW_"): value for key, value in os.environ.items() if key.startswith("WINDOW_")}
    told = {key: os.environ[key] for key in ("TERM", "COLORTERM", "TERM_PROGRAM", "COLORFGBG") if key in os.environ}
    pid, program = pty.fork()
    if pid == 0:
        os.execvpe(command[0], list(command), {**env, **told})
    size = fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8)
    fcntl.ioctl(program, termios.TIOCSWINSZ, size)
    tty.setraw(0)
    signal.signal(
        signal.SIGWINCH,
        lambda *_: fcntl.ioctl(program, termios.TIOCSWINSZ, fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8)),
    )
    control.connect(address)
    is_held = False
    written = bytearray()
    while True:
        for end in select.select([0, program, control.fileno()], [], [])[0]:
            if end == control.fileno():
                head = control.recv(5, socket.MSG_WAITALL)
                if not head:
                    return 0
                data = control.recv(int.from_bytes(head[1:], "big"), socket.MSG_WAITALL) if any(head[1:]) else b""
                is_held = is_held or head[:1] == HOLD
                if head[:1] == AGAIN:
                    data = bytes(written)
                if data:
                    _write(program if head[:1] == KEY else 1, data)
            elif end == program:
                try:
                    data = os.read(program, 65_536)
                except OSError:
                    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                if not is_held:
                    written += data
                    _write(1, data)
            else:
                _write(program, os.read(0, 65_536))


def _write(end: Any, data: bytes) -> None:
    while data:
        data = data[os.write(end, data) :]


if __name__ == "__main__":
    raise SystemExit(relay(sys.argv[1], sys.argv[2:]))
