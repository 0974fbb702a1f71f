from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.api.body import Limits, decode, is_json, parse, read_body, redact
from neptune_inbox.api.transport import redact_echo
from neptune_inbox.errors import NotNeptune
from neptune_inbox.model import JsonValue, Token
from tests.speed import effort
from tests.unit.api_helpers import QUICK, bomb

PACKED = gzip.compress(b"{}", mtime=0)
"""Without the time, which would be another one in each process that collects these tests."""


async def parts_of(body: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def read(body: bytes, encoding: str = "", limits: Limits = QUICK, size: int = 1000) -> bytes:
    headers = {"content-encoding": encoding} if encoding else {}
    return await read_body(parts_of(body, size), headers, "api.example", limits)


async def test_a_plain_body_is_read() -> None:
    assert await read(b'{"a": 1}') == b'{"a": 1}'
    assert await read(b'{"a": 1}', "identity") == b'{"a": 1}'
    assert await read(b"") == b""


@given(st.binary(max_size=5000), st.integers(1, 700))
async def test_a_packed_body_is_read_however_it_is_cut_into_parts(body: bytes, size: int) -> None:
    assert await read(gzip.compress(body), "gzip", size=size) == body


async def test_a_big_packed_body_is_read_whole() -> None:
    body = json.dumps([{"id": number} for number in range(20_000)]).encode()
    assert await read(gzip.compress(body), "gzip", size=65_536) == body


@pytest.mark.parametrize("encoding", ["deflate", "br", "zstd", "gzip, gzip", "gzip,br", "identity, gzip", "x"])
async def test_packing_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(NotNeptune, match=r"api\.example"):
        await read(gzip.compress(b"{}"), encoding)


async def test_a_bomb_is_refused_before_it_is_in_memory() -> None:
    packed = bomb(1)
    tracemalloc.start()
    with pytest.raises(NotNeptune, match="a larger answer than allowed"):
        await read(packed, "gzip", size=65_536)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


async def test_a_bomb_in_a_bomb_is_never_unpacked_twice() -> None:
    body = await read(bomb(2, 5_000_000), "gzip")
    assert len(body) < 20_000
    with pytest.raises(NotNeptune):
        decode(body, "api.example", 64)


async def test_a_body_beyond_the_limit_on_the_wire_is_refused() -> None:
    with pytest.raises(NotNeptune, match="larger answer"):
        await read(b" " * 200_001)


@pytest.mark.parametrize("missing", [1, 4, 8, 12])
async def test_a_packed_body_without_its_checksum_is_cut(missing: int) -> None:
    with pytest.raises(NotNeptune, match="cut"):
        await read(gzip.compress(b'{"data":[]}')[:-missing], "gzip")


async def test_a_packed_body_with_a_wrong_checksum_is_broken() -> None:
    packed = bytearray(gzip.compress(b'{"data":[]}'))
    packed[-6] ^= 1
    with pytest.raises(NotNeptune, match="broken"):
        await read(bytes(packed), "gzip")


@pytest.mark.parametrize(
    "body",
    [PACKED + b"more", PACKED * 2, zlib.compress(b"{}"), b"{}", b"\x1f\x8b"],
    ids=["more", "two", "zlib", "plain", "cut"],
)
@pytest.mark.parametrize("size", [1, 1000])
async def test_what_is_no_single_gzip_is_broken(body: bytes, size: int) -> None:
    with pytest.raises(NotNeptune, match="broken"):
        await read(body, "gzip", size=size)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "APPLICATION/JSON; charset=UTF-8", 'application/json;charset="utf-8"', "text/json",
     "application/problem+json", "application/vnd.api+json; profile=x"],
)  # fmt: skip
def test_these_content_types_are_json(content_type: str) -> None:
    assert is_json(content_type)


@pytest.mark.parametrize(
    "content_type",
    ["", "text/html", "text/plain", "application/jsonp",
     "application/octet-stream", "text/html; x=application/json", "image/svg+json"],
)  # fmt: skip
def test_these_content_types_are_not(content_type: str) -> None:
    assert not is_json(content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>",
        b'{"data":[{"uuid":"1"}',
        b"",
        b"[" * 200_000,
        b'"\xff"',
        '{"a": 1}'.encode("utf-16"),
        b'"\xed\xa0\x80"',
    ],
)
def test_json_that_is_not_sound_is_refused(body: bytes) -> None:
    with pytest.raises(NotNeptune, match=r"api\.example"):
        decode(body, "api.example", 64)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000])
def test_a_number_that_cannot_be_held_becomes_its_text(number: str) -> None:
    assert decode(f'{{"a": {number}, "b": 1}}'.encode(), "api.example", 64) == {"a": number, "b": 1}


@pytest.mark.parametrize("levels", [65, 900, 40_000])
def test_what_is_nested_too_deeply_costs_only_itself(levels: int) -> None:
    body = b'{"a":' + b"[" * levels + b"]" * levels + b',"b":"[[["}'
    found = decode(body, "api.example", 64)
    assert isinstance(found, dict)
    assert found["b"] == "[[["
    assert "nested too deeply" in str(found["a"])


def test_sound_json_is_taken_as_it_is() -> None:
    text = '\ufeff{"a": [1, -2.5, true, null, "ü\\ud83c\\udf89"], "big": 123456789012345678901234567890}'
    expected: JsonValue = {"a": [1, -2.5, True, None, "ü🎉"], "big": 123456789012345678901234567890}
    assert decode(text.encode(), "api.example", 64) == expected
    assert decode(b"[" * 64 + b"]" * 64, "api.example", 64) is not None


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_body_raises_anything_else(body: bytes) -> None:
    with suppress(NotNeptune):
        decode(body, "api.example", 64)


async def test_a_big_body_is_parsed_to_the_same_value() -> None:
    value: JsonValue = [{"id": str(number)} for number in range(5000)]
    assert await parse(json.dumps(value).encode(), "api.example", Limits(thread_bytes=1)) == value
    with pytest.raises(NotNeptune):
        await parse(b"[" * 100_000, "api.example", Limits(thread_bytes=1))


@pytest.mark.slow
@pytest.mark.parametrize("unit", ["0,", "{},", "[],", '{"a":0},', '"",'])
def test_more_values_than_a_page_can_have_are_refused_before_they_take_memory(unit: str) -> None:
    body = b"[" + unit.encode() * 1_000_000 + b"0]"
    tracemalloc.start()
    with pytest.raises(NotNeptune, match="a larger answer than allowed"):
        decode(body, "api.example", 64)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < len(body) + 1_000_000


def test_commas_and_brackets_in_a_text_are_no_values() -> None:
    text = "1,2,[3],{4}" * 100_000
    assert decode(json.dumps([text, 'a"b\\']).encode(), "api.example", 64) == [text, 'a"b\\']


@pytest.mark.slow
@pytest.mark.parametrize("body", [b'"' + b'\\"' * 1_000_000, b'"\\' * 500_000, b"[" + b'"' * 1_000_001])
def test_quotes_without_end_take_no_time(body: bytes) -> None:
    def refuse() -> None:
        with pytest.raises(NotNeptune):
            decode(body + b"," * 200_000, "api.example", 64)

    assert effort(refuse) < 60


@pytest.mark.parametrize("sign", ["\U0001f469".encode(), b"\\ud83d\\udc69"])
async def test_a_text_that_grows_fourfold_in_memory_may_be_half_as_long(sign: bytes) -> None:
    plain = b'["' + b"x" * 600 + b'"]'
    assert await parse(plain, "api.example", Limits(decoded_bytes=1000)) == ["x" * 600]
    with pytest.raises(NotNeptune, match="a larger answer than allowed"):
        await parse(plain[:-2] + sign + b'"]', "api.example", Limits(decoded_bytes=1000))


def test_an_echoed_secret_is_masked_everywhere() -> None:
    value: JsonValue = {"SECRET": ["a SECRET b", {"x": "SECRET"}], "n": 1, "none": None, "yes": True}
    assert redact(value, "SECRET") == {"••••": ["a •••• b", {"x": "••••"}], "n": 1, "none": None, "yes": True}


JWT = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ0ZWFtIjoiYWNtZSIsImp0aSI6ImFiYzEyMyJ9.c2lnbmF0dXJlLW9mLXRoaXMtb25l"


@pytest.mark.parametrize("secret", [JWT, "an-opaque-token-of-some-length-7b6a5c4d3e2f1908"])
@pytest.mark.parametrize("cut", ["its end", "its beginning", "both", "its last part"])
def test_a_long_part_of_the_token_is_masked_like_the_whole(secret: str, cut: str) -> None:
    part = {
        "its end": secret[: len(secret) * 3 // 4],
        "its beginning": secret[9:],
        "both": secret[-32:-3],
        "its last part": secret[-28:],
    }[cut]
    body = f'{{"message": "token {part}… was refused"}}'.encode()
    shown = redact_echo({"message": f"token {part}… was refused"}, body, Token(secret))
    assert shown == {"message": "token ••••… was refused"}


def test_the_header_that_all_such_tokens_share_and_short_likeness_stay() -> None:
    value: JsonValue = {"token": JWT.partition(".")[0], "word": JWT[60:70]}
    assert redact_echo(value, json.dumps(value).encode(), Token(JWT)) == value
