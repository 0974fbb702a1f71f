"""A customer to mend, and hands on a form: its fields by their names, and what stands beside them."""

from __future__ import annotations

from copy import copy

from textual.widgets import Input, Static, TextArea

from neptune_inbox.model import Mode
from neptune_inbox.sandbox.records import ContactRecord
from tests.builders import ENVIRONMENT
from tests.tui.driver import Inbox
from tests.tui.service import Service

MOBILE = ContactRecord("mobile_number", "+919900112233", "", {})
EMAIL = ContactRecord("email", "rajiv@lumenlabs.example", "", {})


def with_rajiv(*contacts: ContactRecord, mode: Mode = Mode.ACT) -> Service:
    """A service with one customer who has a notification, and can be reached in these ways."""
    service = Service(mode=mode)
    service.sandbox_state.create_user(ENVIRONMENT, "u-1", {"name": "Rajiv Seelam"})
    for contact in contacts:
        service.sandbox_state.add_contact(ENVIRONMENT, "u-1", copy(contact))
    service.has(1)
    return service


def contacts_of(service: Service, user_id: str = "u-1") -> list[tuple[str, str]]:
    """The contact infos that the server has."""
    return [(contact.type, contact.value) for contact in service.sandbox_state.user(ENVIRONMENT, user_id).contacts]


async def fill(inbox: Inbox, **fields: str) -> None:
    """Type over what stands in the fields of a form."""
    for name, text in fields.items():
        field = inbox.app.screen.query_one(f"#field-{name}")
        field.focus()
        if isinstance(field, TextArea):
            field.text = text
        else:
            assert isinstance(field, Input)
            field.value = text
        await inbox.settle()


def text_of(inbox: Inbox, name: str) -> str:
    """What stands in a field."""
    field = inbox.app.screen.query_one(f"#field-{name}")
    assert isinstance(field, TextArea | Input)
    return field.text if isinstance(field, TextArea) else field.value


def remark(inbox: Inbox, name: str) -> str:
    """What stands beside a field."""
    return str(inbox.app.screen.query_one(f"#remark-{name}", Static).content)


async def submit(inbox: Inbox, words: str) -> None:
    """Go on from a form to the sheet that says this."""
    await inbox.press("ctrl+s")
    await inbox.asked(words)


async def open_person(inbox: Inbox) -> None:
    """Open the people screen and wait until the server has told who it is."""
    await inbox.press("P")
    await inbox.asked("r reload")
    await inbox.until(lambda: "Asking the server" not in inbox.text())
