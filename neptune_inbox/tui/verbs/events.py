"""Composing an event, seeing exactly what is sent, and waiting for the notification that it becomes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from neptune_inbox.errors import InboxError, Invalid, UsageProblem
from neptune_inbox.model import ContactInfo, Event, JsonObject, Key
from neptune_inbox.sync.drafts import difference, event_type_warning, parse_object
from neptune_inbox.sync.wording import pretty
from neptune_inbox.text import ascii_json
from neptune_inbox.tui.screens.difference import Difference
from neptune_inbox.tui.screens.form import Field, Form
from neptune_inbox.tui.screens.picker import Item, Picker
from neptune_inbox.tui.screens.sheet import PromptSheet, TypedSheet

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.inbox import InboxScreen

WAIT = 30.0
"""Seconds to wait for the notification."""
NEW, SAVE = "new:", "save"


async def compose(inbox: InboxScreen) -> None:
    """Send a test event for the user on screen, or of the row."""
    row = inbox.cursor_row
    await send_event(inbox, inbox.scope.user_id or (row.user_id if row else ""))


async def send_event(inbox: InboxScreen, user_id: str) -> None:
    """Template, form, the exact request, twice in production; then wait for what it becomes."""
    draft = await _start(inbox, user_id)
    if draft is None:
        return
    types = await inbox.session.inbox.event_types()
    errors: Mapping[str, tuple[str, ...]] = {}
    problem = ""
    while True:
        form = Form("Send an event", _fields(draft, types), errors=errors, problem=problem)
        values = await inbox.app.push_screen_wait(form)
        if values is None:
            return
        draft = _event(values)
        if not await _agrees(inbox, draft):
            continue
        known = await _known(inbox, draft.user_id)
        try:
            await inbox.session.events.send(draft)
        except Invalid as error:
            errors, problem = error.fields, error.sentence
            continue
        await _wait(inbox, draft, known)
        await _offer_template(inbox, draft)
        return


async def _start(inbox: InboxScreen, user_id: str) -> Event | None:
    templates = inbox.workspace.settings.templates
    blank = Event("", user_id=user_id, message_id=str(uuid4()))
    if not templates:
        return blank
    items = [Item(NEW, "A new event")] + [
        Item(name, name, template.event_type) for name, template in templates.items()
    ]
    answer = await inbox.app.push_screen_wait(Picker("Send an event", items))
    if answer is None:
        return None
    template = templates.get(answer)
    return blank if template is None else replace(blank, event_type=template.event_type, data=template.data)


async def _agrees(inbox: InboxScreen, event: Event) -> bool:
    profile = inbox.session.profile
    request = pretty(ascii_json(inbox.session.events.request(event)))
    place = f"{profile.environment.upper() if profile.is_production else profile.environment} · {profile.edge_base}"
    sheet = Difference("Exactly this is sent", difference("", request), place, is_production=profile.is_production)
    if not await inbox.app.push_screen_wait(sheet):
        return False
    if not profile.is_production:
        return True
    lines = [(place, "production"), ("Real customers are behind this environment.", "warn")]
    typed = await inbox.app.push_screen_wait(TypedSheet("Send it to production?", lines, profile.environment))
    return typed is True


async def _known(inbox: InboxScreen, user_id: str) -> frozenset[Key] | None:
    """What is unread before the event is sent; None where nobody can be looked at."""
    if not user_id:
        return None
    try:
        return await inbox.session.events.look_first(user_id)
    except InboxError:
        return None


async def _wait(inbox: InboxScreen, event: Event, known: frozenset[Key] | None) -> None:
    if known is None:
        inbox.say("Sent.")
        return
    inbox.say(f"Sent; waiting for it to arrive at {event.user_id} …")
    arrival = await inbox.session.events.wait_for_arrival(event.user_id, known, within=WAIT)
    if arrival is None:
        inbox.say(
            f"Sent, but nothing arrived within {WAIT:.0f} s. Does a template exist for {event.event_type}?", "warn"
        )
        return
    inbox.say(f"Arrived after {arrival.seconds:.1f} s.")
    await inbox.go_to(arrival.key)


async def _offer_template(inbox: InboxScreen, event: Event) -> None:
    known = inbox.workspace.settings.templates
    if any((known_one.event_type, known_one.data) == (event.event_type, event.data) for known_one in known.values()):
        return
    name = await inbox.app.push_screen_wait(
        PromptSheet("Keep it as a template? Type a name, or press esc", placeholder=event.event_type)
    )
    if name and name.strip():
        await inbox.workspace.add_template(name.strip(), event)


def _fields(event: Event, types: list[str]) -> list[Field]:
    return [
        Field(
            "event_type",
            "Event type",
            event.event_type,
            "lowercase words joined by underscores",
            suggestions=types,
            check=_must_be_there,
            warn=event_type_warning,
        ),
        Field("user_id", "User", event.user_id, "the customer it is for"),
        Field("message_id", "Message id", event.message_id, "so that it is taken once"),
        Field("tags", "Tags", ", ".join(event.tags), "separated by commas; may stay empty"),
        Field(
            "timestamp",
            "Timestamp",
            "" if event.timestamp is None else str(event.timestamp),
            "unix seconds; empty is now",
            check=_seconds,
        ),
        Field("data", "data", pretty(event.data), is_block=True, check=parse_object),
        Field("contact_infos", "Contacts", _contacts_text(event), is_block=True, check=_contacts),
    ]


def _event(values: Mapping[str, str]) -> Event:
    return Event(
        event_type=values["event_type"],
        data=ascii_json(parse_object(values["data"])),
        user_id=values["user_id"],
        contact_infos=_contacts(values["contact_infos"]),
        timestamp=_seconds(values["timestamp"]),
        message_id=values["message_id"],
        tags=tuple(filter(None, (tag.strip() for tag in values["tags"].split(",")))),
    )


def _contacts(text: str) -> tuple[ContactInfo, ...]:
    """Contact infos written as an object of type and value, such as {"email": "a@b.example"}; raises UsageProblem."""
    found: JsonObject = parse_object(text)
    if not all(isinstance(value, str) for value in found.values()):
        raise UsageProblem('Write {"email": "a@b.example"}: a type and its value.')
    return tuple(ContactInfo(kind, str(value)) for kind, value in found.items())


def _contacts_text(event: Event) -> str:
    return json.dumps({contact.type: contact.value for contact in event.contact_infos}, indent=2)


def _seconds(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal():
        raise UsageProblem("Unix seconds are a whole number.")
    return int(text)


def _must_be_there(text: str) -> None:
    if not text.strip():
        raise UsageProblem("This cannot be empty.")


VERBS = {"event": compose}
