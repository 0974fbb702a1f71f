"""Notifications from JSON to model; with `wire_people` and `encode` the only place that knows the server's names.

Pure. Every text is cleaned here, once. A row that cannot be read is counted and left out; it never costs the page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from neptune_inbox.api.fields import Fields, to_flag, to_id, to_instant, to_payload, to_text, to_worded_id
from neptune_inbox.api.lists import open_list, readable
from neptune_inbox.model import Instant, JsonObject, JsonValue, Notification, Page
from neptune_inbox.text import URL_LIMIT, CleanText, ascii_json, body_to_markdown, clean_line

_OWN: Final = ("notification", "notification_delivery")
"""Nested objects that are the row itself; others may have an id or a read state of something else."""
_NESTED: Final = (*_OWN, "message", "event", "content", "data")
_ID: Final = ("uuid", "id", "notification_uuid")
_TITLE: Final = ("title", "subject")
_BODY: Final = ("body", "content", "message", "text", "html")
_EVENT_TYPE: Final = ("event_type", "type", "slug")
_CREATED: Final = ("created_at", "createdAt", "timestamp")
_READ_AT: Final = ("read_at", "readAt")
_IS_READ: Final = ("read", "is_read")
_STATUS: Final = ("status", "delivery_status")
_LINK: Final = ("link", "url", "action_url", "cta")
_PAYLOAD: Final = ("data", "payload", "meta")


def decode_page(value: JsonValue, *, user_id: str, page: int = 1) -> Page:
    """One page of `user_id`'s notifications; `page` is the number asked for. Raises NotNeptune for no list."""
    listing = open_list(value, "notifications")
    rows = readable(listing.rows, lambda row: decode_notification(row, user_id))
    skipped = len(listing.rows) - len(rows)
    return Page(rows, listing.known_total(page), skipped, listing.is_last(page))


def decode_notification(row: JsonObject, user_id: str) -> Notification | None:
    """One notification; None where the row has no id that can be used."""
    id, own = _identity(row)
    if id is None:
        return None
    fields = Fields(row, _NESTED)
    body = body_to_markdown(fields.text(*_BODY))
    event_type = clean_line(fields.first(_EVENT_TYPE, _to_event_type) or "")
    is_read, read_at = _read_state(own)
    payload = fields.first(_PAYLOAD, to_payload)
    return Notification(
        id=id,
        user_id=user_id,
        title=_title(fields.text(*_TITLE), event_type, body),
        body=body,
        event_type=event_type,
        created_at=fields.first(_CREATED, to_instant),
        is_read=is_read,
        read_at=read_at,
        status=clean_line(fields.text(*_STATUS)),
        link=clean_line(fields.first(_LINK, _to_link) or "", URL_LIMIT),
        data=ascii_json({} if payload is None else payload),
        raw=ascii_json(row),
    )


def _identity(row: JsonObject) -> tuple[str | None, Fields]:
    """The id that `/read` takes, and where the row's own read state may stand.

    A uuid comes before a number, and the row's own id before that of a thing it holds.
    """
    flat, own = Fields(row), Fields(row, _OWN)
    tries: tuple[tuple[Fields, tuple[str, ...], Callable[[JsonValue], str | None]], ...] = (
        (flat, _ID[:1], to_id),
        (flat, _ID[1:], to_worded_id),
        (own, _ID[:1], to_id),
        (own, _ID[1:], to_worded_id),
        (own, _ID[1:], to_id),
    )
    for fields, names, read in tries:
        if (id := fields.first(names, read)) is not None:
            return id, own
    everywhere = Fields(row, _NESTED)
    return everywhere.first(_ID, to_id), everywhere


def _read_state(fields: Fields) -> tuple[bool, Instant | None]:
    read_at = fields.first(_READ_AT, to_instant)
    if read_at is not None:
        return True, read_at
    is_read = fields.first((*_READ_AT, *_IS_READ), to_flag)
    if is_read is None:
        read_at = fields.first(_IS_READ, to_instant)
    return is_read or read_at is not None, read_at


def _title(title: str, event_type: CleanText, body: CleanText) -> CleanText:
    clean = clean_line(title).strip()
    if not clean:
        clean = event_type.replace("_", " ").strip().capitalize()
    if not clean:
        clean = clean_line(next((line for line in body.splitlines() if line.strip("#>*-_ ")), "").strip("#>*-_ "))
    return CleanText(clean or "(no title)")


def _to_event_type(value: JsonValue) -> str | None:
    text = to_text(value)
    return None if text in ("all", "unread", "read") else text


def _to_link(value: JsonValue) -> str | None:
    return Fields(value).text("url", "link", "href") or None if isinstance(value, dict) else to_text(value)
