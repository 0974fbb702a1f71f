"""Records as rows: every column that the service has, nulls among them; dialects decide on keys and nulls."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from neptune_inbox.model import Instant, JsonObject
from neptune_inbox.sandbox.records import ContactRecord, EnvironmentRecord, NotificationRecord, UserRecord

NOTIFICATIONS, USERS, ENVIRONMENTS = "notification_deliveries", "users", "environments"
"""The tables that lists are read from."""


@lru_cache(maxsize=8_192)
def iso(instant: Instant) -> str:
    """ISO 8601 in UTC with milliseconds, as JavaScript writes it."""
    return datetime.fromtimestamp(instant / 1000, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(instant: Instant | None) -> str | None:
    return None if instant is None else iso(instant)


def notification_row(record: NotificationRecord) -> JsonObject:
    """One notification as a single flat row."""
    return {
        "uuid": record.uuid,
        "user_id": record.user_id,
        "event_type": record.event_type,
        "title": record.title,
        "body": record.body,
        "link": record.link,
        "data": record.data,
        "status": record.status,
        "tags": list(record.tags),
        "message_id": record.message_id,
        "occurred_at": iso_or_none(record.occurred_at),
        "created_at": iso(record.created_at),
        "read_at": iso_or_none(record.read_at),
    }


def user_row(record: UserRecord, *, has_contacts: bool) -> JsonObject:
    """One row of `users`, with its contact infos where they were asked for."""
    row: JsonObject = {
        "uuid": record.uuid,
        "user_id": record.user_id,
        "meta": record.meta,
        "created_at": iso(record.created_at),
        "updated_at": iso(record.updated_at),
    }
    if has_contacts:
        row["contact_infos"] = [contact_row(each) for each in record.contacts.values()]
    return row


def contact_row(record: ContactRecord) -> JsonObject:
    """One contact info; filterable and meta only where they say something."""
    row: JsonObject = {"type": record.type, "value": record.value}
    if record.filterable:
        row["filterable"] = record.filterable
    if record.meta:
        row["meta"] = record.meta
    return row


def environment_row(record: EnvironmentRecord) -> JsonObject:
    """One row of `environments`; what paths use is its identifier."""
    return {"identifier": record.identifier, "name": record.name, "is_mocked": record.is_mocked}
