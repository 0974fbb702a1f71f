"""How the service refuses, and how it writes JSON; what differs between dialects is in dialects.py."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec
from starlette.responses import JSONResponse

from neptune_inbox.errors import AccessDenied, InboxError, Invalid, NotFound, TokenRefused
from neptune_inbox.model import JsonObject, JsonValue

NO_ROUTE: JsonObject = {"error": "Not Found"}
BROKEN: JsonObject = {"message": "Something went wrong"}


class AsciiJson(JSONResponse):
    """JSON; where a stored text holds half a surrogate pair, everything beyond ASCII is escaped."""

    def render(self, content: object) -> bytes:
        try:
            return msgspec.json.encode(content)
        except UnicodeEncodeError:
            return json.dumps(content, separators=(",", ":")).encode("ascii")


class HttpRefusal(InboxError):
    """An answer below the level of the API, such as a body that is not valid JSON."""

    def __init__(self, status: int, body: JsonObject) -> None:
        super().__init__(str(body.get("message", "")))
        self.status = status
        self.body = body


def refusal(error: InboxError) -> tuple[int, JsonObject]:
    """Status and body for what the world refused."""
    words: JsonValue = error.sentence
    match error:
        case HttpRefusal():
            return error.status, error.body
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


def drop_empty(row: Mapping[str, JsonValue]) -> JsonObject:
    """The row without what is null or empty."""
    return {key: value for key, value in row.items() if value or isinstance(value, int | float)}
