"""What the tests of the API client share: a token that must never be seen, fixed time, and a server of raw bytes."""

from __future__ import annotations

import asyncio
import gzip
import json
import traceback
from collections.abc import Awaitable, Callable
from random import Random
from types import TracebackType
from typing import TypeAlias

import httpx

from neptune_inbox.api.body import Limits
from neptune_inbox.api.client import Client
from neptune_inbox.api.transport import DEFAULT_LIMITS, Transport
from neptune_inbox.model import JsonValue, Mode, Token

CANARY = "eyJhbGciOiJIUzI1NiJ9.CANARY0123456789.signature"
NOW = 1_730_000_000_000
API = "https://api.example.test/neptune"
EDGE = "https://edge.example.test/neptune"
QUICK = Limits(connect=1.0, read=1.0, write=1.0, pool=1.0, total=1.5, wire_bytes=200_000, decoded_bytes=400_000)

Handler: TypeAlias = Callable[[httpx.Request], httpx.Response]
Script: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def no_pause(seconds: float) -> None:
    """Time does not pass."""


def over(
    http: httpx.AsyncBaseTransport | Handler | None,
    *,
    token: str | None = CANARY,
    mode: Mode = Mode.ACT,
    api: str = API,
    edge: str = EDGE,
    limits: Limits = DEFAULT_LIMITS,
) -> Transport:
    """A transport over a handler, over another transport, or over the real network (None)."""
    return Transport(
        api_base=api,
        edge_base=edge,
        token=None if token is None else Token(token),
        mode=mode,
        http=http if http is None or isinstance(http, httpx.AsyncBaseTransport) else httpx.MockTransport(http),
        now=lambda: NOW,
        sleep=no_pause,
        rng=Random(7),
        limits=limits,
    )


def client_over(http: httpx.AsyncBaseTransport | Handler | None, *, mode: Mode = Mode.ACT) -> Client:
    return Client(over(http, mode=mode), "staging")


class RequestRecorder:
    """A handler that keeps every request and answers each with the same JSON."""

    def __init__(self, value: JsonValue = None, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.requests: list[httpx.Request] = []
        self._value, self._status, self._headers = value, status, headers or {}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self._status, json=self._value, headers=self._headers)

    @property
    def request(self) -> httpx.Request:
        return self.requests[-1]

    @property
    def body(self) -> JsonValue:
        value: JsonValue = json.loads(self.request.content)
        return value


class RawServer:
    """Says exactly the bytes that a script writes, on loopback; counts its connections."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.connections = 0
        self.received = b""

    async def __aenter__(self) -> RawServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/neptune"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    async def read_request(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        self.received += head
        return head

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._script(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def head(*lines: str, status: str = "200 OK") -> bytes:
    """An HTTP/1.1 head with these header lines, JSON by default."""
    return "\r\n".join((f"HTTP/1.1 {status}", "Content-Type: application/json", *lines, "", "")).encode()


def saying(*parts: bytes, then: Script | None = None) -> Script:
    """A script that reads one request, writes these parts, and goes on with `then`."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in parts:
            writer.write(part)
        await writer.drain()
        if then is not None:
            await then(reader, writer)

    return script


def bomb(levels: int, size: int = 50_000_000) -> bytes:
    """Zeros, packed as often as told."""
    body = b"0" * size
    for _ in range(levels):
        body = gzip.compress(body, 9)
    return body


def show_everything(error: BaseException) -> str:
    """All that a crash page could print: the error, its chain, its traceback with the locals of every frame."""
    below = error.__traceback__.tb_next if error.__traceback__ else None
    page = traceback.TracebackException(type(error), error, below, capture_locals=True)
    context = f"{error.__context__!r} {error.__cause__!r}"
    return "".join(page.format()) + repr(error) + str(error) + repr(vars(error)) + context
