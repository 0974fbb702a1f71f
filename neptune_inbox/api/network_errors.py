"""What httpx raises becomes one of our errors. Nothing of the original is kept, as it may carry the token."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator, Sequence

from neptune_inbox.api.lean_httpx import httpx
from neptune_inbox.errors import InboxError, Invalid, NotNeptune, Offline, TimedOut, Untrusted, proxy_sign_in
from neptune_inbox.text import clean_line

CHECK_PROXY = "Check HTTPS_PROXY and NO_PROXY."
EXPECTED = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError)
"""Every class that an exchange may raise, apart from our own and a passed deadline."""


def of_exception(error: Exception, host: str, proxy: str = "") -> InboxError:
    """The error for an outside exception; `host` was asked, through `proxy` if there is one."""
    if isinstance(error, httpx.ProxyError):
        return _proxy(error)
    if isinstance(error, httpx.TimeoutException):
        return _timeout(error, host, proxy)
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol | httpx.InvalidURL | UnicodeError):
        return Invalid(
            "The request contains something that cannot be sent.", "Check the ids and the API base in use."
        )
    if isinstance(error, httpx.RemoteProtocolError):
        is_cut = re.search(r"disconnected|closed|incomplete", str(error)) is not None
        return (
            _broken(host)
            if is_cut
            else NotNeptune(f"Not valid HTTP: the answer from {host}.").identified("not_http", host)
        )
    if isinstance(error, httpx.StreamError):
        return _broken(host)
    return _connection(error, host, proxy)


def _proxy(error: httpx.ProxyError) -> InboxError:
    status = re.match(r"[1-5][0-9]{2}\b", str(error))
    if status is not None and status[0] == "407":
        return proxy_sign_in()
    shown = f" ({status[0]})" if status else ""
    return Offline(f"The proxy refused the request{shown}.", CHECK_PROXY).identified("proxy_refused", shown)


def _timeout(error: httpx.TimeoutException, host: str, proxy: str) -> InboxError:
    # What matters first: the end may not fit.
    where = f" at the proxy {proxy}," if proxy else ""
    if isinstance(error, httpx.ConnectTimeout):
        return TimedOut(f"Timed out{where} while connecting to {host}.").identified("connect_timed_out", host)
    if isinstance(error, httpx.PoolTimeout):
        return TimedOut(f"Too many requests to {host} are still under way.").identified("too_many_requests", host)
    words = f"Timed out{where} in the middle of an exchange with {host}."
    return TimedOut(words).identified("stopped_answering", host)


def _connection(error: Exception, host: str, proxy: str) -> InboxError:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = clean_line(cause.verify_message or "it cannot be verified", 120)
            return Untrusted(f"Certificate not trusted: {why} ({host}).").identified("certificate", host, why)
        if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return _broken(host)
        if isinstance(cause, ssl.SSLError) and isinstance(error, httpx.ConnectError):
            return Untrusted(f"No secure connection could be negotiated with {host}.").identified(
                "no_safe_connection", host
            )
    if proxy and isinstance(error, httpx.ConnectError):
        # What comes before TLS is between this machine and the proxy: the host itself was never asked.
        return _no_proxy(causes, proxy)
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Offline(f"Host name not found: {host}.").identified("unknown_name", host)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Offline(f"Connection refused by {host}.").identified("connection_refused", host)
    if isinstance(error, httpx.ConnectError):
        return Offline(f"No connection could be made to {host}.").identified("no_connection", host)
    return _broken(host)


def _no_proxy(causes: Sequence[BaseException], proxy: str) -> Offline:
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        sentence = f"Proxy not found: {proxy}."
    elif any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        sentence = f"Proxy refused the connection: {proxy}."
    else:
        sentence = f"Proxy not reached: {proxy}."
    return Offline(sentence, CHECK_PROXY).identified("no_proxy", proxy)


def _broken(host: str) -> Offline:
    return Offline(f"Lost the connection to {host}.").identified("connection_broke", host)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception and everything it came from, groups included."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        waiting.extend(cause for cause in (current.__cause__, current.__context__) if cause is not None)
