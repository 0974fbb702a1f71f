"""The OpenAPI 3.1 document of exactly what is served; a test holds it against the app's routes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from neptune_inbox.sandbox.answers import Keys, star
from neptune_inbox.sandbox.handlers import (
    CONTACT_TYPES,
    ENVIRONMENTS,
    EVENT_TYPE,
    NOTIFICATION_COLUMNS,
    NOTIFICATIONS,
    SORT_ORDERS,
    USER_COLUMNS,
    USERS,
)
from neptune_inbox.sandbox.routes import ROUTES, Base, Route

Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "minLength": 1}
OBJECT: Schema = {"type": "object"}
INSTANT: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
ID: Schema = {"anyOf": [NAME, {"type": "integer"}]}


def document(keys: Keys = "plain") -> Schema:
    """The whole document, for lists with plain or with starred keys."""
    paths: dict[str, Schema] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
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
            "schemas": _schemas(keys),
        },
    }


def _operation(route: Route) -> Schema:
    operation: Schema = {
        "operationId": route.name,
        "parameters": [*_path_parameters(route), *QUERIES.get(route.name, ())],
        "responses": _responses(route),
    }
    if route.base is Base.API:
        operation["security"] = [{"token": []}]
    if route.name in BODIES:
        content = {"application/json": {"schema": BODIES[route.name]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameters(route: Route) -> list[Schema]:
    names = [name for name in ("environment", "user_id") if f"{{{name}}}" in route.path]
    return [{"name": name, "in": "path", "required": True, "schema": NAME} for name in names]


def _responses(route: Route) -> Schema:
    responses: Schema = {"200": _json("Done.", RESULTS[route.name])}
    if route.base is not Base.ANY:
        responses["401"] = _json("No token, or one that is not let in.", _ref("Unauthenticated"))
        responses["403"] = _json("The token does not reach this environment.", _ref("Message"))
        responses["404"] = _json("No such thing, or no such route.", _ref("NotFound"))
        responses["422"] = _json("A field is wrong.", _ref("Invalid"))
    return responses


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _record(properties: Mapping[str, Schema], *, required: tuple[str, ...] = (), is_closed: bool = True) -> Schema:
    """An object's schema; a closed one has no keys but these."""
    schema: Schema = {"type": "object", "properties": dict(properties), "required": list(required)}
    return {**schema, "additionalProperties": False} if is_closed else schema


def _query(name: str, schema: Schema, *, is_required: bool = False) -> Schema:
    return {"name": name, "in": "query", "required": is_required, "schema": schema}


def _columns(table: str, columns: tuple[str, ...]) -> Schema:
    return {"enum": [*columns, *star(dict.fromkeys(columns), table)]}


def _listing(row: str) -> Schema:
    rows: Schema = {"type": "array", "items": _ref(row)}
    return _record({"data": rows, "meta": _ref("ListMeta")}, required=("data", "meta"))


PAGING = (
    _query("page", {"type": "integer", "minimum": 1, "maximum": 999_999_999}),
    _query("per_page", {"type": "integer", "minimum": 1, "maximum": 100}),
)
INCLUDES = _query("includes", {"enum": ["contact_infos"]})
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

CONTACT_KEY: dict[str, Schema] = {"type": {"enum": list(CONTACT_TYPES)}, "value": NAME, "filterable": TEXT}
CONTACT_BODY = _record({**CONTACT_KEY, "meta": OBJECT}, required=("type", "value"), is_closed=False)
BODIES: dict[str, Schema] = {
    "mark_read": _record({"type": {"enum": ["notification", "user"]}, "id": ID}, required=("type", "id")),
    "create_user": _record({"user_id": ID, "meta": OBJECT}, required=("user_id",)),
    "update_user": _record({"meta": OBJECT}, required=("meta",)),
    "add_contact": CONTACT_BODY,
    "update_contact": CONTACT_BODY,
    "delete_contact": _record(CONTACT_KEY, required=("type", "value")),
    "ingest_event": _record(
        {
            "environment": NAME,
            "api_token": NAME,
            "event_type": {"type": "string", "pattern": f"^{EVENT_TYPE}$"},
            "version": TEXT,
            "data": OBJECT,
            "user_id": ID,
            "contact_infos": {"type": "array", "items": CONTACT_BODY},
            "timestamp": {"type": "integer", "minimum": 0, "maximum": 10**10 - 1},
            "message_id": NAME,
            "tags": {"type": "array", "items": TEXT},
            "ignore_user_contacts": {"enum": ["true", "false", True, False]},
        },
        required=("environment", "api_token", "event_type"),
        is_closed=False,
    ),
}

MESSAGE = _record({"message": TEXT}, required=("message",))
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
    "mark_read": _record(
        {"message": TEXT, "count": {"type": "integer"}, "uuid": TEXT}, required=("message", "count")
    ),
    "ingest_event": _record(
        {"message": TEXT, "message_id": TEXT, "is_duplicate": {"type": "boolean"}},
        required=("message", "message_id", "is_duplicate"),
    ),
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


def _schemas(keys: Keys) -> Schema:
    def row(table: str, properties: dict[str, Schema], required: tuple[str, ...]) -> Schema:
        if keys == "starred":
            properties = star(properties, table)
            required = tuple(star(dict.fromkeys(required), table))
        return _record(properties, required=required)

    user_required = ("uuid", "user_id", "created_at", "updated_at")
    texts: Schema = {"type": "array", "items": TEXT}
    return {
        "Notification": row(NOTIFICATIONS, NOTIFICATION, ("uuid", "user_id", "title", "status", "created_at")),
        "UserRow": row(USERS, USER, user_required),
        "Environment": row(ENVIRONMENTS, ENVIRONMENT, ("identifier", "name", "is_mocked")),
        "User": _record(USER, required=user_required),
        "Contact": _record({**CONTACT_KEY, "meta": OBJECT}, required=("type", "value")),
        "ListMeta": _record(
            {"page": TEXT, "per_page": TEXT, "total": {"type": "integer"}, "total_page": {"type": "integer"}},
            required=("page", "per_page", "total", "total_page"),
        ),
        "Message": MESSAGE,
        "Unauthenticated": _record({"error": {"const": "Unauthenticated"}}, required=("error",)),
        "NotFound": {"anyOf": [MESSAGE, _record({"error": {"const": "Not Found"}}, required=("error",))]},
        "Invalid": _record(
            {
                "message": TEXT,
                "errorCode": {"const": "InputNotValid"},
                "errors": {"type": "object", "additionalProperties": texts},
            },
            required=("message", "errorCode", "errors"),
        ),
    }
