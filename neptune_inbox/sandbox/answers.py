"""The shapes in which the service answers: rows with plain or starred keys, the list's envelope, refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Literal, TypeAlias, TypeVar

from starlette.responses import JSONResponse

from neptune_inbox.errors import AccessDenied, InboxError, Invalid, NotFound, TokenRefused
from neptune_inbox.model import Instant, JsonObject, JsonValue
from neptune_inbox.sandbox.records import ContactRecord, EnvironmentRecord, NotificationRecord, UserRecord

T = TypeVar("T")
Keys: TypeAlias = Literal["plain", "starred"]

NO_ROUTE: JsonObject = {"error": "Not Found"}
BROKEN: JsonObject = {"message": "Something went wrong"}


class AsciiJson(JSONResponse):
    """JSON with everything beyond ASCII escaped: half a surrogate pair in a stored text must not break the answer."""

    def render(self, content: object) -> bytes:
        return json.dumps(content, separators=(",", ":")).encode("ascii")


def iso(instant: Instant) -> str:
    """ISO 8601 in UTC with milliseconds, as JavaScript writes it."""
    return datetime.fromtimestamp(instant / 1000, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def notification_row(record: NotificationRecord) -> JsonObject:
    """One row of `notification_deliveries`."""
    return _drop_empty(
        {
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
            "occurred_at": None if record.occurred_at is None else iso(record.occurred_at),
            "created_at": iso(record.created_at),
            "read_at": None if record.read_at is None else iso(record.read_at),
        }
    )


def user_row(record: UserRecord, *, has_contacts: bool) -> JsonObject:
    """One row of `users`, with its contact infos where they were asked for."""
    return _drop_empty(
        {
            "uuid": record.uuid,
            "user_id": record.user_id,
            "meta": record.meta,
            "contact_infos": [contact_row(each) for each in record.contacts.values()] if has_contacts else None,
            "created_at": iso(record.created_at),
            "updated_at": iso(record.updated_at),
        }
    )


def contact_row(record: ContactRecord) -> JsonObject:
    """One contact info."""
    return _drop_empty(
        {"type": record.type, "value": record.value, "filterable": record.filterable, "meta": record.meta}
    )


def environment_row(record: EnvironmentRecord) -> JsonObject:
    """One row of `environments`; what paths use is its identifier."""
    return {"identifier": record.identifier, "name": record.name, "is_mocked": record.is_mocked}


def envelope(rows: Sequence[JsonObject], *, page: int, per_page: int, total: int) -> JsonObject:
    """A list's answer; page and page size come back as the strings that they were sent as."""
    return {
        "data": list(rows),
        "meta": {
            "page": str(page),
            "per_page": str(per_page),
            "total": total,
            "total_page": ceil(total / per_page),
        },
    }


def star(row: Mapping[str, T], table: str) -> dict[str, T]:
    """The row with its keys as `table*column`."""
    return {f"{table}*{key}": value for key, value in row.items()}


def refusal(error: InboxError) -> tuple[int, JsonObject]:
    """Status and body for what the world refused."""
    words: JsonValue = error.sentence
    match error:
        case TokenRefused():
            return 401, {"error": words}
        case AccessDenied():
            return 403, {"message": words}
        case NotFound():
            return 404, {"message": words}
        case Invalid():
            fields: JsonObject = {name: list(texts) for name, texts in error.fields.items()}
            return 422, {"message": words, "errorCode": "InputNotValid", "errors": fields}
        case _:
            return 500, BROKEN


def _drop_empty(row: Mapping[str, JsonValue]) -> JsonObject:
    """Keys whose value is null or empty are not sent at all."""
    return {key: value for key, value in row.items() if value not in (None, "", [], {})}
