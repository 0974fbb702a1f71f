"""Contacts, hidden in what is handed on: the known ones letter for letter, others by how they look."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

from neptune_inbox.masking import MASK

_UUID = r"\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b"
_EMAIL = r"[\w.+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+"
_PHONE = r"(?<![\w.,:-])(?:\+|00?)[1-9](?:[ ()/.-]{0,2}\d){6,14}(?!\w)"
"""An international number, or one that begins with a 0 as national ones do; amounts, dates and ids do not."""
_LOOKS_LIKE_CONTACT = re.compile(rf"(?P<id>{_UUID})|{_EMAIL}|{_PHONE}", re.IGNORECASE)
_NAMES: Final = frozenset(
    {"contact", "email", "mail", "phone", "mobile", "cell", "tel", "telephone", "msisdn", "firebase", "fcm", "push"}
)
"""Words in the name of a value that is a contact, whatever it looks like."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SHORTEST: Final = 4
"""Characters; a shorter contact could be part of any word."""


class ContactMask:
    """Hides the contact infos of one customer."""

    def __init__(self, contacts: Iterable[str]) -> None:
        known = sorted({each.strip() for each in contacts if len(each.strip()) >= _SHORTEST}, key=len, reverse=True)
        parts = [part for each in known for part in _spellings(each)]
        self._known = re.compile("|".join(parts), re.IGNORECASE) if parts else None

    def text(self, text: str) -> str:
        """The text without what is or looks like a contact."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        return _LOOKS_LIKE_CONTACT.sub(lambda found: found[0] if found["id"] else MASK, text)

    def json(self, text: str) -> str:
        """The same for JSON text, laid out for reading; a value that is named as a contact goes whole."""
        try:
            value = json.loads(text)
        except ValueError:
            return self.text(text)
        return json.dumps(self._value(value, is_contact=False), indent=2, ensure_ascii=False)

    def _value(self, value: Any, *, is_contact: bool) -> Any:
        if isinstance(value, dict):
            return {
                self.text(name): self._value(each, is_contact=is_contact or _names_contact(name))
                for name, each in value.items()
            }
        if isinstance(value, list):
            return [self._value(each, is_contact=is_contact) for each in value]
        if is_contact and isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            return MASK
        if isinstance(value, int) and not isinstance(value, bool):
            return value if self.text(str(value)) == str(value) else MASK
        return self.text(value) if isinstance(value, str) else value


def _spellings(contact: str) -> list[str]:
    """How a contact may be written in a text; a number with any signs between its digits."""
    found = [re.escape(contact), re.escape(contact.replace("@", "%40"))] if "@" in contact else [re.escape(contact)]
    digits = re.sub(r"\D", "", contact)
    if len(digits) >= 7 and not re.search(r"[^\d\s+()/.-]", contact):
        found.append(rf"(?<!\d)\+?{r'[ ()/.-]{0,2}'.join(digits)}(?!\d)")
    return found


def _names_contact(name: str) -> bool:
    return any(word.lower() in _NAMES for word in _WORD.findall(name))
