"""The sandbox over HTTP on loopback, so that any Neptune SDK can be tried on it. Apart, as it needs uvicorn."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Token
from neptune_inbox.sandbox.answers import AsciiJson
from neptune_inbox.sandbox.door import Door
from neptune_inbox.sandbox.routes import API_HOST, EDGE_HOST, read_target

if TYPE_CHECKING:
    from uvicorn import Server

LOOPBACK = "127.0.0.1"
MISDIRECTED = 421
NAMES = frozenset({"", "localhost", API_HOST, EDGE_HOST})


class Tls(NamedTuple):
    """Files in PEM form."""

    certificate: Path
    key: Path


class LoopbackOnly:
    """Refuses whoever is not on this machine, and web pages whose name was made to lead here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not (_is_peer_here(scope.get("client")) and _is_name_ours(scope)):
            await AsciiJson({"message": "The sandbox answers this machine only"}, MISDIRECTED)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def serve(
    app: ASGIApp, *, port: int, tls: Tls | None = None, on_ready: Callable[[str], None] = lambda base_url: None
) -> None:
    """Serves until interrupted; `on_ready` is told the base URL once connections are taken (port 0 picks a free one).

    Raises UsageProblem when the port is taken, a file of `tls` cannot be used, or uvicorn is missing.
    """
    server = build_server(app, tls)
    listener = listen(port)
    on_ready(base_url(listener, tls))
    with listener, suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def announce(base_url: str, token: Token) -> str:
    """The lines to set in a shell before an SDK is tried on the sandbox."""
    return "\n".join(
        (
            f"NEPTUNE_API_BASE={base_url}/neptune",
            f"NEPTUNE_EDGE_BASE={base_url}/neptune",
            "NEPTUNE_ENV=dev",
            f"NEPTUNE_TOKEN={token.reveal()}",
        )
    )


def listen(port: int) -> socket.socket:
    """A socket on loopback that takes connections already; raises UsageProblem."""
    # The protocol is named because only then asyncio sends at once what is written; else each answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen()
    except (OSError, OverflowError) as trouble:
        listener.close()
        sentence = f"Port {port} cannot be used: {getattr(trouble, 'strerror', None) or trouble}."
        raise UsageProblem(sentence, "Choose another with --port, or 0 for a free one.") from None
    return listener


def base_url(listener: socket.socket, tls: Tls | None) -> str:
    """Where the sandbox is reached."""
    return f"{'https' if tls else 'http'}://{LOOPBACK}:{listener.getsockname()[1]}"


def build_server(app: ASGIApp, tls: Tls | None = None) -> Server:
    """A server for `app` that says nothing of its own and refuses other machines; raises UsageProblem."""
    try:
        from uvicorn import Config, Server
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        raise UsageProblem(
            "The sandbox over HTTP needs uvicorn and httptools, which are not installed.",
            "Run `pip install 'neptune-inbox[sandbox]'`.",
        ) from None
    config = Config(
        LoopbackOnly(app),
        http=type("Http", (Door, HttpToolsProtocol), {}),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ssl_certfile=str(tls.certificate) if tls else None,
        ssl_keyfile=str(tls.key) if tls else None,
    )
    try:
        config.load()
    except OSError as trouble:
        sentence = f"The certificate or its key cannot be used: {trouble.strerror or trouble}."
        raise UsageProblem(sentence, "Give --tls a certificate and its key, both in PEM form.") from None
    return Server(config)


def _is_peer_here(client: tuple[str, int] | None) -> bool:
    return client is not None and _is_loopback(client[0])


def _is_name_ours(scope: Scope) -> bool:
    """Whether the sandbox was called by a name of this machine or of the vendor's."""
    host = read_target(scope.get("raw_path") or scope["path"].encode(), scope["headers"]).host.strip("[]")
    return host in NAMES or host.endswith(".localhost") or _is_loopback(host)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
