"""Stories of the people screen: why a customer cannot be reached, and mending it in place."""

from __future__ import annotations

import pytest

from neptune_inbox.errors import NotFound
from neptune_inbox.model import Mode
from neptune_inbox.sandbox.faults import ANSWERS, Kind
from neptune_inbox.sandbox.records import ContactRecord
from tests.builders import ENVIRONMENT
from tests.tui.driver import inbox_of
from tests.tui.forms import fill, open_person, remark, submit, text_of
from tests.tui.service import Service

USER_ROUTE = "/{environment}/users/{user_id}"
ODD_IDS = ("a/b c?d%", "ünï", "x" * 300)
MOBILE = ContactRecord("mobile_number", "+919900112233", "", {})
EMAIL = ContactRecord("email", "rajiv@lumenlabs.example", "", {})


def _with_rajiv(*contacts: ContactRecord, mode: Mode = Mode.ACT) -> Service:
    service = Service(mode=mode)
    service.world.create_user(ENVIRONMENT, "u-1", {"name": "Rajiv Seelam"})
    for contact in contacts:
        service.world.add_contact(ENVIRONMENT, "u-1", contact)
    service.has(1)
    return service


def _contacts(service: Service, user_id: str = "u-1") -> list[tuple[str, str]]:
    return [(contact.type, contact.value) for contact in service.world.user(ENVIRONMENT, user_id).contacts]


async def test_an_agent_finds_out_why_mends_it_and_proves_it() -> None:
    service = _with_rajiv(MOBILE)
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
        assert _contacts(service)[-1] == ("email", "rajiv@lumenlabs.example")
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
        await inbox.until(lambda: service.marked == [arrived.id])
        await inbox.press("L")
        await inbox.asked("Journal of u-1")
        await inbox.press("y")
        for line in ("contact-add sent u-1", "event-send sent u-1", f"mark sent u-1 {arrived.id}"):
            assert line in inbox.app.clipboard


async def test_what_is_missing_stands_beside_the_message_and_in_the_evidence() -> None:
    service = _with_rajiv(EMAIL)
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


async def test_whoever_the_cursor_rests_on_is_asked_about_once_an_hour() -> None:
    service = _with_rajiv(EMAIL)
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
        await inbox.press("g")
        await inbox.until(lambda: asked() == before + 1)


async def test_a_slow_answer_about_a_customer_keeps_nobody_waiting() -> None:
    service = _with_rajiv(EMAIL)
    service.has(3)
    service.faults.set("hang", route=USER_ROUTE)
    async with inbox_of(service) as inbox:
        await inbox.press("j", "m")
        assert inbox.row("Card 3").theirs == "◷"
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
        assert service.world.user(ENVIRONMENT, "u-1").meta == {"name": "Zoë"}


@pytest.mark.parametrize("user_id", ODD_IDS)
async def test_any_id_is_created_changed_and_deleted(user_id: str) -> None:
    service = _with_rajiv()
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
        assert _contacts(service, user_id) == [("email", "a@b.example")]
        await inbox.press("X")
        await inbox.asked("and press enter")
        await inbox.fill_sheet("something else")
        await inbox.press("enter")
        await inbox.asked("That is something else; nothing was done.")
        await inbox.fill_sheet(user_id)
        await inbox.press("enter")
        await inbox.hears("was deleted.")
        with pytest.raises(NotFound):
            service.world.user(ENVIRONMENT, user_id)
        assert await inbox.session.people.known_user(user_id) is None


async def test_what_the_server_refuses_stands_beside_its_field_and_nothing_typed_is_lost() -> None:
    service = _with_rajiv()
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await fill(inbox, type="pigeon", value="coop 7", filterable="roof", meta='{"floor": 3}')
        assert "`pigeon` is none of" in remark(inbox, "value")
        await submit(inbox, "`pigeon` is none of email, mobile_number, firebase_token.")
        await inbox.press("y")
        await inbox.asked("The selected type is invalid.")
        assert remark(inbox, "type") == "The selected type is invalid."
        assert (text_of(inbox, "filterable"), text_of(inbox, "meta")) == ("roof", '{"floor": 3}')
        assert inbox.app.focused is not None
        assert inbox.app.focused.id == "field-type", "the cursor is where something is wrong"
        await fill(inbox, type="email")
        assert remark(inbox, "type") == "", "what was said about it is over"
        await submit(inbox, "This does not look like an email address.")
        await inbox.press("y")
        await inbox.until(lambda: "valid email address" in inbox.text())
        assert "must be a valid email address" in remark(inbox, "value")
        assert _contacts(service) == []


async def test_several_fields_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    service = _with_rajiv()
    errors = {"value": ["Too short.", "No number."], "meta.floor": ["Too high."], "team": ["Is full."]}
    answer = (422, {"message": "Validation failed. 4 error(s)", "errorCode": "InputNotValid", "errors": errors})
    monkeypatch.setitem(ANSWERS, Kind.INVALID, answer)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        service.faults.set("422", method="POST")
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await fill(inbox, value="a@b.example")
        await submit(inbox, "write it")
        await inbox.press("y")
        await inbox.asked("Too high.")
        assert remark(inbox, "value") == "Too short. No number."
        assert remark(inbox, "meta") == "floor: Too high."
        assert "team: Is full" in inbox.problem(), "what has no field of its own is told below"


async def test_the_same_type_and_value_twice_is_refused_in_the_servers_words() -> None:
    service = _with_rajiv(EMAIL)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await fill(inbox, value=EMAIL.value)
        await submit(inbox, "write it")
        await inbox.press("y")
        await inbox.until(lambda: "already" in inbox.text() or "taken" in inbox.text())
        assert remark(inbox, "value")
        assert _contacts(service) == [("email", EMAIL.value)]


async def test_a_contact_info_is_changed_and_deleted() -> None:
    service = _with_rajiv(EMAIL, MOBILE)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("j", "enter")
        await inbox.asked("Change mobile_number +919900112233 of u-1")
        await submit(inbox, "Nothing differs from what is there.")
        await fill(inbox, filterable="work")
        await submit(inbox, "+ filterable work")
        await inbox.press("y")
        await inbox.asked("Contact info changed.")
        assert service.world.user(ENVIRONMENT, "u-1").contacts[MOBILE.key].filterable == "work"
        await inbox.press("x")
        await inbox.asked("Delete this contact info of u-1?")
        await inbox.press("esc")
        await inbox.until(lambda: "r reload" in inbox.sheet())
        await inbox.until(lambda: "Asking" not in inbox.text())
        assert len(_contacts(service)) == 2
        await inbox.press("x")
        await inbox.asked("- value rajiv@lumenlabs.example")
        await inbox.press("y")
        await inbox.asked("Contact info deleted.")
        assert _contacts(service) == [("mobile_number", MOBILE.value)]


async def test_meta_is_edited_as_json_and_what_cannot_be_read_is_told_at_once() -> None:
    service = _with_rajiv()
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("m")
        await inbox.asked("Meta of u-1")
        await fill(inbox, meta='{\n  "name": "Rajiv"\n  "plan": "Team"\n}')
        assert remark(inbox, "meta") == 'Line 3, column 3: expecting a comma or the end, before "plan": "Team".'
        await inbox.press("ctrl+s")
        assert "Meta of u-1" in inbox.sheet(), "it does not go on"
        await fill(inbox, meta='{"name": "Rajiv", "plan": "Team"}')
        await submit(inbox, '- "name": "Rajiv Seelam"')
        assert '+   "plan": "Team"' in "\n".join(inbox.lines())
        await inbox.press("y")
        await inbox.asked("Meta changed.")
        assert service.world.user(ENVIRONMENT, "u-1").meta == {"name": "Rajiv", "plan": "Team"}


async def test_what_a_terminal_cannot_show_survives_an_edit() -> None:
    service = _with_rajiv()
    service.world.update_user(ENVIRONMENT, "u-1", {"name": "\u202edesrever", "bell": "\a"})
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("m")
        await inbox.asked("Meta of u-1")
        await fill(inbox, meta=text_of(inbox, "meta").replace("{", '{\n  "plan": "Team",', 1))
        await submit(inbox, '+ "plan": "Team"')
        await inbox.press("y")
        await inbox.asked("Meta changed.")
        meta = service.world.user(ENVIRONMENT, "u-1").meta
        assert meta == {"plan": "Team", "name": "\u202edesrever", "bell": "\a"}


async def test_where_i_only_observe_everything_is_shown_and_nothing_can_be_begun() -> None:
    service = _with_rajiv(EMAIL, mode=Mode.OBSERVE)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        assert EMAIL.value in inbox.sheet()
        for key in ("a", "enter", "x", "m", "n", "X", "C"):
            await inbox.press(key)
            await inbox.asked("`acme` is only observed")
            assert "r reload" in inbox.sheet()
        await inbox.press("esc", "C")
        await inbox.hears("`acme` is only observed")
        assert service.writes == 0
        assert await inbox.session.evidence.entries() == []


@pytest.mark.parametrize("mode", [Mode.ASK, Mode.ACT])
async def test_no_to_the_difference_writes_nothing_and_keeps_what_was_typed(mode: Mode) -> None:
    service = _with_rajiv(mode=mode)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await fill(inbox, value="a@b.example")
        await submit(inbox, f"staging · acme · {mode}")
        await inbox.press("n")
        await inbox.asked("Add a contact info")
        assert text_of(inbox, "value") == "a@b.example"
        await inbox.press("esc")
        await inbox.asked("r reload")
        assert service.writes == 0


async def test_without_a_connection_the_last_known_is_shown_and_a_write_keeps_the_form() -> None:
    service = _with_rajiv(EMAIL)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await fill(inbox, type="mobile_number", value="+49 170 1234567")
        service.faults.set("offline")
        await submit(inbox, "write it")
        await inbox.press("y")
        await inbox.comes(lambda: inbox.has_sheet and "No connection to" in inbox.problem())
        assert text_of(inbox, "value") == "+49 170 1234567"
        await inbox.press("esc")
        await inbox.comes(lambda: inbox.has_sheet and "This is what was last known." in inbox.problem())
        assert EMAIL.value in inbox.sheet()
        service.faults.clear()
        await inbox.press("a")
        await inbox.asked("The server has not told who this is; r asks again.")
        await inbox.press("r")
        await inbox.comes(lambda: inbox.problem() == "")


async def test_a_token_that_may_not_read_users_says_so() -> None:
    service = _with_rajiv()
    service.faults.set("403", route=USER_ROUTE)
    async with inbox_of(service) as inbox:
        await inbox.press("P")
        await inbox.asked("Neptune denied access to user u-1")
        await inbox.asked("Ask for access to this environment, or choose another with `E`.")
