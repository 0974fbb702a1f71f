"""Stories about all actions at once: each can be reached in two ways, and where nothing may be written nothing is."""

from __future__ import annotations

import pytest

from neptune_inbox.config import Settings
from neptune_inbox.model import Filter, Mode
from neptune_inbox.tui.actions import ACTIONS
from neptune_inbox.tui.verbs import load_verbs
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

LEAVES = "quit"


def _a_service(mode: Mode = Mode.ACT) -> Service:
    service = Service(mode=mode, users=("u-1", "u-2"))
    service.use_settings(Settings(views={"codes": "event:otp_*"}, commands={"check": ("true",)}))
    service.world.create_user("staging", "u-1", {"name": "Rajiv Seelam"})
    service.has(3, body="Dear Rajiv", link="https://acme.example/1")
    service.has(2, "u-2", is_read=True)
    return service


async def _back_to_the_list(inbox: Inbox) -> None:
    """Close whatever an action opened, by escape alone."""
    for _ in range(6):
        if inbox.app.screen is inbox.screen:
            break
        await inbox.press("esc")
    assert inbox.app.screen is inbox.screen, f"escape does not lead back:\n{inbox.text()}"
    await inbox.press("esc")


def test_every_action_of_the_table_does_something() -> None:
    assert {action.id for action in ACTIONS} == set(load_verbs())


async def test_every_action_is_reached_by_its_keys_and_escape_leads_back() -> None:
    ran: list[str] = []
    service = _a_service()
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        screen = inbox.screen
        run = screen.action_run

        def noted(action_id: str) -> None:
            ran.append(action_id)
            run(action_id)

        screen.action_run = noted  # type: ignore[method-assign]
        for action in inbox.screen.actions:
            for key in action.keys:
                if action.id == LEAVES:
                    continue
                ran.clear()
                await inbox.press(key)
                assert ran[:1] == [action.id], f"{key} should be {action.id}"
                await inbox.settle()
                await _back_to_the_list(inbox)
        ran.clear()
        await inbox.press_last("q")
        await inbox.until(lambda: ran == [LEAVES])


async def test_every_action_is_reached_by_the_palette() -> None:
    service = _a_service()
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        for action in inbox.screen.actions:
            if action.id in (LEAVES, "palette"):
                continue
            chosen = await inbox.find_in_palette(action)
            assert chosen == f"action:{action.id}"
            await inbox.press("enter")
            await _back_to_the_list(inbox)
        quit_action = next(action for action in inbox.screen.actions if action.id == LEAVES)
        await inbox.find_in_palette(quit_action)
        await inbox.press_last("enter")
        await inbox.is_left()


async def test_observing_every_key_and_every_palette_entry_writes_nothing() -> None:
    service = _a_service(Mode.OBSERVE)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        for action in inbox.screen.actions:
            for key in action.keys:
                if action.id == LEAVES:
                    continue
                await inbox.press(key)
                # Whatever was opened is agreed to, by every key that could mean yes.
                for yes in ("enter", "y", "ctrl+s", "enter", "y", "S", "y"):
                    if inbox.app.screen is not inbox.screen:
                        await inbox.press(yes)
                await _back_to_the_list(inbox)
        for action in inbox.screen.actions:
            if action.id in (LEAVES, "palette"):
                continue
            await inbox.find_in_palette(action)
            await inbox.press("enter", "enter")
            await _back_to_the_list(inbox)
        for _ in range(3):
            await inbox.let_time_pass(60)
        assert service.writes == 0
        assert service.world.writes == []
        assert len(service.unread()) == 3


@pytest.mark.parametrize("seed", range(3))
async def test_observing_any_row_of_keys_writes_nothing(seed: int) -> None:
    from random import Random

    rng = Random(seed)
    service = _a_service(Mode.OBSERVE)
    keys = sorted({key for action in ACTIONS for key in action.keys if action.id != LEAVES} | {"S", "l", "t", "n"})
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        for _ in range(25):
            await inbox.burst(*rng.choices(keys, k=8))
            if rng.random() < 0.3:
                await inbox.let_time_pass(7)
        assert inbox.app.is_running
        assert service.writes == 0
