"""Who a customer is and how they can be reached, mended in place: every change is shown before it is written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.errors import InboxError
from neptune_inbox.model import ContactInfo, User
from neptune_inbox.sync.drafts import CONTACT_TYPES, contact_type_warning, contact_warning, editable, parse_object
from neptune_inbox.sync.record import check_mode
from neptune_inbox.text import ascii_json
from neptune_inbox.tui.screens.difference import place_of
from neptune_inbox.tui.screens.form import Field
from neptune_inbox.tui.screens.person import UNKNOWN, PersonSheet, Wanted
from neptune_inbox.tui.screens.sheet import Choice, ChoiceSheet, TypedSheet
from neptune_inbox.tui.verbs.drafting import Change, agrees, ask_and_write, must_be_there, short
from neptune_inbox.tui.verbs.events import send_event

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.inbox import InboxScreen


async def person(inbox: InboxScreen) -> None:
    """Show the person of the row or of the user on screen, and do what is chosen until it is left."""
    row = inbox.cursor_row
    user_id = inbox.scope.user_id or (row.user_id if row else "")
    if not user_id:
        inbox.say(f"Go to a user first: {inbox.key('user.go')}")
        return
    await show_person(inbox, user_id)


async def show_person(inbox: InboxScreen, user_id: str) -> None:
    """Show one user, and after each change who they are then."""
    said, tone = "", "ok"
    people = inbox.session.people
    while user_id:
        known, load = await people.reach(user_id), partial(people.get, user_id)
        wanted = await inbox.app.push_screen_wait(PersonSheet(known, load, said, tone))
        if wanted is None:
            return
        try:
            said, user_id = await _do(inbox, wanted)
            tone = "ok"
        except InboxError as error:
            said, tone = str(error), "error"
            if wanted.verb == UNKNOWN:
                break
    if said:
        inbox.say(said, tone)


async def _do(inbox: InboxScreen, wanted: Wanted) -> tuple[str, str]:
    """Do one thing; the answer is what to say and whom to show next (empty: nobody).

    Raises ObserveOnly before anything is asked, where nothing may be written.
    """
    verb, user, contact = wanted
    check_mode(inbox.session.profile)
    said = ""
    if verb == UNKNOWN:
        return await _offer_to_create(inbox, user.user_id)
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
        return (f"Created {short(made)}.", made) if made else ("", user.user_id)
    elif verb == "event":
        return "", "" if await send_event(inbox, user.user_id) else user.user_id
    elif verb == "delete":
        return await _delete(inbox, user)
    return said, user.user_id


async def _offer_to_create(inbox: InboxScreen, user_id: str) -> tuple[str, str]:
    choices = [Choice("y", "y", "yes", f"Create {short(user_id)}"), Choice("n", "n", "no", "No")]
    lines = [(place_of(inbox.session.profile), "dim")]
    if (
        await inbox.app.push_screen_wait(ChoiceSheet(f"Neptune knows no user {short(user_id)}", lines, choices))
        != "yes"
    ):
        return "", ""
    made = await create(inbox, user_id)
    return (f"Created {short(made)}.", made) if made else ("", "")


async def _add(inbox: InboxScreen, user: User) -> str:
    fields = _contact_fields(ContactInfo("email", ""))

    def draft(values: Mapping[str, str]) -> Change:
        contact = _contact(values)
        write = partial(inbox.session.people.add_contact, user.user_id, contact)
        return Change("", _lines(contact), write, contact_warning(contact))

    return (
        "Contact info added."
        if await ask_and_write(inbox, f"Add a contact info of {short(user.user_id)}", fields, draft)
        else ""
    )


async def _change(inbox: InboxScreen, user: User, before: ContactInfo) -> str:
    fields = _contact_fields(before, is_fixed=True)

    def draft(values: Mapping[str, str]) -> Change:
        # The fields trim what is typed; what names the row must stay as it is.
        contact = replace(_contact(values), type=before.type, value=before.value)
        write = partial(inbox.session.people.update_contact, user.user_id, contact)
        return Change(_lines(before), _lines(contact), write, contact_warning(contact))

    title = f"Change {before.type} {short(before.value)} of {short(user.user_id)}"
    return "Contact info changed." if await ask_and_write(inbox, title, fields, draft) else ""


async def _remove(inbox: InboxScreen, user: User, contact: ContactInfo) -> str:
    if not await agrees(inbox, f"Delete this contact info of {short(user.user_id)}?", _lines(contact), ""):
        return ""
    await inbox.session.people.delete_contact(user.user_id, contact)
    return "Contact info deleted."


async def _edit_meta(inbox: InboxScreen, user: User) -> str:
    before = editable(user.meta)
    fields = [Field("meta", "meta", before, is_block=True, check=parse_object)]

    def draft(values: Mapping[str, str]) -> Change:
        meta = parse_object(values["meta"])
        return Change(before, editable(ascii_json(meta)), partial(inbox.session.people.update, user.user_id, meta))

    return "Meta changed." if await ask_and_write(inbox, f"Meta of {short(user.user_id)}", fields, draft) else ""


async def create(inbox: InboxScreen, user_id: str) -> str:
    """Make a new user; the answer is the id, empty when it was not made."""
    fields = [
        Field("user_id", "User id", user_id, "any text; it cannot be changed later", check=must_be_there),
        Field("meta", "meta", '{\n  "name": ""\n}', is_block=True, check=parse_object),
    ]
    made = ""

    def draft(values: Mapping[str, str]) -> Change:
        nonlocal made
        made, meta = values["user_id"], parse_object(values["meta"])
        text = f"user_id {made}\n{editable(ascii_json(meta))}"
        return Change("", text, partial(inbox.session.people.create, made, meta))

    return made if await ask_and_write(inbox, "New user", fields, draft) else ""


async def _delete(inbox: InboxScreen, user: User) -> tuple[str, str]:
    profile = inbox.session.profile
    lines = [
        (place_of(profile), "production" if profile.is_production else "dim"),
        (
            "The user, the contact infos and what belongs to them are deleted at Neptune. It cannot be taken back.",
            "warn",
        ),
    ]
    if await inbox.app.push_screen_wait(TypedSheet(f"Delete {short(user.user_id)}?", lines, user.user_id)):
        await inbox.session.people.delete(user.user_id)
        return f"{short(user.user_id)} was deleted.", ""
    return "", user.user_id


def _contact_fields(contact: ContactInfo, *, is_fixed: bool = False) -> list[Field]:
    def warn(values: Mapping[str, str]) -> str:
        contact = ContactInfo(values["type"], values["value"])
        return contact_warning(contact) if contact.type in CONTACT_TYPES else ""

    return [
        Field(
            "type",
            "Type",
            contact.type,
            ", ".join(CONTACT_TYPES),
            is_fixed=is_fixed,
            suggestions=CONTACT_TYPES,
            check=must_be_there,
            warn=lambda values: contact_type_warning(values["type"]),
        ),
        Field(
            "value",
            "Value",
            contact.value,
            "the address, number or token",
            is_fixed=is_fixed,
            check=must_be_there,
            warn=warn,
        ),
        Field("filterable", "Filterable", contact.filterable, "the service's own field to filter by; may stay empty"),
        Field("meta", "meta", editable(contact.meta), is_block=True, check=parse_object),
    ]


def _contact(values: Mapping[str, str]) -> ContactInfo:
    return ContactInfo(
        values["type"], values["value"], values["filterable"], ascii_json(parse_object(values["meta"]))
    )


def _lines(contact: ContactInfo) -> str:
    return "\n".join(
        (
            f"type        {contact.type}",
            f"value       {contact.value}",
            f"filterable  {contact.filterable}",
            f"meta        {editable(contact.meta)}",
        )
    )


VERBS = {"people": person}
