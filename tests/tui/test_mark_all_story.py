"""Stories of marking all: exactly what was shown, as one act, with a receipt."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Mode
from tests.tui.driver import inbox_of
from tests.tui.service import READ, Service


@pytest.mark.slow
async def test_mark_all_marks_exactly_the_shown_ones() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        service.has(2)
        await inbox.poll()
        await inbox.until(lambda: "2 new" in inbox.bar())
        await inbox.press("M")
        await inbox.asked("Mark all read: 3 unread notifications")
        assert "2 notifications arrived since this list was drawn: left alone." in inbox.sheet()
        assert "staging · acme · mode act" in inbox.sheet()
        service.has(1)
        await inbox.poll()
        await inbox.press("enter")
        assert [row.theirs for row in inbox.rows()] == ["◷", "◷", "◷"]
        await inbox.let_time_pass(6)
        await inbox.until(lambda: service.unread() == ["Card 4", "Card 5", "Card 6"])
        assert sorted(service.marked_titles) == ["Card 1", "Card 2", "Card 3"]
        await inbox.until(lambda: {row.theirs for row in inbox.rows()} == {"○"})
        await inbox.press("r")
        await inbox.until(lambda: inbox.titles() == ["Card 6", "Card 5", "Card 4"])


@pytest.mark.slow
async def test_mark_all_respects_filter_and_search() -> None:
    service = Service()
    service.has(2)
    service.has(2, event_type="otp_requested")
    async with inbox_of(service) as inbox:
        await inbox.type("/", "event:otp_requested", "enter")
        await inbox.until(lambda: len(inbox.titles()) == 2)
        await inbox.press("M")
        await inbox.asked("Only what matches  event:otp_requested")
        await inbox.press("enter")
        await inbox.press("$")
        await inbox.until(lambda: service.unread() == ["Card 1", "Card 2"])


async def test_mark_all_is_taken_back_as_one() -> None:
    service = Service()
    service.has(4)
    async with inbox_of(service) as inbox:
        await inbox.press("M")
        await inbox.asked()
        await inbox.press("enter")
        await inbox.until(lambda: "4 pending" in inbox.top())
        await inbox.press("z")
        await inbox.hears("Taken back: all 4 listed notifications of u-1")
        assert [row.theirs for row in inbox.rows()] == ["●"] * 4
        await inbox.let_time_pass(60)
        assert service.writes == 0


async def test_leaving_the_sheet_marks_nothing() -> None:
    service = Service()
    service.has(4)
    async with inbox_of(service) as inbox:
        for key in ("esc", "n"):
            await inbox.press("M")
            await inbox.asked()
            await inbox.press(key)
            assert not inbox.has_sheet
        await inbox.let_time_pass(60)
        assert service.writes == 0


@pytest.mark.slow
async def test_what_is_being_marked_already_is_not_marked_twice() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "M")
        await inbox.asked("Mark all read: 2 unread notifications")
        assert "1 more is already being marked." in inbox.sheet()
        await inbox.press("enter", "$")
        await inbox.until(lambda: service.unread() == [])
        assert len(service.marked) == 3


async def test_the_servers_own_mark_all_is_never_the_default() -> None:
    service = Service()
    service.has(2, is_read=True)
    async with inbox_of(service) as inbox:
        service.has(3)
        await inbox.press("M")
        await inbox.asked("Nothing in this list is unread")
        await inbox.press("enter", "enter", "enter")
        await inbox.let_time_pass(60)
        assert service.writes == 0, "pressing enter again and again marks nothing that was not seen"


@pytest.mark.slow
async def test_everything_of_a_user_is_marked_at_once_after_it_was_asked_twice() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        service.has(3)
        await inbox.poll()
        await inbox.until(lambda: "3 new" in inbox.bar())
        await inbox.press("M")
        await inbox.asked("Everything of u-1 on the server")
        await inbox.press("S")
        await inbox.asked("also marks what nobody has seen: 3 unseen")
        await inbox.press("enter")
        await inbox.settle()
        assert len(service.unread()) == 5, "enter does not agree to what cannot be taken back"
        await inbox.press("M")
        await inbox.asked("Everything of u-1")
        await inbox.press("S")
        await inbox.asked("3 unseen")
        await inbox.press("y")
        await inbox.hears("It cannot be taken back.")
        assert service.unread() == []
        assert service.writes == 1


async def test_in_production_the_user_id_must_be_typed_for_it() -> None:
    service = Service()
    live = service.add_profile("live", "production", Mode.ASK)
    service.has(2, environment="production")
    async with inbox_of(service, profile=live) as inbox:
        await inbox.press("M")
        await inbox.asked("PRODUCTION · live · mode ask")
        await inbox.press("S")
        await inbox.asked("Type u-1 and press enter")
        await inbox.type("u-2", "enter")
        await inbox.asked("That does not match; nothing was done.")
        assert service.writes == 0
        await inbox.fill_sheet("u-1")
        await inbox.press("enter")
        await inbox.until(lambda: service.is_read("Card 2", "production"))


async def test_it_is_not_offered_without_a_network_or_for_several_users() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(1)
    service.has(1, "u-2")
    async with inbox_of(service) as inbox:
        await inbox.press("M")
        await inbox.asked("Of 2 users")
        assert "on the server" not in inbox.sheet()
        await inbox.press("esc", "J")
        service.faults.set("offline")
        await inbox.comes(lambda: inbox.session.health.state == "troubled")
        await inbox.press("M")
        await inbox.asked()
        assert "on the server" not in inbox.sheet()


@pytest.mark.slow
async def test_older_ones_can_be_loaded_before_all_is_marked() -> None:
    service = Service()
    service.has(230)
    async with inbox_of(service) as inbox:
        loaded = len(inbox.screen.snapshot)
        assert loaded < 230
        await inbox.press("M")
        await inbox.asked(f"The server has 230; {loaded} are loaded.")
        await inbox.press("l")
        await inbox.asked("Mark all read: 230 unread notifications")
        await inbox.press("enter")
        assert "Nothing is chosen yet: press y," in inbox.sheet()
        await inbox.press("y")
        await inbox.until(lambda: "230 pending" in inbox.top())


@pytest.mark.slow
@pytest.mark.parametrize("typed", [["enter"], ["y"], ["down", "enter"], ["enter", "y", "enter"]])
async def test_nothing_that_is_typed_while_the_rest_is_loaded_marks_it(typed: list[str]) -> None:
    service = Service()
    service.has(230)
    async with inbox_of(service) as inbox:
        await inbox.press("M")
        await inbox.asked()
        await inbox.burst("l", *typed)
        await inbox.asked("Mark all read: 230 unread notifications")
        await inbox.press("enter")
        await inbox.settle()
        assert "pending" not in inbox.top()
        await inbox.press("esc")
        await inbox.let_time_pass(60)
        assert service.writes == 0


async def test_in_production_nothing_is_chosen_beforehand() -> None:
    service = Service()
    live = service.add_profile("live", "production", Mode.ACT)
    service.has(2, environment="production")
    async with inbox_of(service, profile=live) as inbox:
        await inbox.press("M")
        await inbox.asked("Mark all read: 2 unread notifications")
        await inbox.press("enter", "enter")
        assert "Nothing is chosen yet: press y," in inbox.sheet()
        assert "pending" not in inbox.top()
        await inbox.press("y")
        await inbox.until(lambda: "2 pending" in inbox.top())
        await inbox.press_last("q")
        await inbox.asked("2 marks are not sent yet")
        await inbox.press("enter")
        await inbox.asked("Nothing is chosen yet: press s, k, d, or ↓.")
        assert service.writes == 0


@pytest.mark.slow
async def test_a_receipt_tells_what_became_of_each_and_tries_again() -> None:
    service = Service()
    service.has(3)
    service.faults.set("404", method="POST", route=READ, times=1)
    async with inbox_of(service) as inbox:
        await inbox.press("T")
        await inbox.asked("Nothing was marked yet")
        await inbox.press("esc", "M")
        await inbox.asked()
        await inbox.press("enter", "$")
        await inbox.until(lambda: len(service.unread()) == 1)
        await inbox.until(lambda: "1 refused" in inbox.top())
        await inbox.press("T")
        await inbox.asked("all 3 listed notifications of u-1")
        assert "1 refused" in inbox.sheet()
        await inbox.press("enter")
        await inbox.asked("Receipt")
        assert service.id_of(service.unread()[0]) in inbox.sheet()
        await inbox.press("t")
        await inbox.until(lambda: service.unread() == [])


@pytest.mark.slow
async def test_a_receipt_with_dropped_and_undone_marks_can_be_read() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("M")
        await inbox.asked()
        await inbox.press("enter", "O")
        await inbox.asked("Outbox: 3 waiting")
        await inbox.press("x", "esc", "z", "T")
        await inbox.asked("taken back")
        await inbox.press("enter")
        await inbox.asked("Receipt")
        await inbox.press("esc", "i")
        await inbox.asked("Evidence")
        assert service.writes == 0


async def test_with_a_selection_it_says_that_all_is_meant() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("x", "M")
        await inbox.asked("All that is shown, not only the 1 selected: m marks those.")
