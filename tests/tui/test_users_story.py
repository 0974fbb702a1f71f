"""Stories of whose inbox is looked at: users, watching, profiles."""

from __future__ import annotations

import re

import pytest

from neptune_inbox.model import Mode
from tests.tui.driver import inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow
USERS_ROUTE = "/{environment}/users"


def _three_users() -> Service:
    service = Service(users=("u-1", "u-2", "u-3"))
    for user in ("u-1", "u-2", "u-3"):
        service.has(2, user)
    return service


async def test_everyone_comes_first_and_the_sidebar_counts() -> None:
    service = _three_users()
    async with inbox_of(service) as inbox:
        assert len(inbox.titles()) == 6
        assert all(user in inbox.text() for user in ("u-1", "u-2", "u-3"))
        await inbox.until(lambda: "▸Everyone" in inbox.sidebar())
        assert inbox.sidebar().splitlines()[1].split()[-1] == "6"


async def test_next_and_previous_user_go_round() -> None:
    service = _three_users()
    async with inbox_of(service) as inbox:
        seen = []
        for _ in range(4):
            await inbox.press("J")
            await inbox.settle()
            seen.append(inbox.screen.scope.user_id)
        assert seen == ["u-1", "u-2", "u-3", ""]
        await inbox.press("K")
        await inbox.until(lambda: inbox.titles() == ["Card 6", "Card 5"])
        assert "▸u-3" in inbox.sidebar()


async def test_any_user_can_be_gone_to_and_watched_from_then_on() -> None:
    service = Service(users=("u-1",))
    service.has(1)
    service.has(2, "stranger-9")
    async with inbox_of(service) as inbox:
        await inbox.press("@")
        await inbox.asked("Go to user")
        await inbox.type("stranger-9")
        await inbox.asked("Go to stranger-9")
        await inbox.press("enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3", "Card 2"])
        await inbox.press("w")
        await inbox.hears("Watching stranger-9.")
        await inbox.until(lambda: "stranger-9" in inbox.sidebar())
        await inbox.press("w")
        await inbox.hears("No longer watching stranger-9")
        assert service.writes == 0


async def test_a_user_of_the_server_is_found_by_a_part_of_the_name() -> None:
    service = Service(users=("u-1",))
    service.has(1)
    service.sandbox_state.create_user("staging", "u-77", {"name": "Rajiv Seelam"})
    service.has(1, "u-77")
    async with inbox_of(service) as inbox:
        await inbox.press("@")
        await inbox.sees("Rajiv Seelam")
        await inbox.type("seelam", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 2"])


async def test_the_servers_users_come_page_by_page_and_the_highlight_stays() -> None:
    service = Service(users=("u-1",))
    service.has(1)
    service.sandbox_state.create_user("staging", "u-1", {"name": "Rajiv Seelam"})
    for number in range(230):
        service.sandbox_state.create_user("staging", f"other-{number:03}", {"name": f"Mei {number}"})
    async with inbox_of(service) as inbox:
        fault = service.faults.set("hang", route="/{environment}/users")
        await inbox.press("@")
        await inbox.asked("Asking the server for more …")
        await inbox.press("down")
        service.faults.lift(fault)
        await inbox.asked("200 of 231 users of the server are loaded; ↓ at the end loads more.")
        assert inbox.sheet().count("other-") > 5
        assert "Mei 7" in inbox.sheet()
        await inbox.press("enter")
        await inbox.until(lambda: inbox.screen.scope.user_id == "u-1")
        await inbox.press("@")
        await inbox.asked("200 of 231 users")
        await inbox.type("Mei 229")
        await inbox.asked("Go to Mei 229")
        await inbox.press("down")
        await inbox.asked("other-229   Mei 229")
        await inbox.press("enter")
        await inbox.until(lambda: inbox.screen.scope.user_id == "other-229")


async def test_who_is_watched_is_named_as_soon_as_the_server_tells() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(1)
    service.sandbox_state.create_user("staging", "u-2", {"name": "Mei Chen"})
    async with inbox_of(service) as inbox:
        # One page of people is asked for by itself, once everybody was looked at.
        await inbox.comes(lambda: "u-2 Mei Chen" in inbox.sidebar())
        await inbox.press("@")
        await inbox.asked("Mei Chen  watched")


async def test_who_the_server_does_not_name_costs_one_request_an_hour() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(1)

    def asked() -> int:
        return service.faults.requests["GET", USERS_ROUTE]

    async with inbox_of(service) as inbox:
        await inbox.comes(lambda: asked() == 1)
        for _ in range(5):
            await inbox.poll()
        assert asked() == 1


async def test_what_came_before_the_server_failed_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(users=("u-1",))
    service.has(1)
    for number in range(80):
        service.sandbox_state.create_user("staging", f"other-{number:03}", {})
    async with inbox_of(service) as inbox:
        ask = inbox.session.people.list

        async def fail_on_the_second(*, page: int = 1) -> object:
            if page > 1:
                service.faults.set("offline")
            return await ask(page=page)

        monkeypatch.setattr(inbox.session.people, "list", fail_on_the_second)
        await inbox.press("@")
        await inbox.comes(lambda: "No connection could be made to" in inbox.sheet())
        assert "other-005" in inbox.sheet()


async def test_a_watched_user_whose_name_only_the_server_knows_is_found_by_it() -> None:
    service = Service(users=("u-1", "u-2"))
    service.sandbox_state.create_user("staging", "u-2", {"name": "Mei Chen"})
    service.has(1)
    service.has(1, "u-2")
    async with inbox_of(service) as inbox:
        # One page of people is asked for by itself, once everybody was looked at.
        await inbox.comes(lambda: "u-2 Mei Chen" in inbox.sidebar())
        await inbox.press("@")
        await inbox.asked("Mei Chen  watched")
        await inbox.type("mei", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 2"])


async def test_a_user_who_is_called_everyone_does_no_harm() -> None:
    service = Service(users=("u-1", "everyone"))
    service.has(1)
    service.has(1, "everyone")
    async with inbox_of(service) as inbox:
        await inbox.press("@")
        await inbox.asked("Everyone")
        await inbox.type("everyone", "down", "enter")
        await inbox.settle()
        assert inbox.screen.scope.user_id in ("", "everyone")


async def test_the_sidebar_is_walked_with_the_keyboard() -> None:
    service = _three_users()
    async with inbox_of(service) as inbox:
        await inbox.press("h")
        await inbox.press("j", "j", "enter")
        await inbox.until(lambda: inbox.screen.scope.user_id == "u-2")
        await inbox.until(lambda: inbox.titles() == ["Card 4", "Card 3"])


async def test_another_profile_shows_the_other_environment_and_back() -> None:
    service = Service()
    service.has(2)
    service.add_profile("acme-live", "production", Mode.ASK)
    service.has(1, environment="production")
    async with inbox_of(service) as inbox:
        await inbox.press("E")
        await inbox.asked("acme-live")
        await inbox.type("live", "enter")
        await inbox.until(lambda: "PRODUCTION · acme-live · ask" in inbox.top())
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        await inbox.press("E")
        await inbox.asked("acme")
        await inbox.type("staging", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 2", "Card 1"])
        await inbox.until(lambda: "staging · acme · act" in inbox.top())


async def test_marks_stay_with_the_profile_they_were_made_in() -> None:
    service = Service()
    service.has(2)
    other = service.add_profile("acme-live", "production", Mode.ACT)
    service.has(1, environment="production")
    async with inbox_of(service) as inbox:
        await inbox.press("m", "E")
        await inbox.asked("acme-live")
        await inbox.type("live", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        await inbox.let_time_pass(60)
        await inbox.settle()
        assert service.marked == [], "a held mark waits until its own profile is open again"
        assert "pending" not in inbox.top()
        await inbox.press(":")
        await inbox.asked("Palette")
        await inbox.type("profile acme")
        await inbox.press("enter")
        await inbox.until(lambda: service.marked_titles == ["Card 2"])
    assert other.environment == "production"


async def test_profiles_are_switched_in_the_middle_of_things() -> None:
    service = Service(users=("u-1", "u-2", "u-3"))
    service.add_profile("other", "dev", Mode.ACT, users=("u-1", "u-2"))
    for user in ("u-1", "u-2", "u-3"):
        service.has(20, user)
        service.has(5, user, environment="dev")
    async with inbox_of(service):
        pass
    service.faults.set("slow", seconds=0.2)
    async with inbox_of(service, is_filled=False) as inbox:
        for turn in range(8):
            await inbox.until(lambda: inbox.screen.is_active and inbox.screen.is_running)
            await inbox.burst("j", "m", "e", "r", "R", "1", "E")
            await inbox.asked("Profiles")
            await inbox.type("dev" if turn % 2 == 0 else "staging", "enter")
            service.clock.advance(1)
        service.faults.clear()
        await inbox.comes(lambda: len(inbox.titles()) > 5)
        await inbox.comes(lambda: "pending" not in inbox.top())


async def test_it_can_be_left_in_the_middle_of_things() -> None:
    for step in range(6):
        service = Service(users=("u-1", "u-2", "u-3"))
        service.has(30)
        async with inbox_of(service):
            pass
        async with inbox_of(service, is_filled=False) as inbox:
            for _ in range(step):
                await inbox.pilot.pause(0.01)
                service.clock.advance(1)
            await inbox.press_last("q")
            await inbox.is_left()
        assert inbox.app.return_value == 0


async def test_another_environment_is_gone_to_with_the_token_in_use() -> None:
    service = Service()
    service.has(2)
    service.has(1, environment="production")
    async with inbox_of(service) as inbox:
        await inbox.press("E")
        await inbox.asked("Environment production")
        assert "Environment staging" not in inbox.sheet(), "that is this profile"
        await inbox.type("environment production", "enter")
        await inbox.until(lambda: "PRODUCTION · production · ask" in inbox.top())
        await inbox.comes(lambda: inbox.titles() == ["Card 3"])
        assert inbox.app.workspace.profile("production").environment == "production"
        await inbox.press("E")
        await inbox.asked("acme")
        await inbox.type("staging", "enter")
        await inbox.until(lambda: "staging · acme · act" in inbox.top())


async def test_an_environment_that_the_token_may_not_use_is_named_and_nothing_is_kept() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        service.faults.set("403", route="/app_notifications/{environment}")
        await inbox.press("E")
        await inbox.asked("Environment dev")
        await inbox.type("environment dev", "enter")
        await inbox.hears("This token may not use the environment `dev`. Ask for access")
        assert [profile.name for profile in inbox.app.workspace.profiles] == ["acme"]
        await inbox.until(lambda: "staging · acme" in inbox.top())


async def test_with_many_customers_the_header_says_how_long_a_round_takes_and_r_which_setting_decides_it() -> None:
    service = Service(users=tuple(f"u-{number:03}" for number in range(12)), budget=2)
    service.has(2, "u-001")
    async with inbox_of(service, is_filled=False) as inbox:
        await inbox.until(lambda: "round " in inbox.top())
        await inbox.until(lambda: "round 6 min at 2/min" in inbox.top())
        await inbox.press("R")
        await inbox.hears("polling.requests_per_minute is 2.")
        await inbox.until(lambda: re.search(r"[1-9]\d* of 12 watched users answered", inbox.status()))
