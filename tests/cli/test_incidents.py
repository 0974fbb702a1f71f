"""Incidents from a shell: `incidents`, and the words of a query that ask for their members."""

from __future__ import annotations

import pytest

from neptune_inbox.cli.output import Output
from neptune_inbox.cli.schemas import SCHEMAS
from tests.cli.shell import CUSTOMER, Shell
from tests.cli.test_plain_process import type_into
from tests.cli.test_schemas import valid

MINUTE = 60_000
CUSTOMERS = [f"u-{number}" for number in range(1, 6)]


@pytest.fixture
def outage(shell: Shell) -> Shell:
    """Four of five watched customers had a card declined within six minutes, and one of them read it."""
    now = shell.sandbox_state.now()
    for number, user in enumerate(CUSTOMERS[:4]):
        at = now - (30 - 2 * number) * MINUTE
        read_at = at + MINUTE if number == 1 else None
        shell.tell(f"Card ending {4242 + number} was declined", user, event_type="payment_failed", created_at=at,
                   read_at=read_at)  # fmt: skip
    for user in CUSTOMERS[:2]:
        shell.tell("Welcome", user, event_type="welcome", created_at=now - 10 * MINUTE)
    shell.tell("Card ending 1 was declined", CUSTOMERS[4], event_type="payment_failed", created_at=now - MINUTE)
    shell("watch", *CUSTOMERS)
    assert shell("list", "--type", "all").code == 0
    return shell


def test_what_came_to_several_customers_at_once(outage: Shell) -> None:
    before = outage.requests
    found = outage("incidents", "--json").json
    assert outage.requests == before, "it asks nobody"
    valid(SCHEMAS["incidents"], found)
    [incident] = found
    assert (incident["event_type"], incident["title"]) == ("payment_failed", "Card ending # was declined")
    assert (incident["customers"], incident["watched"]) == (4, 5)
    assert (incident["count"], incident["read"], incident["read_by_us"]) == (4, 1, 0)
    assert {member["user_id"] for member in incident["members"]} == set(CUSTOMERS[:4])


def test_it_says_that_only_watched_customers_are_seen(outage: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = outage("incidents")
    assert [cells[:3] for cells in piped.cells] == [["payment_failed", "4", "5"]]
    assert "looked for among 5 watched customers only." in piped.err
    monkeypatch.setattr(Output, "is_terminal", True)
    assert "4 of 5 watched" in outage("incidents").out


def test_since_when(outage: Shell) -> None:
    assert len(outage("incidents", "--since", "25m", "--json").json) == 1, "it went on after that"
    assert outage("incidents", "--since", "20m", "--json").json == []
    none = outage("incidents", "--since", "20m")
    assert none.out == ""
    assert "the same notification to 3 or more customers, with at most 15 minutes from one to the next." in none.err
    assert outage("incidents", "--since", "whenever").code == 2


@pytest.mark.slow
def test_a_query_finds_the_members(outage: Shell) -> None:
    def listed(query: str, kind: str = "all") -> set[str]:
        shown = outage("list", "--cached", "--type", kind, "--query", query, "--json").json
        return {f"{row['user_id']} {row['event_type']}" for row in shown}

    failed = {f"{user} payment_failed" for user in CUSTOMERS[:4]}
    welcome = {f"{user} welcome" for user in CUSTOMERS[:2]}
    late = {f"{CUSTOMERS[4]} payment_failed"}
    assert listed("is:incident") == failed
    assert listed("is:incident", "unread") == failed - {f"{CUSTOMERS[1]} payment_failed"}
    assert listed("-is:incident") == welcome | late
    assert listed("incident:4") == failed
    assert listed("incident:5") == set()
    assert listed("incident:2") == failed | welcome
    assert listed("incident:5 or event:welcome") == welcome
    assert listed(f"is:incident user:{CUSTOMERS[0]}") == {f"{CUSTOMERS[0]} payment_failed"}
    assert outage("list", "--query", "incident:many").code == 2


def test_how_close_together_is_a_setting(outage: Shell) -> None:
    environment, settings = dict(outage.environment), outage.home / "config" / "config.toml"
    outage.config("[incidents]\ngap_minutes = 1\n")
    outage.environment = environment
    assert outage("incidents", "--json").json == []
    settings.write_text("[incidents]\ngap_minutes = 60\ncustomers = 5\n")
    assert [each["customers"] for each in outage("incidents", "--json").json] == [5]


def test_the_hand_over_tells_the_same_incidents(outage: Shell) -> None:
    page = outage("handover", "--json").json
    assert page["incidents"] == outage("incidents", "--json").json
    assert {line["event_type"]: line["incident"] for line in page["unread"]} == {
        "payment_failed": True,
        "welcome": False,
    }
    assert "4 of 5 watched in 6 min · 1 read · since " in outage("handover", "--md").out


@pytest.mark.slow
def test_the_demo_has_one_to_look_at(shell: Shell) -> None:
    told = type_into(shell, "incidents", "/ is:incident", "q", arguments=("demo", "--plain")).stdout
    assert "payment_failed: 6 of 12 watched in 4 min, 2 read, since " in told
    assert "search is:incident: 4 lines" in told


def test_a_hand_over_says_of_whom_not_everything_is_known(shell: Shell) -> None:
    shell.tell_many(60)
    shell("watch", CUSTOMER)
    shell("watch", "never-seen")
    before = shell("handover", "--md").out
    assert "never looked at from here" in before
    shell("list", "-u", CUSTOMER, "--limit", "10")
    page = shell("handover", "--json").json
    valid(SCHEMAS["handover"], page)
    assert [(each["user_id"], each["unread_loaded"], each["unread"]) for each in page["missing"]] == [
        (CUSTOMER, 10, 60),
        ("never-seen", 0, None),
    ]
    assert page["team_behind"] is False
    shown = shell("handover", "--md").out
    assert "10 of 60 unread notifications are loaded" in shown
    shell("list", "-u", CUSTOMER, "--limit", "0")
    shell("list", "-u", "never-seen")
    assert "Incomplete data" not in shell("handover", "--md").out
