"""What a person typed, on its way to the service: JSON objects read with good errors, contact values looked at.

A value that looks wrong is warned about and not refused: the service decides, and customers are odd.
"""

from __future__ import annotations

import difflib
import json
import re

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import ContactInfo, JsonObject, JsonValue

CONTACT_TYPES = ("email", "mobile_number", "firebase_token")
"""neptune-api.md, Names."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_MOBILE = re.compile(r"\+?[\d\s().-]{6,24}")
_EVENT_TYPE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def parse_object(text: str) -> JsonObject:
    """The JSON object in a text, empty text being `{}`; raises UsageProblem with line and column."""
    if not text.strip():
        return {}
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as problem:
        raise UsageProblem(f"Line {problem.lineno}, column {problem.colno}: {problem.msg.lower()}.") from None
    except (ValueError, RecursionError):
        raise UsageProblem("This is no JSON that the service would take.") from None
    if not isinstance(value, dict):
        raise UsageProblem("This is JSON, but no object: write {…}.")
    return value


def contact_warning(contact: ContactInfo) -> str:
    """What looks wrong with a contact info, or empty."""
    if contact.type not in CONTACT_TYPES:
        return f"`{contact.type}` is none of {', '.join(CONTACT_TYPES)}."
    if contact.type == "email" and not _EMAIL.fullmatch(contact.value):
        return "This does not look like an email address."
    if contact.type == "mobile_number" and not _MOBILE.fullmatch(contact.value):
        return "This does not look like a mobile number; +49 170 1234567 would."
    if contact.type == "firebase_token" and (len(contact.value) < 20 or " " in contact.value):
        return "This is short for a push token."
    return ""


def event_type_warning(event_type: str) -> str:
    """What looks wrong with an event type, or empty (neptune-api.md: lowercase words joined by underscores)."""
    return "" if _EVENT_TYPE.fullmatch(event_type) else "Event types are lowercase words joined by underscores."


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """The lines of two texts as `(sign, line)`: `-` goes, `+` comes, a blank stays."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [(line[0], line[2:]) for line in lines if line[0] in " +-"]


def _refuse_constant(name: str) -> JsonValue:
    raise ValueError(name)
