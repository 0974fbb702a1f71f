"""What httpx raises becomes one of our errors. Nothing of the original is kept, as it may carry the token."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator

import httpx

from neptune_inbox.errors import InboxError, Invalid, NotNeptune, Offline, TimedOut, Untrusted
from neptune_inbox.text import clean_line

EXPECTED = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError)
"""Every class that an exchange may raise, apart from our own and a passed deadline."""


def of_exception(error: Exception, place: str) -> InboxError:
    """The error that an outside exception stands for; `place` is the host that was asked."""
    if isinstance(error, httpx.ProxyError):
        return _proxy(error)
    if isinstance(error, httpx.TimeoutException):
        return _timeout(error, place)
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol | httpx.InvalidURL | UnicodeError):
        return Invalid("The request holds something that cannot be sent.", "Check the ids and the base in use.")
    if isinstance(error, httpx.RemoteProtocolError):
        is_cut = re.search(r"disconnected|closed|incomplete", str(error)) is not None
        return _broken(place) if is_cut else NotNeptune(f"{place} did not answer in proper HTTP.")
    if isinstance(error, httpx.StreamError):
        return _broken(place)
    return _connection(error, place)


def _proxy(error: httpx.ProxyError) -> InboxError:
    status = re.match(r"[1-5][0-9]{2}\b", str(error))
    if status is not None and status[0] == "407":
        return Offline("The proxy wants a sign-in.", "Put its user name and password into HTTPS_PROXY.")
    shown = f" ({status[0]})" if status else ""
    return Offline(f"The proxy did not let the request through{shown}.", "Check HTTPS_PROXY and NO_PROXY.")


def _timeout(error: httpx.TimeoutException, place: str) -> InboxError:
    if isinstance(error, httpx.ConnectTimeout):
        return TimedOut(f"No connection to {place} came about in time.")
    if isinstance(error, httpx.PoolTimeout):
        return TimedOut(f"Too many requests to {place} are still under way.")
    return TimedOut(f"{place} stopped answering in the middle of an exchange.")


def _connection(error: Exception, place: str) -> InboxError:
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = clean_line(cause.verify_message or "it cannot be verified", 120)
            return Untrusted(f"The certificate of {place} is not trusted: {why}.")
        if isinstance(cause, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return _broken(place)
        if isinstance(cause, ssl.SSLError) and isinstance(error, httpx.ConnectError):
            return Untrusted(f"{place} and this machine could not agree on a safe connection.")
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Offline(f"The name {place} cannot be found.")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Offline(f"Nobody answers at {place}.")
    if isinstance(error, httpx.ConnectError):
        return Offline(f"No connection to {place} can be made.")
    return _broken(place)


def _broken(place: str) -> Offline:
    return Offline(f"The connection to {place} broke.")


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
