"""How many keys the usual tasks take, counted on the real app; words that are typed are counted apart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from neptune_inbox.config import Settings, UiSettings
from neptune_inbox.model import Filter
from tests.builders import ENVIRONMENT
from tests.tui.driver import Inbox, inbox_of
from tests.tui.forms import EMAIL, contacts_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow


class Hands:
    """Presses keys and counts them; a text is what only the agent knows, such as a name."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.keys = 0

    async def press(self, *keys: str) -> None:
        self.keys += len(keys)
        await self.inbox.press(*keys)

    async def text(self, words: str) -> None:
        await self.inbox.type(words)


def office() -> Service:
    service = Service(users=("u-1", "u-2"), settings=Settings(ui=UiSettings(mark_goes_on=True)))
    service.sandbox_state.create_user(ENVIRONMENT, "u-1", {"name": "Rajiv Seelam"})
    service.sandbox_state.add_contact(ENVIRONMENT, "u-1", EMAIL)
    service.sandbox_state.create_user(ENVIRONMENT, "u-2", {"name": "Ada Lovelace"})
    service.has(2, is_read=True)
    service.has(3)
    service.has(1, event_type="welcome")
    return service


async def _mark_and_go_on(hands: Hands) -> None:
    await hands.press("m")
    await hands.inbox.until(lambda: hands.inbox.row("Card 6").theirs == "◷" and hands.inbox.cursor() == "Card 5")


async def _done_and_go_on(hands: Hands) -> None:
    await hands.press("e")
    await hands.inbox.until(lambda: hands.inbox.row("Card 6").triage == "✓" and hands.inbox.cursor() == "Card 5")


async def _snooze_to_tomorrow(hands: Hands) -> None:
    await hands.press("b", "t")
    await hands.inbox.hears("Snoozed until Thu 05 Nov, 09:00")


async def _undo(hands: Hands) -> None:
    await hands.inbox.press("s")
    await hands.inbox.until(lambda: hands.inbox.row("Card 6").triage == "★")
    await hands.press("z")
    await hands.inbox.until(lambda: hands.inbox.row("Card 6").triage == " ")


async def _payments_of_a_customer(hands: Hands) -> None:
    await hands.press("H")
    await hands.inbox.until(lambda: "of u-1" in hands.inbox.bar())
    await hands.press("/")
    await hands.text("payment")
    await hands.press("space", *"since:7d", "enter")
    await hands.inbox.until(lambda: hands.inbox.titles() == [f"Card {number}" for number in (5, 4, 3, 2, 1)])


async def _change_an_email(hands: Hands) -> None:
    await hands.press("P")
    await hands.inbox.asked(EMAIL.value)
    await hands.inbox.until(lambda: "Asking" not in hands.inbox.text())
    await hands.press("enter")
    await hands.inbox.asked("Change email")
    await hands.inbox.fill_sheet("new@b.example")
    await hands.press("enter")
    await hands.inbox.asked("Changed to new@b.example")
    assert contacts_of(hands.inbox.service) == [("email", "new@b.example")]


async def _did_they_get_it(hands: Hands) -> None:
    await hands.press("i")
    await hands.inbox.asked("Evidence")


async def _copy_the_evidence(hands: Hands) -> None:
    await hands.press("i")
    await hands.inbox.asked("Evidence")
    await hands.press("y")
    assert "Card 6" in hands.inbox.app.clipboard


async def _star(hands: Hands) -> None:
    await hands.press("s")
    await hands.inbox.until(lambda: hands.inbox.row("Card 6").triage == "★")


async def _note(hands: Hands) -> None:
    await hands.press("c")
    await hands.inbox.asked("Note on")
    await hands.text("called")
    await hands.press("enter")
    await hands.inbox.hears("Note kept")


async def _mark_all(hands: Hands) -> None:
    await hands.press("M")
    await hands.inbox.asked("Mark the 4 notifications of this list read")
    await hands.press("enter")
    await hands.inbox.until(lambda: "4 pending" in hands.inbox.top())


async def _mark_three(hands: Hands) -> None:
    await hands.press("x", "x", "x", "m")
    await hands.inbox.until(lambda: "3 pending" in hands.inbox.top())


async def _whole_history(hands: Hands) -> None:
    await hands.press("H")
    await hands.inbox.until(lambda: len(hands.inbox.titles()) == 6 and hands.inbox.cursor() == "Card 6")


async def _back_to_the_last_customer(hands: Hands) -> None:
    await hands.inbox.press("H")
    await hands.inbox.until(lambda: "of u-1" in hands.inbox.bar())
    await hands.inbox.press("J")
    await hands.inbox.until(lambda: "of u-2" in hands.inbox.bar())
    await hands.press("@")
    await hands.inbox.asked("recent")
    await hands.press("enter")
    await hands.inbox.until(lambda: "of u-1" in hands.inbox.bar())


TASKS: tuple[tuple[Callable[[Hands], Awaitable[None]], int], ...] = (
    (_mark_and_go_on, 1),
    (_done_and_go_on, 1),
    (_snooze_to_tomorrow, 2),
    (_undo, 1),
    (_payments_of_a_customer, 12),
    (_change_an_email, 3),
    (_did_they_get_it, 1),
    (_copy_the_evidence, 2),
    (_star, 1),
    (_note, 2),
    (_mark_all, 2),
    (_mark_three, 4),
    (_whole_history, 1),
    (_back_to_the_last_customer, 2),
)


@pytest.mark.parametrize(("task", "most"), TASKS, ids=[task.__name__.strip("_") for task, _ in TASKS])
async def test_a_usual_task_takes_no_more_keys_than_this(task: Callable[[Hands], Awaitable[None]], most: int) -> None:
    async with inbox_of(office(), kind=Filter.UNREAD) as inbox:
        await inbox.until(lambda: inbox.cursor() == "Card 6")
        hands = Hands(inbox)
        await task(hands)
        assert hands.keys <= most
