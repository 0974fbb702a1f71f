"""Stories of a server that takes a mark and does nothing: it is told as that, and never as read."""

from __future__ import annotations

import pytest

from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow


def is_told(inbox: Inbox) -> bool:
    row = inbox.row("Card 2")
    return row.theirs == "●" and "accepted, still unread there" in row


async def test_a_mark_without_effect_is_unread_on_the_screen_after_every_look() -> None:
    service = Service()
    service.has(2)
    service.faults.set("empty", method="POST")
    async with inbox_of(service) as inbox:
        await inbox.press("m", "$")
        await inbox.comes(lambda: is_told(inbox))
        for key in ("r", "R", "1"):
            await inbox.press(key)
            await inbox.comes(lambda: is_told(inbox))
            assert "read by us" not in inbox.row("Card 2")
        await inbox.press("O")
        await inbox.asked("1 accepted and still unread there")
        service.faults.clear()
        await inbox.press("t", "esc")
        await inbox.comes(lambda: service.is_read("Card 2"))
        await inbox.comes(lambda: "read by us" in inbox.row("Card 2"))


async def test_after_a_restart_it_says_the_same() -> None:
    service = Service()
    service.has(2)
    service.faults.set("empty", method="POST")
    async with inbox_of(service) as inbox:
        await inbox.press("m", "$")
        await inbox.comes(lambda: is_told(inbox))
    async with inbox_of(service) as inbox:
        await inbox.comes(lambda: is_told(inbox))
