"""Users, contact infos and environments from JSON to model; pure, and as tolerant as `decode_notifications`."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from neptune_inbox.api.envelope import open_list, readable, refuse_unreadable
from neptune_inbox.api.fields import Fields, to_id, to_object, to_payload, to_worded_id
from neptune_inbox.errors import NotNeptune
from neptune_inbox.model import ContactInfo, Environment, JsonObject, JsonValue, User
from neptune_inbox.text import CleanText, ascii_json, clean_line

_USER: Final = ("user_id", "id")
_CONTACTS: Final = ("contact_infos", "contacts_info", "contact_info", "contactInfos", "contacts")
_ENVIRONMENT: Final = ("identifier", "slug", "environment", "name")
_LABEL: Final = ("label", "display_name", "title", "name")
_LONGEST_VALUE: Final = 4096
"""Firebase tokens have no documented length."""


class UserPage(Struct, frozen=True):
    """One page of the users of an environment."""

    rows: tuple[User, ...]
    total: int | None
    is_last: bool
    skipped: int = 0
    """Rows that could not be read."""


def decode_users(value: JsonValue, *, page: int = 1, per_page: int | None = None) -> UserPage:
    """One page of users; `page` and `per_page` are what was asked for. Raises NotNeptune if it is not a list."""
    listing = open_list(value, "users", page=page)
    rows = readable(listing.rows, decode_user)
    if page == 1:
        refuse_unreadable(listing, len(rows), "user")
    is_last = listing.is_last(page) and not listing.repeats_size(per_page)
    return UserPage(rows, listing.known_total(page), is_last, len(listing.rows) - len(rows))


def decode_one_user(value: JsonValue, user_id: str) -> User:
    """The user who was asked for, bare or under `data` or `user`. Raises NotNeptune where the answer holds none."""
    row = _user_row(value)
    user = None if row is None else decode_user({**row, "user_id": user_id})
    if user is None:
        raise NotNeptune(f"The answer does not contain user {clean_line(user_id, 80)}.")
    return user


def decode_written_user(value: JsonValue, user_id: str, meta: JsonObject) -> User:
    """The user as the server says that it was written; what it leaves out is as it was sent."""
    row = _user_row(value) or {}
    told = {} if Fields(row).first(("meta",), to_payload) else {"meta": meta}
    user = decode_user({**row, **told, "user_id": user_id})
    return user or User(user_id, meta=ascii_json(meta))


def decode_user(row: JsonObject) -> User | None:
    """One user; None where the row names none."""
    fields = Fields(row)
    user_id = fields.first(_USER[:1], to_id) or fields.first(_USER[1:], to_id)
    if user_id is None:
        return None
    meta = fields.first(("meta",), to_payload)
    contacts = fields.first(_CONTACTS, lambda value: value if isinstance(value, list) else None)
    return User(
        user_id,
        name=_best_name(to_object(meta) or {}, fields),
        meta=ascii_json({} if meta is None else meta),
        contacts=readable(contacts or [], decode_contact),
    )


def decode_contact(row: JsonObject) -> ContactInfo | None:
    """One contact info; None without a type and a value that can be sent back as they are."""
    fields = Fields(row)
    kind = fields.first(("type",), to_id)
    value = fields.first(("value",), lambda value: to_id(value, _LONGEST_VALUE))
    if kind is None or value is None:
        return None
    meta = fields.first(("meta",), to_object) or {}
    return ContactInfo(kind, value, clean_line(fields.text("filterable")), ascii_json(meta))


def decode_environments(value: JsonValue, *, page: int = 1) -> tuple[tuple[Environment, ...], bool]:
    """The environments of one page, each once, and whether no page follows. Raises NotNeptune if it is not a list,
    and if there are rows but none names one.
    """
    listing = open_list(value, "environments", page=page)
    found: dict[str, Environment] = {}
    for row in listing.rows:
        fields = Fields(row if isinstance(row, dict) else {"name": row})
        name = fields.first(_ENVIRONMENT, to_worded_id)
        if name is not None:
            found.setdefault(name, Environment(name, clean_line(fields.text(*_LABEL))))
    refuse_unreadable(listing, len(found), "environment")
    is_all = listing.total is None and listing.per_page is None and listing.last_page is None
    return tuple(found.values()), is_all or listing.is_last(page)


def _user_row(value: JsonValue) -> JsonObject | None:
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    for _ in range(2):
        if not isinstance(value, dict):
            return None
        if Fields(value).first(_USER, to_id) is not None:
            return value
        inner = value.get("data") or value.get("user")
        value = inner[0] if isinstance(inner, list) and len(inner) == 1 else inner
    return value if isinstance(value, dict) and Fields(value).first(_USER, to_id) is not None else None


def _best_name(meta: JsonObject, fields: Fields) -> CleanText:
    told = Fields(meta)
    whole = told.text("name") or told.text("full_name")
    parts = f"{told.text('first_name')} {told.text('last_name')}".strip()
    return clean_line(
        whole or parts or told.text("display_name") or told.text("email") or fields.text("name", "email")
    )
