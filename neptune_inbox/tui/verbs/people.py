"""Who a customer is and how they can be reached, mended in place: every change is shown before it is written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from neptune_inbox.errors import InboxError, Invalid, NotFound, UsageProblem
from neptune_inbox.model import ContactInfo, User
from neptune_inbox.sync.drafts import CONTACT_TYPES, contact_warning, difference, parse_object
from neptune_inbox.sync.wording import pretty
from neptune_inbox.text import ascii_json
from neptune_inbox.tui.screens.difference import Difference
from neptune_inbox.tui.screens.form import Field, Form
from neptune_inbox.tui.screens.person import PersonSheet
from neptune_inbox.tui.screens.sheet import Choice, ChoiceSheet, TypedSheet
from neptune_inbox.tui.verbs.events import send_event

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.inbox import InboxScreen

Draft = Callable[[Mapping[str, str]], tuple[str, str, Callable[[], Awaitable[object]]]]
"""From a form's values: the text before, the text after, and the write."""


async def person(inbox: InboxScreen) -> None:
    """Show the person of the row or of the user on screen, and do what is chosen until it is left."""
    row = inbox.cursor_row
    user_id = inbox.scope.user_id or (row.user_id if row else "")
    if not user_id:
        inbox.say("Go to a user first: @")
        return
    await show_person(inbox, user_id)


async def show_person(inbox: InboxScreen, user_id: str) -> None:
    said = ""
    while True:
        user = await find_person(inbox, user_id)
        if user is None:
            return
        answer = await inbox.app.push_screen_wait(PersonSheet(user, said))
        if answer is None:
            return
        verb, index = answer
        try:
            said, user_id = await _do(inbox, user, verb, index)
        except InboxError as error:
            said = str(error)
        if not user_id:
            inbox.say(said)
            return


async def find_person(inbox: InboxScreen, user_id: str) -> User | None:
    """The user from the server, or as last known while it cannot be reached; an unknown one can be made."""
    people = inbox.session.people
    try:
        return await people.get(user_id)
    except NotFound:
        choices = [Choice("y", "y", "yes", f"Create {user_id}"), Choice("n", "n", "no", "No")]
        sheet = ChoiceSheet(f"Neptune knows no user {user_id}", [], choices)
        if await inbox.app.push_screen_wait(sheet) == "yes" and await create(inbox, user_id):
            return await people.get(user_id)
        return None
    except InboxError as error:
        known = await people.known_user(user_id)
        inbox.say(f"{error.sentence} This is what was last known." if known else str(error), "warn")
        return known


async def _do(inbox: InboxScreen, user: User, verb: str, index: int) -> tuple[str, str]:
    """Do one thing; the answer is what to say and whom to show next (empty: nobody)."""
    contact = user.contacts[index] if 0 <= index < len(user.contacts) else None
    said = ""
    if verb == "add":
        said = await _add(inbox, user)
    elif verb == "change" and contact is not None:
        said = await _change(inbox, user, contact)
    elif verb == "remove" and contact is not None:
        said = await _remove(inbox, user, contact)
    elif verb == "meta":
        said = await _edit_meta(inbox, user)
    elif verb == "create":
        made = await create(inbox, "")
        return (f"Created {made}.", made) if made else ("", user.user_id)
    elif verb == "event":
        await send_event(inbox, user.user_id)
    elif verb == "delete":
        return await _delete(inbox, user)
    return said, user.user_id


async def _add(inbox: InboxScreen, user: User) -> str:
    fields = _contact_fields(ContactInfo("email", ""))

    def draft(values: Mapping[str, str]) -> tuple[str, str, Callable[[], Awaitable[object]]]:
        contact = _contact(values)
        return "", _lines(contact), lambda: inbox.session.people.add_contact(user.user_id, contact)

    return (
        "Contact info added."
        if await ask_and_write(inbox, f"Add a contact info of {user.user_id}", fields, draft)
        else ""
    )


async def _change(inbox: InboxScreen, user: User, before: ContactInfo) -> str:
    fields = _contact_fields(before, is_fixed=True)

    def draft(values: Mapping[str, str]) -> tuple[str, str, Callable[[], Awaitable[object]]]:
        contact = _contact(values)
        return _lines(before), _lines(contact), lambda: inbox.session.people.update_contact(user.user_id, contact)

    title = f"Change {before.type} {before.value} of {user.user_id}"
    return "Contact info changed." if await ask_and_write(inbox, title, fields, draft) else ""


async def _remove(inbox: InboxScreen, user: User, contact: ContactInfo) -> str:
    if not await agrees(inbox, f"Delete this contact info of {user.user_id}?", _lines(contact), ""):
        return ""
    await inbox.session.people.delete_contact(user.user_id, contact)
    return "Contact info deleted."


async def _edit_meta(inbox: InboxScreen, user: User) -> str:
    before = pretty(user.meta)
    fields = [Field("meta", "meta", before, is_block=True, check=parse_object)]

    def draft(values: Mapping[str, str]) -> tuple[str, str, Callable[[], Awaitable[object]]]:
        meta = parse_object(values["meta"])
        return before, pretty(ascii_json(meta)), lambda: inbox.session.people.update(user.user_id, meta)

    return "Meta changed." if await ask_and_write(inbox, f"Meta of {user.user_id}", fields, draft) else ""


async def create(inbox: InboxScreen, user_id: str) -> str:
    """Make a new user; the answer is the id, empty when it was not made."""
    fields = [
        Field("user_id", "User id", user_id, "any text; it cannot be changed later", check=_must_be_there),
        Field("meta", "meta", '{\n  "name": ""\n}', is_block=True, check=parse_object),
    ]
    made = ""

    def draft(values: Mapping[str, str]) -> tuple[str, str, Callable[[], Awaitable[object]]]:
        nonlocal made
        made, meta = values["user_id"], parse_object(values["meta"])
        return "", f"user_id {made}\n{pretty(ascii_json(meta))}", lambda: inbox.session.people.create(made, meta)

    return made if await ask_and_write(inbox, "New user", fields, draft) else ""


async def _delete(inbox: InboxScreen, user: User) -> tuple[str, str]:
    lines = [
        (_place(inbox), "production" if inbox.session.profile.is_production else "dim"),
        (
            "The user, the contact infos and what belongs to them are deleted at Neptune. It cannot be taken back.",
            "warn",
        ),
    ]
    if await inbox.app.push_screen_wait(TypedSheet(f"Delete {user.user_id}?", lines, user.user_id)):
        await inbox.session.people.delete(user.user_id)
        return f"{user.user_id} was deleted.", ""
    return "", user.user_id


async def ask_and_write(inbox: InboxScreen, title: str, fields: Sequence[Field], draft: Draft) -> bool:
    """Form, difference, write; a refusal leads back into the form with the server's words beside the fields."""
    errors: Mapping[str, Sequence[str]] = {}
    problem = ""
    while True:
        values = await inbox.app.push_screen_wait(Form(title, fields, errors=errors, problem=problem))
        if values is None:
            return False
        fields = [replace(field, value=values[field.name]) for field in fields]
        before, after, write = draft(values)
        if before == after:
            problem = "Nothing differs from what is there."
            continue
        if not await agrees(inbox, title, before, after):
            errors, problem = {}, ""
            continue
        try:
            await write()
        except Invalid as error:
            errors, problem = error.fields, error.sentence
        else:
            return True


async def agrees(inbox: InboxScreen, title: str, before: str, after: str) -> bool:
    """Show the difference and ask."""
    profile = inbox.session.profile
    sheet = Difference(title, difference(before, after), _place(inbox), is_production=profile.is_production)
    return await inbox.app.push_screen_wait(sheet) is True


def _place(inbox: InboxScreen) -> str:
    profile = inbox.session.profile
    environment = profile.environment.upper() if profile.is_production else profile.environment
    return f"{environment} · {profile.name} · {profile.mode}"


def _contact_fields(contact: ContactInfo, *, is_fixed: bool = False) -> list[Field]:
    def warn(value: str) -> str:
        return contact_warning(ContactInfo(contact.type, value)) if is_fixed else ""

    return [
        Field(
            "type",
            "Type",
            contact.type,
            ", ".join(CONTACT_TYPES),
            is_fixed=is_fixed,
            suggestions=CONTACT_TYPES,
            check=_must_be_there,
        ),
        Field(
            "value",
            "Value",
            contact.value,
            "the address, number or token",
            is_fixed=is_fixed,
            check=_must_be_there,
            warn=warn,
        ),
        Field("filterable", "Filterable", contact.filterable, "the service's own field to filter by; may stay empty"),
        Field("meta", "meta", pretty(contact.meta), is_block=True, check=parse_object),
    ]


def _contact(values: Mapping[str, str]) -> ContactInfo:
    return ContactInfo(
        values["type"], values["value"], values["filterable"], ascii_json(parse_object(values["meta"]))
    )


def _lines(contact: ContactInfo) -> str:
    lines = [
        f"type        {contact.type}",
        f"value       {contact.value}",
        f"filterable  {contact.filterable}",
        pretty(contact.meta),
    ]
    if warning := contact_warning(contact):
        lines.append(f"mind        {warning}")
    return "\n".join(lines)


def _must_be_there(text: str) -> None:
    if not text.strip():
        raise UsageProblem("This cannot be empty.")


VERBS = {"people": person}
