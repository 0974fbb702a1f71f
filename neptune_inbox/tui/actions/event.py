"""Composing an event, seeing exactly what is sent, and waiting for the notification that it becomes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import uuid4

from msgspec.structs import replace

from neptune_inbox.doors import LAST_MOMENT, needed, optional, read_contact, read_id, read_name, read_whole
from neptune_inbox.errors import InboxError, Invalid, UsageProblem
from neptune_inbox.model import ContactInfo, Event, Key
from neptune_inbox.presentation.remedies import in_a_dialog
from neptune_inbox.presentation.sentences import duplicate_event_sentence, pretty
from neptune_inbox.sync.customers.events import is_duplicate
from neptune_inbox.sync.customers.validation import editable, event_type_warning, parse_object
from neptune_inbox.sync.marking.audit import check_mode
from neptune_inbox.text import ascii_json
from neptune_inbox.tui.actions.drafts import DraftedForm
from neptune_inbox.tui.actions.edit_flow import short, under_way
from neptune_inbox.tui.bindings import live_actions
from neptune_inbox.tui.dialogs.base import PromptDialog, TypedDialog
from neptune_inbox.tui.dialogs.delivery import DeliveryDialog
from neptune_inbox.tui.dialogs.diff import DiffDialog, profile_label
from neptune_inbox.tui.dialogs.form import Field
from neptune_inbox.tui.dialogs.picker import Item, Picker

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen

WAIT = 30.0
"""Seconds to wait for the notification."""
SAFE_AGAIN = "Sending it again is safe: the service accepts each message id only once."
UNSAFE_AGAIN = "Without a message id, sending it again may deliver it twice."
NEW, KEPT = "new", "template:"


async def compose(inbox: InboxScreen) -> None:
    """Send a test event for the user on screen, or of the row."""
    row = inbox.cursor_row
    await send_event(inbox, inbox.scope.user_id or (row.user_id if row else ""))


async def send_event(inbox: InboxScreen, user_id: str) -> bool:
    """Template, form, the exact request, twice in production; then wait for what it becomes.

    Whether the agent has gone to the notification. Raises ObserveOnly before anything is asked.
    """
    check_mode(inbox.session.profile)
    draft = await _start(inbox, user_id)
    if draft is None:
        return False
    fields = _fields(draft, await inbox.session.inbox.event_types())
    form = DraftedForm(inbox, f"event {user_id} {draft.event_type}", "Send an event", fields)
    errors: Mapping[str, tuple[str, ...]] = {}
    problem, send = "", inbox.session.events.send
    while True:
        values = await form.ask(errors, problem)
        if values is None:
            return False
        draft = _event(values)
        errors, problem = {}, ""
        if not draft.user_id and not draft.contact_infos:
            problem = "No recipient is given: fill in the user, or contacts."
        elif await _agrees(inbox, draft):
            known = await _known(inbox, draft.user_id)
            try:
                answer = await under_way(inbox, f"Sending the event {short(draft.event_type)} …", send(draft))
            except Invalid as error:
                errors, problem = error.fields, error.sentence
            except InboxError as error:
                form.failed(error)
                again = SAFE_AGAIN if draft.message_id else UNSAFE_AGAIN
                problem = in_a_dialog(error, live_actions(inbox.app), "form.submit", again)
            else:
                await form.sent()
                if is_duplicate(answer):
                    inbox.say(duplicate_event_sentence(draft.message_id), level="warn")
                    return False
                return await _follow(inbox, draft, known)


async def _start(inbox: InboxScreen, user_id: str) -> Event | None:
    templates = inbox.workspace.settings.templates
    blank = Event("", user_id=user_id, message_id=str(uuid4()))
    if not templates:
        return blank
    items = [Item(NEW, "A new event")] + [
        Item(f"{KEPT}{name}", name, template.event_type) for name, template in templates.items()
    ]
    answer = await inbox.app.push_screen_wait(Picker("Send an event", items))
    if answer is None:
        return None
    template = templates.get(answer.removeprefix(KEPT)) if answer != NEW else None
    return blank if template is None else replace(blank, event_type=template.event_type, data=template.data)


async def _agrees(inbox: InboxScreen, event: Event) -> bool:
    profile = inbox.session.profile
    request = pretty(ascii_json(inbox.session.events.request(event)))
    title = f"Exactly this is sent to {profile.edge_base}"
    lines = [("", line) for line in request.splitlines()]
    if not await inbox.app.push_screen_wait(DiffDialog(title, lines, profile, confirm_label="send it")):
        return False
    if not profile.is_production:
        return True
    lines = [(profile_label(profile), "production"), ("Real customers are behind this environment.", "warn")]
    typed = await inbox.app.push_screen_wait(TypedDialog("Send it to production?", lines, profile.environment))
    return typed is True


async def _known(inbox: InboxScreen, user_id: str) -> frozenset[Key] | None:
    """What is unread before the event is sent; None where nobody can be looked at."""
    if not user_id:
        return None
    try:
        return await inbox.session.events.unread_snapshot(user_id)
    except InboxError:
        return None


async def _follow(inbox: InboxScreen, event: Event, known: frozenset[Key] | None) -> bool:
    """Wait on a sheet for the notification; whether the agent has gone to it."""
    if known is None:
        inbox.say("Sent.")
        return False
    session = inbox.session
    began = session.now()
    waiting = asyncio.create_task(session.events.wait_for_delivery(event.user_id, known, within=WAIT))
    try:
        while True:
            sheet = DeliveryDialog(event, waiting, since=began, within=WAIT, now=session.now)
            answer = await inbox.app.push_screen_wait(sheet)
            if answer != "keep":
                break
            await _keep(inbox, event)
        arrival = waiting.result() if answer == "go" else None
    finally:
        waiting.cancel()
    if arrival is not None:
        await inbox.list.go_to(arrival.key)
        inbox.say(f"Arrived after {arrival.seconds:.1f} s.")
    return arrival is not None


async def _keep(inbox: InboxScreen, event: Event) -> None:
    """Keep the event as a template, under a name that the agent gives."""
    known = inbox.workspace.settings.templates

    def explain(name: str) -> str:
        return f"This replaces {name.strip()}." if name.strip() in known else ""

    name = await inbox.app.push_screen_wait(
        PromptDialog("A name for this template", value=event.event_type, explain=explain)
    )
    if name and name.strip():
        await inbox.workspace.add_template(name.strip(), event)
        inbox.say(f"Kept as the template {name.strip()}.")


def _fields(event: Event, types: list[str]) -> list[Field]:
    return [
        Field(
            "event_type",
            "Event type",
            event.event_type,
            "such as payment_failed; any text",
            suggestions=types,
            check=needed(read_name, "The event type"),
            warn=lambda values: event_type_warning(values["event_type"]),
        ),
        Field("user_id", "User", event.user_id, "the customer it is for", check=optional(read_id, "The user id")),
        Field(
            "message_id",
            "Message id",
            event.message_id,
            "so that the service accepts it only once",
            check=optional(read_id, "The message id"),
        ),
        Field("tags", "Tags", ", ".join(event.tags), "separated by commas; may stay empty"),
        Field(
            "timestamp",
            "Timestamp",
            "" if event.timestamp is None else str(event.timestamp),
            "unix seconds; empty: now",
            check=_seconds,
        ),
        Field("data", "data", editable(event.data), is_block=True, check=parse_object),
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
    """Contact infos as `{"email": "a@b.example"}`, several of a type as a list; raises UsageProblem."""
    found: list[ContactInfo] = []
    for kind, values in parse_object(text).items():
        for value in values if isinstance(values, list) else [values]:
            if not isinstance(value, str):
                raise UsageProblem('Write {"email": "a@b.example"}: a type and its value, or a list of values.')
            found.append(ContactInfo(read_name(kind, "The type"), read_contact(value, f"The {kind}")))
    return tuple(found)


def _contacts_text(event: Event) -> str:
    found: dict[str, list[str]] = {}
    for contact in event.contact_infos:
        found.setdefault(contact.type, []).append(contact.value)
    return editable(ascii_json({kind: values[0] if len(values) == 1 else values for kind, values in found.items()}))


def _seconds(text: str) -> int | None:
    return read_whole(text, "The timestamp", 0, LAST_MOMENT // 1000) if text.strip() else None


VERBS = {"event": compose}
