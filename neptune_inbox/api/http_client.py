"""The one httpx client and the guards around it; imported on first use, because httpx costs start-up time."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Generator, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final
from urllib.request import getproxies

from neptune_inbox import __version__
from neptune_inbox.api.base_url import BaseUrl
from neptune_inbox.api.body import Limits
from neptune_inbox.api.lean_httpx import httpx
from neptune_inbox.api.proxies import ProxyRoute, route_of, unusable
from neptune_inbox.errors import Offline, Untrusted
from neptune_inbox.model import Token

_PORTS: Final = {"https": 443, "http": 80}
_POOL: Final = httpx.Limits(max_connections=20, max_keepalive_connections=16, keepalive_expiry=90.0)
"""For two hosts; several connections to each only while requests overlap, as many as marks are sent at once."""

OTHER_HOST = "The request was about to go to another host, so nothing was sent."


class PinnedBearer(httpx.Auth):
    """Adds the token, and only to a request for the address it belongs to."""

    def __init__(self, token: Token, address: BaseUrl) -> None:
        self._token = token
        self._address = address

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if origin(request.url) != self._address.origin:
            raise Untrusted(OTHER_HOST)
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        yield request


class ConnectionWatch:
    """httpcore's trace of one exchange: whether it went over a connection that was kept from before."""

    def __init__(self) -> None:
        self._connected = False
        self._wrote = False

    async def __call__(self, event: str, _info: object) -> None:
        self._connected |= event == "connection.connect_tcp.started"
        self._wrote |= event == "http11.send_request_headers.started"

    @property
    def was_reused(self) -> bool:
        return self._wrote and not self._connected


class _PlainHttpRefused(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise Untrusted("The request was about to go over plain http, so nothing was sent.")


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Scheme, ASCII host and port of a URL."""
    return url.scheme, url.raw_host.decode("ascii"), url.port or _PORTS.get(url.scheme, 0)


def open_client(
    addresses: Sequence[BaseUrl], http: httpx.AsyncBaseTransport | None, limits: Limits
) -> httpx.AsyncClient:
    """The client for these addresses, over `http` or over the network and its proxy.

    Raises Offline for proxy settings that cannot be used.
    """
    for name in ("httpx", "httpcore"):
        # At INFO, httpx logs every URL with its query.
        logging.getLogger(name).setLevel(logging.WARNING)
    allowed = {address.origin for address in addresses}

    async def pin(request: httpx.Request) -> None:
        if origin(request.url) not in allowed:
            raise Untrusted(OTHER_HOST)

    trust = _system_trust() if http is None else True
    problem: Offline
    try:
        return httpx.AsyncClient(
            transport=http,
            verify=trust,
            mounts=_mounts(addresses, http, trust),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": f"neptune-inbox/{__version__}",
            },
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(connect=limits.connect, read=limits.read, write=limits.write, pool=limits.pool),
            limits=_POOL,
            follow_redirects=False,
            event_hooks={"request": [pin]},
            # Proxies are read here; a .netrc has no say over what is sent.
            trust_env=False,
        )
    except (ValueError, ImportError, httpx.InvalidURL, Offline):
        # Their message, or the frames they were raised in, contain the proxy's password.
        problem = unusable()
    raise problem


def _system_trust() -> ssl.SSLContext:
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _mounts(
    addresses: Sequence[BaseUrl], http: httpx.AsyncBaseTransport | None, trust: ssl.SSLContext | bool
) -> dict[str, httpx.AsyncBaseTransport | None]:
    """What each address goes through: its proxy; plain http straight to this machine, or nothing."""
    mounts: dict[str, httpx.AsyncBaseTransport | None] = {}
    if not any(address.is_plain for address in addresses):
        mounts["http://"] = _PlainHttpRefused()
    elif http is None:
        mounts["http://"] = httpx.AsyncHTTPTransport(verify=trust, limits=_POOL, trust_env=False)
    if http is None:
        settings = getproxies()
        for address in addresses:
            if (route := route_of(address, settings)) is not None:
                mounts[f"https://{address.host_port}"] = _through(route, trust)
    return mounts


def proxy_of(address: BaseUrl) -> str:
    """The proxy on the way to an address, as host and port without credentials; empty where there is none."""
    try:
        route = route_of(address, getproxies())
    except Offline:
        return ""
    return f"{route.host}:{route.port}" if route is not None else ""


def _through(route: ProxyRoute, trust: ssl.SSLContext | bool) -> httpx.AsyncHTTPTransport:
    login = (route.user, route.password) if route.user or route.password else None
    proxy = httpx.Proxy(route.url, auth=login)
    return httpx.AsyncHTTPTransport(verify=trust, limits=_POOL, trust_env=False, proxy=proxy)
