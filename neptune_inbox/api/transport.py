"""One guarded HTTP exchange: token, host pin, limits, deadline, and every failure as one of our errors.

Everything that the product sends goes through `Transport.call`; mode observe is enforced here, below every caller.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from msgspec import Struct

from neptune_inbox import debug_trace
from neptune_inbox.api.backoff import next_delay, parse_http_date
from neptune_inbox.api.base_url import BaseUrl, check_base
from neptune_inbox.api.body import Limits, is_json, is_plain_words, parse, read_body, redact
from neptune_inbox.api.status_errors import ErrorResponse, embedded_error, refusal
from neptune_inbox.errors import (
    InboxError,
    Invalid,
    NotNeptune,
    NotSignedIn,
    ObserveOnly,
    Offline,
    ServerTrouble,
    TimedOut,
    TokenMalformed,
    TokenRefused,
)
from neptune_inbox.masking import telling_parts, without_secret
from neptune_inbox.model import Instant, JsonObject, JsonValue, Mode, Now, Token
from neptune_inbox.text import clean_line

if TYPE_CHECKING:
    import httpx

    from neptune_inbox.api.http_client import ConnectionWatch

Base: TypeAlias = Literal["api", "edge"]
Sleep: TypeAlias = Callable[[float], Awaitable[None]]

DEFAULT_LIMITS: Final = Limits()
RECONNECT_WITHIN: Final = 0.2
"""Seconds; a restarted server drops all its connections at once, so the second try of a read is spread a little."""
_TOKEN = re.compile(r"[\x21-\x7e]{8,4096}")
_REQUEST_IDS: Final = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid")
_IS_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)
NO_JWT: Final = "The token of this profile is not a JWT, and Neptune may answer such a token in this way."
_NO_CONTENT: Final = (204, 205)


class ApiResponse(Struct, frozen=True):
    """A proven success: a 2xx that is JSON or empty."""

    value: JsonValue
    """The JSON body; None where it is empty."""
    request_id: str = ""
    """The server's name for the request, empty where it gives none."""
    server_date: Instant | None = None
    size: int = 0
    """Bytes of the decoded body."""


class _Call(Struct, frozen=True):
    """One request to be made; holds no token."""

    method: str
    base: Base
    address: BaseUrl
    url: str
    body: JsonObject | None
    subject: str


class Transport:
    """The one way out of the product."""

    def __init__(
        self,
        *,
        api_base: str,
        edge_base: str,
        token: Token | None,
        mode: Mode,
        http: httpx.AsyncBaseTransport | None = None,
        now: Now,
        sleep: Sleep,
        rng: Random,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        """`http` replaces the network. Raises ConfigProblem unless both bases are https, or http on this machine."""
        self._addresses: dict[Base, BaseUrl] = {
            "api": check_base("api_base", api_base),
            "edge": check_base("edge_base", edge_base),
        }
        self._token = token
        self._token_remedy = ""
        self._on_accepted: Callable[[], Awaitable[None]] | None = None
        self._mode = mode
        self._http = http
        self._now = now
        self._sleep = sleep
        self._rng = rng
        self._limits = limits
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._is_closed = False
        self._is_settled = asyncio.Event()
        """Set once it is known which token to send, if any."""
        self._is_settled.set()

    def expect_token(self) -> None:
        """Announce that a token is being fetched: requests wait for `use_token`, as a keyring may take its time."""
        self._is_settled.clear()

    def use_token(
        self, token: Token | None, *, remedy: str = "", on_accepted: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Send this token from the next request on, None when there is none; `remedy` is for when it is refused.

        `on_accepted` is awaited once, at the first answer which shows that the server takes the token.
        """
        self._token = token
        self._token_remedy = remedy
        self._on_accepted = on_accepted
        self._is_settled.set()

    async def aclose(self) -> None:
        """Close the connections; later calls raise Offline."""
        self._is_closed = True
        self._is_settled.set()
        if self._client is not None:
            await self._client.aclose()

    async def call(
        self,
        method: str,
        base: Base,
        segments: Sequence[str],
        *,
        params: Mapping[str, str | int] | None = None,
        body: JsonObject | None = None,
        is_write: bool,
        subject: str = "",
    ) -> ApiResponse:
        """Send one request and prove its answer; `subject` names what it is about, for error sentences.

        On `edge`, the token goes into the body as `api_token` and no Authorization is sent.
        Raises SignInProblem, Refused (ObserveOnly before any connection) or Unreachable, nothing else.
        """
        if self._mode is Mode.OBSERVE and (is_write or method != "GET"):
            shown = clean_line(subject, 160) or "this change"
            raise ObserveOnly(f"This profile only observes, so nothing was sent for {shown}.")
        await self._is_settled.wait()
        token = self._checked_token()
        address = self._addresses[base]
        call = _Call(method, base, address, address.url(segments, params), body, subject)
        client = await self._opened()
        from neptune_inbox.api import network_errors

        problem: InboxError
        traced = _traced(call)
        try:
            async with asyncio.timeout(self._limits.total):
                answer = await self._exchange(client, call, token)
                traced(outcome="ok", bytes=answer.size, request_id=answer.request_id)
        except InboxError as error:
            traced(outcome=error.name, sentence=error.sentence)
            if isinstance(error, TokenRefused) and self._token_remedy:
                raise error.saying(remedy=self._token_remedy) from None
            raise
        except TimeoutError:
            problem = TimedOut(f"{address.host_port} took longer than {self._limits.total:g} seconds.").identified(
                "took_too_long", address.host_port
            )
        except network_errors.EXPECTED as error:
            problem = network_errors.of_exception(error, address.host_port, self._proxy_of(address))
        else:
            await self._note_accepted(answer, token)
            return answer
        traced(outcome=problem.name, sentence=problem.sentence)
        # Raised out here, the outside exception is not even its context: that may carry the token.
        raise problem

    async def _note_accepted(self, answer: ApiResponse, token: Token) -> None:
        is_news = self._on_accepted is not None and token is self._token
        # Some say no with a status of 200.
        if is_news and embedded_error(answer.value, "") is None:
            told, self._on_accepted = self._on_accepted, None
            assert told is not None
            await told()

    def _proxy_of(self, address: BaseUrl) -> str:
        """The proxy that requests to an address go through, as host and port; empty where they go straight there."""
        from neptune_inbox.api.http_client import proxy_of

        return proxy_of(address) if self._http is None else ""

    def _checked_token(self) -> Token:
        if self._token is None:
            raise NotSignedIn("No token is known for this profile.")
        if not _TOKEN.fullmatch(self._token.reveal()):
            raise TokenMalformed("The token of this profile is not a valid token.")
        return self._token

    async def _opened(self) -> httpx.AsyncClient:
        if self._is_closed:
            raise Offline("The connection was closed.").identified("closed")
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
        return self._client

    def _open(self) -> httpx.AsyncClient:
        from neptune_inbox.api.http_client import open_client

        return open_client(tuple(self._addresses.values()), self._http, self._limits)

    async def _exchange(self, client: httpx.AsyncClient, call: _Call, token: Token) -> ApiResponse:
        response = await self._send(client, call, token)
        try:
            return await self._answer(response, call, token)
        finally:
            await response.aclose()

    async def _send(self, client: httpx.AsyncClient, call: _Call, token: Token) -> httpx.Response:
        """The response with its headers read; a read is sent again, once, when its kept connection was dead."""
        import httpx

        from neptune_inbox.api.http_client import ConnectionWatch, PinnedBearer

        auth = PinnedBearer(token, call.address) if call.base == "api" else None
        watch = ConnectionWatch()
        try:
            return await client.send(_request(client, call, token, watch), stream=True, auth=auth)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if call.method != "GET" or not watch.was_reused:
                raise
        await self._sleep(next_delay(0, retry_after=None, rng=self._rng, base=RECONNECT_WITHIN))
        return await client.send(_request(client, call, token, watch), stream=True, auth=auth)

    async def _answer(self, response: httpx.Response, call: _Call, token: Token) -> ApiResponse:
        if not response.is_success:
            reply = await self._reply(response, call, token)
            path = call.url.partition("?")[0].removeprefix(f"{call.address.scheme}://{call.address.host_port}")
            refused = refusal(reply, subject=call.subject, host=call.address.host_port, path=path, now=self._now())
            if isinstance(refused, ServerTrouble) and not _IS_JWT.fullmatch(token.reveal()):
                refused.sentence += " " + NO_JWT
            raise refused
        headers, host = response.headers, call.address.host_port
        value, size = None, 0
        if response.status_code not in _NO_CONTENT:
            content_type = headers.get("content-type")
            is_proper = content_type is not None and is_json(content_type)
            if content_type is not None and not is_proper and call.method == "GET":
                raise _not_json(host, response.status_code)
            body = await self._body(response, host)
            size = len(body)
            if (is_proper or not body) and not (call.method != "GET" and is_plain_words(body)):
                value = await self._parsed(body, host, token)
            elif call.method == "GET":
                raise NotNeptune(f"{host} did not say that its answer is JSON.").identified("unsaid_json", host)
            else:
                value = await self._words(body, host, token, status=response.status_code)
        request_id = next((headers[name] for name in _REQUEST_IDS if name in headers), "")
        date = parse_http_date(headers.get("date", ""))
        return ApiResponse(value, clean_line(without_secret(request_id, token.reveal()), 120), date, size)

    async def _reply(self, response: httpx.Response, call: _Call, token: Token) -> ErrorResponse:
        """A refusal as far as it can be read: if the body cannot be, only the status counts."""
        status, headers = response.status_code, response.headers
        shown = {name: without_secret(text, token.reveal()) for name, text in headers.items()}
        if status < 400:
            return ErrorResponse(status, shown, None, is_odd=False)
        with contextlib.suppress(NotNeptune):
            body = await self._body(response, call.address.host_port)
            if not body or is_json(headers.get("content-type", "")):
                return ErrorResponse(
                    status, shown, await self._parsed(body, call.address.host_port, token), is_odd=False
                )
        return ErrorResponse(status, shown, None, is_odd=True)

    async def _body(self, response: httpx.Response, host: str) -> bytes:
        import httpx

        # The stream itself, as `aiter_raw` refuses a response that a test transport made with its content.
        if not isinstance(response.stream, httpx.AsyncByteStream):
            raise NotNeptune(f"{host} sent an answer that cannot be read.").identified("unreadable", host)
        return await read_body(response.stream, response.headers, host, self._limits)

    async def _words(self, body: bytes, host: str, token: Token, *, status: int) -> JsonValue:
        """What a write was answered with where that is not labelled as JSON: JSON all the same, or plain words.

        Raises NotNeptune for a page, as a sign-in page of the network may answer everything with 200.
        """
        if body.lstrip()[:1] in (b"{", b"["):
            return await self._parsed(body, host, token)
        if not is_plain_words(body):
            raise _not_json(host, status)
        text = body.decode("utf-8", "replace").strip()
        text = without_secret(text, token.reveal())
        return False if text in ("false", "0") else text

    async def _parsed(self, body: bytes, host: str, token: Token) -> JsonValue:
        if not body.strip():
            return None
        value = await parse(body, host, self._limits)
        if len(body) < self._limits.thread_bytes:
            return redact_echo(value, body, token)
        return await asyncio.to_thread(redact_echo, value, body, token)


def _traced(call: _Call) -> Callable[..., None]:
    """Log that a request begins; the returned function logs how it ended and after how many milliseconds."""
    if not debug_trace.is_on():
        return lambda **_: None
    began = time.monotonic()
    debug_trace.note("request", method=call.method, url=call.url)

    def ended(**facts: object) -> None:
        took = round((time.monotonic() - began) * 1000, 1)
        debug_trace.note("answer", method=call.method, url=call.url, ms=took, **facts)

    return ended


def redact_echo(value: JsonValue, body: bytes, token: Token) -> JsonValue:
    """The value without the token, should the server have echoed it; a copy is made only then."""
    secret = token.reveal()
    parts = (json.dumps(secret)[1:-1], *telling_parts(secret))
    is_echoed = any(part.encode() in body for part in parts)
    return redact(value, secret) if is_echoed else value


def _request(client: httpx.AsyncClient, call: _Call, token: Token, watch: ConnectionWatch) -> httpx.Request:
    """The request, built in a frame of its own so that no traceback holds the body with the token."""
    content, headers = None, {}
    if call.body is not None:
        body = call.body if call.base == "api" else {**call.body, "api_token": token.reveal()}
        content, headers = _encode(body), {"Content-Type": "application/json"}
    return client.build_request(call.method, call.url, content=content, headers=headers, extensions={"trace": watch})


def _encode(body: JsonObject) -> bytes:
    problem: Invalid
    try:
        return json.dumps(body, allow_nan=False, separators=(",", ":")).encode("ascii")
    except (ValueError, TypeError, RecursionError):
        problem = Invalid("The payload is not valid JSON.", "Check the payload.")
    raise problem


def _not_json(host: str, status: int) -> NotNeptune:
    return NotNeptune(f"{host} answered with something that is not JSON ({status}).").identified(
        "not_json", host, status
    )
