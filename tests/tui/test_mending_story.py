"""Stories of changing a customer: shown before it is written, refused beside the field, and never by accident."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Mode
from neptune_inbox.sandbox.faults import ANSWERS, Kind
from tests.builders import ENVIRONMENT
from tests.tui.driver import inbox_of
from tests.tui.forms import EMAIL, MOBILE, contacts_of, fill, open_person, remark, submit, text_of, with_rajiv

pytestmark = pytest.mark.slow


async def test_what_the_server_refuses_stands_beside_its_field_and_nothing_typed_is_lost() -> None:
    service = with_rajiv()
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await fill(inbox, type="pigeon", value="coop 7", filterable="roof", meta='{"floor": 3}')
        assert "`pigeon` is not one of" in remark(inbox, "type")
        assert remark(inbox, "value") == "", "of what is no known way nobody can say how it looks"
        await submit(inbox, "`pigeon` is not one of email, mobile_number, firebase_token.")
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
        assert contacts_of(service) == []


async def test_what_is_typed_fast_lands_in_the_field_that_it_was_typed_for() -> None:
    service = with_rajiv()
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await inbox.burst("tab", *"a@b.example", "enter", *"home", "tab", "enter")
        assert (text_of(inbox, "type"), text_of(inbox, "value")) == ("email", "a@b.example")
        assert text_of(inbox, "filterable") == "home"
        assert text_of(inbox, "meta") == "\n{}", "there enter makes a new line"


async def test_several_fields_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    service = with_rajiv()
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
    service = with_rajiv(EMAIL)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("a")
        await inbox.asked("Add a contact info")
        await fill(inbox, value=EMAIL.value)
        await submit(inbox, "write it")
        await inbox.press("y")
        await inbox.until(lambda: "already" in inbox.text() or "taken" in inbox.text())
        assert remark(inbox, "value")
        assert contacts_of(service) == [("email", EMAIL.value)]


async def test_a_contact_info_is_changed_and_deleted() -> None:
    service = with_rajiv(EMAIL, MOBILE)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("j", "e")
        await inbox.asked("Filterable and meta of mobile_number +919900112233 of u-1")
        await submit(inbox, "Nothing has been edited yet.")
        await fill(inbox, filterable="work")
        await submit(inbox, "+ filterable work")
        await inbox.press("y")
        await inbox.asked("Contact info changed.")
        assert service.sandbox_state.user(ENVIRONMENT, "u-1").contacts[MOBILE.key].filterable == "work"
        await inbox.press("d")
        await inbox.asked("Delete this contact info of u-1?")
        await inbox.press("esc")
        await inbox.until(lambda: "r reload" in inbox.sheet())
        await inbox.until(lambda: "Asking" not in inbox.text())
        assert len(contacts_of(service)) == 2
        await inbox.press("d")
        await inbox.asked("- value rajiv@lumenlabs.example")
        await inbox.press("y")
        await inbox.asked("Contact info deleted.")
        assert contacts_of(service) == [("mobile_number", MOBILE.value)]


async def test_meta_is_edited_as_json_and_what_cannot_be_read_is_told_at_once() -> None:
    service = with_rajiv()
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
        assert service.sandbox_state.user(ENVIRONMENT, "u-1").meta == {"name": "Rajiv", "plan": "Team"}


async def test_what_a_terminal_cannot_show_survives_an_edit() -> None:
    service = with_rajiv()
    service.sandbox_state.update_user(ENVIRONMENT, "u-1", {"name": "\u202edesrever", "bell": "\a"})
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("m")
        await inbox.asked("Meta of u-1")
        await fill(inbox, meta=text_of(inbox, "meta").replace("{", '{\n  "plan": "Team",', 1))
        await submit(inbox, '+ "plan": "Team"')
        await inbox.press("y")
        await inbox.asked("Meta changed.")
        meta = service.sandbox_state.user(ENVIRONMENT, "u-1").meta
        assert meta == {"plan": "Team", "name": "\u202edesrever", "bell": "\a"}


async def test_where_i_only_observe_everything_is_shown_and_nothing_can_be_begun() -> None:
    service = with_rajiv(EMAIL, mode=Mode.OBSERVE)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        assert EMAIL.value in inbox.sheet()
        for key in ("a", "enter", "d", "m", "n", "D", "C"):
            await inbox.press(key)
            await inbox.asked("`acme` is only observed")
            assert "r reload" in inbox.sheet()
        await inbox.press("esc", "C")
        await inbox.hears("`acme` is only observed")
        assert service.writes == 0
        assert await inbox.session.evidence.entries() == []


@pytest.mark.parametrize("mode", [Mode.ASK, Mode.ACT])
async def test_no_to_the_difference_writes_nothing_and_keeps_what_was_typed(mode: Mode) -> None:
    service = with_rajiv(mode=mode)
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
