"""The program as a process: however it is ended, stopped or squeezed, the terminal is whole and the code says why."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.pty_bytes import judge
from tests.faults.pty_machine import USER, Machine
from tests.faults.pty_terminal import LIMIT, PROGRAM, Terminal
from tests.hostile import HostileRow

INBOX = (*PROGRAM, "--type", "all", "-u", USER)
LIST = (*PROGRAM, "list", "-u", USER, "--type", "all")
SIGNED_IN = " 1 of 3"
SAYS_GOODBYE = (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l", b"\x1b[?2004l")
"""The other screen, the cursor, the mouse and pasting as they were."""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    rows = [HostileRow(f"row {number}", f"Grüße {number} 📦", "**body**") for number in range(3)]
    with Machine(tmp_path, rows) as machine:
        yield machine


def check_restored(terminal: Terminal) -> None:
    """Whether the terminal is as the shell had it, seen in the bytes and in its line discipline."""
    raw = bytes(terminal.raw)
    assert terminal.is_restored
    for goodbye in SAYS_GOODBYE:
        welcome = goodbye[:-1] + (b"h" if goodbye.endswith(b"l") else b"l")
        assert raw.rfind(goodbye) > raw.rfind(welcome), goodbye
    assert b"Traceback" not in raw
    assert not judge(raw).raw


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_a_signal_ends_it_with_the_terminal_restored_and_its_own_code(name: str, code: int, machine: Machine) -> None:
    with Terminal(INBOX, machine.env()) as terminal:
        terminal.shows(SIGNED_IN)
        terminal.settle(0.2)
        terminal.process.send_signal(getattr(signal, name))
        assert terminal.ends() == code
        check_restored(terminal)
    print(f"\n{name}: terminal restored, exit code {code}")


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_a_signal_over_a_dialog_ends_it_just_so(name: str, code: int, machine: Machine) -> None:
    with Terminal(INBOX, machine.env()) as terminal:
        terminal.shows(SIGNED_IN)
        terminal.press("M", "Leave it")
        terminal.process.send_signal(getattr(signal, name))
        assert terminal.ends() == code
        check_restored(terminal)


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", -15), ("SIGHUP", -1), ("SIGINT", 130)])
def test_a_signal_ends_a_command_too(name: str, code: int, machine: Machine) -> None:
    with Terminal([*PROGRAM, "--plain", "-u", USER], machine.env()) as terminal:
        terminal.shows("> ")
        terminal.process.send_signal(getattr(signal, name))
        assert terminal.ends() == code
        assert terminal.is_restored
        assert b"Traceback" not in terminal.raw


def test_ctrl_c_says_how_to_leave_and_does_not(machine: Machine) -> None:
    with Terminal(INBOX, machine.env()) as terminal:
        terminal.shows(SIGNED_IN)
        terminal.type("\x03")
        terminal.shows("q leaves")
        terminal.type("q")
        assert terminal.ends() == 0
        check_restored(terminal)


def test_it_can_be_put_aside_and_taken_up_again(machine: Machine) -> None:
    with Terminal(INBOX, machine.env()) as terminal:
        terminal.shows(SIGNED_IN)
        terminal.settle(0.2)
        terminal.type("\x1a")  # ctrl+z
        state = Path(f"/proc/{terminal.process.pid}/stat")
        terminal.until(lambda: state.read_text().rpartition(")")[2].split()[0] == "T", "the program stopped")
        terminal.settle(0.1)
        check_restored(terminal)
        seen = len(terminal.raw)
        terminal.is_wiped()
        terminal.process.send_signal(signal.SIGCONT)
        terminal.writes("\x1b[?1049h", seen)
        terminal.shows("Grüße 1")
        terminal.settle(0.3)
        terminal.press("j", " 2 of 3")
        terminal.type("q")
        assert terminal.ends() == 0
        check_restored(terminal)


def test_it_survives_any_size_and_back(machine: Machine) -> None:
    with Terminal(INBOX, machine.env()) as terminal:
        terminal.shows(SIGNED_IN)
        for size in ((1, 1), (2, 1), (1, 40), (300, 3), (19, 4), (110, 32)):
            terminal.resize(*size)
            terminal.settle(0.1)
            terminal.press("jk")
        terminal.shows(SIGNED_IN)
        terminal.type("q")
        assert terminal.ends() == 0
        check_restored(terminal)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_place_a_cursor_is_told_what_can_be_used(term: str, machine: Machine) -> None:
    with Terminal(INBOX, machine.env(TERM=term)) as terminal:
        assert terminal.ends() == 2
        raw = bytes(terminal.raw)
    assert b"--plain` works line by line" in raw
    assert b"\x1b" not in raw


def test_without_colour_nothing_is_coloured(machine: Machine) -> None:
    with Terminal(INBOX, machine.env(NO_COLOR="1")) as terminal:
        terminal.shows(SIGNED_IN)
        terminal.type("q")
        assert terminal.ends() == 0
        raw = bytes(terminal.raw)
    assert not [colour for colour in (b"38;2;", b"48;2;", b"38;5;", b"48;5;") if colour in raw]


@pytest.mark.parametrize("language", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_without_a_utf_8_locale_it_draws_or_says_why_not(language: str, machine: Machine) -> None:
    with Terminal(INBOX, machine.env(LANG=language, LC_ALL=language)) as terminal:
        terminal.until(lambda: SIGNED_IN in terminal.text or terminal.process.poll() is not None, "a first page")
        if terminal.process.poll() is None:
            terminal.type("q")
        code = terminal.ends()
        raw = bytes(terminal.raw)
    assert b"Traceback" not in raw
    assert b"broke" not in raw
    assert (code, b"neptune-inbox" in raw) in ((0, True), (2, True))


@pytest.mark.parametrize("language", ["C", "POSIX", "en_US.ISO-8859-1"])
def test_a_list_without_a_utf_8_locale_is_a_list(language: str, machine: Machine) -> None:
    env = machine.env(LANG=language, LC_ALL=language, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    ended = subprocess.run(LIST, env=env, capture_output=True, timeout=LIMIT, check=False)
    assert ended.returncode == 0
    assert ended.stdout.count(b"\n") == 3
    assert b"Traceback" not in ended.stderr


def bash(script: str, machine: Machine) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["bash", "-c", script], env=machine.env(), capture_output=True, timeout=LIMIT, check=False)


@pytest.mark.parametrize("words", ["list -u u-1 --type all", "list -u u-1 --json", "--help", "doctor", "journal"])
def test_a_reader_that_goes_is_no_error(words: str, machine: Machine) -> None:
    ended = bash(f'{" ".join(PROGRAM)} {words} | head -n 0; echo "${{PIPESTATUS[0]}}"', machine)
    assert b"Traceback" not in ended.stderr
    assert b"BrokenPipe" not in ended.stderr
    assert int(ended.stdout) in (0, 1, 3, 4)


@pytest.mark.parametrize("closed", [">&-", "<&-", ">&- <&-", ">&- 2>&- <&-", "2>&-"])
def test_what_cannot_be_written_is_an_exit_code_and_never_a_crash(closed: str, machine: Machine) -> None:
    """Nor does a file of ours get the number of a stream that was closed, to be written over."""
    loses_output = ">&- " in f" {closed} ".replace("2>&-", "")
    for words in ("list -u u-1", "list -u u-1 --cached", "--version", "--help", "profiles --json"):
        ended = bash(f"{' '.join(PROGRAM)} {words} {closed}", machine)
        assert b"Traceback" not in ended.stderr, (words, ended.stderr)
        assert b"broke" not in ended.stderr, (words, ended.stderr)
        assert ended.returncode == (5 if loses_output else 0), (words, ended.returncode, ended.stderr)
    assert bash(f"{' '.join(PROGRAM)} {closed}", machine).returncode == 2


def test_in_a_pipe_the_inbox_names_what_can_be_used_there(machine: Machine) -> None:
    ended = subprocess.run(
        INBOX, env=machine.env(), stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT, check=False
    )
    assert ended.returncode == 2
    assert ended.stdout == b""
    assert b"The inbox needs a terminal to draw in." in ended.stderr


def test_a_window_that_is_closed_ends_it(machine: Machine) -> None:
    with Terminal(INBOX, machine.env()) as terminal:
        terminal.shows(SIGNED_IN)
        terminal.settle(0.2)
        terminal.hang_up()
        assert terminal.process.wait(5) == 129


@pytest.mark.parametrize("busy", ["", "j" * 60, "?"])
def test_a_window_that_is_closed_in_the_middle_of_something_ends_it_too(busy: str, machine: Machine) -> None:
    """It must not stay behind with the lock in its hands: nobody else could send what waits in the outbox."""
    with Terminal(INBOX, machine.env()) as terminal:
        terminal.shows(SIGNED_IN)
        terminal.press("m", "1 pending")
        terminal.type(busy)
        terminal.settle(0.01)
        terminal.hang_up()
        assert terminal.process.wait(10) == 129


def test_a_terminal_that_is_gone_without_a_word_ends_it_too(machine: Machine) -> None:
    """As under `setsid` or a broken connection: there is nobody to be told by a signal."""
    with Terminal(INBOX, machine.env(), is_controlling=False) as terminal:
        terminal.shows(SIGNED_IN)
        terminal.settle(0.2)
        terminal.hang_up()
        assert terminal.process.wait(10) == 129


def test_it_can_be_stopped_from_without_and_goes_on(machine: Machine) -> None:
    with Terminal(INBOX, machine.env()) as terminal:
        terminal.shows(SIGNED_IN)
        terminal.settle(0.2)
        for _ in range(2):
            terminal.process.send_signal(signal.SIGSTOP)
            terminal.settle(0.1)
            seen = len(terminal.raw)
            terminal.is_wiped()
            terminal.process.send_signal(signal.SIGCONT)
            terminal.writes("\x1b[?1049h", seen)
            terminal.shows("Grüße 1")
            terminal.settle(0.3)
        threads = list(Path(f"/proc/{terminal.process.pid}/task").iterdir())
        names = sorted((thread / "comm").read_text().strip() for thread in threads)
        assert len(names) <= 5, f"one to read, one to write, one for the disk and what asyncio needs: {names}"
        terminal.press("j", " 2 of 3")
        terminal.type("q")
        assert terminal.ends(5) == 0
        check_restored(terminal)
