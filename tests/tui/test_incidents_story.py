"""Stories of incidents: one line for what came to many, which holds still and acts on exactly what it lists."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Mode
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

USERS = ("u-1", "u-2", "u-3", "u-4")


def outage(mode: Mode = Mode.ACT) -> Service:
    """A welcome, then a card declined for four customers within three minutes, then something else."""
    service = Service(users=USERS, mode=mode)
    service.has(1, "u-1", event_type="welcome")
    for user in USERS:
        service.has(1, user)
    service.has(1, "u-2", event_type="invoice")
    return service


FAILED = [f"Card {number}" for number in range(2, 6)]


async def folded(inbox: Inbox) -> None:
    await inbox.until(lambda: len(inbox.titles()) == 6)
    await inbox.press("B")
    await inbox.until(lambda: len(inbox.rows()) == 3)


@pytest.mark.slow
async def test_what_came_to_many_is_one_line_and_unfolds_again() -> None:
    service = outage()
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: len(inbox.titles()) == 6)
        await inbox.press("j", "B")
        await inbox.hears("1 incident among the 4 watched customers, one line each; B unfolds.")
        line = inbox.row("payment_failed")
        assert "4 customers in 3 min · since " in line
        assert line.theirs == "●"
        assert "folded" in inbox.bar()
        await inbox.press("B")
        await inbox.until(lambda: len(inbox.titles()) == 6)
        assert inbox.cursor() == "Card 5", "the cursor is on the newest member, which it was on"


@pytest.mark.slow
async def test_opened_it_shows_its_members_and_esc_leads_back() -> None:
    service = outage()
    async with inbox_of(service) as inbox:
        await folded(inbox)
        await inbox.press("j", "enter")
        await inbox.until(lambda: inbox.titles() == FAILED[::-1])
        assert "one incident" in inbox.bar()
        await inbox.press("m")
        await inbox.until(lambda: inbox.row("Card 5").theirs == "◷")
        assert not inbox.has_sheet, "one of the members is one notification"
        await inbox.press("esc")
        await inbox.until(lambda: len(inbox.rows()) == 3)
        assert "1 under way" in inbox.row("payment_failed")


@pytest.mark.slow
async def test_a_mark_counts_first_and_posts_exactly_the_members() -> None:
    service = outage()
    async with inbox_of(service) as inbox:
        await folded(inbox)
        await inbox.press("j", "m")
        await inbox.asked("Mark read: 4 notifications of 4 customers, 4 of them unread")
        await inbox.press("n")
        await inbox.until(lambda: not inbox.has_sheet)
        assert inbox.row("payment_failed").theirs == "●"
        await inbox.press("m")
        await inbox.asked("Mark read: 4 notifications")
        await inbox.press("y")
        await inbox.until(lambda: "4 under way" in inbox.row("payment_failed"))
        await inbox.let_time_pass(6)
        await inbox.until(lambda: len(service.marked) == 4)
        assert sorted(service.marked) == sorted(service.id_of(title) for title in FAILED)
        await inbox.poll()
        await inbox.until(lambda: "4 read · 4 by us" in inbox.row("payment_failed"))
        assert inbox.row("payment_failed").theirs == "○"


@pytest.mark.slow
async def test_new_members_wait_behind_the_banner() -> None:
    service = outage()
    async with inbox_of(service) as inbox:
        await folded(inbox)
        await inbox.press("j")
        service.has(1, "u-1")
        await inbox.poll()
        await inbox.until(lambda: "1 new" in inbox.bar())
        before = inbox.row("payment_failed")
        await inbox.press("m")
        await inbox.asked("Mark read: 4 notifications of 4 customers")
        await inbox.press("n")
        assert "4 customers in 3 min" in before


@pytest.mark.slow
async def test_new_members_of_an_opened_incident_wait_behind_the_banner_until_r() -> None:
    service = outage()
    async with inbox_of(service) as inbox:
        await folded(inbox)
        await inbox.press("j", "enter")
        await inbox.until(lambda: inbox.titles() == FAILED[::-1])
        await inbox.press("j")
        service.has(1, "u-1", near="Card 5")
        service.has(1, "u-3", event_type="welcome")
        await inbox.poll()
        await inbox.until(lambda: "1 new" in inbox.bar())
        assert inbox.titles() == FAILED[::-1], "who reads is not disturbed"
        assert inbox.cursor() == "Card 4"
        await inbox.press("r")
        await inbox.until(lambda: inbox.titles() == ["Card 7", *FAILED[::-1]])
        assert inbox.cursor() == "Card 4"
        await inbox.press("esc")
        await inbox.until(lambda: "4 customers in" in inbox.row("payment_failed"))


@pytest.mark.slow
async def test_every_verb_on_rows_counts_first() -> None:
    service = outage()
    async with inbox_of(service) as inbox:
        await folded(inbox)
        await inbox.press("j")
        for key, label in (("e", "Done"), ("s", "Star"), ("c", "Note"), ("b", "Snooze"), ("y", "Copy id")):
            await inbox.press(key)
            await inbox.asked(f"{label}: 4 notifications of 4 customers")
            await inbox.press("n")
            await inbox.until(lambda: not inbox.has_sheet)
        await inbox.press("s")
        await inbox.asked("Star: 4 notifications")
        await inbox.press("y")
        await inbox.press("B")
        await inbox.until(lambda: len(inbox.titles()) == 6)
        assert [row.triage for row in inbox.rows()] == [" ", "★", "★", "★", "★", " "]


@pytest.mark.slow
async def test_a_selected_line_selects_its_members() -> None:
    service = outage()
    async with inbox_of(service) as inbox:
        await folded(inbox)
        await inbox.press("x", "x")
        await inbox.until(lambda: "5 selected of 4 users" in inbox.status())
        await inbox.press("m")
        await inbox.asked("Mark read: 5 notifications of 4 customers")
        await inbox.press("n", "k", "x")
        assert "1 selected" in inbox.status()


@pytest.mark.slow
async def test_what_is_about_one_notification_says_that_this_line_is_none() -> None:
    service = outage()
    async with inbox_of(service) as inbox:
        await folded(inbox)
        await inbox.press("j", "i")
        await inbox.hears("There is no notification under the cursor.")
        await inbox.press("H")
        await inbox.hears("Go to a user first: @")


async def test_all_of_a_folded_list_are_all_notifications() -> None:
    service = outage()
    async with inbox_of(service) as inbox:
        await folded(inbox)
        await inbox.press("M")
        await inbox.asked("Mark all read: 6 unread notifications")
