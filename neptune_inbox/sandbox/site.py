"""Everything that a sandbox serves on a socket: the vendor's API, and what is about the sandbox itself.

The API is under `/neptune` and at the root; the sandbox's own paths are at the root, and not at the vendor's names.
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from neptune_inbox.sandbox.control import ROOT, control_routes
from neptune_inbox.sandbox.docs_page import show_docs
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.page import Page
from neptune_inbox.sandbox.responses import NO_ROUTE, AsciiJson
from neptune_inbox.sandbox.routes import API_HOST, EDGE_HOST, read_target

OWN_PATHS = frozenset({"/", "/healthz", "/docs"})


def create_site(neptune: Neptune, control_token: str) -> ASGIApp:
    """The app to serve; `control_token` opens `/_sandbox` and the page for people."""

    async def answer_docs(request: Request) -> Response:
        return show_docs(neptune.dialect)

    own = Starlette(
        routes=[
            Route("/healthz", _answer_health),
            Route("/docs", answer_docs),
            *Page(neptune, control_token).routes(),
            *control_routes(neptune, control_token),
        ],
        exception_handlers={HTTPException: _answer_no_route},
    )
    own.router.redirect_slashes = False
    return Site(neptune.app, own)


class Site:
    """Sends each request to the API or to the sandbox's own paths."""

    def __init__(self, api: ASGIApp, own: ASGIApp) -> None:
        self._api = api
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._own if _is_own(scope) else self._api)(scope, receive, send)


def _is_own(scope: Scope) -> bool:
    path = scope["path"]
    if path not in OWN_PATHS and path != ROOT and not path.startswith(ROOT + "/"):
        return False
    host = read_target(scope.get("raw_path") or path.encode(), scope["headers"]).host
    return host not in (API_HOST, EDGE_HOST)


async def _answer_health(request: Request) -> Response:
    return AsciiJson({"status": "ok"})


async def _answer_no_route(request: Request, problem: Exception) -> Response:
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    return AsciiJson(NO_ROUTE if status == 404 else {"message": str(getattr(problem, "detail", ""))}, status)
