"""Reads an answer's body within limits and parses it: bytes, gzip, UTF-8, JSON, depth.

httpx bounds none of these (hostile.md 3.1), so its own decoders and its `json()` are never used.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import re
import zlib
from collections.abc import AsyncIterable, Mapping
from typing import Final, NoReturn

from msgspec import Struct

from neptune_inbox.errors import NotNeptune, TooLarge
from neptune_inbox.masking import without_secret
from neptune_inbox.model import JsonValue

_STEP: Final = 65_536
MOST_VALUES: Final = 100_000
"""A full page has some thousand values; a value of three bytes may take two hundred once parsed."""
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
"""It also matches an unterminated one, so that no text makes it look at anything twice."""
_STRUCTURE = re.compile(_STRING.pattern + rb"|[\[\]{}]", re.DOTALL)
TOO_DEEP: Final = b'"(nested too deeply to show)"'
_JSON_WORDS: Final = (b"true", b"false", b"null")
_BROKEN: Final = "\0 broken"
_LONGEST_WHOLE: Final = 308
"""Digits; a longer number is neither an amount nor a time."""
_GZIP: Final = ("gzip", "x-gzip")
_GZIP_WITH_CHECKSUM: Final = 31
"""zlib's window bits for gzip alone, whose trailer (length and CRC) zlib then checks."""


class Limits(Struct, frozen=True):
    """The limits of one exchange; times in seconds, sizes in bytes."""

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


async def read_body(parts: AsyncIterable[bytes], headers: Mapping[str, str], host: str, limits: Limits) -> bytes:
    """The decoded body. Raises NotNeptune when it is too big, cut, or encoded in any way but gzip once."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", *_GZIP):
        raise NotNeptune(f"{host} compressed its answer in a way that was not asked for.").identified(
            "unasked_packing", host
        )
    sink = _Unzipped(host, limits) if encoding in _GZIP else _Plain(host, limits)
    on_wire = 0
    async for part in parts:
        on_wire += len(part)
        if on_wire > limits.wire_bytes:
            raise too_big(host)
        sink.feed(part)
    return sink.finish() if on_wire else b""


def is_json(content_type: str) -> bool:
    """Whether a content type promises JSON, which is UTF-8 whatever charset it names (RFC 8259)."""
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("application/json", "text/json") or (kind.startswith("application/") and kind.endswith("+json"))


def is_plain_words(body: bytes) -> bool:
    """Whether a body is a few words such as `OK`: neither JSON nor a page of markup."""
    bare = body.strip()
    with contextlib.suppress(UnicodeDecodeError):
        return bare.decode("utf-8").replace("\n", " ").isprintable() and _is_short_text(bare)
    return False


def _is_short_text(bare: bytes) -> bool:
    return 0 < len(bare) <= 2_000 and b"<" not in bare and bare[:1] not in b'{["' and bare not in _JSON_WORDS


async def parse(body: bytes, host: str, limits: Limits) -> JsonValue:
    """The JSON value of a body; big ones in a thread. Raises NotNeptune, also for more than should be held in
    memory."""
    if len(body) > limits.decoded_bytes // 2 and (b"\\u" in body or not body.isascii()):
        raise too_big(host)
    if len(body) < limits.thread_bytes:
        return decode(body, host, limits.depth)
    return await asyncio.to_thread(decode, body, host, limits.depth)


def decode(body: bytes, host: str, depth: int) -> JsonValue:
    """The JSON value of a body: UTF-8, `depth` levels, 100,000 values at most. Raises NotNeptune.

    A number that cannot be held (NaN, 1e999, thousands of digits) becomes its text, and what is nested deeper than
    `depth` a text that says so, so that neither costs more than itself.
    """
    if _holds_too_much(body):
        raise too_big(host)
    try:
        text = body.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise NotNeptune(f"{host} sent text that is not UTF-8.").identified("not_utf8", host) from None
    value = _loaded(text)
    if value is _BROKEN or _is_deeper(value, depth):
        value = _loaded(_flattened(body, depth).decode("utf-8").removeprefix("\ufeff"))
    if value is _BROKEN:
        raise NotNeptune(f"{host} sent JSON that is cut off or broken.").identified("broken_json", host)
    return value


def _loaded(text: str) -> JsonValue:
    """The value of a JSON text, or `_BROKEN`; the quick way first."""
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse_number, parse_float=_finite)
    except RecursionError:
        return _BROKEN
    except ValueError:
        try:
            value = json.loads(text, parse_constant=str, parse_float=_number, parse_int=_whole)
        except (ValueError, RecursionError):
            return _BROKEN
    return value


def _flattened(body: bytes, depth: int) -> bytes:
    """The body with a text in the place of every list or object that lies deeper than `depth`; in linear time."""
    parts: list[bytes] = []
    level = copied = 0
    for found in _STRUCTURE.finditer(body):
        sign = found[0]
        if sign in (b"[", b"{"):
            level += 1
            if level == depth + 1:
                parts += [body[copied : found.start()], TOO_DEEP]
        elif sign in (b"]", b"}"):
            if level == depth + 1:
                copied = found.end()
            level -= 1
    if level > depth:
        return b""
    return b"".join([*parts, body[copied:]])


def redact(value: JsonValue, secret: str) -> JsonValue:
    """The same value with `secret`, and every longer part of it, masked: a server may echo what it was sent."""
    if isinstance(value, str):
        return without_secret(value, secret)
    if isinstance(value, list):
        return [redact(item, secret) for item in value]
    if isinstance(value, dict):
        return {without_secret(key, secret): redact(item, secret) for key, item in value.items()}
    return value


def too_big(host: str) -> TooLarge:
    """The refusal of a body beyond its limit."""
    return TooLarge(f"{host} sent a larger answer than allowed, so it was cut off.").identified("too_large", host)


class _Plain:
    """Collects a body that is not packed."""

    def __init__(self, host: str, limits: Limits) -> None:
        self._host = host
        self._room = limits.decoded_bytes
        self._parts: list[bytes] = []

    def feed(self, part: bytes) -> None:
        self._room -= len(part)
        if self._room < 0:
            raise too_big(self._host)
        self._parts.append(part)

    def finish(self) -> bytes:
        return b"".join(self._parts)


class _Unzipped(_Plain):
    """Unpacks gzip a step at a time, so that a bomb is noticed before it is in memory."""

    def __init__(self, host: str, limits: Limits) -> None:
        super().__init__(host, limits)
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
        raise NotNeptune(f"{self._host} sent a compressed answer that is cut off or broken.").identified(
            "broken_packing", self._host
        ) from None


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


def _number(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= _LONGEST_WHOLE else text


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
