"""`list --follow` as a process of its own: what is there, then what comes, over whoever polls, until it is ended."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from neptune_inbox.presentation.table import Column, GrowingTable, aligned_lines
from neptune_inbox.sandbox.faults import Kind
from tests.cli.shell import CUSTOMER, Shell

PROGRAM = [sys.executable, "-m", "neptune_inbox"]
PATIENCE = 60.0
"""Seconds: nobody is polled more often than every 30."""
BEFORE_THE_NEXT_POLL = 25.0
OTHER = "u-0815"

pytestmark = pytest.mark.slow


def environment(shell: Shell) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(shell.home), **shell.environment}


class Running:
    """The program as a process of its own, and the lines that it writes."""

    def __init__(self, shell: Shell, arguments: tuple[str, ...]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([*PROGRAM, *arguments], env=environment(shell), stdout=pipe, stderr=pipe)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.out, self.err = self.process.stdout, self.process.stderr
        self._read = {self.out: b"", self.err: b""}

    def line(self, *, of_errors: bool = False) -> str:
        """The next line on one of its outputs."""
        stream = self.err if of_errors else self.out
        while b"\n" not in self._read[stream]:
            assert select.select([stream], [], [], PATIENCE)[0], "no line came"
            part = os.read(stream.fileno(), 65_536)
            assert part, "it ended"
            self._read[stream] += part
        line, _, self._read[stream] = self._read[stream].partition(b"\n")
        return line.decode()

    def title(self) -> str:
        """The title of the next row, written either way."""
        line = self.line()
        return str(json.loads(line)["title"]) if line.startswith("{") else line.split("\t")[4]


@contextmanager
def running(shell: Shell, *arguments: str) -> Iterator[Running]:
    """The program, which is killed at the end if it still runs."""
    found = Running(shell, arguments)
    try:
        yield found
    finally:
        found.process.kill()
        found.process.communicate()


class TestWhatIsShown:
    def test_the_oldest_first_and_then_what_comes(self, shell: Shell) -> None:
        shell.tell_many(3)
        with running(shell, "list", "-u", CUSTOMER, "--follow") as follower:
            assert [follower.title() for _ in range(3)] == ["Number 0", "Number 1", "Number 2"]
            assert f"Following {CUSTOMER}; ctrl+c ends it." in follower.line(of_errors=True)
            shell.tell("Just came")
            assert follower.title() == "Just came"

    def test_no_more_than_the_limit_and_then_all_that_comes(self, shell: Shell) -> None:
        shell.tell_many(5)
        with running(shell, "list", "-u", CUSTOMER, "--follow", "--jsonl", "--limit", "2") as follower:
            assert [follower.title() for _ in range(2)] == ["Number 3", "Number 4"]
            now = shell.sandbox_state.now()
            for number in range(4):
                shell.tell(f"New {number}", created_at=now + number)
            assert [follower.title() for _ in range(4)] == [f"New {number}" for number in range(4)]

    def test_what_is_only_loaded_did_not_come(self, shell: Shell) -> None:
        shell.tell_many(250)
        with running(shell, "list", "-u", CUSTOMER, "--follow", "--limit", "1", "--jsonl") as follower:
            assert follower.title() == "Number 249"
            shell("list", "-u", CUSTOMER, "--limit", "0")
            assert len(shell("list", "-u", CUSTOMER, "--cached", "--limit", "0").cells) == 250
            shell.tell("Just came")
            assert follower.title() == "Just came"

    def test_a_customer_who_comes_to_be_watched_is_followed_from_then_on(self, shell: Shell) -> None:
        shell("watch", CUSTOMER)
        shell.tell("Hello")
        shell.tell("There before", OTHER)
        shell("poll", "--once")
        with running(shell, "poll") as poller, running(shell, "list", "--follow", "--jsonl") as follower:
            poller.line(of_errors=True)
            assert follower.title() == "Hello"
            shell("watch", OTHER)
            shell("list", "-u", OTHER)
            shell.tell("Came meanwhile")
            shell("list", "-u", CUSTOMER)
            assert follower.title() == "Came meanwhile", "and by now the first look at the other is taken in"
            shell.tell("Came to the other", OTHER)
            shell("list", "-u", OTHER)
            assert follower.title() == "Came to the other"


class TestOverAPoller:
    def test_its_finds_are_shown_and_who_remains_takes_over(self, shell: Shell) -> None:
        shell("watch", CUSTOMER)
        shell.tell("Hello")
        shell("poll", "--once")
        with running(shell, "poll", "--jsonl") as poller:
            shell.tell("First find")
            assert poller.title() == "First find"
            asked = shell.requests
            with running(shell, "list", "--follow") as follower:
                assert [follower.title(), follower.title()] == ["Hello", "First find"]
                assert f"Process {poller.process.pid} is polling" in follower.line(of_errors=True)
                assert shell.requests - asked <= 1, "at most a poll of the poller's own"
                shell.tell("Found by a third")
                shell("list", "-u", CUSTOMER)
                assert follower.title() == "Found by a third"
                poller.process.send_signal(signal.SIGTERM)
                assert poller.process.wait(PATIENCE) == 143
                shell.tell("Third find")
                assert follower.title() == "Third find"


class TestTheEnd:
    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
    def test_a_signal_ends_it_at_once(self, shell: Shell, number: signal.Signals, code: int) -> None:
        shell.tell("Hello")
        with running(shell, "list", "-u", CUSTOMER, "--follow") as follower:
            assert follower.title() == "Hello"
            follower.line(of_errors=True)
            follower.process.send_signal(number)
            out, err = follower.process.communicate(timeout=BEFORE_THE_NEXT_POLL)
            assert follower.process.returncode == code
            assert (out, err) == (b"", b"Interrupted.\n")

    @pytest.mark.parametrize("arguments", [("list", "-u", CUSTOMER, "--follow"), ("poll",)])
    def test_it_ends_when_nobody_reads_any_more(self, shell: Shell, arguments: tuple[str, ...]) -> None:
        shell("watch", CUSTOMER)
        shell.tell("Hello")
        with running(shell, *arguments) as follower:
            follower.line(of_errors=True)
            follower.out.close()
            assert follower.process.wait(PATIENCE) == 0
            assert follower.err.read() == b""
            follower.process.stdout = None

    def test_trouble_is_told_and_a_token_that_is_refused_ends_it(self, shell: Shell) -> None:
        shell("watch", CUSTOMER)
        shell.tell("Hello")
        with running(shell, "list", "--follow") as follower:
            assert follower.title() == "Hello"
            follower.line(of_errors=True)
            shell.faults.set(Kind.BROKEN)
            assert "500" in follower.line(of_errors=True)


def test_on_a_terminal_the_names_stand_there_once(shell: Shell) -> None:
    shell.tell("Hello")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "list", "-u", CUSTOMER, "--follow"],
        env={**environment(shell), "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(theirs)
    seen = ""

    def until(word: str) -> None:
        nonlocal seen
        while word not in seen:
            assert select.select([ours], [], [], PATIENCE)[0], seen
            seen += os.read(ours, 65_536).decode()

    try:
        until("Hello")
        shell.tell("A longer title came")
        until("A longer title came")
    finally:
        process.kill()
        process.communicate()
        os.close(ours)
    assert seen.count("state") == 1


def test_a_growing_table_begins_as_any_other_and_never_becomes_narrower() -> None:
    columns = (Column("id"), Column("title", gives=1))
    table = GrowingTable(columns)
    assert table.lines([["1", "long enough"]], 80) == aligned_lines(columns, [["1", "long enough"]], 80)
    assert table.lines([["2", "x"], ["333", "y"]], 80) == ["2    x", "333  y"]
    assert table.lines([["4", "z"]], 80) == ["4    z"]
