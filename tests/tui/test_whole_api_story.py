"""The whole API by keys: an agent does in one sitting all that Neptune lets anybody do."""

from __future__ import annotations

import pytest

from tests.guards.api_table import TABLE
from tests.tui.driver import Inbox, inbox_of
from tests.tui.forms import EMAIL, fill, open_person, submit, with_rajiv

pytestmark = pytest.mark.slow


async def test_every_line_of_the_table_has_its_place() -> None:
    service = with_rajiv(EMAIL)
    service.has(2)
    async with inbox_of(service) as inbox:
        await _write_of_people(inbox)
        await inbox.press("E")
        await inbox.asked("Environment production")
        await inbox.press("esc", "@")
        await inbox.asked("Go to user")
        await inbox.type("u-1", "enter")
        await inbox.press("m", "$")
        await inbox.until(lambda: len(service.marked) == 1)
        await inbox.press("M")
        await inbox.asked("Everything of u-1 on the server")
        await inbox.press("S")
        await inbox.asked("It is sent at once")
        await inbox.press("y")
        await inbox.until(lambda: len(service.marked) == 2)
        await open_person(inbox)
        await inbox.press("D")
        await inbox.asked("Delete u-1?")
        await inbox.fill_sheet("u-1")
        await inbox.press("enter")
        await inbox.hears("u-1 was deleted.")
    asked = {route for route, times in service.faults.requests.items() if times}
    assert {line.route for line in TABLE} <= asked
    done = {(write.method, write.route) for write in service.sandbox_state.writes if write.status == 200}
    assert {line.route for line in TABLE if line.method != "GET"} == done
    assert [write.body["type"] for write in service.sandbox_state.writes if "/read" in write.route] == [
        "notification",
        "user",
    ]


async def _write_of_people(inbox: Inbox) -> None:
    """A contact info changed, deleted and added, meta changed, another user made, and an event sent to them."""
    await open_person(inbox)
    await inbox.press("e")
    await inbox.asked("Filterable and meta of email")
    await fill(inbox, filterable="home")
    await _agree(inbox, "+ filterable home", "Contact info changed.")
    await inbox.press("d")
    await inbox.asked("Delete this contact info of u-1?")
    await inbox.press("y")
    await inbox.asked("Contact info deleted.")
    await inbox.press("a")
    await inbox.asked("Add a contact info")
    await fill(inbox, value="a@b.example")
    await _agree(inbox, "+ value a@b.example", "Contact info added.")
    await inbox.press("m")
    await inbox.asked("Meta of u-1")
    await fill(inbox, meta='{"vip": true}')
    await _agree(inbox, '+ "vip": true', "Meta changed.")
    await inbox.press("n")
    await inbox.asked("New user")
    await fill(inbox, user_id="u-2", meta="{}")
    await _agree(inbox, "+ user_id u-2", "Created u-2.")
    await inbox.press("C")
    await inbox.asked("Send an event")
    await fill(inbox, event_type="welcome")
    await _agree(inbox, "Exactly this is sent", "It arrived at u-2")
    await inbox.press("esc", "esc")
    await inbox.until(lambda: not inbox.has_sheet)


async def _agree(inbox: Inbox, shown: str, then: str) -> None:
    await submit(inbox, shown)
    await inbox.press("y")
    await inbox.asked(then)
