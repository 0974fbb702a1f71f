"""Rows of deliveries joined with their notifications and events, as NobeJS selects them (neptune-api.md, [N])."""

from __future__ import annotations

from enum import StrEnum
from typing import Final
from uuid import UUID

from neptune_inbox.model import JsonObject
from neptune_inbox.sandbox.records import NotificationRecord
from neptune_inbox.sandbox.rows import NOTIFICATIONS, iso, iso_or_none

DELIVERIES: Final = NOTIFICATIONS
TITLES: Final = "notifications"
EVENTS: Final = "events"
JOINED_TABLES: Final = (DELIVERIES, TITLES, EVENTS)


class RowOrder(StrEnum):
    """Which columns are selected, and in which order."""

    A = "a"
    """Everything, the delivery first."""
    B = "b"
    """The notification first, the delivery last."""
    C = "c"
    """No id but the delivery's."""


COLUMNS: Final[dict[RowOrder, tuple[str, ...]]] = {
    RowOrder.A: (
        "d*uuid", "d*notification_uuid", "d*status", "d*read_at", "d*created_at", "d*contact_value",
        "n*uuid", "n*title", "n*body", "n*data", "e*uuid", "e*event_type", "e*created_at",
    ),
    RowOrder.B: (
        "n*uuid", "n*title", "n*body", "n*data", "n*created_at", "e*event_type",
        "d*uuid", "d*status", "d*read_at", "d*created_at",
    ),
    RowOrder.C: (
        "d*uuid", "d*status", "d*read_at", "d*created_at", "n*title", "n*body", "n*data", "e*event_type",
    ),
}  # fmt: skip
TABLES: Final = {"d": DELIVERIES, "n": TITLES, "e": EVENTS}


def full_name(column: str) -> str:
    """`d*uuid` as the key of a row."""
    letter, _, name = column.partition("*")
    return f"{TABLES[letter]}*{name}"


def joined_row(record: NotificationRecord, order: RowOrder) -> JsonObject:
    """One notification as a join; its link is part of the rendered data."""
    data = {**record.data, "link": record.link} if record.link else record.data
    values: JsonObject = {
        "d*uuid": delivery_uuid(record.uuid),
        "d*notification_uuid": record.uuid,
        "d*status": record.status,
        "d*read_at": iso_or_none(record.read_at),
        "d*created_at": iso(record.created_at),
        "d*contact_value": record.user_id,
        "n*uuid": record.uuid,
        "n*title": record.title,
        "n*body": record.body or None,
        "n*data": data or None,
        "n*created_at": iso(record.created_at),
        "e*uuid": _twin(record.uuid, _EVENT),
        "e*event_type": record.event_type or None,
        "e*created_at": iso(record.created_at if record.occurred_at is None else record.occurred_at),
    }
    return {full_name(column): values[column] for column in COLUMNS[order]}


def delivery_uuid(uuid: str) -> str:
    """The id of the delivery that belongs to a notification's id, and back."""
    return _twin(uuid, _DELIVERY)


_DELIVERY: Final = 0xD417D417_D417_0417_0417_D417D417D417
_EVENT: Final = 0xE7E7E7E7_E7E7_07E7_07E7_E7E7E7E7E7E7
"""These bits of a uuid are flipped, its version and variant not among them: the other id needs no index."""


def _twin(uuid: str, bits: int) -> str:
    try:
        value = UUID(uuid)
    except ValueError:
        value = None
    if value is not None and str(value) == uuid:
        return str(UUID(int=value.int ^ bits))
    prefix = f"{bits >> 120:x}-"
    return uuid.removeprefix(prefix) if uuid.startswith(prefix) else prefix + uuid
