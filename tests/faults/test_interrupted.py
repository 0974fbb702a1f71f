"""Acts that are cut short say what is done, what waits and what to type; the same command again settles the rest."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.sandbox.faults import Kind
from tests.faults.interrupting import CUSTOMER, READ, ROWS, SIGNALS, STEPS, Desk, check_cut, until
from tests.faults.pty_terminal import LIMIT, PROGRAM

SHORT = [("SIGINT", step) for step in STEPS] + [("SIGTERM", "some marks"), ("SIGHUP", "first mark")]
"""The whole of it is `tests/bench/interrupts.py`."""


@pytest.fixture
def triage_store(tmp_path: Path) -> Iterator[Desk]:
    with Desk(tmp_path) as triage_store:
        yield triage_store


@pytest.mark.parametrize(("name", "step"), SHORT)
def test_mark_says_how_far_it_came_and_the_same_command_goes_on(triage_store: Desk, name: str, step: str) -> None:
    check_cut(triage_store, name, step)


def test_outbox_send_does_too(triage_store: Desk) -> None:
    triage_store.faults.set(Kind.BROKEN, method="POST", route=READ)
    assert triage_store.run("mark", "--shown", "-u", CUSTOMER, "--yes")[0] == 4
    triage_store.faults.clear()
    triage_store.faults.set(Kind.HANG, method="POST", route=READ)
    before = triage_store.faults.requests["POST", READ]
    process = triage_store.start("outbox", "--send", "--yes")
    until(lambda: triage_store.faults.requests["POST", READ] > before, "a mark is sent")
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=LIMIT)[1].decode()
    assert process.returncode == 130
    assert f"Interrupted: 0 of {ROWS} marks sent, {ROWS} waiting in the outbox." in said
    assert "`neptune-inbox outbox --send`" in said
    triage_store.faults.clear()
    assert triage_store.run("outbox", "--send", "--yes")[0] == 0
    assert not triage_store.unread


@pytest.mark.parametrize("name", SIGNALS)
def test_at_the_question_nothing_was_marked(triage_store: Desk, name: str) -> None:
    with triage_store.terminal("mark", "--shown", "-u", CUSTOMER) as terminal:
        terminal.shows("[y/N]")
        terminal.process.send_signal(getattr(signal, name))
        terminal.shows("Interrupted: nothing was marked.")
        assert terminal.ends() == SIGNALS[name]
        assert terminal.is_restored
    assert not triage_store.marked


def test_the_keys_ctrl_c_and_ctrl_d_end_the_question(triage_store: Desk) -> None:
    for key, words, code in (("\x03", "nothing was marked", 130), ("\x04", "nothing was changed", 1)):
        with triage_store.terminal("mark", "--shown", "-u", CUSTOMER) as terminal:
            terminal.shows("[y/N]")
            terminal.type(key)
            terminal.shows(words)
            assert terminal.ends() == code
    assert not triage_store.marked


def test_a_reader_that_goes_away_cuts_off_the_words_and_not_the_act(triage_store: Desk) -> None:
    read, write = os.pipe()
    os.close(read)
    process = triage_store.start("mark", "--shown", "-u", CUSTOMER, "--yes", stdout=write)
    os.close(write)
    said = process.communicate(timeout=LIMIT)[1].decode()
    assert process.returncode == 0
    assert f"{ROWS} accepted" in said
    assert not triage_store.unread


def test_what_is_ignored_stays_ignored(triage_store: Desk) -> None:
    triage_store.faults.set(Kind.SLOW, method="POST", route=READ, seconds=0.05)
    process = subprocess.Popen(
        ["nohup", *PROGRAM, "mark", "--shown", "-u", CUSTOMER, "--yes"],
        env=triage_store.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until(lambda: triage_store.marked, "the first mark")
    process.send_signal(signal.SIGHUP)
    process.communicate(timeout=LIMIT)
    assert process.returncode == 0
    assert not triage_store.unread


WRITES = {
    "event": ("event", "send", "payment_failed", "--user", CUSTOMER, "--message-id", "order-17", "--yes"),
    "contact": ("contacts", "add", CUSTOMER, "email", "rajiv@example.com", "--yes"),
    "update": ("users", "update", CUSTOMER, "--set", "name=Mei", "--yes"),
    "delete": ("users", "delete", CUSTOMER, "--yes"),
    "all": ("mark", "--server-all", "--user", CUSTOMER, "--yes"),
}
NEXT = {
    "event": "--message-id order-17",
    "contact": f"neptune-inbox contacts list {CUSTOMER}",
    "update": f"neptune-inbox users get {CUSTOMER}",
    "delete": f"neptune-inbox users get {CUSTOMER}",
    "all": f"neptune-inbox count --user {CUSTOMER}",
}


@pytest.mark.parametrize("what", WRITES)
def test_a_write_that_was_under_way_is_told_as_not_known(triage_store: Desk, what: str) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        triage_store.faults.set(Kind.HANG, method=method)
    process = triage_store.start(*WRITES[what])
    until(triage_store.faults.count_writes, "the write is under way")
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=LIMIT)[1].decode()
    assert process.returncode == 130
    assert "it is not known whether it arrived" in said
    assert NEXT[what] in said
    assert json.loads(triage_store.run("journal", "--json")[1])[-1]["outcome"] == "unknown"


@pytest.mark.parametrize("what", ["contact", "update"])
def test_before_the_write_nothing_was_changed(triage_store: Desk, what: str) -> None:
    triage_store.faults.set(Kind.HANG, method="GET")
    process = triage_store.start(*WRITES[what])
    until(lambda: triage_store.faults.requests, "the customer is looked up")
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=LIMIT)[1].decode()
    assert process.returncode == 143
    assert "Interrupted: nothing was changed." in said
    assert triage_store.faults.count_writes() == 0


def test_what_a_killed_command_left_is_sent_at_once_by_the_next_one(triage_store: Desk) -> None:
    triage_store.faults.set(Kind.HANG, method="POST", route=READ)
    process = triage_store.start("mark", "--shown", "-u", CUSTOMER, "--yes")
    until(lambda: triage_store.faults.requests["POST", READ], "a mark is sent")
    process.kill()
    process.communicate(timeout=LIMIT)
    triage_store.faults.clear()
    code, out, said = triage_store.run("mark", "--shown", "-u", CUSTOMER, "--yes")
    assert code == 0, said
    outcomes = [line.split("\t")[0] for line in out.splitlines()]
    assert set(outcomes) == {"accepted"}
    # The one that hung may be applied once it is let go; its mark is settled all the same.
    assert len(outcomes) == ROWS
    assert json.loads(triage_store.run("outbox", "--json")[1]) == []
    assert "marks wait in the outbox from earlier." in said
    assert not triage_store.unread
