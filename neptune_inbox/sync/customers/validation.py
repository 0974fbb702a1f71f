"""What a person typed, on its way to the service: JSON objects read with good errors, contact values looked at.

A value that looks wrong is warned about and not refused: the service decides, and customers are odd.
"""

from __future__ import annotations

import difflib
import json
import re
from math import isfinite

from neptune_inbox import doors
from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import ContactInfo, JsonObject, JsonValue
from neptune_inbox.text import clean_block

CONTACT_TYPES = ("email", "mobile_number", "firebase_token")
"""neptune-api.md, Names."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]{2,}")
_MOBILE = re.compile(r"\+?[\d\s().-]{6,24}")
_JSON_WORDS = {
    "Expecting property name enclosed in double quotes": 'expecting a name in double quotes, such as "plan"',
    "Expecting ',' delimiter": "expecting a comma or the end",
    "Expecting ':' delimiter": "expecting a colon",
    "Expecting value": "expecting a value",
    # As Python 3.13 and later say it; earlier ones point behind the comma.
    **dict.fromkeys(
        ("Illegal trailing comma before end of object", "Illegal trailing comma before end of array"),
        "nothing follows the comma",
    ),
    "Extra data": "the object has already ended",
    "Unterminated string starting at": "a text without a closing quote begins here",
}
_EVENT_TYPE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")


def parse_object(text: str) -> JsonObject:
    """The JSON object in a text, empty text and PHP's `[]` being `{}`; raises UsageProblem with line and column."""
    if not text.strip():
        return {}
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except json.JSONDecodeError as problem:
        where = f"Line {problem.lineno}, column {problem.colno}"
        raise UsageProblem(f"{where}: {_plain(problem.msg)}{_near(problem)}.") from None
    except (ValueError, RecursionError):
        raise UsageProblem("This is not JSON that the service would accept.") from None
    if value == []:
        return {}
    if not isinstance(value, dict):
        raise UsageProblem("This is JSON, but no object: write {…}.")
    return doors.read_json_object(text, "This")


def editable(text: str) -> str:
    """JSON text laid out for editing: what comes back is what it was, so nothing is cleaned out of it.

    Where it holds characters that no terminal should be given, they are escaped.
    """
    value: JsonValue = json.loads(text or "{}")
    shown = json.dumps(value, indent=2, ensure_ascii=False)
    return shown if clean_block(shown, limit=len(shown)) == shown else json.dumps(value, indent=2)


def contact_warning(contact: ContactInfo) -> str:
    """What looks wrong with a contact info, or empty."""
    if odd := contact_type_warning(contact.type):
        return odd
    if contact.type == "email" and not _EMAIL.fullmatch(contact.value):
        return "This does not look like an email address."
    if contact.type == "mobile_number" and not _MOBILE.fullmatch(contact.value):
        return "This does not look like a mobile number; +49 170 1234567 would."
    if contact.type == "firebase_token" and (len(contact.value) < 20 or " " in contact.value):
        return "This is too short for a push token."
    return ""


def contact_type_warning(type: str) -> str:
    """What looks wrong with the type of a contact info, or empty."""
    return "" if type in CONTACT_TYPES else f"`{type}` is not one of {', '.join(CONTACT_TYPES)}."


def event_type_warning(event_type: str) -> str:
    """A hint for an event type of unusual form, or empty; the service takes any text (neptune-api.md, Names)."""
    if _EVENT_TYPE.fullmatch(event_type):
        return ""
    return "Neptune suggests lowercase words joined by underscores, but accepts any text."


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """The lines of two texts as `(sign, line)`: `-` goes, `+` comes, a blank stays."""
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [(line[0], line[2:]) for line in lines if line[0] in " +-"]


def _plain(words: str) -> str:
    return _JSON_WORDS.get(words, words[:1].lower() + words[1:])


def _near(problem: json.JSONDecodeError) -> str:
    """What stands at the tenant, short enough for a line."""
    rest = problem.doc[problem.pos :].splitlines()
    there = rest[0].strip() if rest else ""
    return f", before {there[:20]}{'…' if len(there) > 20 else ''}" if there else ""


def _finite(digits: str) -> float:
    """`1e999` is JSON, but no number that could be sent again."""
    value = float(digits)
    if not isfinite(value):
        raise ValueError(digits)
    return value


def _refuse_constant(name: str) -> JsonValue:
    raise ValueError(name)
