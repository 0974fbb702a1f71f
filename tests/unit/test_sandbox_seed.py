"""What somebody sees who opens the demo for the first time."""

from __future__ import annotations

import re
import unicodedata

import pytest

from neptune_inbox.model import Filter
from neptune_inbox.model.incidents import Arrival, Grouping, find_incidents
from neptune_inbox.sandbox.records import NotificationRecord
from neptune_inbox.sandbox.seed import DAY, MINUTE, OUTAGE, TODAY, seed_demo, seed_outage
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.text import CleanText
from tests.hostile import hostile_rows

NOON = 1_795_000_000_000


@pytest.fixture(scope="module")
def sandbox_state() -> SandboxState:
    sandbox_state = SandboxState(now=lambda: NOON)
    seed_demo(sandbox_state)
    return sandbox_state


def everything(sandbox_state: SandboxState, environment: str = "production") -> list[NotificationRecord]:
    return [
        row
        for user in sandbox_state.users(environment)
        for row in sandbox_state.notifications(environment, user.user_id)
    ]


def test_there_are_enough_customers_and_notifications_to_work_with(sandbox_state: SandboxState) -> None:
    counts = {
        user.user_id: len(sandbox_state.notifications("production", user.user_id))
        for user in sandbox_state.users("production")
    }
    assert len(counts) >= 8
    assert sum(counts.values()) == 260
    assert max(counts.values()) > 100
    assert min(counts.values()) == 0
    unread = sum(row.read_at is None for row in everything(sandbox_state))
    assert 20 < unread < 80


def test_all_environments_have_the_same_customers_and_the_others_fewer_rows(sandbox_state: SandboxState) -> None:
    ids = [user.user_id for user in sandbox_state.users("production")]
    for environment in ("dev", "staging"):
        assert [user.user_id for user in sandbox_state.users(environment)] == ids
        assert 0 < len(everything(sandbox_state, environment)) < 60
    assert {row.status for row in everything(sandbox_state, "dev")} == {"mocked"}


def test_some_customers_lack_an_email_or_a_push_token(sandbox_state: SandboxState) -> None:
    ways = [{contact.type for contact in user.contacts.values()} for user in sandbox_state.users("production")]
    assert any("email" not in types for types in ways)
    assert any("firebase_token" not in types for types in ways)
    assert any(types == {"email", "mobile_number", "firebase_token"} for types in ways)
    assert set() in ways


def test_the_rows_are_various_and_complete_sentences(sandbox_state: SandboxState) -> None:
    rows = everything(sandbox_state)
    assert len({row.event_type for row in rows}) >= 12
    assert len({row.title for row in rows}) > 150
    assert not [
        row.title
        for row in rows
        if re.search(r"[{}…]|lorem", row.title + row.body.replace("```", "").split("json")[0])
    ]
    assert any("<ul>" in row.body for row in rows)
    assert any("\n## " in row.body for row in rows)
    assert any(len(row.body) > 500 for row in rows)
    assert any(len(row.body) < 90 for row in rows)
    assert all(row.link.startswith("https://") for row in rows if row.link)


def test_the_rows_speak_many_scripts(sandbox_state: SandboxState) -> None:
    scripts = {unicodedata.name(char, "?").split()[0] for row in everything(sandbox_state) for char in row.title}
    assert {"DEVANAGARI", "ARABIC", "HIRAGANA", "CJK", "PACKAGE", "LATIN"} <= scripts


def test_times_lie_in_the_past_and_reach_back_for_months(sandbox_state: SandboxState) -> None:
    rows = everything(sandbox_state)
    assert max(row.created_at for row in rows) == NOON - 2 * MINUTE
    assert min(row.created_at for row in rows) < NOON - 90 * DAY
    assert all(row.read_at is None or row.created_at < row.read_at <= NOON for row in rows)
    for user in sandbox_state.users("production"):
        assert all(
            row.created_at > user.created_at for row in sandbox_state.notifications("production", user.user_id)
        )


def test_today_reads_as_it_was_written(sandbox_state: SandboxState) -> None:
    newest = sorted(everything(sandbox_state), key=lambda row: -row.created_at)[: len(TODAY)]
    assert [row.event_type for row in newest] == [scene.event_type for scene in TODAY]
    assert [(row.user_id, row.title) for row in newest[:2]] == [
        ("u-4711", "Card ending 4242 was declined"),
        ("u-0815", "Your code is on its way"),
    ]


def test_a_card_is_the_customers_own_in_all_their_rows(sandbox_state: SandboxState) -> None:
    rows = sandbox_state.notifications("production", "u-4711", Filter.ALL)
    assert {row.data["card"] for row in rows if "card" in row.data} == {"4242"}


def test_the_demo_is_the_same_each_time_and_any_environment_can_be_the_main_one() -> None:
    def build(main: str) -> SandboxState:
        sandbox_state = SandboxState(now=lambda: NOON)
        seed_demo(sandbox_state, main=main)
        return sandbox_state

    assert everything(build("dev"), "dev") == everything(build("dev"), "dev")
    assert len(everything(build("dev"), "dev")) == 260


def test_the_demo_has_one_incident_and_its_newest_rows_stay_on_top() -> None:
    sandbox_state = SandboxState(now=lambda: NOON)
    seed_demo(sandbox_state)
    before = sorted(everything(sandbox_state), key=lambda row: -row.created_at)
    seed_outage(sandbox_state, "production")
    rows = sorted(everything(sandbox_state), key=lambda row: -row.created_at)
    assert [row.uuid for row in rows[:4]] == [row.uuid for row in before[:4]]
    arrived = [
        Arrival(row.created_at, place, row.user_id, CleanText(row.event_type), CleanText(row.title))
        for place, row in enumerate(rows)
    ]
    [incident] = find_incidents(arrived, Grouping())
    assert incident.title == "Card ending # was declined"
    assert sorted(incident.users) == sorted(user for _, user, _, _ in OUTAGE)
    assert sum(rows[place].read_at is None for place in incident.rowids) == 4
    assert all("payment provider" in rows[place].body for place in incident.rowids)


def test_the_demo_holds_nothing_hostile(sandbox_state: SandboxState) -> None:
    text = "".join(row.title + row.body + row.link for row in everything(sandbox_state))
    assert not [char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Cs") and char != "\n"]


def test_hostile_rows_have_names_and_can_be_put_anywhere() -> None:
    sandbox_state = SandboxState(now=lambda: NOON)
    rows = hostile_rows()
    assert len({row.name for row in rows}) == len(rows) >= 30
    stored = [row.put_into(sandbox_state, "dev", "u-1") for row in rows]
    assert [row.title for row in stored] == [row.title for row in rows]
    text = "".join(row.title + row.body + row.link for row in rows)
    for needle in ("\x1b]52;", "\u202e", "[@click=", "\ud83d", "<script>", "javascript:"):
        assert needle in text
    assert max(len(row.body) for row in rows) > 1_000_000
