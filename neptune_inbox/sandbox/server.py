"""The ASGI app that serves the vendor's API from a SandboxState; what calls do is in handlers.py."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Coroutine, Sequence
from email.utils import formatdate
from functools import lru_cache
from itertools import count
from typing import Any, TypeAlias
from urllib.parse import unquote

from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as ServedRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from neptune_inbox.errors import InboxError
from neptune_inbox.model import JsonObject, JsonValue
from neptune_inbox.sandbox.dialects import PLAIN, Dialect
from neptune_inbox.sandbox.faults import Asked, Faults
from neptune_inbox.sandbox.handlers import HANDLERS, Call, Service
from neptune_inbox.sandbox.openapi import document
from neptune_inbox.sandbox.records import Exchange, Write
from neptune_inbox.sandbox.responses import BROKEN, NO_ROUTE, AsciiJson, HttpRefusal
from neptune_inbox.sandbox.routes import ROUTES, UNKNOWN, Access, Route, is_served_at, read_target, route_of
from neptune_inbox.sandbox.socket_faults import MET, meet_weather
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import TokenRules
from neptune_inbox.sandbox.validation import read_body

ACCESS_LOG = logging.getLogger("neptune_inbox.sandbox.access")

MASK = "••••"
TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
"""A percent sign that escapes nothing."""

METHODS = ("GET", "HEAD", "PUT", "PATCH", "POST", "DELETE")
"""What NobeJS has routes for; TRACE and others are refused as such."""
MOST_BODY = 1_048_576
"""Bytes of a request's body, as fastify limits it."""

Endpoint: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


def create_app(
    sandbox_state: SandboxState,
    *,
    tokens: TokenRules | None = None,
    dialect: Dialect = PLAIN,
    faults: Faults | None = None,
) -> Starlette:
    """Serves `world` in a dialect to any token that it signed, unless `tokens` says otherwise.

    Give `faults` only when the app is served on a socket; in process, `faults.transport_for` takes them instead.
    """
    service = Service(sandbox_state, tokens or TokenRules(sandbox_state), dialect)
    app = Starlette(
        routes=[ServedRoute(each.path, _endpoint(service, each), methods=[each.method]) for each in ROUTES],
        middleware=[Middleware(SandboxMiddleware, sandbox_state=sandbox_state, faults=faults)],
        exception_handlers={HTTPException: _answer_no_route, Exception: _answer_broken},
    )
    app.router.redirect_slashes = False
    return app


class SandboxMiddleware:
    """What every request passes: the target is read, the weather is met, the answer is stamped and logged."""

    def __init__(self, app: ASGIApp, sandbox_state: SandboxState, faults: Faults | None) -> None:
        self._app = app
        self._sandbox_state = sandbox_state
        self._faults = faults
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        target = read_target(scope.get("raw_path") or scope["path"].encode(), scope["headers"])
        route = route_of(scope["method"], target.path)
        pattern = route.path if route else UNKNOWN
        is_elsewhere = route is not None and not is_served_at(route, target.host)
        scope = {**scope, "path": "/" if is_elsewhere else target.path, "root_path": ""}
        send = self._stamp(send, scope["method"], pattern, target.path)
        if scope["method"] == "OPTIONS":
            await answer_preflight(scope["headers"], send)
            return
        if scope["method"] not in METHODS:
            headers = {"allow": ", ".join(METHODS)}
            await AsciiJson({"message": "Method Not Allowed"}, 405, headers)(scope, receive, send)
            return
        fault = None
        if self._faults is not None and MET not in scope:
            user_id = ""
            if self._faults.needs_user:
                body, receive = await _read_ahead(receive)
                user_id = self._faults.user_of(target.path, scope.get("query_string", b""), body)
            fault = self._faults.meet(Asked(scope["method"], pattern, target.path, user_id))
        if fault is None or self._faults is None:
            await self._app(scope, receive, send)
        else:
            await meet_weather(self._app, self._faults, fault, scope, receive, send)

    def _stamp(self, send: Send, method: str, pattern: str, path: str) -> Send:
        """Adds date, request id and CORS; logs the route's pattern only, as ids and tokens are nobody's business."""
        number = next(self._numbers)
        request_id = f"sandbox-{number:06d}"

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                now, status = self._sandbox_state.now(), message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"date", http_date(now // 1000)),
                    (b"x-request-id", request_id.encode()),
                    (b"access-control-allow-origin", b"*"),
                ]
                self._sandbox_state.exchanges.append(Exchange(number, now, method, path, status))
                ACCESS_LOG.info("%s %s %s %d", request_id, method, pattern, status)
            await send(message)

        return stamped


@lru_cache(maxsize=4)
def http_date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


async def answer_preflight(headers: Sequence[tuple[bytes, bytes]], send: Send) -> None:
    """OPTIONS as NobeJS answers it: 204 to anybody, with the headers that were asked about."""
    wanted = next((value for name, value in headers if name == b"access-control-request-headers"), b"")
    answer = [
        (b"access-control-allow-methods", ",".join(METHODS).encode()),
        (b"vary", b"Access-Control-Request-Headers"),
        (b"content-length", b"0"),
    ]
    if wanted:
        answer.append((b"access-control-allow-headers", wanted))
    await send({"type": "http.response.start", "status": 204, "headers": answer})
    await send({"type": "http.response.body", "body": b""})


async def _read_ahead(receive: Receive) -> tuple[bytes, Receive]:
    """The body, and a way to receive it once more."""
    messages: list[Message] = []
    while True:
        message = await receive()
        messages.append(message)
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    waiting = iter(messages)

    async def again() -> Message:
        return next(waiting, None) or await receive()

    return b"".join(message.get("body", b"") for message in messages), again


def _endpoint(service: Service, route: Route) -> Endpoint:
    """What Starlette calls for a route."""

    async def describe(request: Request) -> Response:
        return AsciiJson(document(service.dialect))

    async def serve(request: Request) -> Response:
        call = Call("", "", dict(request.query_params), {}, None)
        answer: JsonValue
        raw = b""
        try:
            raw = await _read_raw(request)
            call = _place(call, request)
            call = _let_in(service, route, request, call, raw)
            status, answer = 200, HANDLERS[route.name](service, call)
        except InboxError as problem:
            status, answer = service.dialect.refuse(problem)
        if route.method != "GET":
            _note_write(service.sandbox_state, request, route, call, raw, status)
        return AsciiJson(answer, status)

    return describe if route.access is Access.OPEN else serve


async def _read_raw(request: Request) -> bytes:
    """The body; raises HttpRefusal for one that is too large, which is not kept."""
    if request.method == "GET":
        return b""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BODY:
            raise HttpRefusal(413, {"message": "Request body is too large"})
        chunks.append(chunk)
    return b"".join(chunks)


def _place(call: Call, request: Request) -> Call:
    """The call with what its path names; raises HttpRefusal where that cannot be decoded."""
    path = request.path_params
    return replace(call, environment=_decode(path.get("environment", "")), user_id=_decode(path.get("user_id", "")))


def _decode(text: str) -> str:
    if BAD_ESCAPE.search(text):
        raise HttpRefusal(400, {"message": f"'{text}' is not a valid url component"})
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise HttpRefusal(400, {"message": f"'{text}' is not a valid url component"}) from None


def _let_in(service: Service, route: Route, request: Request, call: Call, raw: bytes) -> Call:
    """The call with its grant and body; raises what stops it at the door."""
    grant = None
    if route.access is Access.HEADER:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        grant = service.check_token(bearer.strip() if scheme.lower() == "bearer" else "")
        if call.environment:
            grant.check(call.environment)
    body = {} if route.method == "GET" else read_body(raw, request.headers.get("content-type"))
    return replace(call, body=body, grant=grant)


def _note_write(
    sandbox_state: SandboxState, request: Request, route: Route, call: Call, raw: bytes, status: int
) -> None:
    """Keeps what was asked, tokens masked; a body that is not JSON is kept as nothing."""
    try:
        body: JsonObject = call.body or read_body(raw)
    except InboxError:
        body = {}
    environment = call.environment or str(body.get("environment", ""))
    user_id = call.user_id or str(body.get("user_id", ""))
    path = str(request.scope["path"])
    sandbox_state.writes.append(
        Write(route.method, route.path, environment, user_id, _redact(body), status, path, sandbox_state.now())
    )


def _redact(body: JsonObject) -> JsonObject:
    """The body without what is, or looks like, a token."""
    if "api_token" in body:
        body = {**body, "api_token": MASK}
    text = json.dumps(body)
    return body if not TOKEN.search(text) else dict(json.loads(TOKEN.sub(MASK, text)))


async def _answer_no_route(request: Request, problem: Exception) -> Response:
    return AsciiJson(NO_ROUTE, 404)


async def _answer_broken(request: Request, problem: Exception) -> Response:
    return AsciiJson(BROKEN, 500)
