"""The declared fields of a notification that have no column of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from neptune_inbox.notification_fields import Kind, extra_fields

if TYPE_CHECKING:
    from neptune_inbox.code_hiding import Codes


def hidden_extra(codes: Codes, name: str, value: str | int | bool) -> str | int | bool:
    """An extra without these codes; an instant never is one, and is shown as a time."""
    is_instant = any(field.name == name and field.kind is Kind.INSTANT for field in extra_fields())
    hidden: str | int | bool = value if is_instant else codes.hide_value(value)
    return hidden


def stored_extras(stored: object) -> dict[str, str | int | bool]:
    """The extras that were stored and are still declared."""
    if not stored:
        return {}
    told = json.loads(str(stored))
    return {field.name: told[field.name] for field in extra_fields() if field.name in told}
