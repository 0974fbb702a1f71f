"""Polling and sending while no window is open: once, for as long as it runs, and beside another that polls."""

from __future__ import annotations

import json
import os
import plistlib
import signal
import subprocess
import sys
from collections.abc import Callable

import jsonschema_rs
import pytest

from neptune_inbox.cli.schemas import SCHEMAS
from neptune_inbox.cli.topics.topics import EXIT_CODES
from neptune_inbox.sandbox.faults import Kind
from tests.cli.shell import CUSTOMER, Shell

PROGRAM = [sys.executable, "-m", "neptune_inbox"]


CONFIG = """
[profiles.acme]
environment = "dev"
api_base = "BASE"
edge_base = "BASE"
[polling]
requests_per_minute = 4
"""


def until(condition: Callable[[], bool]) -> None:
    """A server in trouble is tried again after a pause, so a command may have to be typed more than once."""
    assert any(condition() for _ in range(100)), "it never came to be"


def started(shell: Shell, *arguments: str) -> subprocess.Popen[str]:
    """The program as a process of its own, which goes on until it is told to stop."""
    names = {"PATH": os.environ["PATH"], "HOME": str(shell.home), **shell.environment}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*PROGRAM, *arguments], env=names, text=True, **pipes)  # type: ignore[call-overload,no-any-return]


def next_row(process: subprocess.Popen[str]) -> dict[str, object]:
    assert process.stdout is not None
    row: dict[str, object] = json.loads(process.stdout.readline())
    return row


def ended(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    return process.returncode


class TestOnce:
    @pytest.mark.slow
    def test_the_exit_code_says_whether_something_came(self, shell: Shell) -> None:
        shell("watch", CUSTOMER)
        shell.tell("Seen before")
        first = shell("poll", "--once")
        assert first.code == 0, "what was there at the first look did not arrive"
        assert "1 customer asked, 0 notifications arrived, 0 marks sent." in first.err
        id = shell.tell("Just came")
        shown = shell("poll", "--once", "--json")
        assert (shown.code, [row["id"] for row in shown.json]) == (10, [id])
        jsonschema_rs.validator_for(SCHEMAS["poll"]).validate(shown.json)
        assert 10 in dict(EXIT_CODES)
        assert shell("poll", "--once").code == 0

    @pytest.mark.slow
    def test_what_was_there_long_before_never_arrived_however_far_back_it_is_read(self, shell: Shell) -> None:
        start = shell.sandbox_state.now() - 400 * 60_000
        for number in range(130):
            at = start + number * 60_000
            shell.tell(f"Old {number}", created_at=at, read_at=at + 1_000 if number % 3 else None)
        shell("watch", CUSTOMER)
        for _ in range(3):
            once = shell("poll", "--once")
            assert (once.code, "0 notifications arrived" in once.err) == (0, True), once.err

    @pytest.mark.slow
    def test_the_budget_ends_a_turn_and_who_was_not_asked_comes_first_the_next_time(self, shell: Shell) -> None:
        users = [f"u-{number}" for number in range(1, 7)]
        shell.config(CONFIG.replace("BASE", f"{shell.base_url}/neptune"))
        shell("watch", *users)
        turns = 0
        while any(not shell("count", "-u", user, "--cached", "--json").json[0]["fetched_at"] for user in users):
            shown = shell("poll", "--once")
            assert shown.code == 0, shown.err
            turns += 1
            assert turns <= len(users), "everybody's turn comes"
        assert turns > 1, "the budget was spent before all were asked"
        assert "wait for the next turn: the budget is spent." in shown.err

    @pytest.mark.slow
    def test_a_mark_that_waits_is_sent(self, shell: Shell) -> None:
        id = shell.tell("To be read")
        shell("watch", CUSTOMER)
        shell("list")
        fault = shell.faults.set(Kind.BROKEN, method="POST")
        assert shell("mark", id, "-u", CUSTOMER, "--yes").code == 4
        shell.faults.lift(fault)
        until(lambda: "1 mark sent." in shell("poll", "--once").err)
        assert shell.unread_on_server() == []

    def test_without_a_watched_customer_it_says_what_to_do(self, shell: Shell) -> None:
        shown = shell("poll", "--once")
        assert shown.code == 2
        assert "neptune-inbox watch" in shown.err

    def test_trouble_with_the_service_is_its_own_exit_code(self, shell: Shell) -> None:
        shell("watch", CUSTOMER)
        shell.faults.set(Kind.BROKEN)
        shown = shell("poll", "--once")
        assert shown.code == 4
        assert shown.out == ""


class TestEndless:
    @pytest.mark.slow
    def test_what_arrives_is_printed_and_sigterm_ends_it(self, shell: Shell) -> None:
        shell("watch", CUSTOMER)
        shell("poll", "--once")
        process = started(shell, "poll", "--jsonl")
        try:
            id = shell.tell("Came while nobody looked")
            assert next_row(process)["id"] == id
            told = shell("poll", "--status", "--json").json
            assert told == {"polls": True, "pid": process.pid}
            beside = shell("poll", "--once")
            assert beside.code == 0
            assert "Another process polls and sends" in beside.err
        finally:
            code = ended(process)
        assert code == 143
        assert shell("poll", "--status", "--json").json == {"polls": False, "pid": None}

    @pytest.mark.slow
    def test_a_list_that_is_followed_shows_what_comes_to_match(self, shell: Shell) -> None:
        shell("watch", CUSTOMER)
        there = shell.tell("Card declined")
        process = started(shell, "list", "--follow", "--jsonl", "--query", "declined")
        try:
            assert next_row(process)["id"] == there
            shell.tell("Welcome")
            new = shell.tell("Card declined again")
            assert next_row(process)["id"] == new
        finally:
            ended(process)

    def test_following_and_one_array_do_not_go_together(self, shell: Shell) -> None:
        for other in ("--json", "--csv", "--cached"):
            shown = shell("list", "--follow", other)
            assert shown.code == 2
            assert "do not go together" in shown.err


class TestUnits:
    def test_systemd_gets_a_service_and_a_timer(self, shell: Shell) -> None:
        told = shell("poll", "--systemd").out
        assert "\nExecStart=" in told
        assert " poll\n" in told
        assert "SuccessExitStatus=143" in told
        assert "OnCalendar" in told

    def test_launchd_gets_an_agent_that_it_can_read(self, shell: Shell) -> None:
        agent = plistlib.loads(shell("poll", "--launchd").out.encode())
        assert agent["ProgramArguments"][-1] == "poll"
        assert agent["RunAtLoad"] is True

    def test_one_thing_at_a_time(self, shell: Shell) -> None:
        assert shell("poll", "--once", "--systemd").code == 2
