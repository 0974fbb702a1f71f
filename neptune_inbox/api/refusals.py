"""A status and the server's words become one of our errors; pure. The words are cleaned here, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from neptune_inbox.api.retry import parse_retry_after
from neptune_inbox.errors import (
    AccessDenied,
    InboxError,
    Invalid,
    NotFound,
    NotNeptune,
    Offline,
    Refused,
    ServerTrouble,
    Throttled,
    TimedOut,
    TokenRefused,
)
from neptune_inbox.model import Instant, JsonValue
from neptune_inbox.text import clean_line

_MOST_FIELDS: Final = 20
_MOST_WORDS_PER_FIELD: Final = 5


class Reply(Struct, frozen=True):
    """What is known of an answer that is no success."""

    status: int
    headers: Mapping[str, str]
    value: JsonValue
    """The JSON body; None where there is none."""
    is_odd: bool
    """It has a body, and that is not JSON."""


def refusal(reply: Reply, *, subject: str, place: str, path: str, now: Instant) -> InboxError:
    """The error that a reply with a status of 300 or more stands for; `subject` names what the request was about."""
    status, words = reply.status, spoken(reply.value)
    subject = clean_line(subject, 160) or "this request"
    if status < 400:
        return _redirect(reply, place)
    if status == 429 or status >= 500:
        return _trouble(reply, words, place, now)
    if status == 407:
        return Offline("The proxy wants a sign-in.", "Put its user name and password into HTTPS_PROXY.")
    if status == 408:
        return TimedOut(f"{place} waited too long for the request.")
    if reply.is_odd:
        return NotNeptune(f"{place} refused with something that is not JSON ({status}).")
    if status == 401:
        return TokenRefused(_said("Neptune refused the token of this profile", words))
    if status == 403:
        return AccessDenied(_said(f"Neptune denied access to {subject}", words))
    if status in (404, 410):
        return _not_found(reply, words, subject, place, path)
    if status in (400, 422):
        return _invalid(reply.value, words, subject)
    return Refused(_said(f"Neptune refused {subject} ({status})", words))


def unproven(value: JsonValue, subject: str) -> InboxError | None:
    """The refusal inside an answer whose status claims success, such as `{"error": "…"}`; None without one."""
    if not isinstance(value, dict):
        return None
    if value.get("error") or value.get("errors") or value.get("success") is False:
        return _invalid(value, spoken(value), clean_line(subject, 160))
    return None


def spoken(value: JsonValue) -> str:
    """The server's own words in an error body, cleaned; empty where there are none."""
    for _ in range(3):
        if isinstance(value, str):
            return clean_line(value.strip()).strip()
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            names = ("message", "error", "error_description", "detail", "title")
            value = next((value[name] for name in names if value.get(name)), None)
    return ""


def _redirect(reply: Reply, place: str) -> InboxError:
    where = clean_line(reply.headers.get("location", "").strip(), 80)
    towards = f" to {where}" if where else ""
    return NotNeptune(f"{place} redirects{towards} ({reply.status}), which is not followed with the token.")


def _trouble(reply: Reply, words: str, place: str, now: Instant) -> InboxError:
    retry_after = parse_retry_after(reply.headers.get("retry-after", ""), now)
    if reply.status == 429:
        return Throttled(_said("Neptune asks for fewer requests", words), retry_after=retry_after)
    return ServerTrouble(_said(f"{place} is in trouble ({reply.status})", words), retry_after=retry_after)


def _not_found(reply: Reply, words: str, subject: str, place: str, path: str) -> InboxError:
    has_no_route = isinstance(reply.value, dict) and reply.value.get("error") == "Not Found"
    if has_no_route:
        return NotFound(
            f"{place} has no such address: {clean_line(path, 160)}",
            "Check the API base and the environment of this profile.",
        )
    if words.lower().startswith("environment"):
        return NotFound(
            _said("Neptune does not know the environment of this profile", words),
            "`neptune-inbox environments` lists those that the token may use.",
        )
    return NotFound(_said(f"Neptune does not know {subject}", words))


def _invalid(value: JsonValue, words: str, subject: str) -> Invalid:
    fields = _fields(value)
    told = [words.rstrip(".")] if words else []
    told += [f"{name}: {', '.join(texts)}".rstrip(".") for name, texts in fields.items()]
    return Invalid(_said(f"Neptune refused {subject}", ". ".join(told)), fields=fields)


def _fields(value: JsonValue) -> dict[str, tuple[str, ...]]:
    errors = value.get("errors") if isinstance(value, dict) else None
    if isinstance(errors, dict):
        pairs = list(errors.items())
    elif isinstance(errors, list):
        pairs = [(_field_name(item), item) for item in errors]
    else:
        return {}
    fields: dict[str, tuple[str, ...]] = {}
    for name, said in pairs[:_MOST_FIELDS]:
        texts = tuple(text for part in (said if isinstance(said, list) else [said]) if (text := spoken(part)))
        name = clean_line(name, 80)
        fields[name] = (fields.get(name, ()) + texts)[:_MOST_WORDS_PER_FIELD]
    return fields


def _field_name(item: JsonValue) -> str:
    if isinstance(item, dict):
        for key in ("field", "param", "path", "name"):
            if isinstance(name := item.get(key), str) and name:
                return name
    return "request"


def _said(head: str, words: str) -> str:
    text = f"{head}: {words}" if words else head
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
