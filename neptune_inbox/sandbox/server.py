"""The ASGI app that serves the vendor's API from a World; what calls do is in handlers.py."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from email.utils import formatdate
from itertools import count
from typing import Any, TypeAlias
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as ServedRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from neptune_inbox.errors import InboxError
from neptune_inbox.model import JsonObject
from neptune_inbox.sandbox.answers import BROKEN, NO_ROUTE, AsciiJson, Keys, refusal
from neptune_inbox.sandbox.checks import read_body
from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.handlers import HANDLERS, Call, Service
from neptune_inbox.sandbox.openapi import document
from neptune_inbox.sandbox.records import Write
from neptune_inbox.sandbox.routes import ROUTES, UNKNOWN, Base, Route, is_served_at, read_target, route_of
from neptune_inbox.sandbox.tokens import TokenRules
from neptune_inbox.sandbox.weather import MET, meet_weather
from neptune_inbox.sandbox.world import World

ACCESS_LOG = logging.getLogger("neptune_inbox.sandbox.access")

Endpoint: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]


def create_app(
    world: World, *, tokens: TokenRules | None = None, keys: Keys = "plain", faults: Faults | None = None
) -> Starlette:
    """Serves `world` to any token that it signed, unless `tokens` says otherwise; lists have plain or starred keys.

    Give `faults` only when the app is served on a socket; in process, `faults.transport_for` takes them instead.
    """
    service = Service(world, tokens or TokenRules(world), keys)
    app = Starlette(
        routes=[ServedRoute(each.pattern, _endpoint(service, each), methods=[each.method]) for each in ROUTES],
        middleware=[Middleware(Front, world=world, faults=faults)],
        exception_handlers={HTTPException: _answer_no_route, Exception: _answer_broken},
    )
    app.router.redirect_slashes = False
    return app


class Front:
    """What every request passes: the target is read, the weather is met, the answer is stamped and logged."""

    def __init__(self, app: ASGIApp, world: World, faults: Faults | None) -> None:
        self._app = app
        self._world = world
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
        send = self._stamp(send, f"{scope['method']} {pattern}")
        fault = None if self._faults is None or MET in scope else self._faults.meet(scope["method"], pattern)
        if fault is None or self._faults is None:
            await self._app(scope, receive, send)
        else:
            await meet_weather(self._app, self._faults, fault, scope, receive, send)

    def _stamp(self, send: Send, what: str) -> Send:
        """Adds the date and a request id; logs the route's pattern only, as ids and tokens are nobody's business."""
        request_id = f"sandbox-{next(self._numbers):06d}"

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["date"] = formatdate(self._world.now() / 1000, usegmt=True)
                headers["x-request-id"] = request_id
                ACCESS_LOG.info("%s %s %d", request_id, what, message["status"])
            await send(message)

        return stamped


def _endpoint(service: Service, route: Route) -> Endpoint:
    """What Starlette calls for a route."""

    async def describe(request: Request) -> Response:
        return AsciiJson(document(service.keys))

    async def serve(request: Request) -> Response:
        raw = await request.body()
        call = Call(
            environment=unquote(request.path_params.get("environment", "")),
            user_id=unquote(request.path_params.get("user_id", "")),
            query=dict(request.query_params),
            body={},
            grant=None,
        )
        try:
            call = _let_in(service, route, request, call, raw)
            status, answer = 200, HANDLERS[route.name](service, call)
        except InboxError as problem:
            status, answer = refusal(problem)
        if route.method != "GET":
            _note_write(service.world, route, call, raw, status)
        return AsciiJson(answer, status)

    return describe if route.base is Base.ANY else serve


def _let_in(service: Service, route: Route, request: Request, call: Call, raw: bytes) -> Call:
    """The call with its grant and body; raises what stops it at the door."""
    grant = None
    if route.base is Base.API:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        grant = service.tokens.check(bearer.strip() if scheme.lower() == "bearer" else "")
        if call.environment:
            grant.check(call.environment)
    body = {} if route.method == "GET" else read_body(raw)
    return Call(call.environment, call.user_id, call.query, body, grant)


def _note_write(world: World, route: Route, call: Call, raw: bytes, status: int) -> None:
    """Keeps what was asked, tokens masked; a body that is no JSON is kept as nothing."""
    try:
        body: JsonObject = read_body(raw)
    except InboxError:
        body = {}
    if "api_token" in body:
        body = {**body, "api_token": "••••"}
    environment = call.environment or str(body.get("environment", ""))
    user_id = call.user_id or str(body.get("user_id", ""))
    world.writes.append(Write(route.method, route.path, environment, user_id, body, status))


async def _answer_no_route(request: Request, problem: Exception) -> Response:
    return AsciiJson(NO_ROUTE, 404)


async def _answer_broken(request: Request, problem: Exception) -> Response:
    return AsciiJson(BROKEN, 500)
