"""The user that a request is about, according to its path, query, body or the notification that it names."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import parse_qs, unquote

from neptune_inbox.errors import NotFound
from neptune_inbox.sandbox.dialects import Dialect, MarkBy
from neptune_inbox.sandbox.joins import delivery_uuid
from neptune_inbox.sandbox.state import SandboxState


def find_users(sandbox_state: SandboxState, dialect: Dialect) -> Callable[[str, bytes, bytes], str]:
    """A function from path, query and body to a user id, empty where none is named."""

    def user_of(path: str, query: bytes, body: bytes) -> str:
        named = parse_qs(query.decode("latin-1")).get("user_id")
        if named:
            return named[0]
        parts = [unquote(part) for part in path.strip("/").split("/")]
        if len(parts) >= 3 and parts[1] == "users":
            return parts[2]
        return _user_of_body(sandbox_state, dialect, parts[1] if parts[0] == "app_notifications" else parts[0], body)

    return user_of


def _user_of_body(sandbox_state: SandboxState, dialect: Dialect, environment: str, body: bytes) -> str:
    try:
        fields = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return ""
    if not isinstance(fields, dict):
        return ""
    id = str(fields.get("id", ""))
    if fields.get("type") == "user":
        return id
    if fields.get("type") != "notification":
        return str(fields.get("user_id", ""))
    try:
        uuid = delivery_uuid(id) if dialect.mark_by is MarkBy.DELIVERY else id
        return sandbox_state.notification(environment, uuid).user_id
    except NotFound:
        return ""
