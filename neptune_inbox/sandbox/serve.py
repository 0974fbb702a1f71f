"""The sandbox over HTTP on loopback, so that any Neptune SDK can be tried on it. Apart, as it needs uvicorn."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Token
from neptune_inbox.sandbox.lenient_http import LenientHttp
from neptune_inbox.sandbox.proxy import LONGEST_HEAD, Authority, Proxy, make_authority
from neptune_inbox.sandbox.responses import AsciiJson
from neptune_inbox.sandbox.routes import API_HOST, EDGE_HOST, read_target

if TYPE_CHECKING:
    from uvicorn import Server

LOOPBACK = "127.0.0.1"
MISDIRECTED = 421
CONTROL = "/_sandbox"
NAMES = frozenset({"", "localhost", API_HOST, EDGE_HOST})


class Tls(NamedTuple):
    """Files in PEM form."""

    certificate: Path
    key: Path


class Admission(NamedTuple):
    """Who may use a served sandbox: machines, and the names that it may be called by."""

    names: frozenset[str] = frozenset()
    """Besides those of this machine and the vendor's."""
    are_others_welcome: bool = False
    """Whether other machines are let in."""


THIS_MACHINE = Admission()


class LoopbackOnly:
    """Refuses whoever is not let in, and web pages whose name was made to lead here."""

    def __init__(self, app: ASGIApp, admission: Admission = THIS_MACHINE) -> None:
        self._app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refused := self._refuse(scope)):
            await AsciiJson({"message": refused}, MISDIRECTED)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refuse(self, scope: Scope) -> str:
        is_here = _is_peer_here(scope.get("client"))
        if not is_here and not self._admission.are_others_welcome:
            return "The sandbox answers this machine only"
        if not is_here and scope["path"].startswith(CONTROL):
            return "The sandbox is controlled from its own machine only"
        host = read_target(scope.get("raw_path") or scope["path"].encode(), scope["headers"]).host.strip("[]")
        if host in NAMES or host in self._admission.names or host.endswith(".localhost") or _is_loopback(host):
            return ""
        return f"The sandbox is not called {host}; start it with --allow {host}" if host.isprintable() else "No"


class Served(NamedTuple):
    """Where a sandbox is reached once connections are taken."""

    base_url: str
    exports: Mapping[str, str] = MappingProxyType({})
    """Variables by which SDKs find and trust the proxy, where there is one."""


def serve(
    app: ASGIApp,
    *,
    port: int,
    host: str = LOOPBACK,
    names: Iterable[str] = (),
    tls: Tls | None = None,
    proxied: ASGIApp | None = None,
    proxy_port: int = 0,
    on_ready: Callable[[Served], None] = lambda served: None,
) -> None:
    """Serves until interrupted; `on_ready` gets the address once connections are accepted (port 0 picks a free one).

    Another host than loopback lets other machines in, which call it by one of `names`. `proxied` is what the proxy on
    `proxy_port` leads to. Raises UsageProblem when a port is taken, a file of `tls` cannot be used, or a package is
    missing.
    """
    listener = listen(port, host)
    server = build_server(app, tls, admission(host, names))
    url = base_url(listener, tls)
    with listener, suppress(KeyboardInterrupt):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        if proxied is None:
            on_ready(Served(url))
            server.run(sockets=[listener])
            return
        with make_authority() as authority, listen(proxy_port, host) as gate:
            on_ready(Served(url, authority.exports(base_url(gate, None))))
            asyncio.run(_serve_with_proxy(server, listener, proxied, authority, gate))


async def _serve_with_proxy(
    server: Server, listener: socket.socket, proxied: ASGIApp, authority: Authority, gate: socket.socket
) -> None:
    """All in one loop; what the proxy leads to is on two more ports of loopback, without `/_sandbox`."""
    with listen(0) as encrypted, listen(0) as plain:
        inner = [build_server(proxied, context=authority.context), build_server(proxied)]
        tasks = [
            asyncio.ensure_future(each._serve([socket]))
            for each, socket in zip(inner, (encrypted, plain), strict=True)
        ]
        proxy = Proxy(tls_port=encrypted.getsockname()[1], plain_port=plain.getsockname()[1])
        front = await asyncio.start_server(proxy.handle, sock=gate, limit=LONGEST_HEAD)
        try:
            await server.serve(sockets=[listener])
        finally:
            front.close()
            for each in inner:
                each.should_exit = each.force_exit = True
            await asyncio.gather(*tasks)


def admission(host: str, names: Iterable[str]) -> Admission:
    """Who may connect where it listens on `host`, which is one of its names."""
    is_open = host != "localhost" and not _is_loopback(host)
    return Admission(frozenset({host.lower(), *(name.lower() for name in names)}), is_open)


def announce(
    base_url: str, token: Token, control_token: str = "", exports: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The lines to set in a shell before an SDK is tried on the sandbox, those that control it, and the proxy's."""
    lines = [
        f"NEPTUNE_API_BASE={base_url}/neptune",
        f"NEPTUNE_EDGE_BASE={base_url}/neptune",
        "NEPTUNE_ENV=dev",
        f"NEPTUNE_TOKEN={token.reveal()}",
    ]
    if control_token:
        lines += [f"NEPTUNE_SANDBOX={base_url}/_sandbox", f"NEPTUNE_SANDBOX_TOKEN={control_token}"]
    if exports:
        lines.append("export " + " ".join(f"{name}={value}" for name, value in exports.items()))
    return "\n".join(lines)


def listen(port: int, host: str = LOOPBACK) -> socket.socket:
    """A socket that takes connections already; raises UsageProblem."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
    except OSError as trouble:
        raise UsageProblem(
            f"The sandbox cannot listen on {host}: {trouble.strerror}.", "Name an address of this machine."
        ) from None
    # The protocol is named because only then asyncio sends at once what is written; else each answer takes 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address[0], port))
        listener.listen()
    except (OSError, OverflowError) as trouble:
        listener.close()
        sentence = f"Port {port} of {host} cannot be used: {getattr(trouble, 'strerror', None) or trouble}."
        raise UsageProblem(sentence, "Choose another with --port, or 0 for a free one.") from None
    return listener


def base_url(listener: socket.socket, tls: Tls | None) -> str:
    """Where the sandbox is reached from this machine."""
    host, port = listener.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = LOOPBACK
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def build_server(
    app: ASGIApp,
    tls: Tls | None = None,
    admission: Admission = THIS_MACHINE,
    *,
    context: ssl.SSLContext | None = None,
) -> Server:
    """A server for `app` that logs nothing itself and refuses clients that are not allowed; raises UsageProblem.

    `context` is for TLS without files.
    """
    try:
        from uvicorn import Config, Server
        from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
    except ImportError:
        raise UsageProblem(
            "The sandbox over HTTP needs uvicorn and httptools, which are not installed.",
            "Run `pip install 'neptune-inbox[sandbox]'`.",
        ) from None
    config = Config(
        LoopbackOnly(app, admission),
        http=type("Http", (LenientHttp, HttpToolsProtocol), {}),
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
    config.ssl = context or config.ssl
    return Server(config)


def _is_peer_here(client: tuple[str, int] | None) -> bool:
    return client is not None and _is_loopback(client[0])


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
