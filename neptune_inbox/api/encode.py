"""Request bodies from model to JSON; pure."""

from __future__ import annotations

import json
from typing import Final

from neptune_inbox.errors import Invalid
from neptune_inbox.model import ContactInfo, Event, JsonObject, JsonValue

MASKED_TOKEN: Final = "••••"
"""A placeholder that the transport replaces with the token."""


def encode_contact(contact: ContactInfo, *, with_meta: bool = True) -> JsonObject:
    """The body that adds or changes a contact info; a deletion names it without its meta. Raises Invalid."""
    body: JsonObject = {"type": contact.type, "value": contact.value}
    if contact.filterable:
        body["filterable"] = contact.filterable
    if with_meta and (meta := _object(contact.meta, "The meta of the contact info")):
        body["meta"] = meta
    return body


def encode_event(event: Event, environment: str) -> JsonObject:
    """The body that ingests an event, with the token masked. Raises Invalid where its data is not a JSON object."""
    body: JsonObject = {
        "environment": environment,
        "api_token": MASKED_TOKEN,
        "event_type": event.event_type,
        "version": "1",
        "data": _object(event.data, "The data of the event"),
    }
    if event.user_id:
        body["user_id"] = event.user_id
    if event.contact_infos:
        body["contact_infos"] = [encode_contact(contact) for contact in event.contact_infos]
    if event.timestamp is not None:
        body["timestamp"] = event.timestamp
    if event.message_id:
        body["message_id"] = event.message_id
    if event.tags:
        body["tags"] = list(event.tags)
    if event.ignore_user_contacts:
        body["ignore_user_contacts"] = "true"
    return body


def _object(text: str, what: str) -> JsonObject:
    value: JsonValue
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Invalid(f"{what} is not a JSON object, so nothing was sent.", 'Write it like {"name": "value"}.')
    return value
