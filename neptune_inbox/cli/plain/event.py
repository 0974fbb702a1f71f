"""Sending an event, in `--plain`: what is sent is said in full and agreed to, in production by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from neptune_inbox.cli.plain.speech import spoken_json
from neptune_inbox.cli.plain.text import profile_words
from neptune_inbox.doors import read_name
from neptune_inbox.model import Event
from neptune_inbox.sync.customers.validation import event_type_warning, parse_object
from neptune_inbox.sync.marking.audit import check_mode
from neptune_inbox.text import ascii_json
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.cli.plain.inbox import PlainInbox, PlainVerb


async def send_event(inbox: PlainInbox, text: str) -> None:
    """Send one event for the user listed, or of the line read last. Raises ObserveOnly before it asks."""
    check_mode(inbox.session.profile)
    user_id = await inbox.user()
    event = await _draft(inbox, user_id, text)
    if event is None or not await _agrees(inbox, event):
        inbox.console.say("Nothing was sent.")
        return
    answer = await inbox.session.events.send(event)
    if answer.get("is_duplicate") is True:
        inbox.console.say("The service already had this event, and did nothing with it.")
        return
    inbox.console.say(
        f"Sent {event.event_type} for {quoted_id(user_id)}. A notification that it makes is announced as new;"
        " refresh shows it."
    )
    inbox.session.poller.refresh(user_id)


async def _draft(inbox: PlainInbox, user_id: str, text: str) -> Event | None:
    """The event as it was typed, or as the answers say; None where an answer is missing. Raises UsageProblem."""
    name, _, json = text.strip().partition(" ")
    templates = inbox.workspace.settings.templates
    if not name:
        known = f", or a template: {', '.join(templates)}" if templates else ""
        name = await inbox.console.ask(f"Event type, such as payment_failed{known}; empty sends nothing: ") or ""
    if not name:
        return None
    if name in templates and not json:
        name, data = templates[name].event_type, templates[name].data
    else:
        if not json:
            typed = await inbox.console.ask('Payload as JSON, such as {"amount": 5}; empty means none: ')
            if typed is None:
                return None
            json = typed
        data = ascii_json(parse_object(json))
    return Event(read_name(name, "The event type"), data=data, user_id=user_id, message_id=str(uuid4()))


async def _agrees(inbox: PlainInbox, event: Event) -> bool:
    console, profile = inbox.console, inbox.session.profile
    console.say(f"Event {event.event_type} for {quoted_id(event.user_id)}, in {profile_words(profile)}.")
    if warning := event_type_warning(event.event_type):
        console.say(f"Mind: {warning}")
    payload = spoken_json(event.data) if event.data != "{}" else []
    console.say_all(["Payload:", *(f"  {line}" for line in payload)] if payload else ["No payload."])
    console.say(
        "The customer gets whatever the service makes of it, such as an email and a push. It cannot be taken back."
    )
    if profile.is_production:
        return await console.ask(f"Type {profile.environment} to send it: ") == profile.environment
    return await console.agrees("Send it?")


VERBS: dict[str, PlainVerb] = {"event": send_event}
