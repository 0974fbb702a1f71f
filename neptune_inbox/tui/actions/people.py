"""Who a customer is and how they can be reached, edited in place: every change is shown before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.doors import needed, read_contact, read_id, read_name
from neptune_inbox.errors import InboxError, UsageProblem
from neptune_inbox.model import AddressChange, ContactInfo, User
from neptune_inbox.presentation.sentences import half_done_sentence, unknown_user
from neptune_inbox.sync.customers.address import (
    change_address,
    finish_change,
    plan_change,
    take_back_change,
    unfinished_change,
)
from neptune_inbox.sync.customers.validation import (
    CONTACT_TYPES,
    contact_type_warning,
    contact_warning,
    editable,
    parse_object,
)
from neptune_inbox.sync.marking.audit import check_mode
from neptune_inbox.text import ascii_json
from neptune_inbox.tui.actions.drafts import Draft
from neptune_inbox.tui.actions.edit_flow import Change, agrees, ask_and_write, short
from neptune_inbox.tui.actions.event import send_event
from neptune_inbox.tui.actions.voice import no_user
from neptune_inbox.tui.dialogs.base import Choice, ChoiceDialog, PromptDialog, TypedDialog
from neptune_inbox.tui.dialogs.diff import DiffDialog, profile_label
from neptune_inbox.tui.dialogs.form import Field
from neptune_inbox.tui.dialogs.user import UNKNOWN, PersonAction, UserDialog

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen


async def person(inbox: InboxScreen) -> None:
    """Show the person of the row or of the user on screen, and do what is chosen until it is left."""
    row = inbox.cursor_row
    user_id = inbox.scope.user_id or (row.user_id if row else "")
    if not user_id:
        inbox.say(no_user(inbox))
        return
    await show_person(inbox, user_id)


async def show_person(inbox: InboxScreen, user_id: str) -> None:
    """Show one user, and after each change who they are then."""
    said, tone = "", "ok"
    people = inbox.session.people
    look_back = partial(unfinished_change, people)
    while user_id:
        known, load = await people.contact_status(user_id), partial(people.get, user_id)
        wanted = await inbox.app.push_screen_wait(
            UserDialog(known, load, inbox.drawing.explain, look_back, said, tone)
        )
        if wanted is None:
            return
        try:
            said, user_id = await _do(inbox, wanted)
            tone = "ok"
        except InboxError as error:
            said, tone = inbox.drawing.explain(error), "error"
            if wanted.verb == UNKNOWN:
                break
    if said:
        inbox.say(said, tone)


async def _do(inbox: InboxScreen, wanted: PersonAction) -> tuple[str, str]:
    """Do one thing; returns what to say and the user to show next (empty: none).

    Raises ObserveOnly before anything is asked, where nothing may be written.
    """
    verb, user, contact = wanted.verb, wanted.user, wanted.contact
    check_mode(inbox.session.profile)
    said = ""
    if verb == UNKNOWN:
        return await _offer_to_create(inbox, user.user_id)
    if verb == "add":
        said = await _add(inbox, user)
    elif verb == "change" and contact is not None:
        said = await _change(inbox, user, contact)
    elif verb == "edit" and contact is not None:
        said = await _edit(inbox, user, contact)
    elif verb in ("finish", "take_back") and wanted.change is not None:
        said = await _settle(inbox, user, verb, wanted.change)
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
    lines = [(profile_label(inbox.session.profile), "dim")]
    if await inbox.app.push_screen_wait(ChoiceDialog(unknown_user(short(user_id)), lines, choices)) != "yes":
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
        if await ask_and_write(
            inbox, f"Add a contact info of {short(user.user_id)}", fields, draft, f"contact {user.user_id}"
        )
        else ""
    )


async def _change(inbox: InboxScreen, user: User, before: ContactInfo) -> str:
    """Another address in place of this one: both requests are shown while it is typed, and enter makes them."""
    people, profile = inbox.session.people, inbox.session.profile

    def explain(value: str) -> str:
        change = plan_change(user, before, value)
        add, delete = people.change_requests(user.user_id, change)
        warning = contact_warning(change.after)
        return "\n".join(filter(None, (warning, f"1  {add}", "2  checks that it is there", f"3  {delete}")))

    title = f"Change {before.type} {short(before.value)} of {short(user.user_id)}   {profile_label(profile)}"
    draft = Draft(inbox, f"address {user.user_id} {before.type} {before.value}")
    kept = await draft.find()
    sheet = PromptDialog(title, value=kept.values["value"] if kept else before.value, explain=explain)
    value = await inbox.app.push_screen_wait(sheet)
    if not value:
        is_left = sheet.unsent not in ("", before.value)
        if is_left or kept is not None:
            await draft.leave({"value": sheet.unsent} if is_left else {})
        return ""
    change = plan_change(user, before, value)
    if profile.is_production and not await _agrees_to_requests(
        inbox, user, people.change_requests(user.user_id, change)
    ):
        return ""
    half_done = await change_address(people, user.user_id, change)
    await draft.leave({})
    if half_done is not None:
        raise UsageProblem(half_done_sentence(half_done))
    return f"Changed to {short(change.after.value)}; {short(before.value)} was deleted."


async def _agrees_to_requests(inbox: InboxScreen, user: User, requests: Sequence[str]) -> bool:
    lines = [("", request) for request in requests]
    sheet = DiffDialog(f"Change an address of {short(user.user_id)}?", lines, inbox.session.profile)
    return await inbox.app.push_screen_wait(sheet) is True


async def _settle(inbox: InboxScreen, user: User, verb: str, change: AddressChange) -> str:
    """Finish a change that is half done, or take it back."""
    people = inbox.session.people
    goes, stays = (change.before, change.after) if verb == "finish" else (change.after, change.before)
    if not await _agrees_to_delete(inbox, user, goes):
        return ""
    if verb == "take_back":
        await take_back_change(people, user.user_id, change)
    elif half_done := await finish_change(people, user.user_id, change):
        raise UsageProblem(half_done_sentence(half_done))
    return f"{short(goes.value)} was deleted; {short(stays.value)} is there."


async def _edit(inbox: InboxScreen, user: User, before: ContactInfo) -> str:
    """What is kept with an address; the address itself is not a field here."""
    fields = _contact_fields(before)[2:]

    def draft(values: Mapping[str, str]) -> Change:
        meta = ascii_json(parse_object(values["meta"]))
        contact = replace(before, filterable=values["filterable"], meta=meta)
        return Change(
            _lines(before), _lines(contact), partial(inbox.session.people.update_contact, user.user_id, contact)
        )

    title = f"Filterable and meta of {before.type} {short(before.value)} of {short(user.user_id)}"
    return (
        "Contact info changed."
        if await ask_and_write(inbox, title, fields, draft, f"{user.user_id} {before.type} {before.value}")
        else ""
    )


async def _remove(inbox: InboxScreen, user: User, contact: ContactInfo) -> str:
    if not await _agrees_to_delete(inbox, user, contact):
        return ""
    await inbox.session.people.delete_contact(user.user_id, contact)
    return "Contact info deleted."


async def _agrees_to_delete(inbox: InboxScreen, user: User, contact: ContactInfo) -> bool:
    return await agrees(inbox, f"Delete this contact info of {short(user.user_id)}?", _lines(contact), "")


async def _edit_meta(inbox: InboxScreen, user: User) -> str:
    before = editable(user.meta)
    fields = [Field("meta", "meta", before, is_block=True, check=parse_object)]

    def draft(values: Mapping[str, str]) -> Change:
        meta = parse_object(values["meta"])
        return Change(before, editable(ascii_json(meta)), partial(inbox.session.people.update, user.user_id, meta))

    return (
        "Meta changed."
        if await ask_and_write(inbox, f"Meta of {short(user.user_id)}", fields, draft, f"meta {user.user_id}")
        else ""
    )


async def create(inbox: InboxScreen, user_id: str) -> str:
    """Make a new user; the answer is the id, empty when it was not made."""
    fields = [
        Field(
            "user_id",
            "User id",
            user_id,
            "any text; it cannot be changed later",
            check=needed(read_id, "The user id"),
        ),
        Field("meta", "meta", '{\n  "name": ""\n}', is_block=True, check=parse_object),
    ]
    made = ""

    def draft(values: Mapping[str, str]) -> Change:
        nonlocal made
        made, meta = values["user_id"], parse_object(values["meta"])
        text = f"user_id {made}\n{editable(ascii_json(meta))}"
        return Change("", text, partial(inbox.session.people.create, made, meta))

    return made if await ask_and_write(inbox, "New user", fields, draft, f"user {user_id}") else ""


async def _delete(inbox: InboxScreen, user: User) -> tuple[str, str]:
    profile = inbox.session.profile
    lines = [
        (profile_label(profile), "production" if profile.is_production else "dim"),
        (
            "The user, the contact infos and everything that belongs to them are deleted at Neptune. It"
            " cannot be taken back.",
            "warn",
        ),
    ]
    if await inbox.app.push_screen_wait(TypedDialog(f"Delete {short(user.user_id)}?", lines, user.user_id)):
        await inbox.session.people.delete(user.user_id)
        return f"{short(user.user_id)} was deleted.", ""
    return "", user.user_id


def _contact_fields(contact: ContactInfo) -> list[Field]:
    def warn(values: Mapping[str, str]) -> str:
        contact = ContactInfo(values["type"], values["value"])
        return contact_warning(contact) if contact.type in CONTACT_TYPES else ""

    return [
        Field(
            "type",
            "Type",
            contact.type,
            ", ".join(CONTACT_TYPES),
            suggestions=CONTACT_TYPES,
            check=needed(read_name, "The type"),
            warn=lambda values: contact_type_warning(values["type"]),
        ),
        Field(
            "value",
            "Value",
            contact.value,
            "the address, number or token",
            check=needed(read_contact, "The value"),
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
