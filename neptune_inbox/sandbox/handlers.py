"""What each call does: reads its fields, asks the world, and shapes the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, TypeVar

from msgspec import Struct

from neptune_inbox.errors import InboxError, Invalid
from neptune_inbox.model import Filter, JsonObject, JsonValue
from neptune_inbox.sandbox.dialects import PLAIN, Asked, Dialect, MarkBy
from neptune_inbox.sandbox.joins import delivery_uuid
from neptune_inbox.sandbox.records import CONTACT_TYPES, ContactKey, ContactRecord, NotificationRecord
from neptune_inbox.sandbox.rows import (
    ENVIRONMENTS,
    NOTIFICATIONS,
    USERS,
    contact_row,
    environment_row,
    user_row,
)
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import Grant, TokenRules, is_jwt
from neptune_inbox.sandbox.validation import Fields

T = TypeVar("T")

SORT_ORDERS = ("desc", "asc")
NOTIFICATION_COLUMNS = ("created_at", "read_at", "event_type", "status", "title")
USER_COLUMNS = ("created_at", "updated_at", "user_id")


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

    sandbox_state: SandboxState
    tokens: TokenRules
    dialect: Dialect = PLAIN

    def check_token(self, text: str) -> Grant:
        """What the bearer of a token may do; raises what the dialect makes of one that is refused."""
        try:
            return self.tokens.check(text)
        except InboxError as problem:
            if text and not is_jwt(text):
                raise self.dialect.junk_token(problem) from None
            raise


Handler: TypeAlias = Callable[[Service, Call], JsonValue]


class Paging(Struct, frozen=True):
    """Which rows of a list were asked for, in which order."""

    asked: Asked
    column: str = ""
    is_descending: bool = True

    @classmethod
    def read(cls, service: Service, fields: Fields, table: str = "", columns: Sequence[str] = ()) -> Paging:
        """Finishes `fields`; raises what the dialect answers to an invalid page or column."""
        dialect, query = service.dialect, fields.source
        # Where the database is what refuses, it does so after everything else was found right.
        late = Fields(query) if dialect.is_joined else fields
        column = _sort_column(service, late, table, columns) if columns else ""
        page, size = late.whole("page", 1), late.whole("per_page", 10)
        is_descending = fields.one_of("sort_order", SORT_ORDERS, "desc") == "desc" if columns else True
        fields.finish()
        try:
            late.finish()
        except Invalid as problem:
            raise dialect.bad_paging(problem) from None
        size = min(size, dialect.most_per_page or size)
        return cls(Asked(page, size, "page" in query, "per_page" in query), column, is_descending)

    def answer(self, service: Service, records: Sequence[T], row: Callable[[T], JsonObject]) -> JsonValue:
        """The page of these records, each made a row."""
        first = (self.asked.page - 1) * self.asked.per_page
        shown = [row(each) for each in records[first : first + self.asked.per_page]]
        return service.dialect.listing(shown, self.asked, len(records))


def list_notifications(service: Service, call: Call) -> JsonValue:
    fields = Fields(call.query)
    user_id = fields.text("user_id")
    kind = Filter(fields.one_of("type", [each.value for each in Filter], Filter.UNREAD))
    paging = Paging.read(service, fields, NOTIFICATIONS, NOTIFICATION_COLUMNS)
    records = service.sandbox_state.notifications(call.environment, user_id, kind)
    if paging.column != "created_at":
        records.sort(key=lambda record: _sort_key(record, paging.column), reverse=paging.is_descending)
    elif paging.is_descending:
        records.reverse()
    return paging.answer(service, records, service.dialect.notification)


def mark_read(service: Service, call: Call) -> JsonValue:
    fields = Fields(call.body)
    kind = fields.one_of("type", ("notification", "user"))
    id = fields.text("id")
    fields.finish()
    dialect = service.dialect
    if kind == "user":
        count = service.sandbox_state.mark_user_read(call.environment, id)
        return dialect.single({"message": "Notifications marked as read", "count": count})
    uuid = delivery_uuid(id) if dialect.mark_by is MarkBy.DELIVERY else id
    service.sandbox_state.mark_read(call.environment, uuid)
    return dialect.single({"message": "Notification marked as read", "count": 1, "uuid": id})


def list_environments(service: Service, call: Call) -> JsonValue:
    paging = Paging.read(service, Fields(call.query))
    assert call.grant is not None
    records = [each for each in service.sandbox_state.environments() if call.grant.permits(each.identifier)]
    return paging.answer(service, records, lambda each: service.dialect.row(environment_row(each), ENVIRONMENTS))


def list_users(service: Service, call: Call) -> JsonValue:
    paging = Paging.read(service, Fields(call.query), USERS, USER_COLUMNS)
    records = service.sandbox_state.users(call.environment)
    records.sort(key=lambda record: getattr(record, paging.column), reverse=paging.is_descending)
    has_contacts = _wants_contacts(call)
    return paging.answer(
        service, records, lambda each: service.dialect.row(user_row(each, has_contacts=has_contacts), USERS)
    )


def get_user(service: Service, call: Call) -> JsonValue:
    user = service.sandbox_state.user(call.environment, call.user_id)
    return service.dialect.single(user_row(user, has_contacts=_wants_contacts(call)))


def create_user(service: Service, call: Call) -> JsonValue:
    fields = Fields(call.body)
    user_id = fields.text("user_id")
    meta = fields.mapping("meta")
    fields.finish()
    user = service.sandbox_state.create_user(call.environment, user_id, meta or {})
    return service.dialect.single(user_row(user, has_contacts=True))


def update_user(service: Service, call: Call) -> JsonValue:
    fields = Fields(call.body)
    meta = fields.mapping("meta")
    if meta is None:
        fields.refuse("meta", "The meta field is required.")
    fields.finish()
    user = service.sandbox_state.update_user(call.environment, call.user_id, meta or {})
    return service.dialect.single(user_row(user, has_contacts=True))


def delete_user(service: Service, call: Call) -> JsonValue:
    service.sandbox_state.delete_user(call.environment, call.user_id)
    return service.dialect.deleted("User")


def add_contact(service: Service, call: Call) -> JsonValue:
    contact = _read_contact(call.body)
    return service.dialect.single(
        contact_row(service.sandbox_state.add_contact(call.environment, call.user_id, contact))
    )


def update_contact(service: Service, call: Call) -> JsonValue:
    contact = _read_contact(call.body)
    filterable = contact.filterable if "filterable" in call.body else None
    meta = contact.meta if "meta" in call.body else None
    changed = service.sandbox_state.update_contact(
        call.environment, call.user_id, contact.key, filterable=filterable, meta=meta
    )
    return service.dialect.single(contact_row(changed))


def delete_contact(service: Service, call: Call) -> JsonValue:
    fields = Fields(call.body)
    key = ContactKey(fields.one_of("type", CONTACT_TYPES), fields.text("value"))
    fields.finish()
    service.sandbox_state.delete_contact(call.environment, call.user_id, key)
    return service.dialect.deleted("Contact info")


def ingest_event(service: Service, call: Call) -> JsonValue:
    """The documented form: environment and token in the body."""
    token = call.body.get("api_token")
    grant = service.check_token(token if isinstance(token, str) else "")
    fields = Fields(call.body)
    return _ingest(service, call, fields, fields.text("environment"), grant)


def send_event(service: Service, call: Call) -> JsonValue:
    """The other form: environment in the path, token in the header."""
    assert call.grant is not None
    return _ingest(service, call, Fields(call.body), call.environment, call.grant)


def _ingest(service: Service, call: Call, fields: Fields, environment: str, grant: Grant) -> JsonValue:
    event_type = fields.text("event_type")
    data = fields.mapping("data")
    user_id = fields.text("user_id", is_required=False)
    message_id = fields.text("message_id", is_required=False)
    fields.text("version", is_required=False)
    seconds = fields.seconds("timestamp")
    tags = fields.words("tags")
    fields.flag("ignore_user_contacts")
    for number, row in enumerate(fields.objects("contact_infos")):
        _check_contact(fields, number, row)
    fields.finish()
    grant.check(environment)
    made = service.sandbox_state.ingest(
        environment,
        event_type,
        data or {},
        user_id=user_id,
        message_id=message_id,
        occurred_at=None if seconds is None else seconds * 1000,
        tags=tags,
    )
    answer: JsonObject = {"message": "Event ingested", "message_id": made.message_id}
    return service.dialect.single({**answer, "is_duplicate": made.is_duplicate})


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
        send_event,
    )
}
"""By the route's name."""


def _wants_contacts(call: Call) -> bool:
    return "contact_infos" in str(call.query.get("includes", "")).split(",")


def _sort_column(service: Service, fields: Fields, table: str, columns: Sequence[str]) -> str:
    """The column asked for, plain or as `table*column`."""
    tables = service.dialect.sort_tables if table == NOTIFICATIONS else (table,)
    allowed = [*columns, *(f"{each}*{column}" for each in tables for column in columns)]
    return fields.one_of("sort_column", allowed, columns[0]).rpartition("*")[2]


def _sort_key(record: NotificationRecord, column: str) -> tuple[str | int, int, int]:
    value = getattr(record, column)
    return (value if value is not None else 0), record.created_at, record.number


def _read_contact(body: JsonObject) -> ContactRecord:
    fields = Fields(body)
    type_ = fields.one_of("type", CONTACT_TYPES)
    value = fields.text("value")
    filterable = fields.text("filterable", is_required=False)
    meta = fields.mapping("meta")
    if body.get("type") == type_ == "email" and value and "@" not in value:
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
