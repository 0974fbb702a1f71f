"""The table of what the sandbox serves, and how a request's target is read: app, faults and document share it.

Paths are matched while they are still percent-encoded: an id may hold an encoded slash, and a raw one is not a route.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct
from starlette.routing import compile_path

UNKNOWN = "?"
"""The route of a request that matches none."""

API_HOST = "api.teurons.com"
EDGE_HOST = "edge.teurons.com"
PREFIX = "/neptune"
PRINTABLE = re.compile(rb"[\x21-\x7e]*")
ABSOLUTE_FORM = re.compile(rb"(?i)https?://(?P<authority>[^/?#]*)(?P<path>[^?#]*)")


class Base(StrEnum):
    """Which of the vendor's two hosts serves a route."""

    API = API_HOST
    EDGE = EDGE_HOST
    ANY = "*"


class Access(StrEnum):
    """Where a route wants its token."""

    HEADER = "header"
    BODY = "body"
    OPEN = "open"
    """Nowhere: it is about the sandbox itself."""


class Route(Struct, frozen=True):
    """One call of the API; `path` without the `/neptune` that both bases share."""

    name: str
    method: str
    path: str
    base: Base = Base.API
    access: Access = Access.HEADER


LIST = "/app_notifications/{environment}"
USERS = "/{environment}/users"
USER = USERS + "/{user_id}"
CONTACTS = USER + "/contacts_info"

ROUTES = (
    Route("list_notifications", "GET", LIST),
    Route("mark_read", "POST", LIST + "/read"),
    Route("list_environments", "GET", "/environments"),
    Route("ingest_event", "POST", "/events/ingest", Base.EDGE, Access.BODY),
    Route("openapi", "GET", "/openapi.json", Base.ANY, Access.OPEN),
    Route("send_event", "POST", "/{environment}/events", Base.ANY),
    Route("list_users", "GET", USERS),
    Route("create_user", "POST", USERS),
    Route("add_contact", "POST", CONTACTS),
    Route("update_contact", "PUT", CONTACTS),
    Route("delete_contact", "DELETE", CONTACTS),
    Route("get_user", "GET", USER),
    Route("update_user", "PUT", USER),
    Route("delete_user", "DELETE", USER),
)
"""In the order in which they are tried."""

_MATCHERS = tuple((route, compile_path(route.path)[0]) for route in ROUTES)


@lru_cache(maxsize=2_048)
def route_of(method: str, path: str) -> Route | None:
    """The route that serves `path`, as `Target` gives it."""
    return next((route for route, matcher in _MATCHERS if route.method == method and matcher.match(path)), None)


class Target(NamedTuple):
    """What a request aims at."""

    path: str
    """Still percent-encoded, without `/neptune`, always ASCII."""
    host: str
    """In lower case, without the port."""


def read_target(raw_path: bytes, headers: Iterable[tuple[bytes, bytes]]) -> Target:
    """The target of a request; `raw_path` may be in absolute form, whose host then wins over the header."""
    authority = next((value for name, value in headers if name.lower() == b"host"), b"")
    if found := ABSOLUTE_FORM.match(raw_path):
        authority, raw_path = found["authority"], found["path"] or b"/"
    if PRINTABLE.fullmatch(raw_path):
        path = raw_path.decode("ascii")
    else:
        path = "".join(chr(byte) if 0x21 <= byte <= 0x7E else f"%{byte:02X}" for byte in raw_path)
    if path == PREFIX or path.startswith(PREFIX + "/"):
        path = path.removeprefix(PREFIX)
    host = authority.rsplit(b"@", 1)[-1].decode("latin-1").lower()
    return Target(path or "/", re.sub(r":\d*$", "", host))


def is_served_at(route: Route, host: str) -> bool:
    """Whether the vendor serves this route at `host`; at any other host both bases are served."""
    return host not in (API_HOST, EDGE_HOST) or route.base in (Base.ANY, host)
