"""The OpenAPI 3.1 document of exactly what is served; a test holds it against the app's routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from neptune_inbox.sandbox.dialects import PLAIN, Dialect, DialectName, star
from neptune_inbox.sandbox.handlers import NOTIFICATION_COLUMNS, SORT_ORDERS, USER_COLUMNS
from neptune_inbox.sandbox.joins import COLUMNS, full_name
from neptune_inbox.sandbox.records import CONTACT_TYPES
from neptune_inbox.sandbox.routes import ROUTES, Access, Route
from neptune_inbox.sandbox.rows import ENVIRONMENTS, NOTIFICATIONS, USERS

Schema: TypeAlias = dict[str, Any]

NULL: Schema = {"type": "null"}
TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
NAME: Schema = {"type": "string", "minLength": 1}
OBJECT: Schema = {"type": "object"}
EMPTY_ARRAY: Schema = {"type": "array", "maxItems": 0}
MAPPING: Schema = {"anyOf": [OBJECT, EMPTY_ARRAY]}
"""An object as clients send it: PHP writes an empty one as `[]`."""
INSTANT: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(\d{3})?Z$"}
ID: Schema = {"anyOf": [NAME, {"type": "integer"}]}
TEXT_OR_NOTHING: Schema = {"anyOf": [TEXT, {"type": "integer"}, NULL]}
"""A text that may be left out; numbers are taken as their digits."""
COUNT: Schema = {"type": "integer", "minimum": 0}


def document(dialect: Dialect = PLAIN) -> Schema:
    """The whole document, as this dialect answers."""
    paths: dict[str, Schema] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, dialect)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Neptune sandbox",
            "version": "1",
            "description": "A sandbox of the Teurons Neptune REST API, in memory. It is not the service.",
        },
        "servers": [{"url": "/neptune"}, {"url": "/"}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": _schemas(dialect),
        },
    }


def _operation(route: Route, dialect: Dialect) -> Schema:
    operation: Schema = {
        "operationId": route.name,
        "parameters": [*_path_parameters(route), *QUERIES.get(route.name, ())],
        "responses": _responses(route, dialect),
    }
    if route.access is Access.HEADER:
        operation["security"] = [{"token": []}]
    if route.name in BODIES:
        content = {"application/json": {"schema": BODIES[route.name]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameters(route: Route) -> list[Schema]:
    names = [name for name in ("environment", "user_id") if f"{{{name}}}" in route.path]
    return [{"name": name, "in": "path", "required": True, "schema": NAME} for name in names]


def _responses(route: Route, dialect: Dialect) -> Schema:
    responses: Schema = {"200": _json("Done.", RESULTS[route.name])}
    if route.access is Access.OPEN:
        return responses
    responses["400"] = _json("The body is not valid JSON, or the path is not percent-encoded.", _ref("Message"))
    responses["401"] = _json("No token, or one that is not let in.", _ref("Unauthenticated"))
    responses["403"] = _json("The token does not reach this environment.", _ref("Message"))
    responses["404"] = _json("No such thing, or no such route.", _ref("NotFound"))
    if route.name in BODIES:
        responses["413"] = _json("The body is larger than a MiB.", _ref("Message"))
        responses["415"] = _json("The body's type is not application/json.", _ref("Message"))
    responses["422"] = _json("A field is wrong.", _ref("Invalid"))
    if dialect.is_joined:
        responses["500"] = _json("A junk token, or a page or column that the database refuses.", _ref("Message"))
    return responses


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _record(properties: Mapping[str, Schema], *, required: tuple[str, ...] = (), is_closed: bool = True) -> Schema:
    """An object's schema; a closed one has no keys but these."""
    schema: Schema = {"type": "object", "properties": dict(properties), "required": list(required)}
    return {**schema, "additionalProperties": False} if is_closed else schema


def _body(properties: Mapping[str, Schema], *, required: tuple[str, ...]) -> Schema:
    """An object as it is sent: what is not known in it is not looked at."""
    return _record(properties, required=required, is_closed=False)


def _optional(*schemas: Schema) -> Schema:
    """One of these, or null."""
    return {"anyOf": [*schemas, NULL]}


def _query(name: str, schema: Schema, *, is_required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": is_required, "schema": schema}


def _columns(table: str, columns: tuple[str, ...]) -> Schema:
    return {"enum": [*columns, *star(dict.fromkeys(columns), table)]}


def _listing(row: str) -> Schema:
    return _ref(f"{row}List")


PAGING = (
    _query("page", {"type": "integer", "minimum": 1, "maximum": 9_999_999_999}),
    _query("per_page", {"type": "integer", "minimum": 1, "maximum": 9_999_999_999}),
)
INCLUDES = _query("includes", {**TEXT, "examples": ["contact_infos"]})
QUERIES: dict[str, tuple[Schema, ...]] = {
    "list_notifications": (
        _query("user_id", NAME, is_required=True),
        _query("type", {"enum": ["all", "unread", "read"], "default": "unread"}),
        _query("sort_column", _columns(NOTIFICATIONS, NOTIFICATION_COLUMNS)),
        _query("sort_order", {"enum": list(SORT_ORDERS)}),
        *PAGING,
    ),
    "list_environments": PAGING,
    "list_users": (
        _query("sort_column", _columns(USERS, USER_COLUMNS)),
        _query("sort_order", {"enum": list(SORT_ORDERS)}),
        INCLUDES,
        *PAGING,
    ),
    "get_user": (INCLUDES,),
}

CONTACT_KEY: dict[str, Schema] = {"type": {"enum": list(CONTACT_TYPES)}, "value": ID, "filterable": TEXT_OR_NOTHING}
CONTACT_BODY: Schema = {
    **_body({**CONTACT_KEY, "meta": _optional(MAPPING)}, required=("type", "value")),
    "anyOf": [
        {"properties": {"type": {"const": "email"}, "value": {**TEXT, "pattern": "@"}}},
        {"properties": {"type": {"enum": [each for each in CONTACT_TYPES if each != "email"]}}},
    ],
}
EVENT: dict[str, Schema] = {
    "event_type": ID,
    "version": TEXT_OR_NOTHING,
    "data": _optional(MAPPING),
    "user_id": TEXT_OR_NOTHING,
    "contact_infos": _optional({"type": "array", "items": CONTACT_BODY}),
    "timestamp": _optional(
        {"type": "integer", "minimum": 0, "maximum": 10**10 - 1}, {**TEXT, "pattern": "^[0-9]{1,10}$"}
    ),
    "message_id": TEXT_OR_NOTHING,
    "tags": _optional({"type": "array", "items": TEXT}),
    "ignore_user_contacts": {"enum": ["true", "false", "1", "0", "", True, False, 1, 0, None]},
}
BODIES: dict[str, Schema] = {
    "mark_read": _body({"type": {"enum": ["notification", "user"]}, "id": ID}, required=("type", "id")),
    "create_user": _body({"user_id": ID, "meta": _optional(MAPPING)}, required=("user_id",)),
    "update_user": _body({"meta": MAPPING}, required=("meta",)),
    "add_contact": CONTACT_BODY,
    "update_contact": CONTACT_BODY,
    "delete_contact": _body(CONTACT_KEY, required=("type", "value")),
    "ingest_event": _body(
        {"environment": ID, "api_token": NAME, **EVENT}, required=("environment", "api_token", "event_type")
    ),
    "send_event": _body(EVENT, required=("event_type",)),
}

MESSAGE = _record({"message": TEXT}, required=("message",))
INGESTED = _record(
    {"message": TEXT, "message_id": TEXT, "is_duplicate": {"type": "boolean"}}, required=("message", "message_id")
)
RESULTS: dict[str, Schema] = {
    "openapi": OBJECT,
    "list_notifications": _listing("Notification"),
    "list_environments": _listing("Environment"),
    "list_users": _listing("UserRow"),
    "get_user": _ref("User"),
    "create_user": _ref("User"),
    "update_user": _ref("User"),
    "delete_user": MESSAGE,
    "add_contact": _ref("Contact"),
    "update_contact": _ref("Contact"),
    "delete_contact": MESSAGE,
    "mark_read": _record({"message": TEXT, "count": COUNT, "uuid": TEXT}, required=("message",)),
    "ingest_event": INGESTED,
    "send_event": INGESTED,
}

NOTIFICATION: dict[str, Schema] = {
    **dict.fromkeys(("uuid", "user_id", "event_type", "title", "body", "link", "message_id"), TEXT),
    "status": {"enum": ["mocked", "no_contact", "no_provider", "pending", "success", "failed"]},
    "data": OBJECT,
    "tags": {"type": "array", "items": TEXT},
    **dict.fromkeys(("occurred_at", "created_at", "read_at"), INSTANT),
}
USER: dict[str, Schema] = {
    "uuid": TEXT,
    "user_id": TEXT,
    "meta": OBJECT,
    "contact_infos": {"type": "array", "items": _ref("Contact")},
    "created_at": INSTANT,
    "updated_at": INSTANT,
}
ENVIRONMENT: dict[str, Schema] = {"identifier": TEXT, "name": TEXT, "is_mocked": {"type": "boolean"}}


JOINED: dict[str, Schema] = {
    **dict.fromkeys(("uuid", "notification_uuid", "status", "contact_value"), TEXT),
    **dict.fromkeys(("title", "body", "event_type"), TEXT_OR_NULL),
    "data": {"type": ["object", "null"]},
    "created_at": INSTANT,
    "read_at": {"anyOf": [INSTANT, {"type": "null"}]},
}
"""Columns of joined tables by name, whatever their table."""


def _notification(dialect: Dialect) -> Schema:
    required = ("uuid", "user_id", "title", "status", "created_at")
    match dialect.name:
        case DialectName.NOBEJS:
            columns = {full_name(each): JOINED[each.partition("*")[2]] for each in COLUMNS[dialect.row_order]}
            return _record(columns, required=tuple(columns))
        case DialectName.STARRED:
            keys = tuple(star(dict.fromkeys(required), NOTIFICATIONS))
            return _record(star(NOTIFICATION, NOTIFICATIONS), required=keys)
        case DialectName.LARAVEL:
            absent: Schema = {"anyOf": [INSTANT, {"type": "null"}]}
            columns = {"id": COUNT, **NOTIFICATION, "occurred_at": absent, "read_at": absent}
            return _record(columns, required=tuple(columns))
        case _:
            return _record(NOTIFICATION, required=required)


def _row(dialect: Dialect, table: str, properties: dict[str, Schema], required: tuple[str, ...]) -> Schema:
    if dialect.name in (DialectName.STARRED, DialectName.NOBEJS):
        return _record(star(properties, table), required=tuple(star(dict.fromkeys(required), table)))
    return _record(properties, required=required)


def _list(dialect: Dialect, row: str) -> Schema:
    rows: Schema = {"type": "array", "items": _ref(row)}
    match dialect.name:
        case DialectName.BARE:
            return rows
        case DialectName.LARAVEL:
            edge: Schema = {"type": ["integer", "null"]}
            numbers = dict.fromkeys(("current_page", "last_page", "per_page", "total"), COUNT)
            columns = {"data": rows, **numbers, "from": edge, "to": edge}
            return _record(columns, required=tuple(columns))
        case _:
            return _record({"data": rows, "meta": _ref("ListMeta")}, required=("data", "meta"))


def _list_meta(dialect: Dialect) -> Schema:
    if dialect.is_joined:
        number: Schema = {"anyOf": [TEXT, COUNT]}
        return _record({"page": number, "per_page": number, "total": COUNT}, required=("page", "per_page", "total"))
    meta = {"page": TEXT, "per_page": TEXT, "total": COUNT, "total_page": COUNT}
    return _record(meta, required=tuple(meta))


def _schemas(dialect: Dialect) -> Schema:
    user_required = ("uuid", "user_id", "created_at", "updated_at")
    texts: Schema = {"type": "array", "items": TEXT}
    is_laravel = dialect.name is DialectName.LARAVEL
    invalid: dict[str, Schema] = {
        "message": TEXT,
        "errors": {"type": "object", "additionalProperties": texts},
        **({} if is_laravel else {"errorCode": {"const": "InputNotValid"}}),
    }
    unauthenticated = (
        _record({"message": {"const": "Unauthenticated."}}, required=("message",))
        if is_laravel
        else _record({"error": {"const": "Unauthenticated"}}, required=("error",))
    )
    return {
        "Notification": _notification(dialect),
        "UserRow": _row(dialect, USERS, USER, user_required),
        "Environment": _row(dialect, ENVIRONMENTS, ENVIRONMENT, tuple(ENVIRONMENT)),
        **{f"{each}List": _list(dialect, each) for each in ("Notification", "UserRow", "Environment")},
        "User": _record(USER, required=user_required),
        "Contact": _record(
            {**CONTACT_KEY, "value": NAME, "filterable": TEXT, "meta": OBJECT}, required=("type", "value")
        ),
        "ListMeta": _list_meta(dialect),
        "Message": MESSAGE,
        "Unauthenticated": unauthenticated,
        "NotFound": {"anyOf": [MESSAGE, _record({"error": {"const": "Not Found"}}, required=("error",))]},
        "Invalid": _record(invalid, required=tuple(invalid)),
    }
