"""Two agents at two machines, each with a shell, on one PostgreSQL."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from neptune_inbox.cli.schemas import SCHEMAS
from neptune_inbox.credentials import OsKeyring
from neptune_inbox.postgres.migrations import MIGRATIONS
from tests.cli.conftest import shell
from tests.cli.shell import CUSTOMER, ENVIRONMENT, Shell
from tests.team.cluster import OWNER, PASSWORD, TeamDatabase

__all__ = ["shell"]
SETTINGS = """\
[profiles.acme]
environment = "dev"
api_base = "{{base}}"
users = ["{customer}"]

[team]
dsn = "{dsn}"
agent = "{agent}"
"""

WITHOUT_TEAM = SETTINGS.partition("\n[team]")[0]


def seat(shell: Shell, name: str, dsn: str) -> Shell:
    """An agent's own machine: a home of its own, with the team set up."""
    agent = replace(shell, home=shell.home / name)
    agent.environment["PGPASSWORD"] = PASSWORD
    agent.config(SETTINGS.format(customer=CUSTOMER, dsn=dsn, agent=name))
    return agent


class Office:
    """Rita and Omar, each at a machine of their own."""

    def __init__(self, shell: Shell, database: TeamDatabase) -> None:
        self.database = database
        self.rita = seat(shell, "rita", database.dsn())
        self.omar = seat(shell, "omar", database.dsn())
        self.row = shell.tell("Card ending 4242 was declined", event_type="payment_failed")
        for agent in (self.rita, self.omar):
            agent("list")


@pytest.fixture
def office(shell: Shell, database: TeamDatabase) -> Office:
    return Office(shell, database)


def valid(name: str, given: Any) -> Any:
    jsonschema_rs.validator_for(SCHEMAS[name]).validate(given)
    return given


@pytest.mark.slow
def test_init_shows_the_sql_and_runs_it_after_yes(shell: Shell, empty_database: TeamDatabase) -> None:
    rita = seat(shell, "rita", empty_database.dsn())

    shown = rita("team", "init", "--as", OWNER, "--dry-run")
    assert shown.code == 0
    assert "CREATE TABLE neptune_inbox.fact" in shown.out
    assert 'TO "inbox"' in shown.out
    assert empty_database.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'neptune_inbox'") == []

    refused = rita("team", "init", "--as", OWNER, answers="no\n")
    assert refused.code == 1
    assert empty_database.rows("SELECT 1 FROM pg_namespace WHERE nspname = 'neptune_inbox'") == []
    unasked = rita("team", "init", "--as", OWNER)
    assert unasked.code == 2

    made = rita("team", "init", "--as", OWNER, answers="yes\n")
    assert made.code == 0, made.err
    again = valid("team init", rita("team", "init", "--as", OWNER, "--yes", "--json").json)
    assert again["version"] == len(MIGRATIONS)
    assert "CREATE TABLE" not in again["sql"]
    assert valid("team status", rita("team", "status", "--json").json)["state"] == "sharing"


def test_before_init_the_command_says_what_to_do(shell: Shell, empty_database: TeamDatabase) -> None:
    rita = seat(shell, "rita", empty_database.dsn())
    told = rita("team", "status")
    assert "has no tables of neptune-inbox yet" in told.out
    assert "team init" in told.out
    assert told.code == 4


def test_a_claim_is_known_to_the_other_before_they_act(office: Office) -> None:
    claimed = valid("claim", office.rita("claim", office.row, "--json").json)
    assert [line["agent"] for line in claimed] == ["rita"]

    refused = office.omar("claim", office.row)
    assert refused.code == 2
    assert "rita has been on it since" in refused.err
    taken = office.omar("claim", office.row, "--yes", "--json")
    assert [line["agent"] for line in taken.json] == ["omar"]
    known = office.database.rows(
        "SELECT details->>'known' FROM neptune_inbox.fact WHERE agent = 'omar' AND kind <> 'seen'"
    )
    assert known == [("rita",)]

    back = valid("release", office.omar("release", office.row, "--json").json)
    assert [line["agent"] for line in back] == ["rita"]


@pytest.mark.slow
def test_what_a_colleague_did_about_it_is_in_the_evidence_for_programs_too(office: Office) -> None:
    assert office.rita("mark", office.row, "--user", CUSTOMER, "--yes").code == 0
    office.rita("claim", office.row)
    office.rita("note", office.row, "called them")
    why = valid("why", office.omar("why", office.row, "--json").json)
    [mark] = why["team_marks"]
    assert (mark["agent"], mark["known"]) == ("rita", None)
    assert mark["state"] in ("accepted", "confirmed")
    assert mark["batch"] == office.rita("receipts", "--json").json[0]["receipt_id"]
    assert why["team"]["claim"]["agent"] == "rita"
    assert why["team"]["handled"] is None
    assert [(note["agent"], note["text"]) for note in why["team"]["notes"]] == [("rita", "called them")]
    assert valid("why", office.rita("why", office.row, "--json").json)["team_marks"] == [], "those of others"


@pytest.mark.slow
def test_one_round_of_polling_tells_the_team_what_it_saw_and_hears_what_the_team_saw(office: Office) -> None:
    assert office.rita("poll", "--once").code == 0
    looks = "SELECT user_id, unread FROM neptune_inbox.look"
    assert office.database.rows(looks) == [(CUSTOMER, 1)]
    seen = "SELECT agent FROM neptune_inbox.fact WHERE kind = 'seen'"
    assert ("rita",) in office.database.rows(seen), "what was seen is shared as well"
    assert office.database.rows("SELECT agent FROM neptune_inbox.presence") == [], "it takes no part of the budget"


@pytest.mark.slow
def test_a_mark_and_done_say_whose_claim_it_is(office: Office) -> None:
    office.rita("claim", office.row)
    asked = office.omar("mark", office.row, "--user", CUSTOMER, answers="n\n")
    planned = office.omar("mark", office.row, "--user", CUSTOMER, "--dry-run")
    assert (asked.code, planned.code) == (1, 0)
    for told in (asked, planned):
        assert "rita has been on it since" in told.err
    assert office.row in office.omar.unread_on_server()

    done = office.omar("done", office.row)
    assert "rita has been on it since" in done.err
    assert office.omar("mark", office.row, "--user", CUSTOMER, "--yes").code == 0
    known = office.database.rows(
        "SELECT kind, details->>'known' FROM neptune_inbox.fact WHERE agent = 'omar' AND kind <> 'seen'"
    )
    assert sorted(known) == [("handled", "rita"), ("marked", "rita")]


def test_marking_a_whole_queue_says_who_is_on_it(office: Office) -> None:
    office.rita("claim", "--user", CUSTOMER)
    asked = office.omar("mark", "--server-all", "--user", CUSTOMER, answers="n\n")
    planned = office.omar("mark", "--server-all", "--user", CUSTOMER, "--dry-run")
    assert (asked.code, planned.code) == (1, 0)
    for told in (asked, planned):
        assert "rita has been on it since" in told.err


def test_a_command_that_ends_at_once_takes_no_part_of_the_budget(office: Office) -> None:
    office.rita("team", "status")
    office.rita("claim", office.row)
    assert office.database.rows("SELECT agent FROM neptune_inbox.presence") == []


def test_a_customers_whole_queue_is_claimed_by_naming_the_customer(office: Office) -> None:
    office.rita("claim", "--user", CUSTOMER)
    assert "rita has been on it since" in office.omar("claim", office.row).err


def test_what_one_handled_is_out_of_the_others_queue_and_comes_back(office: Office) -> None:
    office.rita("done", office.row)
    office.omar("team", "status")
    assert office.omar("list", "--type", "unread", "--cached", "--json").json == []
    office.omar("back", office.row)
    office.rita("team", "status")
    assert len(office.rita("list", "--type", "unread", "--cached", "--json").json) == 1


@pytest.mark.slow
def test_status_and_doctor_say_how_it_is(office: Office) -> None:
    status = office.rita("team", "status")
    assert "Everything is shared and up to date." in status.out
    assert "rita (you)" in status.out
    found = {line["what"]: line for line in office.rita("doctor", "--json").json}
    assert found["team"]["level"] == "ok"


def test_alone_each_command_of_the_team_says_that_there_is_none(shell: Shell) -> None:
    row = shell.tell("Hello")
    shell("list", "--user", CUSTOMER)
    for command in (["team", "status"], ["team", "init"], ["team", "password"], ["claim", row], ["release", row]):
        told = shell(*command)
        assert told.code == 2
        assert "No team is set up here" in told.err


class Reader(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}


def test_the_hand_over_tells_who_is_on_what_and_what_stayed_unread(office: Office) -> None:
    office.rita("claim", office.row)
    page = valid("handover", office.omar("handover", "--json").json)

    assert [(line["agent"], line["title"]) for line in page["claimed"]] == [("rita", "Card ending 4242 was declined")]
    assert [(line["event_type"], line["count"]) for line in page["unread"]] == [("payment_failed", 1)]
    text = office.omar("handover", "--md").out
    assert "## Claimed" in text
    assert f"`{CUSTOMER}` “Card ending 4242 was declined”: rita, since" in text


def test_the_hand_over_counts_what_is_handled_and_not_what_was_reopened(office: Office) -> None:
    other = office.rita.tell("Another one", event_type="welcome")
    office.rita("list")
    office.rita("done", office.row, other)
    office.rita("back", other)
    handled = valid("handover", office.omar("handover", "--json").json)["handled"]
    assert handled == {"rita": 1}


def test_the_hand_over_as_html_is_one_file_without_scripts_and_outside_resources(office: Office) -> None:
    office.rita("list")
    told = office.rita.tell("<script>alert(1)</script><img src=x onerror=y>", event_type="<b>x</b>")
    office.rita("list")
    office.rita("claim", told)
    page = office.rita("handover", "--html").out

    reader = Reader()
    reader.feed(page)
    assert reader.tags <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "ul", "li", "code"}
    assert not {"src", "href", "onerror", "style"} & reader.names
    assert "&lt;script&gt;" in page


def test_the_hand_over_works_alone(shell: Shell) -> None:
    shell.tell("Hello", event_type="welcome")
    shell("list", "--user", CUSTOMER)
    page = valid("handover", shell("handover", "--user", CUSTOMER, "--since", "2d", "--json").json)
    assert page["agent"] is None
    assert page["customers"][0]["unread"] == 1
    assert shell("handover", "--user", CUSTOMER, "--md", "--html").code == 2


def test_what_a_colleague_marked_was_read_by_us_and_not_by_the_customer(office: Office) -> None:
    assert office.rita("mark", office.row, "--user", CUSTOMER, "--yes").code == 0
    office.rita("list")
    office.omar("team", "status")
    office.omar("list")

    told = office.omar("why", office.row).out
    assert "by rita (us), " in told
    assert ", batch " in told
    assert valid("why", office.omar("why", office.row, "--json").json)["reader"]["agent"] == "rita"
    own = office.rita("why", office.row, "--json").json
    assert own["read_by"] == "us"
    assert own["reader"]["agent"] == "rita"


def test_what_a_colleague_did_a_moment_ago_is_found_and_told(office: Office) -> None:
    office.rita("claim", office.row)
    found = office.omar("list", "-q", "claimed:rita", "--json").json
    assert [row["id"] for row in found] == [office.row]
    assert office.omar("list", "-q", "claimed:me", "--json").json == []
    office.rita("mark", office.row, "--user", CUSTOMER, "--yes")
    assert "by rita (us)" in office.omar("why", office.row).out


@pytest.mark.slow
def test_who_of_us_saw_it_first_is_told_once(office: Office) -> None:
    row = office.rita.tell("Seen by Rita first", event_type="welcome")
    office.rita("list")
    office.rita("team", "status")
    office.omar("team", "status")
    office.omar("list")
    office.omar("team", "status")
    first_seen = office.rita("why", row, "--json").json["first_seen_at"]
    assert office.omar("why", row, "--json").json["first_seen_at"][:16] == first_seen[:16]
    seen = office.database.rows("SELECT kind, agent FROM neptune_inbox.fact WHERE notification_id = %s", row)
    assert seen == [("seen", "rita")]


def test_a_colleagues_mark_of_a_whole_queue_is_ours_too(office: Office) -> None:
    office.rita("mark", "--server-all", "--user", CUSTOMER, "--yes")
    office.omar("team", "status")
    office.omar("list")
    assert office.omar("why", office.row, "--json").json["reader"]["agent"] == "rita"

    later = office.rita.tell("It came after that", event_type="welcome")
    office.omar("list")
    for name, agent in (("rita", office.omar), ("me", office.rita)):
        agent("list")
        found = agent("list", "--type", "all", "-q", f"by:{name}", "--json").json
        assert [row["id"] for row in found] == [office.row]
    assert later in office.omar.unread_on_server()
    assert office.omar("list", "--type", "all", "-q", "by:me", "--json").json == []


@pytest.mark.slow
def test_insight_leaves_out_exactly_what_the_team_marked(office: Office) -> None:
    read = office.rita.tell("Read by the customer", event_type="welcome")
    office.rita("list")
    office.omar("list")
    httpx.post(
        f"{office.rita.base_url}/neptune/app_notifications/dev/read",
        json={"type": "notification", "id": read},
        headers={"Authorization": f"Bearer {office.rita.token.reveal()}"},
        trust_env=False,
    ).raise_for_status()
    office.rita("mark", office.row, "--user", CUSTOMER, "--yes")
    office.omar("list")
    office.omar.config(WITHOUT_TEAM.format(customer=CUSTOMER))
    alone = office.omar("insight", "--json").json
    office.omar.config(SETTINGS.format(customer=CUSTOMER, dsn=office.database.dsn(), agent="omar"))
    together = office.omar("insight", "--json").json

    assert (alone["left_out"], together["left_out"]) == (0, 1)
    assert together["left_out"] == office.rita("insight", "--json").json["left_out"]
    assert [event["event_type"] for event in together["events"]] == ["welcome"]
    assert {event["event_type"] for event in alone["events"]} == {"welcome", "payment_failed"}


def test_on_the_same_days_evidence_and_insight_differ_by_exactly_the_teams_marks(office: Office) -> None:
    """Of nine that are read, Rita marked three, Omar one, and the customer read the rest; one stays unread."""
    kinds = ("welcome", "payment_failed", "shipment_delayed")
    rows = [office.rita.tell(f"Number {number}", event_type=kinds[number % 3]) for number in range(10)]
    by_rita, by_omar, by_customer = rows[:3], rows[3:4], rows[4:9]
    for agent in (office.rita, office.omar):
        agent("list")
    assert office.rita("mark", *by_rita, "--user", CUSTOMER, "--yes").code == 0
    assert office.omar("mark", *by_omar, "--user", CUSTOMER, "--yes").code == 0
    for id in by_customer:
        office.rita.sandbox_state.mark_read(ENVIRONMENT, id)
    office.omar("list")

    def told() -> tuple[dict[str, str], Any]:
        found = {id: office.omar("why", id, "--json").json["read_by"] for id in rows}
        return found, office.omar("insight", "--json").json

    together, figures = told()
    office.omar.config(WITHOUT_TEAM.format(customer=CUSTOMER))
    alone, without = told()

    differing = {id for id in rows if together[id] != alone[id]}
    assert differing == set(by_rita)
    assert {together[id] for id in by_rita} == {"us"}
    assert {alone[id] for id in by_rita} == {"not us"}
    assert {together[id] for id in by_customer} == {"not us"}
    assert figures["left_out"] - without["left_out"] == len(by_rita)

    def read_of(given: Any) -> Counter[str]:
        return Counter({event["event_type"]: event["read"] for event in given["events"]})

    assert read_of(without) - read_of(figures) == Counter(dict.fromkeys(kinds, 1)), "one of each kind was Rita's"
    for name in ("count", "users", "days", "arrivals_by_hour", "unread_by_age"):
        assert figures[name] == without[name]


@pytest.mark.slow
def test_no_word_of_a_notification_goes_over_the_wire(office: Office) -> None:
    """What the server was sent, as it logs every statement with its parameters."""
    office.database.do(f"ALTER DATABASE {office.database.name} SET log_statement = 'all'")
    secret = office.rita.tell(
        "TITLE-CANARY", body="BODY-CANARY", data={"p": "PAYLOAD-CANARY"}, event_type="TYPE-CANARY"
    )
    office.rita("list")
    office.rita("claim", secret)
    office.rita("note", secret, "called them")
    office.rita("done", secret)
    office.rita("back", secret)
    assert office.rita("mark", secret, "--user", CUSTOMER, "--yes").code == 0
    office.rita("why", secret)
    office.rita("handover")
    office.rita("team", "status")

    log = office.database.cluster.log
    assert secret in log, "the key is shared, so the log is the right place to look"
    for kind in ("claimed", "noted", "handled", "reopened", "marked", "seen"):
        assert f'"kind": "{kind}"' in log
    for word in ("TITLE-CANARY", "BODY-CANARY", "PAYLOAD-CANARY", "TYPE-CANARY", "Rajiv", office.rita.token.reveal()):
        assert word not in log


def test_the_password_is_in_no_file_and_no_output(office: Office, tmp_path: Path) -> None:
    office.rita.environment["PGPASSWORD"] = PASSWORD + "-wrong"
    told = office.rita("team", "status", "--debug", str(tmp_path / "trace"))
    assert "refused the password of `inbox`" in told.out
    assert told.code == 3
    for text in (told.out, told.err, *(_read(file) for file in tmp_path.rglob("*") if file.is_file())):
        assert PASSWORD not in text


def _read(file: Path) -> str:
    return file.read_bytes().decode("latin-1")


def test_a_password_is_tried_before_it_is_kept_in_the_keyring(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}

    async def write(_: OsKeyring, name: str, secret: str) -> str:
        kept[name] = secret
        return "a keyring"

    async def read(_: OsKeyring, name: str) -> tuple[str | None, str]:
        return kept.get(name), "a keyring"

    monkeypatch.setattr(OsKeyring, "write", write)
    monkeypatch.setattr(OsKeyring, "read", read)
    office.rita.environment.pop("PGPASSWORD")
    monkeypatch.delenv("PGPASSWORD", raising=False)

    assert "asks for the password of `inbox`" in office.rita("team", "status").out
    wrong = office.rita("team", "password", "--password-stdin", stdin="something else\n")
    assert wrong.code == 3
    assert kept == {}
    saved = valid("team password", office.rita("team", "password", "--password-stdin", "--json", stdin=PASSWORD).json)
    assert saved["saved_in"] == "the OS keyring (a keyring)"
    assert office.rita("team", "status").code == 0


def test_a_dsn_with_a_password_is_refused_and_not_shown(shell: Shell) -> None:
    for dsn in ("postgresql://inbox:hunter22@db/x", "postgresql://db/x?user=i&password=hunter22"):
        seat(shell, "rita", dsn)
        told = replace(shell, home=shell.home / "rita")("team", "status")
        assert told.code == 2
        assert "holds a password" in told.err
        assert "hunter22" not in told.err + told.out


def test_what_is_not_reached_is_said_and_kept(office: Office) -> None:
    office.rita.config(SETTINGS.format(customer=CUSTOMER, dsn="postgresql://inbox@127.0.0.1:9/x", agent="rita"))
    told = office.rita("claim", office.row)
    assert told.code == 0
    assert "1 fact not shared yet" in told.err
    assert "cannot be reached" in told.err
    assert json.loads(office.rita("team", "status", "--json").out)["not_shared"] == 1

    office.rita.config(SETTINGS.format(customer=CUSTOMER, dsn=office.database.dsn(), agent="rita"))
    assert office.rita("team", "status", "--json").json["not_shared"] == 0
    assert "rita has been on it" in office.omar("claim", office.row).err
