"""A shift as an agent works it, counted: from one customer to the next in at most fourteen key presses."""

from __future__ import annotations

import pytest

from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow

MOST = 14


class Hands:
    """Press keys and count every one of them, each letter of what is typed too."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.pressed: list[str] = []

    async def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed.append(key)
            await self.inbox.press(key)

    async def read(self, title: str) -> None:
        """See the text of a notification; it stands beside the list, so that this costs no key."""
        await self.inbox.until(lambda: self.inbox.preview().startswith(f"{title}\n"))
        assert f"What happened to {title}." in self.inbox.preview()


async def test_a_customer_is_found_read_marked_snoozed_noted_and_left_in_fourteen_keys() -> None:
    service = Service(users=("u-1", "u-2", "u-7"))
    service.sandbox_state.create_user("staging", "u-7", {"name": "Mei Chen"})
    for user in ("u-1", "u-2", "u-2", "u-7", "u-7", "u-7", "u-7", "u-1"):
        service.has(1, user, body=f"What happened to Card {len(service.titles) + 1}.")
    async with inbox_of(service) as inbox:
        hands = Hands(inbox)
        await hands.press("@")
        await inbox.asked("Mei Chen")
        await hands.press("m", "e", "enter")
        await inbox.until(lambda: inbox.titles() == ["Card 7", "Card 6", "Card 5", "Card 4"])
        await hands.read("Card 7")
        await hands.press("x")
        await hands.read("Card 6")
        await hands.press("x")
        await hands.read("Card 5")
        await hands.press("m", "b", "enter")
        await inbox.hears("Snoozed until Wed 04 Nov")
        await hands.press("c", "o", "k", "enter")
        await inbox.hears("Note kept")
        await hands.press("J")
        await inbox.until(lambda: "of u-1" in inbox.bar() or "▸Everyone" in inbox.sidebar())
        print(f"{len(hands.pressed)} key presses: {' '.join(hands.pressed)}")
        assert len(hands.pressed) <= MOST
        row = await inbox.row_now("Card 5")
        assert (row.triage.note, row.triage.snoozed_until is not None) == ("ok", True)
        await inbox.let_time_pass(6)
        await inbox.comes(lambda: len(service.marked_titles) == 2)
        assert sorted(service.marked_titles) == ["Card 6", "Card 7"]
