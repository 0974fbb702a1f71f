"""What a network and a server can do to one request, and the answers that they give instead of the right one."""

from __future__ import annotations

import gzip
import json
from enum import StrEnum
from typing import NamedTuple

from neptune_inbox.model import JsonValue
from neptune_inbox.sandbox.faults import PORTAL


class Weather(StrEnum):
    """What one request meets."""

    FAIR = "fair"
    REFUSED = "refused"
    """The connection breaks, and for a while nobody listens at all."""
    RESET_BEFORE = "reset before"
    """Broken before anything was applied."""
    RESET_AFTER = "reset after"
    """Broken after it was applied, so that the client cannot know."""
    DROPPED_BEFORE = "dropped before"
    """Never answered, and never applied."""
    DROPPED_AFTER = "dropped after"
    """Applied, and never answered."""
    DRIPPED = "dripped"
    """The answer comes a byte at a time and never to its end."""
    CUT = "cut"
    """The body ends early, and the promised length tells."""
    TOO_LONG = "promises too long a body"
    TOO_SHORT = "promises too short a body"
    """What is left over stands where the next answer is looked for."""
    GZIP_TWICE = "gzip twice"
    GZIP_CUT = "gzip cut"
    PORTAL = "captive portal"
    """200 with HTML."""
    REDIRECT = "redirect"
    THROTTLED = "429"
    BROKEN = "500"
    BROKEN_AFTER = "500 after"
    """Applied, and answered with 500."""
    UNAVAILABLE = "503"
    DELAYED = "delayed"
    """Right, and late."""


BAD_WEATHER = tuple(each for each in Weather if each is not Weather.FAIR)
APPLIED = frozenset(
    {
        Weather.FAIR,
        Weather.RESET_AFTER,
        Weather.DROPPED_AFTER,
        Weather.DRIPPED,
        Weather.CUT,
        Weather.TOO_LONG,
        Weather.TOO_SHORT,
        Weather.GZIP_TWICE,
        Weather.GZIP_CUT,
        Weather.BROKEN_AFTER,
        Weather.DELAYED,
    }
)
"""What the server does although the client may never learn of it."""

SINK = "/neptune/sink"
"""Where redirects point to: nobody may ever come here."""


class BadAnswer(NamedTuple):
    """The bytes of one answer, and whether the connection lives on."""

    raw: bytes
    is_kept: bool


def right(status: int, value: JsonValue, request_id: str) -> BadAnswer:
    """The answer of a server that is well."""
    return BadAnswer(_message(status, json.dumps(value).encode(), {"X-Request-Id": request_id}), is_kept=True)


def wrong(weather: Weather, status: int, value: JsonValue) -> BadAnswer:
    """The answer that this weather gives in place of the right one."""
    body = json.dumps(value).encode()
    match weather:
        case Weather.CUT | Weather.TOO_LONG:
            sent = body[: len(body) // 2] if weather is Weather.CUT else body
            return BadAnswer(_message(status, sent, length=len(sent) + 40), is_kept=False)
        case Weather.TOO_SHORT:
            return BadAnswer(_message(status, body, length=len(body) - 4), is_kept=True)
        case Weather.GZIP_TWICE:
            packed = gzip.compress(gzip.compress(body))
            return BadAnswer(_message(status, packed, {"Content-Encoding": "gzip, gzip"}), is_kept=True)
        case Weather.GZIP_CUT:
            packed = gzip.compress(body)[:-8]
            return BadAnswer(_message(status, packed, {"Content-Encoding": "gzip"}), is_kept=True)
        case Weather.PORTAL:
            return BadAnswer(_message(200, PORTAL, {"Content-Type": "text/html"}), is_kept=False)
        case Weather.REDIRECT:
            return BadAnswer(_message(307, b"", {"Location": SINK}), is_kept=True)
        case Weather.THROTTLED:
            said = json.dumps({"message": "Too Many Attempts."}).encode()
            return BadAnswer(_message(429, said, {"Retry-After": "2"}), is_kept=True)
        case Weather.UNAVAILABLE:
            return BadAnswer(_message(503, b'{"message":"Service Unavailable"}'), is_kept=True)
        case _:
            return BadAnswer(_message(500, b'{"message":"Something went wrong"}'), is_kept=True)


def _message(status: int, body: bytes, headers: dict[str, str] | None = None, *, length: int | None = None) -> bytes:
    shown = {
        "Content-Type": "application/json",
        **(headers or {}),
        "Content-Length": str(len(body) if length is None else length),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in shown.items())
    return f"HTTP/1.1 {status} Answer\r\n{lines}\r\n".encode() + body
