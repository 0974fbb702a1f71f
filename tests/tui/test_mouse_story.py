"""Stories of the mouse: everything that can be clicked does what its key does, and nothing is marked by pointing."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import OptionList

from neptune_inbox.config import Settings
from neptune_inbox.presentation.action_table import Action
from neptune_inbox.presentation.keymap import shown_keys
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow


async def test_pointing_moves_opens_and_selects_and_marks_nothing() -> None:
    service = Service()
    service.has(5)
    async with inbox_of(service) as inbox:
        await inbox.click("Card 3")
        assert inbox.cursor() == "Card 3"
        y = next(y for y, line in enumerate(inbox.lines()) if "Card 2" in line)
        await inbox.pilot.click(offset=(2, y))
        await inbox.settle()
        assert inbox.row("Card 2").is_selected
        assert inbox.cursor() == "Card 3"
        await inbox.click("1 selected")
        assert not inbox.row("Card 2").is_selected
        await inbox.press("p")
        await inbox.click("Card 1", times=2)
        await inbox.until(lambda: inbox.preview().startswith("Card 1"))
        await inbox.let_time_pass(60)
        assert service.writes == 0


async def test_filters_users_banner_and_hints_can_be_clicked() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(2)
    service.has(1, "u-2", is_read=True)
    async with inbox_of(service) as inbox:
        await inbox.click("All 3")
        await inbox.until(lambda: len(inbox.titles()) == 3)
        await inbox.click("u-2                0")
        await inbox.until(lambda: inbox.titles() == ["Card 3"])
        await inbox.click("Everyone")
        await inbox.until(lambda: len(inbox.titles()) == 3)
        service.has(1)
        await inbox.poll()
        await inbox.sees("1 new")
        await inbox.click("1 new")
        await inbox.until(lambda: len(inbox.titles()) == 4)
        await inbox.click("Card 1")
        await inbox.click("mark read")
        await inbox.until(lambda: "1 pending" in inbox.top())
        await inbox.click("1 pending")
        await inbox.asked("Outbox: 1 waiting")
        await inbox.press("esc")
        await inbox.click("staging · acme")
        await inbox.asked("Profiles")


async def test_the_wheel_scrolls_and_the_cursor_stays() -> None:
    service = Service()
    service.has(60)
    async with inbox_of(service, size=(120, 24)) as inbox:
        await inbox.press("j")
        widget = inbox.screen.rows
        for _ in range(3):
            widget.post_message(events.MouseScrollDown(widget, 5, 5, 0, 0, 0, False, False, False, 5, 5))
        await inbox.until(lambda: "Card 59" not in inbox.titles())
        assert inbox.cursor() == "Card 59"
        await inbox.press("j")
        assert inbox.cursor() == "Card 58"
        assert "Card 58" in inbox.titles(), "the first key brings the cursor back into sight"


async def _choose_in_help(inbox: Inbox, action: Action) -> None:
    """Open the help, turn the wheel until the action is in sight, and click it."""
    await inbox.click("help")
    await inbox.asked("Help")
    options = inbox.app.screen.query_one(OptionList)
    words = f" {shown_keys(action):<16}{action.label}"
    for _ in range(60):
        if words in inbox.text():
            break
        for _ in range(3):
            options.post_message(events.MouseScrollDown(options, 5, 5, 0, 0, 0, False, False, False, 5, 5))
        await inbox.settle()
    await inbox.click(words)


async def test_every_action_is_reached_by_the_mouse_alone_and_a_click_beside_leads_back() -> None:
    ran: list[str] = []
    service = Service(users=("u-1", "u-2"))
    service.use_settings(Settings(views={"codes": "event:otp_*"}, commands={"check": ("true",)}))
    service.sandbox_state.create_user("staging", "u-1", {"name": "Rajiv Seelam"})
    service.has(3, link="https://acme.example/1")
    async with inbox_of(service) as inbox:
        screen = inbox.screen
        act = screen.run_verb

        async def noted(action_id: str) -> None:
            ran.append(action_id)
            await act(action_id)

        screen.run_verb = noted  # type: ignore[method-assign]
        for action in screen.actions:
            if action.id in ("quit", "help"):
                continue
            ran.clear()
            await _choose_in_help(inbox, action)
            await inbox.until(lambda wanted=action.id: ran == [wanted])  # type: ignore[misc]
            for _ in range(3):
                await inbox.settle()
                if inbox.has_sheet:
                    await inbox.pilot.click(offset=(1, 1))
            await inbox.until(lambda: not inbox.has_sheet)
            if inbox.screen.has_class("searching") or inbox.screen.main_view.is_searching:
                await inbox.press("esc")


async def test_the_keys_at_the_foot_of_a_sheet_can_be_clicked() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.press("i")
        await inbox.asked("Evidence")
        await inbox.click("Y copy as JSON")
        await inbox.asked("copied as JSON")
        assert inbox.app.clipboard.startswith("{")
        await inbox.click("esc back")
        assert not inbox.has_sheet
        await inbox.resize(60, 15)
        await inbox.press("?")
        await inbox.asked("Help")
        await inbox.click("esc back")
        assert not inbox.has_sheet
        await inbox.press("b")
        await inbox.asked("Snooze")
        await inbox.click("1 hour")
        await inbox.hears("Snoozed until")


async def test_choices_of_a_sheet_can_be_clicked() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("M")
        await inbox.asked("Mark the 3 notifications of this list read")
        await inbox.click("Leave it")
        assert not inbox.has_sheet
        assert service.writes == 0
        await inbox.press("M")
        await inbox.asked()
        await inbox.click("Mark the 3 notifications of this list read")
        await inbox.until(lambda: "3 pending" in inbox.top())
