"""The way into the sandbox without a network, which still fails like one. Apart from faults.py, as it needs httpx."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from neptune_inbox.sandbox.faults import Asked, Fault, Faults, FixedResponse, Kind, fixed_response
from neptune_inbox.sandbox.routes import UNKNOWN, read_target, route_of
from neptune_inbox.sandbox.socket_faults import MET

CUT_WORDS = "peer closed connection without sending complete message body"


class FaultyTransport(httpx.AsyncBaseTransport):
    """Reaches an ASGI app in process and raises what a network would."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self.faults = faults
        self._app = app
        self._inner = httpx.ASGITransport(self._pass_on, raise_app_exceptions=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answers as the app does, unless the weather says otherwise."""
        raw_path, _, query = request.url.raw_path.partition(b"?")
        path = read_target(raw_path, request.headers.raw).path
        route = route_of(request.method, path)
        user_id = ""
        if self.faults.needs_user:
            user_id = self.faults.user_of(path, query, await request.aread())
        fault = self.faults.meet(Asked(request.method, route.path if route else UNKNOWN, path, user_id))
        if fault is None:
            return await self._inner.handle_async_request(request)
        await self.faults.delay(fault)
        _break_early(fault, request)
        answer = fixed_response(fault)
        if answer is not None:
            return _response(answer)
        response = await self._inner.handle_async_request(request)
        if fault.kind is Kind.RESET_AFTER:
            raise httpx.ReadError("connection reset by peer", request=request)
        if fault.kind in (Kind.CUT, Kind.CUT_QUIETLY):
            return await _cut(response, is_told=fault.kind is Kind.CUT)
        return response

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, MET: True}, receive, send)


def _break_early(fault: Fault, request: httpx.Request) -> None:
    """Raises what stops a request before the app sees it."""
    match fault.kind:
        case Kind.OFFLINE:
            raise httpx.ConnectError("All connection attempts failed", request=request)
        case Kind.TIMEOUT:
            raise httpx.ReadTimeout("timed out", request=request)
        case Kind.RESET_BEFORE:
            raise httpx.ReadError("connection reset by peer", request=request)
        case _:
            return


def _response(answer: FixedResponse) -> httpx.Response:
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    return httpx.Response(answer.status, headers=headers, stream=_Half(answer.body, is_told=False))


async def _cut(response: httpx.Response, *, is_told: bool) -> httpx.Response:
    body = await response.aread()
    headers = [pair for pair in response.headers.raw if is_told or pair[0].lower() != b"content-length"]
    return httpx.Response(
        response.status_code, headers=headers, stream=_Half(body[: len(body) // 2], is_told=is_told)
    )


class _Half(httpx.AsyncByteStream):
    """A body that ends where it was cut, with an error where the client notices."""

    def __init__(self, body: bytes, *, is_told: bool) -> None:
        self._body = body
        self._is_told = is_told

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body
        if self._is_told:
            raise httpx.RemoteProtocolError(CUT_WORDS)


def transport_for(app: ASGIApp, faults: Faults | None = None) -> FaultyTransport:
    """An httpx transport that reaches `app` in process, under this weather; the app itself must be given none."""
    from neptune_inbox.sandbox.memory_transport import FaultyTransport

    return FaultyTransport(app, faults or Faults())
