"""Notifications from JSON to model; with `decode_users` and `encode` the only place that knows the server's names.

Pure. Every text is cleaned here, once. A row that cannot be read is counted and left out; it never costs the page.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from neptune_inbox.api.envelope import open_list, readable, refuse_unreadable
from neptune_inbox.api.fields import Fields, to_flag, to_payload, to_text, to_whole
from neptune_inbox.api.identity import identifiers, told_apart
from neptune_inbox.api.instants import to_instant
from neptune_inbox.api.read_state import read_state, tells_read
from neptune_inbox.model import Filter, JsonObject, JsonValue, Notification, Page
from neptune_inbox.notification_fields import FIELDS, Field, Kind, extra_fields
from neptune_inbox.text import URL_LIMIT, CleanText, ascii_json, body_to_markdown, clean_line

_OWN: Final = (
    "notification_delivery",
    "notification_deliveries",
    "delivery",
    "notification",
    "app_notification",
    "attributes",
    "node",
    "item",
)
"""Nested objects that are the row itself; others may have a read state of something else."""
_NESTED: Final = (*_OWN, "message", "event", "content", "data", "payload", "rendered")
_DEEPER: Final = ("notification", "rendered", "content", "attributes", "payload", "data", "message")
_WRAPPERS: Final = ("data", "content", "attributes", "message", "node", "item", "row")
"""A row that consists only of one of these is treated as its content."""


def decode_page(
    value: JsonValue, *, user_id: str, page: int = 1, per_page: int | None = None, kind: Filter = Filter.ALL
) -> Page:
    """One page of a list of `user_id`'s notifications; `page` and `per_page` are what was asked for.

    Raises NotNeptune for what is not a list of them; on a later page rows that cannot be read are only counted.

    The list that was asked for decides what is read; in `all` the rows' own words do.
    """
    listing = open_list(value, "notifications", page=page)
    decoded = readable(listing.rows, lambda row: decode_notification(row, user_id))
    if page == 1:
        refuse_unreadable(listing, len(decoded), "notification")
    rows, repeated, distinct = told_apart(decoded)
    return Page(
        tuple(in_list(row, kind) for row in rows),
        listing.known_total(page),
        len(listing.rows) - len(decoded),
        listing.is_last(page, per_page),
        is_short_of_request=listing.repeats_size(per_page),
        repeated=repeated,
        distinct=distinct,
        contradicts_list=any(_contradicts(row, kind) for row in rows),
        has_more_than_total=listing.has_more_than_total(page),
        hides_read=kind is Filter.READ and not all(row.says_read for row in rows),
        tells_read=any(tells_read(unwrapped(row)) for row in listing.rows if isinstance(row, dict)),
    )


def in_list(row: Notification, kind: Filter) -> Notification:
    """The row as the list that it came in proves it."""
    if kind is Filter.ALL:
        return row
    is_read = kind is Filter.READ
    return replace(row, is_read=is_read, read_at=row.read_at if is_read else None, says_read=True)


def decode_notification(row: JsonObject, user_id: str) -> Notification | None:
    """One notification by its own words; None where the row has no id that can be used."""
    row_itself = unwrapped(row)
    ids = identifiers(row_itself)
    if not ids:
        return None
    fields, state = Fields(row_itself, _NESTED, _DEEPER), read_state(row_itself)
    values = {field.name: _read(fields, field) for field in FIELDS if field.wire}
    extras = {field.name: values.pop(field.name) for field in extra_fields() if field.wire}
    values["title"] = _title(values["title"], values["event_type"], values["body"])
    return Notification(
        **values,
        id=ids[0].value,
        user_id=user_id,
        is_read=bool(state.is_read),
        read_at=state.read_at,
        raw=ascii_json(row),
        extras={name: value for name, value in extras.items() if value not in (None, "", "{}")},
        identifiers=ids,
        candidates=ids,
        says_read=state.is_read is not None and state.is_sure,
    )


def unwrapped(row: JsonObject) -> JsonObject:
    """The content of a row that only wraps one object."""
    for _ in range(3):
        if len(row) != 1:
            break
        (name, inner), *_ = row.items()
        if name not in _WRAPPERS or not isinstance(inner, dict):
            break
        row = inner
    return row


def _read(fields: Fields, field: Field) -> Any:
    """The value of a field, cleaned; its default where the server does not say depends on its kind."""
    names = field.wire
    match field.kind:
        case Kind.INSTANT:
            return fields.first(names, to_instant)
        case Kind.WHOLE:
            return fields.first(names, to_whole)
        case Kind.FLAG:
            return fields.first(names, to_flag)
        case Kind.PAYLOAD:
            payload = fields.first(names, to_payload)
            return ascii_json({} if payload is None else payload)
        case Kind.LINK:
            return clean_line(fields.first(names, _to_link) or "", URL_LIMIT)
        case Kind.BODY:
            return body_to_markdown(fields.text(*names))
        case _:
            text = fields.first(names, lambda value: None if (text := to_text(value)) in field.ignored else text)
            return clean_line(text or "")


def _contradicts(row: Notification, kind: Filter) -> bool:
    return kind is not Filter.ALL and row.says_read and row.is_read != (kind is Filter.READ)


def _title(title: str, event_type: CleanText, body: CleanText) -> CleanText:
    clean = clean_line(title).strip()
    if not clean:
        clean = event_type.replace("_", " ").strip().capitalize()
    if not clean:
        clean = clean_line(next((line for line in body.splitlines() if line.strip("#>*-_ ")), "").strip("#>*-_ "))
    return CleanText(clean or "(no title)")


def _to_link(value: JsonValue) -> str | None:
    return Fields(value).text("url", "link", "href") or None if isinstance(value, dict) else to_text(value)
