"""Stories of leaving: what is still held is asked about, and each answer does what it says."""

from __future__ import annotations

import pytest

from neptune_inbox.model import MarkState
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow


async def _leave(inbox: Inbox, answer: str) -> None:
    await inbox.press("m", "j", "m", "q")
    await inbox.asked("2 marks are not sent yet")
    await inbox.press_last(answer)
    await inbox.is_left()


async def test_leaving_with_nothing_held_just_leaves() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.press_last("q")
        await inbox.is_left()
    assert inbox.app.return_value == 0


async def test_send_now_sends_before_it_leaves() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await _leave(inbox, "s")
    assert service.unread() == ["Card 1"]


async def test_keep_leaves_them_for_the_next_start() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await _leave(inbox, "k")
    assert service.writes == 0
    async with inbox_of(service) as inbox:
        await inbox.comes(lambda: service.unread() == ["Card 1"])


async def test_drop_leaves_them_unread_for_ever() -> None:
    service = Service()
    service.has(3)
    async with inbox_of(service) as inbox:
        await _leave(inbox, "d")
    async with inbox_of(service) as inbox:
        await inbox.let_time_pass(60)
        await inbox.poll()
        assert "pending" not in inbox.top()
    assert service.writes == 0
    assert len(service.unread()) == 3


async def test_dropping_what_waits_leaves_what_was_refused_in_the_outbox() -> None:
    service = Service()
    service.has(2)
    fault = service.faults.set("404", method="POST")
    async with inbox_of(service) as inbox:
        await inbox.press("m", "$")
        await inbox.until(lambda: "1 refused" in inbox.top())
        service.faults.lift(fault)
        await inbox.press("j", "m", "q")
        await inbox.asked("1 mark is not sent yet")
        tenant = inbox.session.tenant
        await inbox.press_last("d")
        await inbox.is_left()
    states = {mark.state for mark in service.stores.of(tenant).outbox.marks()}
    assert states == {MarkState.FAILED}


async def test_what_is_under_way_is_not_dropped_and_that_is_said() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        service.faults.set("hang", method="POST")
        await inbox.press("m", "$")
        await inbox.until(lambda: "sending" in inbox.text())
        await inbox.press("j", "m", "q")
        await inbox.asked("1 mark is not sent yet, 1 mark was tried, outcome unknown")
        await inbox.asked("1 is under way and stays in the outbox.")
        await inbox.press_last("d")
        await inbox.is_left()
        words = "Dropped 1 mark; still unread for the customer. 1 is under way and stays in the outbox."
        assert inbox.app._exit_renderables == [words]
        service.faults.clear()


async def test_staying_leaves_everything_as_it_is() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "q")
        await inbox.asked("1 mark is not sent yet")
        await inbox.press("esc")
        assert inbox.row("Card 2").theirs == "◷"
        assert inbox.app.is_running


async def test_sending_without_a_network_keeps_them() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service) as inbox:
        service.faults.set("offline")
        await inbox.press("m", "q")
        await inbox.asked("1 mark is not sent yet")
        await inbox.press_last("s")
        await inbox.is_left(ticking=True)
    service.faults.clear()
    async with inbox_of(service) as inbox:
        await inbox.comes(lambda: service.unread() == ["Card 1"])


async def test_the_way_out_that_the_toolkit_adds_asks_too() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "ctrl+q")
        await inbox.asked("1 mark is not sent yet")
        await inbox.press("esc", "ctrl+c")
        assert inbox.app.is_running


async def test_the_list_is_there_at_the_next_start_without_a_network() -> None:
    service = Service()
    service.has(40)
    async with inbox_of(service) as inbox:
        await inbox.press("j")
    service.faults.set("offline")
    async with inbox_of(service, is_filled=False) as inbox:
        await inbox.until(lambda: inbox.titles()[:2] == ["Card 40", "Card 39"])
        await inbox.press("m")
        await inbox.until(lambda: inbox.row("Card 40").theirs == "◷")
        service.faults.clear()
        await inbox.comes(lambda: service.is_read("Card 40"))
