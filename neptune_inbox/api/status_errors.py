"""A status and the server's words become one of our errors; pure. The words are cleaned here, once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from neptune_inbox.api.backoff import parse_retry_after
from neptune_inbox.api.fields import to_whole
from neptune_inbox.errors import (
    AccessDenied,
    InboxError,
    Invalid,
    NotFound,
    NotNeptune,
    Refused,
    ServerTrouble,
    Throttled,
    TimedOut,
    TokenRefused,
    proxy_sign_in,
)
from neptune_inbox.model import Instant, JsonObject, JsonValue
from neptune_inbox.text import clean_line

_MOST_FIELDS: Final = 20
_MOST_WORDS_PER_FIELD: Final = 5
_ANSWERS: Final = ("success", "status", "ok", "succeeded", "is_success")
_OUTCOMES: Final = ("status", "result", "outcome")
"""What may name the outcome in a word."""
_ERRORS: Final = ("error", "errors", "exception")
_CODES: Final = ("statusCode", "status_code", "status", "code")
_HOLDERS: Final = ("data", "result", "response")
_LISTS: Final = ("results", "responses", "items", "data")
"""Where an answer may have one result for each part of a request."""
_NO_WORDS: Final = frozenset(
    {"error", "fail", "failed", "failure", "ko", "nok", "denied", "rejected", "unauthorized"}
)
_DENIALS: Final = tuple(
    (re.compile(pattern), status)
    for pattern, status in (
        (r"(?:.{0,40} )?not found|no such .{1,40}|404", 404),
        (r"unauthenticated|unauthori[sz]ed|not authenticated|token (?:has )?expired|401", 401),
        (r"no access|forbidden|access denied|permission denied|invalid token|403", 403),
        (r"validation failed.*|bad request|unprocessable entity|invalid (?:request|input).*", 422),
        (r"something went wrong|internal server error|service unavailable|server error", 500),
        (r"too many requests", 429),
    )
)
"""What the vendor's framework and its neighbours say instead of doing (neptune-api.md, On NobeJS itself)."""


class ErrorResponse(Struct, frozen=True):
    """What is known of an answer that is not a success."""

    status: int
    headers: Mapping[str, str]
    value: JsonValue
    """The JSON body; None where there is none."""
    is_odd: bool
    """It has a body, and that is not JSON."""


def refusal(reply: ErrorResponse, *, subject: str, host: str, path: str, now: Instant) -> InboxError:
    """The error for a reply with a status of 300 or more; `subject` names what the request was about."""
    status, words = reply.status, server_message(reply.value)
    subject = clean_line(subject, 160) or "this request"
    if status < 400:
        return _redirect(reply, host)
    if status in (425, 429) or status >= 500:
        return _trouble(reply, words, host, now)
    if status == 407:
        return proxy_sign_in()
    if status == 408:
        return TimedOut(f"{host} gave up waiting for the request.").identified("request_timed_out", host)
    if reply.is_odd:
        return NotNeptune(f"{host} refused with something that is not JSON ({status}).").identified(
            "refusal_not_json", host, status
        )
    if status == 401:
        return TokenRefused(_said("Neptune refused the token of this profile", words)).identified(
            "token_refused", words
        )
    if status == 403:
        return AccessDenied(_said(f"Neptune denied access to {subject}", words)).identified(
            "access_denied", subject, words
        )
    if status in (404, 410):
        return _not_found(reply, words, subject, host, path)
    if status in (400, 422):
        return _invalid(reply.value, words, subject)
    return Refused(_said(f"Neptune refused {subject} ({status})", words))


def embedded_error(value: JsonValue, subject: str) -> InboxError | None:
    """The refusal inside an answer whose status claims success, such as `{"error": "…"}`; None without one.

    It is the error that the same words with their own status would have been.
    """
    subject = clean_line(subject, 160) or "this request"
    status = _refused_status(value)
    if status is None and isinstance(value, dict):
        inner = next((value[name] for name in _HOLDERS if isinstance(value.get(name), dict)), None)
        status, value = (_refused_status(inner), inner) if inner is not None else (None, value)
    if status is None:
        return None
    words = server_message(value)
    if status in (404, 410):
        return _not_known(subject, words)
    if status in (401, 403, 429) or status >= 500:
        return refusal(
            ErrorResponse(status, {}, value, is_odd=False), subject=subject, host="Neptune", path="", now=0
        )
    return _invalid(value, words, subject)


def _refused_status(value: JsonValue) -> int | None:
    """The status that an answer gives itself by saying no; None where it does not."""
    if value is False or (isinstance(value, int) and value == 0):
        return 422
    if isinstance(value, str):
        return 422 if value.strip().strip(".!").lower() in _NO_WORDS else _status_of_words(value)
    if isinstance(value, list):
        # A delivery may have an error of its own.
        refused = [_refused_status(each) if isinstance(each, dict) and not _is_row(each) else None for each in value]
        return refused[0] if refused and None not in refused else None
    if not isinstance(value, dict):
        return None
    for name in _CODES:
        code = to_whole(value.get(name))
        if code is not None and 400 <= code < 600:
            return code
    words = _status_of_words(server_message(value))
    says_no = any(value.get(name) for name in _ERRORS) or any(_is_no(name, value.get(name)) for name in _ANSWERS)
    # A delivery has a status of its own, which may be `failed`.
    is_row = _is_row(value)
    says_no = says_no or (not is_row and any(str(value.get(name)).lower() in _NO_WORDS for name in _OUTCOMES))
    if says_no:
        return words or 422
    for name in _LISTS:
        if isinstance(parts := value.get(name), list) and parts:
            return _refused_status(parts)
    return words if not is_row and not value.get("data") else None


def _is_row(value: JsonObject) -> bool:
    """Whether an object is a thing of its own, whose status or error is not that of the answer."""
    return any(name.rpartition("*")[2] in ("uuid", "id", "user_id") for name in value)


def _is_no(name: str, value: JsonValue) -> bool:
    if isinstance(value, str):
        return value.strip().lower() == "false" or (name != "status" and value.strip().lower() == "no")
    # A status of 0 is success as often as it is not.
    return value is False or (value == 0 and name != "status")


def _status_of_words(words: str) -> int | None:
    plain = words.strip().strip(".!").lower()
    return next((status for pattern, status in _DENIALS if pattern.fullmatch(plain)), None)


def server_message(value: JsonValue) -> str:
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


def _redirect(reply: ErrorResponse, host: str) -> InboxError:
    where = clean_line(reply.headers.get("location", "").strip(), 80)
    towards = f" to {where}" if where else ""
    return NotNeptune(
        f"{host} redirects{towards} ({reply.status}), and the token does not follow redirects."
    ).identified("redirect", host, where)


def _trouble(reply: ErrorResponse, words: str, host: str, now: Instant) -> InboxError:
    retry_after = parse_retry_after(reply.headers.get("retry-after", ""), now)
    if reply.status == 429:
        return Throttled(_said("Neptune asks for fewer requests", words), retry_after=retry_after)
    if reply.status == 425:
        return ServerTrouble(
            _said(f"{host} asks to be tried again a little later (425)", words), retry_after=retry_after
        ).identified("too_early", host)
    return ServerTrouble(_said(f"{host} is in trouble ({reply.status})", words), retry_after=retry_after).identified(
        "server_trouble", host, reply.status, words
    )


def _not_found(reply: ErrorResponse, words: str, subject: str, host: str, path: str) -> InboxError:
    has_no_route = isinstance(reply.value, dict) and reply.value.get("error") == "Not Found"
    if has_no_route:
        return NotFound(
            f"{host} does not know the address {clean_line(path, 160)}",
            "Check the API base and the environment of this profile.",
        )
    if words.lower().startswith("environment"):
        return NotFound(
            _said("Neptune does not know the environment of this profile", words),
            "`neptune-inbox environments` lists those the token may use.",
        )
    return _not_known(subject, words)


def _not_known(subject: str, words: str) -> NotFound:
    return NotFound(_said(f"Neptune does not know {subject}", words)).identified("not_known", subject, words)


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
        texts = tuple(text for part in (said if isinstance(said, list) else [said]) if (text := server_message(part)))
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
