"""The proxy of this machine, read as curl reads it: HTTPS_PROXY or ALL_PROXY, and NO_PROXY for what goes past it.

httpx would read them itself, and fails for entries that curl takes, with the password in its words.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import unquote

from msgspec import Struct

from neptune_inbox.api.base_url import BaseUrl
from neptune_inbox.errors import Offline

_SCHEMES = ("http", "https", "socks5", "socks5h")
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_HOST = re.compile(r"[\w.-]+|\[[0-9A-Fa-f:.]+\]")


class ProxyRoute(Struct, frozen=True):
    """Where a request goes first; its credentials are in no text of it."""

    scheme: str
    host: str
    """With brackets for IPv6."""
    port: int
    user: str = ""
    password: str = ""

    @property
    def url(self) -> str:
        """Its address, without credentials."""
        return f"{self.scheme}://{self.host}:{self.port}"

    def __repr__(self) -> str:
        return f"ProxyRoute({self.url})"

    __str__ = __repr__


def route_of(address: BaseUrl, settings: Mapping[str, str]) -> ProxyRoute | None:
    """The proxy for an https address, None where it is reached directly.

    `settings` are those of `urllib.request.getproxies`. Raises Offline for a proxy that cannot be understood.
    """
    text = settings.get("https") or settings.get("all") or ""
    if address.is_plain or not text or is_exempt(address, settings.get("no", "")):
        return None
    return parse_proxy(text)


def parse_proxy(text: str) -> ProxyRoute:
    """The proxy in `http://user:password@host:port`; a password may hold any character, or `%23` for it.

    Raises Offline, which repeats nothing of it.
    """
    scheme, sign, rest = text.strip().partition("://")
    if not sign:
        scheme, rest = "http", text.strip()
    # The last @ separates them, so that # / ? @ may be part of a password unescaped.
    login, _, host = rest.rpartition("@")
    host = re.split(r"[/?#]", host, maxsplit=1)[0]
    host, colon, port = host.rpartition(":") if re.search(r":\d*$", host) else (host, "", "")
    scheme = scheme.lower()
    number = int(port) if port and len(port) < 6 else _PORTS.get(scheme, 0)
    is_right = scheme in _SCHEMES and _HOST.fullmatch(host) and 0 < number < 65_536 and len(port) < 6
    if not is_right or (colon and not host):
        raise unusable()
    user, _, password = login.partition(":")
    return ProxyRoute(scheme, host, number, unquote(user), unquote(password))


def unusable() -> Offline:
    """The error for proxy settings that nobody could use; they hold a password, so nothing of them is repeated."""
    return Offline("This machine's proxy settings cannot be used.", "Check HTTPS_PROXY and ALL_PROXY.").identified(
        "proxy_settings"
    )


def is_exempt(address: BaseUrl, no_proxy: str) -> bool:
    """Whether NO_PROXY names this address: by name or the end of one, IP address, network, port, or `*`.

    Entries are separated by commas or spaces; an invalid one is skipped, as curl does.
    """
    return any(_names(entry, address) for entry in re.split(r"[,\s]+", no_proxy) if entry)


def _names(entry: str, address: BaseUrl) -> bool:
    entry = entry.rpartition("://")[2].lower()
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        mask, _, port = rest.partition(":")
        name += mask
    elif entry.count(":") == 1:
        name, _, port = entry.partition(":")
    else:
        name, port = entry, ""
    if port and port != str(address.port):
        return False
    if name == "*":
        return True
    try:
        host = ipaddress.ip_address(address.host)
    except ValueError:
        return _is_under(address.host, name)
    try:
        network = ipaddress.ip_network(name.partition("%")[0] if "%" in name else name, strict=False)
    except ValueError:
        return False
    return host.version == network.version and host in network


def _is_under(host: str, name: str) -> bool:
    bare = name.lstrip("*").strip(".")
    if not bare.isascii():
        try:
            bare = bare.encode("idna").decode("ascii")
        except UnicodeError:
            return False
    host = host.rstrip(".")
    return bool(bare) and (host == bare or host.endswith(f".{bare}"))
