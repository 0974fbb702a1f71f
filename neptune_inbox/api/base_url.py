"""A base of the service, checked once, and the URLs below it; apart, as a bad setting is refused without httpx."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode, urlsplit

from msgspec import Struct

from neptune_inbox.errors import ConfigProblem, Invalid
from neptune_inbox.text import clean_line

_PORTS = {"https": 443, "http": 80}


class BaseUrl(Struct, frozen=True):
    """Where requests may go: scheme, host and port are fixed, the path is a prefix."""

    scheme: str
    host: str
    """The host in ASCII (IDNA), lower case, without brackets."""
    port: int
    path: str
    """The path, without a trailing slash."""

    @property
    def is_plain(self) -> bool:
        """Whether it is http, which is allowed on this machine only."""
        return self.scheme == "http"

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def host_port(self) -> str:
        """Host and port for people, such as `api.teurons.com` or `localhost:8080`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def url(self, segments: Sequence[str], params: Mapping[str, str | int] | None = None) -> str:
        """The URL of these path segments; each arrives at the server unchanged, whatever it contains.

        Raises Invalid for a segment that is empty or not text.
        """
        path = "".join(f"/{_segment(segment)}" for segment in segments)
        query = f"?{urlencode(params, safe='*', quote_via=quote)}" if params else ""
        return f"{self.scheme}://{self.host_port}{self.path}{path}{query}"


def _not_an_address(setting: str, shown: str) -> ConfigProblem:
    return ConfigProblem(f"{setting} is not a valid address: {shown}", _LIKE_THIS)


def check_base(setting: str, text: str) -> BaseUrl:
    """A base from the settings. Raises ConfigProblem unless it is https, or http on this machine."""
    shown = clean_line(text.rpartition("@")[2], 120)
    if not text.isprintable() or " " in text or "\\" in text:
        raise ConfigProblem(
            f"{setting} contains characters that are not valid in an address: {shown}", "Remove them."
        )
    try:
        parts = urlsplit(text)
        port = parts.port
        host = _ascii_host(parts.hostname or "")
    except ValueError:
        raise _not_an_address(setting, shown) from None
    if parts.username is not None or parts.password is not None:
        raise ConfigProblem(f"{setting} contains a user name or password.", "Remove it; the token is kept apart.")
    if parts.scheme not in _PORTS or not host or parts.query or parts.fragment:
        raise _not_an_address(setting, shown)
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigProblem(
            f"{setting} is plain http, which would expose the token to the network: {shown}",
            "Write https; http is only for this machine (localhost).",
        )
    return BaseUrl(parts.scheme, host, port or _PORTS[parts.scheme], parts.path.rstrip("/"))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine: localhost, 127.0.0.0/8 or ::1."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_LIKE_THIS = "Write it like https://api.teurons.com/neptune."


def _ascii_host(host: str) -> str:
    if ":" in host:
        return str(ipaddress.IPv6Address(host))
    ascii_host = host.lower() if host.isascii() else host.encode("idna").decode("ascii")
    if not all(label and len(label) <= 63 for label in ascii_host.removesuffix(".").split(".")):
        raise ValueError("empty or too long label")
    return ascii_host


def _segment(segment: str) -> str:
    if not segment:
        raise Invalid("A part of the address is empty, so nothing was sent.", "Name the user and the environment.")
    if segment in (".", ".."):
        return segment.replace(".", "%2E")
    try:
        return quote(segment, safe="")
    except UnicodeEncodeError:
        raise Invalid(f"{clean_line(segment, 80)} is not text that can be sent.") from None
