"""Reads an answer's body within limits and parses it: bytes, gzip, UTF-8, JSON, depth.

httpx bounds none of these (hostile.md 3.1), so its own decoders and its `json()` are never used.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import zlib
from collections.abc import AsyncIterable, Mapping
from typing import Final, NoReturn

from msgspec import Struct

from neptune_inbox.errors import NotNeptune
from neptune_inbox.model import JsonValue

_STEP: Final = 65_536
MOST_VALUES: Final = 100_000
"""A full page holds some thousand; a value of three bytes may take two hundred once it is parsed."""
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""It also matches one without an end, so that no text makes it look at anything twice."""
_GZIP_WITH_CHECKSUM: Final = 31
"""zlib's window bits for gzip alone, whose trailer (length and CRC) zlib then checks."""


class Limits(Struct, frozen=True):
    """What one exchange may cost; times in seconds, sizes in bytes."""

    connect: float = 5.0
    read: float = 10.0
    write: float = 10.0
    pool: float = 5.0
    total: float = 20.0
    """The whole exchange, from the first look-up to the last byte of the body."""
    wire_bytes: int = 8 * 1024 * 1024
    decoded_bytes: int = 6 * 1024 * 1024
    """Half of it where there is more than ASCII: one emoji makes every character of a text take four bytes."""
    depth: int = 64
    """How deep lists and objects may be nested."""
    thread_bytes: int = 65_536
    """Bodies from this size on are parsed in a thread."""


async def read_body(parts: AsyncIterable[bytes], headers: Mapping[str, str], place: str, limits: Limits) -> bytes:
    """The decoded body. Raises NotNeptune when it is too big, cut, or encoded in any way but gzip once."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise NotNeptune(f"{place} packed its answer in a way that was not asked for.")
    sink = _Unzipped(place, limits) if encoding == "gzip" else _Plain(place, limits)
    on_wire = 0
    async for part in parts:
        on_wire += len(part)
        if on_wire > limits.wire_bytes:
            raise too_big(place)
        sink.feed(part)
    return sink.finish() if on_wire else b""


def is_json(content_type: str) -> bool:
    """Whether a content type promises JSON in UTF-8."""
    kind, *settings = (part.strip().lower() for part in content_type.split(";"))
    for setting in settings:
        name, _, value = setting.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8", "us-ascii"):
            return False
    return kind in ("application/json", "text/json") or (kind.startswith("application/") and kind.endswith("+json"))


async def parse(body: bytes, place: str, limits: Limits) -> JsonValue:
    """The JSON value of a body; big ones in a thread. Raises NotNeptune, also for more than memory should hold."""
    if len(body) > limits.decoded_bytes // 2 and (b"\\u" in body or not body.isascii()):
        raise too_big(place)
    if len(body) < limits.thread_bytes:
        return decode(body, place, limits.depth)
    return await asyncio.to_thread(decode, body, place, limits.depth)


def decode(body: bytes, place: str, depth: int) -> JsonValue:
    """The JSON value of a body: UTF-8, finite numbers, `depth` levels, 100,000 values at most. Raises NotNeptune."""
    if _holds_too_much(body):
        raise too_big(place)
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
        value: JsonValue = json.loads(text, parse_constant=_refuse_number, parse_float=_finite)
    except UnicodeDecodeError:
        raise NotNeptune(f"{place} sent text that is not UTF-8.") from None
    except (ValueError, RecursionError):
        raise NotNeptune(f"{place} sent JSON that is cut or broken.") from None
    if _is_deeper(value, depth):
        raise NotNeptune(f"{place} sent JSON that is nested too deeply.")
    return value


def redact(value: JsonValue, secret: str, mask: str = "••••") -> JsonValue:
    """The same value with every occurrence of `secret` masked: a server may echo what it was sent."""
    if isinstance(value, str):
        return value.replace(secret, mask)
    if isinstance(value, list):
        return [redact(item, secret, mask) for item in value]
    if isinstance(value, dict):
        return {key.replace(secret, mask): redact(item, secret, mask) for key, item in value.items()}
    return value


def too_big(place: str) -> NotNeptune:
    """The refusal of a body beyond its limit."""
    return NotNeptune(f"{place} sent more than an answer can hold, so it was cut off.")


class _Plain:
    """Collects a body that is not packed."""

    def __init__(self, place: str, limits: Limits) -> None:
        self._place = place
        self._room = limits.decoded_bytes
        self._parts: list[bytes] = []

    def feed(self, part: bytes) -> None:
        self._room -= len(part)
        if self._room < 0:
            raise too_big(self._place)
        self._parts.append(part)

    def finish(self) -> bytes:
        return b"".join(self._parts)


class _Unzipped(_Plain):
    """Unpacks gzip a step at a time, so that a bomb is noticed before it is in memory."""

    def __init__(self, place: str, limits: Limits) -> None:
        super().__init__(place, limits)
        self._unzip = zlib.decompressobj(_GZIP_WITH_CHECKSUM)

    def feed(self, part: bytes) -> None:
        while part:
            if self._unzip.eof:
                self._break()
            try:
                unpacked = self._unzip.decompress(part, _STEP)
            except zlib.error:
                self._break()
            super().feed(unpacked)
            part = self._unzip.unconsumed_tail or self._unzip.unused_data

    def finish(self) -> bytes:
        super().feed(self._unzip.flush())
        if not self._unzip.eof:
            self._break()
        return super().finish()

    def _break(self) -> NoReturn:
        raise NotNeptune(f"{self._place} sent a packed answer that is cut or broken.") from None


def _holds_too_much(body: bytes) -> bool:
    """Whether it holds more values than may be parsed, found out before any of them is made."""
    if _separators(body, 0, len(body)) <= MOST_VALUES:
        return False
    outside, at = 0, 0
    for strings, string in enumerate(_STRING.finditer(body)):
        outside += _separators(body, at, string.start())
        at = string.end()
        if max(outside, strings // 2) > MOST_VALUES:
            return True
    return outside + _separators(body, at, len(body)) > MOST_VALUES


def _separators(body: bytes, start: int, end: int) -> int:
    return sum(body.count(sign, start, end) for sign in (b",", b"[", b"{"))


def _refuse_number(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text[:40])
    return number


def _is_deeper(value: JsonValue, depth: int) -> bool:
    level: list[JsonValue] = [value]
    for _ in range(depth):
        level = [
            child
            for item in level
            for child in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True
