"""Stories of marking: held, counted down, sent, taken back, refused, and always explained."""

from __future__ import annotations

import pytest

from neptune_inbox.config import Settings, UiSettings
from neptune_inbox.model import Filter, Mode
from tests.tui.driver import inbox_of
from tests.tui.service import READ, Service


@pytest.mark.slow
async def test_a_mark_is_held_counts_down_and_is_then_sent() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("j", "m")
        await inbox.until(lambda: "marking,  5 s  z" in inbox.row("Card 2"))
        assert inbox.row("Card 2").theirs == "◷"
        await inbox.until(lambda: "1 pending,  5 s" in inbox.top())
        assert "Held 5 s before sending, z takes it back" in inbox.status()
        await inbox.let_time_pass(3)
        assert "marking,  2 s" in inbox.row("Card 2")
        assert service.writes == 0
        await inbox.let_time_pass(2)
        await inbox.until(lambda: service.is_read("Card 2"))
        await inbox.until(lambda: inbox.row("Card 2").theirs == "○")
        assert "read by us" in inbox.row("Card 2")
        await inbox.until(lambda: "pending" not in inbox.top())
        assert service.unread() == ["Card 1", "Card 3"]
        assert inbox.titles() == ["Card 3", "Card 2", "Card 1"], "it stays in its place until I refresh"


@pytest.fixture
def lasting_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is said goes only when it is no longer true."""
    monkeypatch.setattr("neptune_inbox.tui.inbox.status_message.MESSAGE_SECONDS", 600.0)


@pytest.mark.slow
@pytest.mark.usefixtures("lasting_messages")
async def test_when_sending_fails_nothing_offers_to_take_the_mark_back() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        service.faults.set("reset before", method="POST", route=READ)
        await inbox.press("m")
        await inbox.hears("z takes it back")
        await inbox.let_time_pass(5)
        await inbox.until(lambda: "tried 1×" in inbox.row("Card 1"))
        await inbox.until(lambda: "takes it back" not in inbox.status())
        assert " z" not in inbox.row("Card 1")
        await inbox.press("z")
        await inbox.hears("Tried with unknown outcome, cannot be taken back: ")


@pytest.mark.usefixtures("lasting_messages")
async def test_when_a_mark_is_refused_nothing_offers_to_take_it_back() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        service.faults.set("403", method="POST", route=READ)
        await inbox.press("m")
        await inbox.hears("z takes it back")
        await inbox.let_time_pass(5)
        await inbox.until(lambda: "refused" in inbox.row("Card 1"))
        await inbox.until(lambda: "takes it back" not in inbox.status())


@pytest.mark.slow
async def test_the_countdown_runs_by_itself() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.press("m")
        service.clock.at += 2_000
        await inbox.until(lambda: "marking,  3 s" in inbox.row("Card 1"))


@pytest.mark.slow
async def test_a_mark_that_was_taken_back_is_never_sent() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("m")
        await inbox.until(lambda: inbox.row("Card 2").theirs == "◷")
        await inbox.let_time_pass(2)
        await inbox.press("z")
        await inbox.hears("Taken back: “Card 2” of u-1, 3 s before sending.")
        assert inbox.row("Card 2").theirs == "●"
        for _ in range(5):
            await inbox.poll()
        assert service.writes == 0
        assert service.unread() == ["Card 1", "Card 2"]
        await inbox.press("u")
        await inbox.hears("There is nothing to take back.")


async def test_keys_typed_fast_mean_what_they_meant_on_the_screen() -> None:
    service = Service()
    service.has(5)
    async with inbox_of(service) as inbox:
        await inbox.burst("m", "j", "m", "z", "j", "m", "j", "j")
        await inbox.until(lambda: inbox.row("Card 3").theirs == "◷")
        assert [row.theirs for row in inbox.rows()] == ["◷", "●", "◷", "●", "●"]
        await inbox.burst("z", "z", "g")
        await inbox.burst("e", "e", "2", "m")
        await inbox.until(lambda: [row.theirs for row in inbox.rows()] == ["◷", "●", "●"])
        assert inbox.titles() == ["Card 3", "Card 2", "Card 1"]


@pytest.mark.slow
async def test_all_selected_and_marked_in_one_breath() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.burst("a", "m")
        await inbox.until(lambda: [row.theirs for row in inbox.rows()] == ["◷"] * 3)


async def test_after_sending_it_says_that_it_cannot_be_taken_back() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "$")
        await inbox.until(lambda: service.is_read("Card 1"))
        await inbox.press("z")
        await inbox.hears("Already sent, cannot be taken back")
        assert service.is_read("Card 1")


async def test_send_now_does_not_wait() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "j", "m", "$")
        await inbox.hears("Sending 2 marks now.")
        await inbox.until(lambda: service.unread() == [] and "pending" not in inbox.top())
        await inbox.press("$")
        await inbox.hears("Nothing is waiting to be sent.")


async def test_what_is_read_is_not_marked_again() -> None:
    service = Service()
    service.has(1, is_read=True)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.press("m")
        await inbox.hears("Nothing here is unread for the customer.")
        await inbox.let_time_pass(10)
        assert service.writes == 0


@pytest.mark.slow
async def test_selected_rows_are_marked_and_no_others() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(4)
    service.has(2, "u-2")
    async with inbox_of(service) as inbox:
        await inbox.press("x", "j", "space")
        assert [row.is_selected for row in inbox.rows()] == [True, False, True, False, False, False]
        assert "2 selected of 2 users" in inbox.status()
        await inbox.press("m")
        await inbox.hears("Held 5 s before sending, z takes it back: 2 notifications of 2 users")
        await inbox.let_time_pass(6)
        await inbox.until(lambda: sorted(service.marked_titles) == ["Card 4", "Card 6"])
        await inbox.hears("2 marks sent; that cannot be taken back.")
        assert not any(row.is_selected for row in inbox.rows())


@pytest.mark.slow
async def test_a_range_that_was_given_up_is_not_gone_on_with() -> None:
    service = Service()
    service.has(6)
    async with inbox_of(service) as inbox:
        await inbox.press("v", "j")
        await inbox.hears("Range starts here")
        await inbox.press("esc")
        assert "Range" not in inbox.status()
        await inbox.press("j", "j", "v")
        assert [row.is_selected for row in inbox.rows()] == [False, False, False, True, False, False]


async def test_a_range_begins_at_its_row_wherever_that_stands_meanwhile() -> None:
    service = Service()
    service.has(5)
    async with inbox_of(service) as inbox:
        await inbox.press("x")
        service.has(2)
        await inbox.poll()
        await inbox.press("r")
        await inbox.until(lambda: inbox.titles()[0] == "Card 7")
        assert inbox.cursor() == "Card 4"
        await inbox.press("j", "v")
        assert [row.is_selected for row in inbox.rows()] == [False, False, True, True, True, False, False]


async def test_a_range_is_taken_in_a_list_that_has_become_shorter() -> None:
    service = Service()
    service.has(3)
    service.has(3, is_read=True)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.press("G", "v", "2")
        await inbox.until(lambda: inbox.titles() == ["Card 3", "Card 2", "Card 1"])
        await inbox.press("g", "v")
        assert [row.is_selected for row in inbox.rows()] == [True, True, True]


async def test_a_range_whose_first_row_is_not_in_the_list_any_more_begins_anew() -> None:
    service = Service()
    service.has(3)
    service.has(1, is_read=True)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.press("j", "x", "g", "v", "v", "2")
        await inbox.until(lambda: inbox.titles() == ["Card 3", "Card 2", "Card 1"])
        await inbox.press("G", "v")
        await inbox.hears("Range starts here")


@pytest.mark.slow
async def test_in_production_a_key_pressed_twice_writes_nothing() -> None:
    service = Service()
    live = service.add_profile("live", "production", Mode.ASK)
    service.has(2, environment="production")
    async with inbox_of(service, profile=live) as inbox:
        await inbox.press("m")
        await inbox.asked("PRODUCTION · live")
        await inbox.press("enter")
        await inbox.until(lambda: not inbox.has_sheet)
        await inbox.let_time_pass(6)
        assert service.writes == 0
        await inbox.press("m")
        await inbox.asked("PRODUCTION · live")
        await inbox.press("y")
        await inbox.let_time_pass(6)
        await inbox.until(lambda: service.is_read("Card 2", "production"))


async def test_a_range_and_all_and_none_are_selected() -> None:
    service = Service()
    service.has(5)
    async with inbox_of(service) as inbox:
        await inbox.press("j", "v", "j", "j", "v")
        assert [row.is_selected for row in inbox.rows()] == [False, True, True, True, False]
        await inbox.press("A")
        assert not any(row.is_selected for row in inbox.rows())
        await inbox.press("a")
        assert all(row.is_selected for row in inbox.rows())
        assert "5 selected of u-1" in inbox.status()
        await inbox.press("esc")
        assert not any(row.is_selected for row in inbox.rows())


@pytest.mark.slow
async def test_a_refused_mark_is_unread_again_with_the_reason_on_it() -> None:
    service = Service()
    service.has(2)
    service.faults.set("404", method="POST", route=READ)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "$")
        await inbox.until(lambda: inbox.row("Card 2").theirs == "!")
        assert "refused: Notification not found" in inbox.row("Card 2")
        await inbox.until(lambda: "1 refused" in inbox.top())
        await inbox.until(lambda: "unread, our mark was refused" in inbox.preview())
        assert not service.is_read("Card 2")
        row = await inbox.row_now("Card 2")
        assert row.counts_as_unread
        service.faults.clear()
        await inbox.press("m", "$")
        await inbox.until(lambda: service.is_read("Card 2"))
        await inbox.until(lambda: "refused" not in inbox.top())


@pytest.mark.slow
async def test_a_refused_token_stops_sending_and_says_so() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        fault = service.faults.set("401")
        await inbox.press("m", "$")
        await inbox.until(lambda: "signed out" in inbox.top())
        tried = service.requests
        await inbox.press("j", "m")
        await inbox.let_time_pass(600)
        await inbox.settle()
        assert service.requests <= tried + 3, "it is tried further and further apart whether the token is good again"
        assert service.marked == []
        assert len(inbox.titles()) == 3
        assert [row.theirs for row in inbox.rows()] == ["◷", "◷", "●"]
        service.faults.lift(fault)
        service.use_token(inbox.session, service.new_token())
        await inbox.comes(lambda: service.unread() == ["Card 1"])


@pytest.mark.slow
async def test_without_a_network_rows_stay_marks_are_kept_and_sent_later() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        service.faults.set("offline")
        await inbox.comes(lambda: "offline since" in inbox.top())
        await inbox.press("m")
        await inbox.until(lambda: inbox.row("Card 2").theirs == "◷")
        assert len(inbox.titles()) == 2
        await inbox.let_time_pass(60)
        assert service.marked == []
        service.faults.clear()
        await inbox.comes(lambda: service.is_read("Card 2"))
        await inbox.until(lambda: "offline" not in inbox.top())


async def test_trouble_for_a_while_is_waited_out_and_shown_on_the_row() -> None:
    service = Service()
    service.has(1)
    service.faults.set("503", method="POST", route=READ, times=1, retry_after="30")
    async with inbox_of(service) as inbox:
        await inbox.press("m", "$")
        await inbox.until(lambda: "tried 1×, next in" in inbox.row("Card 1"))
        await inbox.let_time_pass(31)
        await inbox.until(lambda: service.is_read("Card 1"))


@pytest.mark.slow
async def test_in_mode_ask_each_send_is_confirmed() -> None:
    service = Service(mode=Mode.ASK)
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("m")
        await inbox.asked("Mark “Card 2” of u-1 read for the customer?")
        assert "staging · acme" in inbox.sheet()
        await inbox.press("n")
        assert not inbox.has_sheet
        assert inbox.row("Card 2").theirs == "●"
        await inbox.press("m")
        await inbox.asked()
        await inbox.press("y")
        assert inbox.row("Card 2").theirs == "◷"
        await inbox.let_time_pass(6)
        await inbox.until(lambda: service.marked_titles == ["Card 2"])


async def test_in_mode_observe_every_mark_is_refused_with_a_sentence() -> None:
    service = Service(mode=Mode.OBSERVE)
    service.has(2)
    async with inbox_of(service) as inbox:
        for key in ("m", "M", "$"):
            await inbox.press(key)
            await inbox.hears("`acme` is only observed: nothing is marked here.")
            await inbox.press("esc")
        await inbox.let_time_pass(60)
        assert service.writes == 0
        assert [row.theirs for row in inbox.rows()] == ["●", "●"]


async def test_no_undo_window_sends_at_once() -> None:
    service = Service(undo_seconds=0)
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.press("m")
        await inbox.hears("1 mark sent; that cannot be taken back.")
        await inbox.until(lambda: service.is_read("Card 1"))


@pytest.mark.slow
async def test_what_is_typed_fast_for_a_sheet_never_reaches_the_list() -> None:
    service = Service(mode=Mode.ASK, users=("u-1", "mei"))
    service.has(2)
    service.has(1, "mei")
    async with inbox_of(service) as inbox:
        await inbox.burst("@", *"mei", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        await inbox.burst("/", *"zMe", "esc")
        await inbox.burst("c", *"see M", "enter")
        await inbox.until(lambda: inbox.row("Card 3").triage == "✎")
        assert (await inbox.row_now("Card 3")).triage.note == "see M"
        await inbox.burst("m", "n", "m", "y", "e")
        await inbox.until(lambda: inbox.row("Card 3").triage == "✓")
        assert inbox.row("Card 3").theirs == "◷"
        assert inbox.app.screen is inbox.screen
        assert (await inbox.row_now("Card 2")).mark is None


@pytest.mark.slow
async def test_the_word_typed_for_everything_goes_into_its_line() -> None:
    service = Service()
    live = service.add_profile("live", "production", Mode.ACT)
    service.has(2, environment="production")
    async with inbox_of(service, profile=live) as inbox:
        await inbox.press("m")
        await inbox.burst("M", "S", *"u-1")
        await inbox.asked("Type u-1 and press enter")
        await inbox.press("enter")
        await inbox.until(lambda: service.is_read("Card 1", "production"))


async def test_marking_goes_on_to_the_next_unread_where_that_is_set() -> None:
    service = Service(settings=Settings(ui=UiSettings(mark_goes_on=True)))
    service.has(2)
    service.has(1, is_read=True)
    service.has(2)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.burst("m", "m", "m")
        assert inbox.cursor() == "Card 1", "past the one that is read"
        await inbox.until(lambda: "3 pending" in inbox.top())
        await inbox.press("m")
        assert inbox.cursor() == "Card 1", "there is nothing to go on to"
        await inbox.press("z", "g", "x", "m")
        assert inbox.cursor() == "Card 4", "selecting has its own way of going on"


@pytest.mark.slow
async def test_in_a_profile_that_asks_the_cursor_goes_on_when_that_was_agreed_to() -> None:
    service = Service(mode=Mode.ASK, settings=Settings(ui=UiSettings(mark_goes_on=True)))
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("m")
        await inbox.asked("Mark")
        await inbox.press("n")
        assert inbox.cursor() == "Card 2"
        await inbox.press("m")
        await inbox.asked("Mark")
        await inbox.press("y")
        await inbox.until(lambda: inbox.cursor() == "Card 1")
