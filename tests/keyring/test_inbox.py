"""The real inbox in a real terminal beside a real keyring that is absent, locked, refused, frozen or dead."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.faults.pty_machine import CANARY, USER, Machine
from tests.faults.pty_terminal import LIMIT, PROGRAM, Terminal
from tests.hostile import HostileRow
from tests.keyring.desktop import Desktop

IMPATIENT = (sys.executable, "-m", "tests.keyring.impatient")
LOGIN = ("login", "--environment", "dev", "--user", USER, "--token-stdin", "--yes")
"""Agreed to beforehand: the token is not a JWT, and `login` asks about such a token."""
SEEN_BEFORE = " 1 of 3"
AT_ONCE = 0.1
SOON = 1.0


@pytest.fixture
def machine(tmp_path: Path, desktop: Desktop) -> Iterator[Machine]:
    """A cached list of three, and a token in the keyring."""
    with Machine(tmp_path, [HostileRow(f"row {number}", f"Card {number}") for number in range(3)]) as machine:
        assert run(machine, desktop, *LOGIN, given=CANARY)[0] == 0
        assert run(machine, desktop, "list", "-u", USER)[0] == 0
        yield machine


def env(machine: Machine, desktop: Desktop, **more: str) -> dict[str, str]:
    bus = desktop.env["DBUS_SESSION_BUS_ADDRESS"]
    return machine.env(token="", HOME=str(desktop.home), DBUS_SESSION_BUS_ADDRESS=bus) | more


def run(machine: Machine, desktop: Desktop, *words: str, given: str = "", **more: str) -> tuple[int, str]:
    ended = subprocess.run(
        [*IMPATIENT, *words],
        env=env(machine, desktop, **more),
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


def nothing(desktop: Desktop) -> None:
    """The keyring is well; what is wrong is how it is looked for."""


NO_BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere/bus"}
STATES: dict[str, tuple[Callable[[Desktop], None], dict[str, str], str]] = {
    "absent": (nothing, NO_BUS, "No OS keyring can be reached"),
    "locked": (Desktop.lock, {}, "(Secret Service) is locked"),
    "frozen": (Desktop.freeze, {}, "did not answer within 2 seconds"),
    "dead": (Desktop.die, {}, "does not behave like a keyring"),
    "null": (
        nothing,
        {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
        "`keyring.backends.null.Keyring` would not keep",
    ),
    "chained": (
        nothing,
        {"PYTHON_KEYRING_BACKEND": "keyring.backends.chainer.ChainerBackend"},
        "`keyring.backends.chainer.ChainerBackend` would not keep",
    ),
    "plaintext": (
        nothing,
        {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring"},
        "`keyrings.alt.file.PlaintextKeyring` would not keep",
    ),
}


def seconds_to_move(terminal: Terminal) -> float:
    """From a key to the new position on the terminal, as it is most of the time."""
    found = []
    for key, words in (("j", " 2 of 3"), ("k", " 1 of 3")) * 3:
        terminal.settle()
        terminal.type(key)
        found.append(terminal.shows(words))
    return median(found)


@pytest.mark.parametrize("state", STATES)
def test_each_trouble_is_one_sentence_and_no_key_waits_for_the_keyring(
    state: str, machine: Machine, desktop: Desktop
) -> None:
    fault, more, sentence = STATES[state]
    fault(desktop)
    with Terminal([*IMPATIENT, "--type", "all", "-u", USER], env(machine, desktop, **more)) as terminal:
        terminal.shows(SEEN_BEFORE)
        while_waiting = seconds_to_move(terminal)
        terminal.shows(sentence)
        afterwards = seconds_to_move(terminal)
        began = terminal.clock()
        terminal.type("q")
        assert terminal.ends() == 0
        left_after = terminal.clock() - began
        assert CANARY.encode() not in terminal.raw
    print(
        f"\n{state}: {sentence!r}; a key is answered in {while_waiting * 1000:.0f} ms, "
        f"with the sentence there in {afterwards * 1000:.0f} ms; left in {left_after:.2f} s"
    )
    assert max(while_waiting, afterwards) <= AT_ONCE
    assert left_after <= SOON
    check_that_nothing_is_on_the_disk(machine, desktop)


@pytest.mark.parametrize("state", STATES)
def test_no_token_is_written_anywhere_else_instead(state: str, machine: Machine, desktop: Desktop) -> None:
    fault, more, sentence = STATES[state]
    other = "another-token-0123456789-abcdefghijklmnop"
    machine.accept(other)
    fault(desktop)
    code, said = run(machine, desktop, *LOGIN, given=other, **more)
    assert (code, sentence in said) == (3, True), said
    assert other not in said
    assert check_that_nothing_is_on_the_disk(machine, desktop, other) > 3


def check_that_nothing_is_on_the_disk(machine: Machine, desktop: Desktop, *others: str) -> int:
    """How many files below both homes were searched."""
    files = [file for home in (machine.home, desktop.home) for file in home.rglob("*") if file.is_file()]
    for file in files:
        content = file.read_bytes()
        assert not [secret for secret in (CANARY, *others) if secret.encode() in content], file
    return len(files)


def test_while_a_frozen_keyring_is_waited_for_it_can_be_left_at_once(machine: Machine, desktop: Desktop) -> None:
    """With all the patience that people get: sixty seconds."""
    desktop.freeze()
    with Terminal([*PROGRAM, "--type", "all", "-u", USER], env(machine, desktop)) as terminal:
        terminal.shows(SEEN_BEFORE)
        answered = seconds_to_move(terminal)
        began = terminal.clock()
        terminal.type("q")
        assert terminal.ends() == 0
        left_after = terminal.clock() - began
    print(f"\nfrozen: a key is answered in {answered * 1000:.0f} ms, left in {left_after:.2f} s")
    assert answered <= AT_ONCE
    assert left_after <= SOON
    assert not desktop.askers(), "no child is left behind that waits for the keyring"
