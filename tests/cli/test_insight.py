"""`insight`: the figures of the TUI from a shell, over what was seen here."""

from __future__ import annotations

import csv
import io

import pytest

from neptune_inbox.cli.output import Output
from tests.cli.shell import CUSTOMER, Shell

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def seen(shell: Shell) -> Shell:
    """Four payment failures, read after 1, 2 and 3 hours or never; an old one; and one that was read through us."""
    now = shell.sandbox_state.now()
    for hours in (1, 2, 3):
        at = now - 3 * DAY
        shell.tell("Card", event_type="payment_failed", created_at=at, read_at=at + hours * HOUR)
    shell.tell("Card", event_type="payment_failed", created_at=now - 2 * DAY)
    shell.tell("Long ago", event_type="welcome", created_at=now - 60 * DAY)
    ours = shell.tell("Ours", event_type="=1+1", created_at=now - 2 * HOUR)
    shell.tell("New", "u-2", event_type="=1+1", created_at=now - 2 * HOUR)
    assert shell("list", "-u", CUSTOMER, "--type", "all").code == 0
    assert shell("mark", ours, "-u", CUSTOMER, "--yes").code == 0
    return shell


def test_how_soon_each_kind_is_read(seen: Shell) -> None:
    before = seen.requests
    found = seen("insight", "-u", CUSTOMER, "--json").json
    assert seen.requests == before, "it asks nobody"
    assert (found["users"], found["days"], found["count"], found["left_out"]) == ([CUSTOMER], 30, 5, 1)
    [event] = found["events"]
    assert event == {
        "event_type": "payment_failed",
        "count": 4,
        "read": 3,
        "unread_after_1_day": 1,
        "median_s": 7_200,
        "p90_s": 10_800,
        "at_most": False,
    }
    assert found["unread_by_age"]["1 to 3 d"] == 1
    assert sum(found["arrivals_by_hour"]) == 5


def test_over_other_days_and_the_watched_users(seen: Shell) -> None:
    assert "You watch no users" in seen("insight").err
    seen("watch", CUSTOMER, "u-2")
    seen("list", "-u", "u-2")
    found = seen("insight", "--days", "90", "--json").json
    assert found["users"] == [CUSTOMER, "u-2"]
    assert {event["event_type"] for event in found["events"]} == {"payment_failed", "welcome", "=1+1"}
    assert seen("insight", "--days", "0").code == 2


def test_in_pipes_as_csv_and_on_a_terminal(seen: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    seen("list", "-u", "u-2")
    both = ("insight", "-u", CUSTOMER, "-u", "u-2")
    piped = seen(*both)
    assert piped.cells == [
        ["payment_failed", "4", "3", "1", "7200", "10800", "False"],
        ["=1+1", "1", "0", "0", "", "", "False"],
    ]
    assert "6 notifications of 2 users in 30 days" in piped.err
    assert "1 read by us left out." in piped.err
    assert "Unread by age: 1 1 to 6 h, 1 1 to 3 d." in piped.err
    [head, first, second] = csv.reader(io.StringIO(seen(*both, "--csv").out))
    assert head == ["event_type", "count", "read", "unread_after_1_day", "median_s", "p90_s", "at_most"]
    assert first == [*piped.cells[0][:-1], "false"]
    assert second[0] == "'=1+1", "no spreadsheet runs it"
    monkeypatch.setattr(Output, "is_terminal", True)
    shown = seen(*both).out.splitlines()
    assert shown[1].split() == ["payment_failed", "4", "3", "1", "2h", "3h"]


def test_where_nothing_was_seen(shell: Shell) -> None:
    shown = shell("insight", "-u", CUSTOMER)
    assert (shown.code, shown.out) == (0, "")
    assert "0 notifications of 1 user in 30 days" in shown.err
