"""`timeline`: one customer on one axis, the bell at a moment, and what is not known said as such."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from neptune_inbox.cli.schemas import SCHEMAS
from neptune_inbox.presentation.times import HOUR
from tests.cli.shell import CUSTOMER, ENVIRONMENT, Shell


@pytest.fixture
def seen(shell: Shell) -> dict[str, str]:
    """Three came some hours ago, one of which the customer read before anybody looked; all were listed from here."""
    now = shell.sandbox_state.now()
    ids = {
        "old": shell.tell("Old", created_at=now - 5 * HOUR, event_type="welcome"),
        "read": shell.tell("Read", created_at=now - 4 * HOUR, read_at=now - 3 * HOUR),
        "new": shell.tell("New", created_at=now - HOUR),
    }
    assert shell("list", "-u", CUSTOMER, "--type", "all").code == 0
    return ids


def valid(told: Any) -> Any:
    jsonschema_rs.validator_for(SCHEMAS["timeline"]).validate(told)
    return told


def test_what_came_and_was_read_stands_on_one_axis(shell: Shell, seen: dict[str, str]) -> None:
    told = valid(shell("timeline", "-u", CUSTOMER, "--json").json)
    ours = [entry for entry in told["entries"] if entry["id"] in seen.values()]
    assert [(entry["kind"], entry["title"]) for entry in ours] == [
        ("came", "Old"),
        ("came", "Read"),
        ("read", "Read"),
        ("came", "New"),
    ]
    assert ours[2]["by"] == "not us"
    assert told["entries"][-1]["kind"] == "unknown"
    assert told["entries"][-1]["before"] is None


def test_our_marks_stand_on_it_and_the_read_is_ours(shell: Shell, seen: dict[str, str]) -> None:
    assert shell("mark", seen["new"], "-u", CUSTOMER, "--yes").code == 0
    assert shell("list", "-u", CUSTOMER, "--type", "all").code == 0
    told = valid(shell("timeline", "-u", CUSTOMER, "--json", "--since", "10m").json)
    kinds = {entry["kind"]: entry for entry in told["entries"] if entry["id"] == seen["new"]}
    assert kinds.keys() == {"marked", "read"}
    assert kinds["marked"]["outcome"] == "confirmed"
    assert kinds["read"]["by"] == "us"


@pytest.mark.slow
def test_a_read_that_a_lost_answer_may_have_caused_is_perhaps_ours(shell: Shell, seen: dict[str, str]) -> None:
    shell.faults.set("reset after", method="POST")
    shell("mark", seen["new"], "-u", CUSTOMER, "--yes")
    shell("list", "-u", CUSTOMER, "--type", "all")
    told = valid(shell("timeline", "-u", CUSTOMER, "--json", "--since", "10m").json)
    kinds = {entry["kind"]: entry for entry in told["entries"] if entry["id"] == seen["new"]}
    assert kinds["read"]["by"] == "perhaps us"
    assert shell("why", seen["new"], "--json").json["read_by"] == "perhaps us"
    assert "perhaps by us: tried 1 time, outcome unknown" in shell("why", seen["new"]).out


def test_a_note_stands_where_it_was_written(shell: Shell, seen: dict[str, str]) -> None:
    assert shell("note", seen["old"], "Called back.").code == 0
    [noted] = [
        entry
        for entry in valid(shell("timeline", "-u", CUSTOMER, "--since", "10m", "--json").json)["entries"]
        if entry["kind"] == "noted"
    ]
    assert (noted["id"], noted["note"]) == (seen["old"], "Called back.")
    assert noted["at"] is not None
    assert noted["before"] is None


def test_the_bell_at_a_moment_says_what_it_knows_and_what_not(shell: Shell, seen: dict[str, str]) -> None:
    told = valid(shell("timeline", "-u", CUSTOMER, "--as-of", "210m", "--limit", "0", "--json").json)
    states = {row["title"]: row["state"] for row in told["rows"] if row["id"] in seen.values()}
    assert states == {"Old": "unread", "Read": "unread"}
    told = valid(shell("timeline", "-u", CUSTOMER, "--as-of", "150m", "--limit", "0", "--json").json)
    assert {row["title"]: row["state"] for row in told["rows"]}["Read"] == "read"
    assert told["unknown"] == 0


def test_what_came_after_the_last_look_is_said_not_to_be_known(shell: Shell, seen: dict[str, str]) -> None:
    text = shell("timeline", "-u", CUSTOMER, "--as-of", "0s")
    assert text.code == 0
    assert "what has arrived since is not known" in text.err
    rows = {cells[3]: cells for cells in text.cells}
    assert rows["New"][0] == "unknown"
    assert "not looked at since" in rows["New"][5]
    assert rows["Read"][0] == "read"


def test_a_moment_to_come_and_a_customer_unknown_here(shell: Shell) -> None:
    assert "is in the future" in shell("timeline", "-u", CUSTOMER, "--as-of", "2998-01-01").err
    told = shell("timeline", "-u", "u-nobody", "--as-of", "1h")
    assert told.out == ""
    assert "never read completely from here" in told.err


def test_it_makes_no_request(shell: Shell, seen: dict[str, str]) -> None:
    before = shell.requests
    assert shell("timeline", "-u", CUSTOMER).code == 0
    assert shell("timeline", "-u", CUSTOMER, "--as-of", "1h").code == 0
    assert shell.requests == before


def test_the_limit_leaves_out_the_oldest_and_says_so(shell: Shell, seen: dict[str, str]) -> None:
    text = shell("timeline", "-u", CUSTOMER, "--as-of", "1m", "--limit", "1")
    assert len(text.cells) == 1
    assert "not shown; --limit 0 shows all" in text.err


def test_on_a_terminal_days_and_signs_make_the_axis(
    shell: Shell, seen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neptune_inbox.cli.output.Output.is_terminal", True)
    shell.sandbox_state.mark_read(ENVIRONMENT, seen["old"])
    text = shell("timeline", "-u", CUSTOMER).out
    assert "●  came       welcome  Old" in text
    assert "┆  not known" in text
    assert "○  read       not by us" in text
    bell = shell("timeline", "-u", CUSTOMER, "--as-of", "2h").out
    assert "● unread" in bell


@pytest.mark.slow
def test_a_list_as_of_a_moment_shows_what_stood_so_or_may_have(shell: Shell, seen: dict[str, str]) -> None:
    shell.tell("Another's", "u-2", created_at=shell.sandbox_state.now() - 2 * HOUR)
    assert shell("list", "-u", "u-2").code == 0
    both, before = ("list", "-u", CUSTOMER, "-u", "u-2", "--as-of"), shell.requests
    told = shell(*both, "150m", "--type", "all", "--json").json
    jsonschema_rs.validator_for(SCHEMAS["list"]).validate(told)
    states = {row["title"]: row["state"] for row in told if row["title"] in ("Old", "Read", "New", "Another's")}
    assert states == {"Old": "unread", "Read": "read"}
    text = shell(*both, "90m")
    assert [cells[4] for cells in text.cells if cells[2] == "u-2"] == ["Another's"]
    assert "Read" not in [cells[4] for cells in text.cells], "it is known to have been read"
    assert "The bells of 2 customers as of " in text.err
    text = shell(*both, "0s", "--type", "read")
    rows = {cells[4]: cells for cells in text.cells}
    assert (rows["New"][0], rows["Read"][0]) == ("unknown", "read")
    assert "not looked at since" in rows["New"][6]
    assert "The last look at 2 customers began" in text.err
    assert '"state"' in shell(*both, "0s", "--limit", "1", "--csv").out.splitlines()[0].split(",")
    assert len(shell(*both, "0s", "--limit", "1").cells) == 1
    assert shell.requests == before


def test_a_list_as_of_a_moment_takes_no_query_and_no_future(shell: Shell, seen: dict[str, str]) -> None:
    for more in (("--query", "is:unread"), ("--follow",)):
        refused = shell("list", "--as-of", "1h", *more)
        assert refused.code == 2
        assert "do not go together" in refused.err
    assert "is in the future" in shell("list", "-u", CUSTOMER, "--as-of", "2998-01-01").err


def test_a_list_as_of_a_moment_is_aligned_on_a_terminal(
    shell: Shell, seen: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("neptune_inbox.cli.output.Output.is_terminal", True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    id = seen["new"]
    names, *lines = shell("list", "-u", CUSTOMER, "--as-of", "0s", "--type", "all").out.splitlines()
    assert names.split() == ["state", "created", "user", "event", "title", "id", "why"]
    assert any(line.startswith("not known") and "  New " in line for line in lines)
    assert any(f"  {id[:8]}" in line and id not in line for line in lines)
    assert all(len(line) <= 80 for line in lines)


def test_a_customer_who_was_never_looked_at_is_told_as_such(shell: Shell, seen: dict[str, str]) -> None:
    told = shell("timeline", "-u", "stranger")
    assert (told.code, told.out) == (0, "")
    assert "stranger was never fetched on this machine." in told.err
    assert shell("timeline", "-u", CUSTOMER).err == ""


@pytest.mark.parametrize(
    "command", [["timeline", "-u", CUSTOMER], ["list", "-u", CUSTOMER]], ids=lambda each: each[0]
)
def test_an_empty_time_is_not_taken_for_now(shell: Shell, command: list[str]) -> None:
    refused = shell(*command, "--as-of", "")
    assert refused.code == 2
    assert "is not a valid time" in refused.err
