"""Stories of the people screen: why a customer cannot be reached, and mending it in place."""

from __future__ import annotations

import pytest

from neptune_inbox.errors import NotFound
from neptune_inbox.model import JsonObject
from tests.builders import ENVIRONMENT
from tests.tui.driver import inbox_of
from tests.tui.forms import EMAIL, MOBILE, contacts_of, fill, open_person, submit, text_of, with_rajiv
from tests.tui.service import Service

pytestmark = pytest.mark.slow

USER_ROUTE = "/{environment}/users/{user_id}"
ODD_IDS = ("a/b c?d%", "ünï", "x" * 300)


async def test_an_agent_finds_out_why_mends_it_and_proves_it() -> None:
    service = with_rajiv(MOBILE)
    async with inbox_of(service) as inbox:
        await inbox.sees("no push token, no email")
        await open_person(inbox)
        assert "No push token, no email." in inbox.sheet()
        await inbox.press("a")
        await inbox.asked("Add a contact info of u-1")
        await fill(inbox, value="rajiv@lumenlabs.example")
        await submit(inbox, "+ value rajiv@lumenlabs.example")
        assert service.writes == 0, "the difference is shown before anything is written"
        await inbox.press("y")
        await inbox.asked("Contact info added.")
        await inbox.until(lambda: "No push token." in inbox.sheet())
        assert contacts_of(service)[-1] == ("email", "rajiv@lumenlabs.example")
        await inbox.press("C")
        await inbox.asked("Send an event")
        await fill(inbox, event_type="payment_failed", data='{"card": "4242"}')
        await submit(inbox, "Exactly this is sent")
        await inbox.press("y")
        await inbox.asked("It arrived at u-1 after 0.0 s.")
        await inbox.press("enter")
        await inbox.until(lambda: not inbox.has_sheet and inbox.cursor() not in ("", "Card 1"))
        arrived = inbox.screen.cursor_row
        assert arrived is not None
        await inbox.press("m", "$")
        await inbox.until(lambda: service.marked == [arrived.id] and "read by us" in inbox.text())
        await inbox.press("L")
        await inbox.asked("Journal of u-1")
        await inbox.press("y")
        for line in ("contact-add sent u-1", "event-send sent u-1", f"mark accepted u-1 {arrived.id}"):
            assert line in inbox.app.clipboard


async def test_what_is_missing_stands_beside_the_message_and_in_the_evidence() -> None:
    service = with_rajiv(EMAIL)
    async with inbox_of(service) as inbox:
        await inbox.sees("unread for 16 hours; no push token, no mobile number")
        assert "email ✓" in inbox.text()
        assert "push –" in inbox.text()
        await inbox.press("i")
        await inbox.asked("unread for 16 hours; no push token, no mobile number")
        assert "email rajiv@lumenlabs.example" in inbox.sheet()
        await inbox.press("y")
        assert "no push token" in inbox.app.clipboard
        assert service.writes == 0


async def test_the_age_in_the_preview_grows_with_the_one_in_the_list() -> None:
    service = with_rajiv(EMAIL)
    async with inbox_of(service, size=(140, 40)) as inbox:
        await inbox.sees("unread for 16 hours")
        assert " 16h " in inbox.row("Card 1")
        await inbox.let_time_pass(3_600)
        await inbox.until(lambda: " 17h " in inbox.row("Card 1"))
        await inbox.sees("unread for 17 hours")


async def test_whoever_the_cursor_rests_on_is_asked_about_once_an_hour() -> None:
    service = with_rajiv(EMAIL)
    service.has(1, "u-2")

    def asked() -> int:
        return service.faults.requests["GET", USER_ROUTE]

    async with inbox_of(service) as inbox:
        await inbox.run("user.next")
        await inbox.until(lambda: asked() >= 1)
        before = asked()
        for _ in range(5):
            await inbox.press("j", "k", "r")
            await inbox.let_time_pass(60)
        assert asked() == before
        await inbox.let_time_pass(3_600)
        for _ in range(2):
            await inbox.run("preview.toggle")
        await inbox.until(lambda: asked() == before + 1)


async def test_a_slow_answer_about_a_customer_keeps_nobody_waiting() -> None:
    service = with_rajiv(EMAIL)
    service.has(3)
    service.faults.set("hang", route=USER_ROUTE)
    async with inbox_of(service) as inbox:
        await inbox.press("j", "m")
        await inbox.until(lambda: inbox.row("Card 3").theirs == "◷")
        await inbox.press("P")
        await inbox.asked("Asking the server …")
        await inbox.press("a")
        assert "Asking the server …" in inbox.sheet()
        await inbox.press("esc")
        assert not inbox.has_sheet
        service.faults.clear()
        await inbox.sees("no push token, no mobile number")


async def test_a_user_whom_neptune_does_not_know_can_be_made() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.sees("Neptune knows no such user")
        await inbox.press("P")
        await inbox.asked("Neptune knows no user u-1")
        await inbox.press("n")
        await inbox.until(lambda: not inbox.has_sheet)
        await inbox.press("P")
        await inbox.asked("Create u-1")
        await inbox.press("y")
        await inbox.asked("New user")
        assert text_of(inbox, "user_id") == "u-1"
        await fill(inbox, meta='{"name": "Zoë"}')
        await submit(inbox, '+ "name": "Zoë"')
        await inbox.press("y")
        await inbox.asked("Created u-1.")
        assert service.sandbox_state.user(ENVIRONMENT, "u-1").meta == {"name": "Zoë"}


@pytest.mark.parametrize("user_id", ODD_IDS)
async def test_any_id_is_created_changed_and_deleted(user_id: str) -> None:
    service = with_rajiv()
    async with inbox_of(service, size=(80, 24)) as inbox:
        await open_person(inbox)
        await inbox.press("n")
        await inbox.asked("New user")
        await fill(inbox, user_id=user_id, meta="{}")
        await submit(inbox, "+ user_id")
        await inbox.press("y")
        await inbox.asked("Created")
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await fill(inbox, value="a@b.example", meta='{"work": true}')
        await submit(inbox, "write it")
        await inbox.press("y")
        await inbox.asked("Contact info added.")
        assert contacts_of(service, user_id) == [("email", "a@b.example")]
        await inbox.press("D")
        await inbox.asked("and press enter")
        await inbox.fill_sheet("something else")
        await inbox.press("enter")
        await inbox.asked("That does not match; nothing was done.")
        await inbox.fill_sheet(user_id)
        await inbox.press("enter")
        await inbox.hears("was deleted.")
        with pytest.raises(NotFound):
            service.sandbox_state.user(ENVIRONMENT, user_id)
        assert await inbox.session.people.known_user(user_id) is None


async def test_without_a_connection_the_last_known_is_shown_and_a_write_keeps_the_form() -> None:
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
        assert text_of(inbox, "value") == "+49 170 1234567"
        await inbox.press("esc")
        await inbox.comes(lambda: inbox.has_sheet and "This is what was last known." in inbox.problem())
        assert EMAIL.value in inbox.sheet()
        service.faults.clear()
        await inbox.press("a")
        await inbox.asked("The server has not said who this is; r asks again.")
        await inbox.press("r")
        await inbox.comes(lambda: inbox.problem() == "")


async def test_a_token_that_may_not_read_users_says_so() -> None:
    service = with_rajiv()
    service.faults.set("403", route=USER_ROUTE)
    service.faults.set("403", route="/{environment}/users")
    async with inbox_of(service) as inbox:
        await inbox.press("P")
        await inbox.asked("Neptune denied access to user u-1")
        await inbox.asked("Ask for access to this environment, or choose another with `E`.")


async def test_on_a_small_screen_the_sheet_begins_with_who_it_is() -> None:
    service = with_rajiv(EMAIL)
    meta: JsonObject = {"name": "Rajiv Seelam", **{f"field_{number}": "x" for number in range(12)}}
    service.sandbox_state.update_user(ENVIRONMENT, "u-1", meta)
    async with inbox_of(service, size=(60, 15)) as inbox:
        await open_person(inbox)
        await inbox.sees("field_1")
        shown = inbox.text()
        assert "u-1   Rajiv Seelam" in shown.splitlines()[0]
        assert EMAIL.value in shown
        assert "r reload" in shown


async def test_an_id_longer_than_the_screen_can_still_be_typed_out() -> None:
    service = with_rajiv()
    service.sandbox_state.create_user(ENVIRONMENT, ODD_IDS[2], {})
    async with inbox_of(service, size=(40, 12), user_id=ODD_IDS[2]) as inbox:
        await open_person(inbox)
        await inbox.press("D")
        await inbox.until(lambda: bool(inbox.app.screen.query("TypedDialog .sheet-input")))
        line = inbox.app.screen.query_one(".sheet-input")
        await inbox.until(lambda: inbox.app.screen.region.contains_region(line.region))
        await inbox.fill_sheet(ODD_IDS[2])
        await inbox.press("enter")
        await inbox.until(lambda: not inbox.has_sheet)
        assert [user.user_id for user in service.sandbox_state.users(ENVIRONMENT)] == ["u-1"]
