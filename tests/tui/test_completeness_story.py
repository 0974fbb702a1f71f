"""Stories of a list that is not all here: nothing is said to be absent that was not looked for."""

from __future__ import annotations

import pytest

from neptune_inbox.config import Settings
from neptune_inbox.model import Filter
from tests.tui.driver import inbox_of
from tests.tui.service import Service


@pytest.mark.slow
async def test_the_last_line_tells_how_far_the_list_is_loaded_and_plus_loads_more() -> None:
    service = Service()
    service.has(460)
    async with inbox_of(service, size=(140, 24)) as inbox:
        await inbox.until(lambda: "200 of 460 · loaded back to " in inbox.status())
        assert "+ loads more" in inbox.status()
        await inbox.press("j", "+")
        await inbox.until(lambda: "400 of 460 · loaded back to" in inbox.status())
        assert inbox.cursor() == "Card 459", "the cursor stays on its row"
        await inbox.until(lambda: not inbox.screen.older.is_running)
        await inbox.press("+")
        await inbox.hears("Everything is loaded.")
        await inbox.until(lambda: "of 460" in inbox.status() and "loads more" not in inbox.status())
        await inbox.press("+")
        await inbox.hears("Everything is loaded.")


@pytest.mark.slow
async def test_a_search_that_found_nothing_yet_goes_on_by_itself_until_it_finds() -> None:
    service = Service()
    service.has(1, event_type="otp_sent")
    service.has(600)
    async with inbox_of(service, size=(140, 24), kind=Filter.ALL) as inbox:
        await inbox.type("/", "event:otp_sent")
        await inbox.sees("Nothing found in what is loaded so far.")
        await inbox.press("enter")
        await inbox.until(lambda: inbox.titles() == ["Card 1"])


@pytest.mark.slow
async def test_a_search_stops_at_its_bound_and_says_where() -> None:
    service = Service(budget=30)
    service.has(2_600)
    async with inbox_of(service, size=(140, 24), kind=Filter.ALL) as inbox:
        await inbox.type("/", "nowhere", "enter")
        await inbox.comes(lambda: "Nothing found yet: searched " in inbox.status())
        assert "+ goes on" in inbox.status()
        await inbox.sees("Nothing found in what is loaded so far.")
        await inbox.until(lambda: "none found in " in inbox.status() and "of 2,600" in inbox.status())
        assert "Nothing matches" not in inbox.text()


@pytest.mark.slow
async def test_nothing_matches_is_said_when_everything_was_searched() -> None:
    service = Service()
    service.has(460)
    async with inbox_of(service, size=(140, 24), kind=Filter.ALL) as inbox:
        await inbox.type("/", "nowhere", "enter")
        await inbox.sees("Nothing matches this search.")
        assert "loads more" not in inbox.status()


@pytest.mark.slow
async def test_escape_stops_the_loading() -> None:
    service = Service(budget=30)
    service.has(2_600)
    async with inbox_of(service, size=(140, 24)) as inbox:
        await inbox.press("M")
        await inbox.asked("200 in this list, ")
        await inbox.press("l")
        await inbox.hears("Loading older ones")
        await inbox.press("esc")
        await inbox.asked("unread notifications")
        await inbox.press("esc")
        await inbox.until(lambda: "of 2,600 · loaded back to" in inbox.status())


async def test_a_customer_never_fetched_is_not_called_read() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(2, "u-1", is_read=True)
    service.has(2, "u-2")
    async with inbox_of(service, size=(140, 24)) as inbox:
        service.faults.set("offline")
        await inbox.press("@")
        await inbox.asked("Go to user")
        await inbox.type("u-77", "enter")
        await inbox.until(lambda: inbox.screen.scope.user_id == "u-77")
        await inbox.press("M")
        await inbox.asked("Nothing has been fetched yet")
        await inbox.press("esc")
        assert "has been read" not in inbox.text()


@pytest.mark.slow
async def test_only_some_of_the_users_are_loaded_and_nothing_is_called_fresh() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(1, "u-1", is_read=True)
    service.has(1, "u-2", is_read=True)
    async with inbox_of(service, size=(140, 24)) as inbox:
        await inbox.until(lambda: "fresh" in inbox.top())
        service.faults.set("hang")
        await inbox.session.inbox.watch("u-9")
        await inbox.press("1", "2")
        await inbox.until(lambda: "2 of 3 loaded" in inbox.top())
        await inbox.until(lambda: "fresh" not in inbox.top())
        await inbox.sees("Nothing to show in what is loaded so far.")


async def test_why_only_some_of_many_users_are_loaded_is_said_on_eighty_columns() -> None:
    users = tuple(f"u-{number}" for number in range(50))
    service = Service(users=users, budget=30)
    service.has(1, "u-0")
    async with inbox_of(service, size=(80, 24), is_filled=False) as inbox:
        await inbox.comes(lambda: " of 50 loaded · requests_per_minute 30" in inbox.top())


@pytest.mark.slow
@pytest.mark.parametrize("size", [(60, 15), (80, 24), (120, 40)])
async def test_the_position_stays_beside_whatever_is_said(size: tuple[int, int]) -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(12)
    async with inbox_of(service, size=size) as inbox:
        await inbox.press("j", "d")
        await inbox.hears("Nothing is deleted here: e")
        assert " 2 of 12 ─" in inbox.status()


@pytest.mark.slow
async def test_what_a_first_look_brings_is_loaded_and_what_comes_later_is_new() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(1, "u-1")
    service.has(3, "u-9")
    async with inbox_of(service, size=(140, 24)) as inbox:
        await inbox.until(lambda: "fresh" in inbox.top())
        await inbox.session.inbox.watch("u-9")
        inbox.session.poller.watch(("u-1", "u-2", "u-9"))
        await inbox.comes(lambda: "3 loaded ↑ r" in inbox.bar())
        assert "new" not in inbox.bar()
        service.has(1, "u-9")
        await inbox.poll()
        await inbox.until(lambda: "1 new · 3 loaded ↑ r" in inbox.bar())
        await inbox.press("r")
        await inbox.until(lambda: "Card 4" in inbox.text())
        assert "loaded ↑" not in inbox.bar()


async def test_what_another_process_fetched_waits_behind_the_banner_within_a_minute() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service, size=(140, 24)) as inbox:
        await inbox.until(lambda: "fresh" in inbox.top())
        service.has(1)
        await inbox.session.inbox.refresh("u-1", Filter.UNREAD)
        await inbox.let_time_pass(61)
        await inbox.until(lambda: "1 new" in inbox.bar())


@pytest.mark.slow
async def test_the_counts_of_views_are_at_least_while_not_all_is_loaded() -> None:
    service = Service(users=("u-1", "u-2"))
    service.use_settings(Settings(views={"codes": "event:otp_*"}))
    service.has(1, event_type="otp_sent")
    service.has(460)
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: "0+" in inbox.sidebar())
        await inbox.press("f")
        await inbox.asked("codes 0+ event:otp_*")


@pytest.mark.slow
async def test_a_user_that_neptune_does_not_know_is_no_empty_inbox() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.press("@")
        await inbox.asked("Go to user")
        await inbox.type("nobody-such", "enter")
        await inbox.comes(lambda: "Neptune does not know this user." in inbox.text())
        await inbox.until(lambda: "no such user" in inbox.top())
        assert "All –" in inbox.bar()
        assert "has been read" not in inbox.text()


async def test_a_user_without_notifications_has_an_empty_inbox() -> None:
    service = Service()
    service.has(1)
    service.sandbox_state.create_user("staging", "quiet", {"name": "Quiet One"})
    async with inbox_of(service) as inbox:
        await inbox.press("@")
        await inbox.asked("Go to user")
        await inbox.type("quiet", "enter")
        await inbox.comes(lambda: "Everything here has been read." in inbox.text())
        await inbox.poll()
        assert "does not know" not in inbox.text()


async def test_a_search_survives_going_to_the_next_user() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(2, "u-1")
    service.has(1, "u-2", event_type="otp_sent")
    async with inbox_of(service) as inbox:
        await inbox.type("/", "event:otp_*", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        await inbox.press("J")
        await inbox.until(lambda: inbox.screen.scope.user_id == "u-1")
        await inbox.sees("Nothing matches this search.")
        await inbox.press("J")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
