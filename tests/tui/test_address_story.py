"""Stories of changing an address: one act of two requests, both shown before, and never lost half way."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Mode
from tests.builders import ENVIRONMENT
from tests.tui.driver import inbox_of
from tests.tui.forms import EMAIL, MOBILE, contacts_of, fill, open_person, submit, with_rajiv

pytestmark = pytest.mark.slow

CONTACTS = "/{environment}/users/{user_id}/contacts_info"
NEW = "rajiv@new.example"


async def test_an_agent_gives_a_customer_another_e_mail() -> None:
    service = with_rajiv(EMAIL, MOBILE)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("enter")
        await inbox.asked(f"Change email {EMAIL.value} of u-1")
        await inbox.asked("Type the new one: this is the current one.")
        await inbox.press("enter")
        await inbox.fill_sheet("rajiv")
        await inbox.asked("This does not look like an email address.")
        await inbox.fill_sheet(NEW)
        await inbox.asked(f'1 POST /{ENVIRONMENT}/users/u-1/contacts_info {{"type": "email", "value": "{NEW}"}}')
        await inbox.asked(
            f'3 DELETE /{ENVIRONMENT}/users/u-1/contacts_info {{"type": "email", "value": "{EMAIL.value}"}}'
        )
        assert service.writes == 0
        await inbox.press("enter")
        await inbox.asked(f"Changed to {NEW}; {EMAIL.value} was deleted.")
        assert contacts_of(service) == [("mobile_number", MOBILE.value), ("email", NEW)]
        await inbox.press("y")
        assert NEW in inbox.app.clipboard
        await inbox.press("esc", "L")
        await inbox.asked("Journal of u-1")
        await inbox.press("y")
        assert f"contact-add sent u-1: email {NEW}" in " ".join(inbox.app.clipboard.split())
        assert f"contact-delete sent u-1: email {EMAIL.value}" in " ".join(inbox.app.clipboard.split())


async def test_a_change_that_stopped_half_way_is_told_and_finished_or_taken_back() -> None:
    for key, left in (("f", NEW), ("t", EMAIL.value)):
        service = with_rajiv(EMAIL)
        async with inbox_of(service) as inbox:
            await open_person(inbox)
            service.faults.set("403", method="DELETE", route=CONTACTS)
            await inbox.press("enter")
            await inbox.asked("Change email")
            await inbox.fill_sheet(NEW)
            await inbox.press("enter")
            await inbox.asked(f"{NEW} was added, and {EMAIL.value} was NOT deleted.")
            service.faults.clear()
            await inbox.press("esc")
            await open_person(inbox)
            await inbox.asked("A change is half done:")
            await inbox.press(key)
            await inbox.asked("Delete this contact info of u-1?")
            await inbox.press("y")
            await inbox.asked(f"{left} is there.")
            assert contacts_of(service) == [("email", left)]
            await inbox.until(lambda: "half done" not in inbox.sheet())
            await inbox.press("f")
            assert "r reload" in inbox.sheet(), "there is nothing to finish any more"


async def test_where_the_new_one_is_refused_the_old_one_stays() -> None:
    service = with_rajiv(EMAIL)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        service.faults.set("422", method="POST", route=CONTACTS)
        await inbox.press("enter")
        await inbox.asked("Change email")
        await inbox.fill_sheet(NEW)
        await inbox.press("enter")
        await inbox.asked("r reload")
        assert contacts_of(service) == [("email", EMAIL.value)]
        service.faults.clear()
        await inbox.press("r")
        await inbox.until(lambda: "half done" not in inbox.sheet())


async def test_what_is_kept_beside_an_address_has_a_form_without_the_address() -> None:
    service = with_rajiv(EMAIL)
    async with inbox_of(service) as inbox:
        await open_person(inbox)
        await inbox.press("e")
        await inbox.asked(f"Filterable and meta of email {EMAIL.value}")
        assert not inbox.app.screen.query("#field-value")
        await fill(inbox, filterable="vip")
        await submit(inbox, "+ filterable vip")
        await inbox.press("y")
        await inbox.asked("Contact info changed.")


async def test_in_production_enter_alone_changes_no_address() -> None:
    service = with_rajiv(EMAIL, mode=Mode.ACT)
    live = service.add_profile("live", "production", Mode.ACT)
    service.sandbox_state.create_user("production", "u-1", {"name": "Rajiv Seelam"})
    service.sandbox_state.add_contact("production", "u-1", EMAIL)
    service.has(1, environment="production")
    async with inbox_of(service, profile=live) as inbox:
        await open_person(inbox)
        await inbox.press("enter")
        await inbox.asked("PRODUCTION")
        await inbox.fill_sheet(NEW)
        await inbox.press("enter")
        await inbox.asked("Change an address of u-1?")
        await inbox.press("enter")
        await inbox.asked("enter writes nothing")
        assert service.writes == 0
        await inbox.press("y")
        await inbox.asked(f"Changed to {NEW}")
