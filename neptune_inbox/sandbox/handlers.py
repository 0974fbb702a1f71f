"""What each call does: reads its fields, asks the world, and shapes the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct

from neptune_inbox.errors import Invalid
from neptune_inbox.model import Filter, JsonObject, JsonValue
from neptune_inbox.sandbox.answers import (
    Keys,
    contact_row,
    envelope,
    environment_row,
    notification_row,
    star,
    user_row,
)
from neptune_inbox.sandbox.checks import Fields
from neptune_inbox.sandbox.records import ContactKey, ContactRecord, NotificationRecord
from neptune_inbox.sandbox.tokens import Grant, TokenRules
from neptune_inbox.sandbox.world import World

MOST_PER_PAGE = 100
CONTACT_TYPES = ("email", "mobile_number", "firebase_token")
SORT_ORDERS = ("desc", "asc")
NOTIFICATIONS, USERS, ENVIRONMENTS = "notification_deliveries", "users", "environments"
NOTIFICATION_COLUMNS = ("created_at", "read_at", "event_type", "status", "title")
USER_COLUMNS = ("created_at", "updated_at", "user_id")
EVENT_TYPE = r"[a-z0-9]+(_[a-z0-9]+)*"


class Call(Struct, frozen=True):
    """One request, read: where to, with what."""

    environment: str
    user_id: str
    query: dict[str, JsonValue]
    body: JsonObject
    grant: Grant | None
    """None only where no Authorization header is asked for."""


class Service(Struct, frozen=True):
    """What handlers work on."""

    world: World
    tokens: TokenRules
    keys: Keys = "plain"

    def rows(self, rows: Sequence[JsonObject], table: str) -> list[JsonObject]:
        """Rows of `table` with the kind of keys that this service uses in lists."""
        return [star(row, table) for row in rows] if self.keys == "starred" else list(rows)


Handler: TypeAlias = Callable[[Service, Call], JsonObject]


class Paging(Struct, frozen=True):
    """Which rows of a list were asked for."""

    page: int
    per_page: int

    @classmethod
    def read(cls, fields: Fields) -> Paging:
        return cls(fields.whole("page", 1), min(fields.whole("per_page", 10), MOST_PER_PAGE))

    def answer(self, service: Service, rows: Sequence[JsonObject], table: str) -> JsonObject:
        first = (self.page - 1) * self.per_page
        shown = service.rows(rows[first : first + self.per_page], table)
        return envelope(shown, page=self.page, per_page=self.per_page, total=len(rows))


def list_notifications(service: Service, call: Call) -> JsonObject:
    fields = Fields(call.query)
    user_id = fields.text("user_id")
    kind = Filter(fields.one_of("type", [each.value for each in Filter], Filter.UNREAD))
    column, is_descending = _sorting(fields, NOTIFICATIONS, NOTIFICATION_COLUMNS)
    paging = Paging.read(fields)
    fields.finish()
    records = service.world.notifications(call.environment, user_id, kind)
    records.sort(key=lambda record: _sort_key(record, column), reverse=is_descending)
    return paging.answer(service, [notification_row(each) for each in records], NOTIFICATIONS)


def mark_read(service: Service, call: Call) -> JsonObject:
    fields = Fields(call.body)
    kind = fields.one_of("type", ("notification", "user"))
    id = fields.text("id")
    fields.finish()
    if kind == "user":
        return {
            "message": "Notifications marked as read",
            "count": service.world.mark_user_read(call.environment, id),
        }
    record = service.world.mark_read(call.environment, id)
    return {"message": "Notification marked as read", "count": 1, "uuid": record.uuid}


def list_environments(service: Service, call: Call) -> JsonObject:
    fields = Fields(call.query)
    paging = Paging.read(fields)
    fields.finish()
    assert call.grant is not None
    records = [each for each in service.world.environments() if call.grant.permits(each.identifier)]
    return paging.answer(service, [environment_row(each) for each in records], ENVIRONMENTS)


def list_users(service: Service, call: Call) -> JsonObject:
    fields = Fields(call.query)
    column, is_descending = _sorting(fields, USERS, USER_COLUMNS)
    paging = Paging.read(fields)
    fields.finish()
    records = service.world.users(call.environment)
    records.sort(key=lambda record: getattr(record, column), reverse=is_descending)
    rows = [user_row(each, has_contacts=_wants_contacts(call)) for each in records]
    return paging.answer(service, rows, USERS)


def get_user(service: Service, call: Call) -> JsonObject:
    return user_row(service.world.user(call.environment, call.user_id), has_contacts=_wants_contacts(call))


def create_user(service: Service, call: Call) -> JsonObject:
    fields = Fields(call.body)
    user_id = fields.text("user_id")
    meta = fields.mapping("meta")
    fields.finish()
    return user_row(service.world.create_user(call.environment, user_id, meta or {}), has_contacts=True)


def update_user(service: Service, call: Call) -> JsonObject:
    fields = Fields(call.body)
    meta = fields.mapping("meta")
    if meta is None:
        fields.refuse("meta", "The meta field is required.")
    fields.finish()
    return user_row(service.world.update_user(call.environment, call.user_id, meta or {}), has_contacts=True)


def delete_user(service: Service, call: Call) -> JsonObject:
    service.world.delete_user(call.environment, call.user_id)
    return {"message": "User deleted"}


def add_contact(service: Service, call: Call) -> JsonObject:
    contact = _read_contact(call.body)
    return contact_row(service.world.add_contact(call.environment, call.user_id, contact))


def update_contact(service: Service, call: Call) -> JsonObject:
    contact = _read_contact(call.body)
    filterable = contact.filterable if "filterable" in call.body else None
    meta = contact.meta if "meta" in call.body else None
    world = service.world
    return contact_row(
        world.update_contact(call.environment, call.user_id, contact.key, filterable=filterable, meta=meta)
    )


def delete_contact(service: Service, call: Call) -> JsonObject:
    fields = Fields(call.body)
    key = ContactKey(fields.one_of("type", CONTACT_TYPES), fields.text("value"))
    fields.finish()
    service.world.delete_contact(call.environment, call.user_id, key)
    return {"message": "Contact info deleted"}


def ingest_event(service: Service, call: Call) -> JsonObject:
    token = call.body.get("api_token")
    grant = service.tokens.check(token if isinstance(token, str) else "")
    fields = Fields(call.body)
    environment = fields.text("environment")
    event_type = fields.text("event_type", pattern=EVENT_TYPE)
    data = fields.mapping("data")
    user_id = fields.text("user_id", is_required=False)
    message_id = fields.text("message_id", is_required=False)
    fields.text("version", is_required=False)
    seconds = fields.seconds("timestamp")
    tags = fields.words("tags")
    if call.body.get("ignore_user_contacts") not in (None, True, False, "true", "false"):
        fields.refuse("ignore_user_contacts", "The ignore_user_contacts must be true or false.")
    for number, row in enumerate(fields.objects("contact_infos")):
        _check_contact(fields, number, row)
    fields.finish()
    grant.check(environment)
    made = service.world.ingest(
        environment,
        event_type,
        data or {},
        user_id=user_id,
        message_id=message_id,
        occurred_at=None if seconds is None else seconds * 1000,
        tags=tags,
    )
    return {"message": "Event ingested", "message_id": made.message_id, "is_duplicate": made.is_duplicate}


HANDLERS: dict[str, Handler] = {
    handler.__name__: handler
    for handler in (
        list_notifications,
        mark_read,
        list_environments,
        list_users,
        get_user,
        create_user,
        update_user,
        delete_user,
        add_contact,
        update_contact,
        delete_contact,
        ingest_event,
    )
}
"""By the route's name."""


def _wants_contacts(call: Call) -> bool:
    return "contact_infos" in str(call.query.get("includes", "")).split(",")


def _sorting(fields: Fields, table: str, columns: Sequence[str]) -> tuple[str, bool]:
    """The column, plain or as `table*column`, and whether the order is descending."""
    allowed = [*columns, *(f"{table}*{column}" for column in columns)]
    column = fields.one_of("sort_column", allowed, columns[0])
    return column.removeprefix(f"{table}*"), fields.one_of("sort_order", SORT_ORDERS, "desc") == "desc"


def _sort_key(record: NotificationRecord, column: str) -> tuple[str | int, int, int]:
    value = getattr(record, column)
    return (value if value is not None else 0), record.created_at, record.number


def _read_contact(body: JsonObject) -> ContactRecord:
    fields = Fields(body)
    type_ = fields.one_of("type", CONTACT_TYPES)
    value = fields.text("value")
    filterable = fields.text("filterable", is_required=False)
    meta = fields.mapping("meta")
    if type_ == "email" and value and "@" not in value:
        fields.refuse("value", "The value must be a valid email address.")
    fields.finish()
    return ContactRecord(type_, value, filterable, meta or {})


def _check_contact(fields: Fields, number: int, row: JsonObject) -> None:
    try:
        _read_contact(row)
    except Invalid as problem:
        for name, texts in problem.fields.items():
            for text in texts:
                fields.refuse(f"contact_infos.{number}.{name}", text)
