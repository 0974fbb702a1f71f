"""Stories of drafts: what was typed and not sent is there again, until it is sent or dropped."""

from __future__ import annotations

import pytest

from neptune_inbox.sync.habits import Habits
from tests.tui.driver import inbox_of
from tests.tui.forms import EMAIL, contacts_of, fill, open_person, submit, text_of, with_rajiv
from tests.tui.service import Service

pytestmark = pytest.mark.slow
KEPT = "Not sent; what you typed is there when you open it again."


def _service() -> Service:
    service = Service()
    service.has(2, event_type="payment_failed")
    return service


async def test_an_event_survives_esc_until_it_is_sent() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        await inbox.press("C")
        await inbox.asked("Send an event")
        await fill(inbox, event_type="refund", data='{"order": "A-77"}')
        message_id = text_of(inbox, "message_id")
        await inbox.press("esc")
        await inbox.hears(KEPT)
        await inbox.press("C")
        await inbox.asked("Your draft of ")
        assert "A-77" in text_of(inbox, "data")
        assert text_of(inbox, "message_id") == message_id, "sent twice by mistake, it is taken once"
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.asked("It arrived")
        await inbox.press("esc", "C")
        await inbox.asked("Send an event")
        assert "Your draft" not in inbox.sheet()
        assert text_of(inbox, "event_type") == ""


async def test_a_draft_that_was_refused_by_the_server_survives_and_can_be_dropped() -> None:
    service = with_rajiv(EMAIL)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await fill(inbox, type="mobile_number", value="+49 170 1234567")
        service.faults.set("offline")
        await submit(inbox, "write it")
        await inbox.press("y")
        await inbox.comes(lambda: inbox.has_sheet and "No connection could be made to" in inbox.problem())
        await inbox.press("esc")
        service.faults.clear()
        await inbox.comes(lambda: "r reload" in inbox.sheet())
        await inbox.press("r")
        await inbox.comes(lambda: inbox.problem() == "" and "Asking" not in inbox.sheet())
        await inbox.press("a")
        await inbox.asked("Your draft of ")
        assert text_of(inbox, "value") == "+49 170 1234567"
        assert "ctrl+r drop the draft" in inbox.sheet()
        await inbox.press("ctrl+r")
        await inbox.until(lambda: text_of(inbox, "value") == "")
        assert "ctrl+r" not in inbox.sheet(), "there is none any more"
        await inbox.press("esc")
        await inbox.until(lambda: "r reload" in inbox.sheet())
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        assert "Your draft" not in inbox.sheet()
        assert contacts_of(service) == [("email", EMAIL.value)]


async def test_a_note_survives_esc_and_is_the_note_of_its_row_alone() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        await inbox.press("c")
        await inbox.asked("Note on")
        await inbox.type("calls back at nine", "esc")
        await inbox.hears(KEPT)
        await inbox.press("j", "c")
        await inbox.asked("Note on")
        assert "calls back" not in inbox.sheet()
        await inbox.press("esc", "k", "c")
        await inbox.asked("calls back at nine")
        assert "Your draft of " in inbox.sheet()
        await inbox.press("enter")
        await inbox.until(lambda: "note: calls back at nine" in inbox.preview())
        await inbox.press("c")
        await inbox.asked("Note on")
        assert "Your draft of " not in inbox.sheet()


async def test_a_token_in_a_form_is_never_kept() -> None:
    service = _service()
    async with inbox_of(service) as inbox:
        token = service.new_token().reveal()
        await inbox.press("C")
        await inbox.asked("Send an event")
        await fill(inbox, event_type="refund", data=f'{{"key": "{token}"}}')
        await inbox.press("esc")
        await inbox.hears("something in it looks like an API token")
        habits: Habits = inbox.session.habits
        assert await habits.draft("event u-1 ") is None
