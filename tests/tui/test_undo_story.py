"""Stories of one undo: it takes back the last act, whichever plane it was on, and says which."""

from __future__ import annotations

import pytest

from tests.tui.driver import inbox_of
from tests.tui.service import Service


@pytest.mark.slow
async def test_undo_takes_back_the_last_act_and_then_the_one_before() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "j", "e", "z")
        await inbox.hears("No longer done: “Card 2” of u-1.")
        assert inbox.row("Card 2").triage == " "
        await inbox.until(lambda: "1 pending" in inbox.top())
        await inbox.press("z")
        await inbox.hears("Taken back: “Card 3” of u-1")
        await inbox.until(lambda: "pending" not in inbox.top())
        await inbox.press("z")
        await inbox.hears("There is nothing to take back.")
        await inbox.let_time_pass(60)
        assert service.writes == 0


@pytest.mark.slow
async def test_what_was_sent_is_skipped_with_a_word() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("s", "m", "$")
        await inbox.until(lambda: service.marked_titles == ["Card 3"])
        await inbox.until(lambda: "pending" not in inbox.top())
        await inbox.press("z")
        await inbox.hears(
            "What you marked last was sent already. Instead: no longer starred: “Card 3” of u-1."
            " Sent: “Card 3” of u-1."
        )
        assert inbox.row("Card 3").triage == " "


@pytest.mark.slow
async def test_on_a_narrow_screen_it_is_still_said_that_the_mark_was_sent_and_what_was_done_in_its_place() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service, size=(60, 24)) as inbox:
        await inbox.press("s", "j", "m", "$")
        await inbox.until(lambda: service.marked_titles == ["Card 2"])
        await inbox.until(lambda: "pending" not in inbox.top())
        await inbox.press("z")
        await inbox.hears("What you marked last was sent already. ")


async def test_what_was_taken_away_is_there_again() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("s", "s")
        await inbox.hears("Star removed")
        await inbox.press("z")
        await inbox.hears("Starred again: “Card 2” of u-1.")
        await inbox.press("e", "k", "U")
        await inbox.hears("Back in my queue: “Card 2” of u-1.")
        await inbox.press("z")
        await inbox.hears("Out of my queue again: “Card 2” of u-1.")
        assert inbox.row("Card 2").triage == "✓"


@pytest.mark.slow
async def test_each_triage_is_put_back_as_it_was() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("c")
        await inbox.asked("Note on")
        await inbox.type("call back", "enter")
        await inbox.until(lambda: inbox.row("Card 2").triage == "✎")
        await inbox.press("b")
        await inbox.asked("Snooze")
        await inbox.press("h")
        await inbox.hears("Snoozed until")
        await inbox.press("s", "z")
        await inbox.hears("No longer starred")
        await inbox.press("z")
        await inbox.hears("No longer snoozed: “Card 2” of u-1.")
        row = await inbox.row_now("Card 2")
        assert row.triage.snoozed_until is None
        assert row.triage.note == "call back"
        await inbox.press("z")
        await inbox.hears("No longer noted: “Card 2” of u-1.")
        assert (await inbox.row_now("Card 2")).triage.note == ""
        assert service.writes == 0


async def test_watching_is_taken_back_too() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(1, "u-1")
    service.has(1, "u-2")
    async with inbox_of(service) as inbox:
        await inbox.press("J", "w")
        await inbox.hears("No longer watching u-1")
        await inbox.press("z")
        await inbox.hears("Watching u-1 again.")
        await inbox.until(lambda: "u-1" in inbox.sidebar())
        assert set(await inbox.session.inbox.watched()) == {"u-1", "u-2"}


async def test_a_user_who_is_watched_again_by_undo_is_where_they_were() -> None:
    service = Service(users=("u-1", "u-2", "u-3"))
    service.has(1, "u-2")
    async with inbox_of(service) as inbox:
        await inbox.choose("Card 1")
        await inbox.press("w")
        await inbox.hears("No longer watching u-2")
        await inbox.press("z")
        await inbox.hears("Watching u-2 again.")
        assert await inbox.session.inbox.watched() == ["u-1", "u-2", "u-3"]
        await inbox.until(lambda: [user.user_id for user in inbox.screen.sidebar.facts.users][2] == "u-2")
