"""Switchable weather: what goes wrong, for which calls, and how often. It also counts what was asked.

`transport_for` is what the demo and the tests hand to the production client: in process there is no network, so
what a network does wrong is raised there. On a real socket the app itself does the same (`weather.py`).
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from neptune_inbox.model import JsonValue
from neptune_inbox.sandbox.responses import BROKEN

if TYPE_CHECKING:
    pass


class Kind(StrEnum):
    """What can go wrong."""

    OFFLINE = "offline"
    SLOW = "slow"
    HANG = "hang"
    """No answer until the weather is cleared."""
    TIMEOUT = "timeout"
    RESET_BEFORE = "reset before"
    """The connection breaks before anything was applied."""
    RESET_AFTER = "reset after"
    """It breaks after the write was applied, so that the client cannot know."""
    UNAUTHENTICATED = "401"
    FORBIDDEN = "403"
    MISSING = "404"
    INVALID = "422"
    THROTTLED = "429"
    BROKEN = "500"
    UNAVAILABLE = "503"
    CAPTIVE = "captive portal"
    """200 with HTML."""
    CUT = "cut"
    """The body ends early and the client notices."""
    CUT_QUIETLY = "cut quietly"
    """The body ends early and only its JSON shows it."""
    EMPTY = "empty"
    """200 with an empty list, whatever is there."""
    REDIRECT = "redirect"
    ANSWER = "answer"
    """A status and a body of the fault's own."""


class FixedResponse(NamedTuple):
    """An answer that does not come from the world."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Asked(NamedTuple):
    """The parts of a request that decide which fault it meets."""

    method: str
    route: str
    """The route's pattern, or UNKNOWN."""
    path: str = ""
    """Still percent-encoded, without `/neptune`."""
    user_id: str = ""
    """The user it is about, as far as the request or the world says."""


class Fault(Struct):
    """One kind of trouble for the calls that match; `times` counts down, None stays until it is lifted."""

    kind: Kind
    method: str = "*"
    route: str = "*"
    times: int | None = None
    seconds: float = 2.0
    """How long SLOW takes."""
    retry_after: str = ""
    """The header's value, for any answer of the fault's own; empty sends none."""
    location: str = "https://portal.example/login"
    """Where REDIRECT points to."""
    path: str = "*"
    user: str = ""
    """An exact user id; empty: any user's."""
    delay: float = 0.0
    """Seconds before whatever else happens."""
    status: int = 500
    body: JsonValue = None
    """What ANSWER answers with."""
    then: Fault | None = None
    """What takes its place when its `times` are over."""

    def matches(self, asked: Asked) -> bool:
        return (
            self.times != 0
            and fnmatchcase(asked.method, self.method)
            and fnmatchcase(asked.route, self.route)
            and fnmatchcase(asked.path, self.path)
            and self.user in ("", asked.user_id)
        )


class Faults:
    """The weather over one sandbox. The newest fault that matches a call is the one it meets."""

    def __init__(self, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self.requests: Counter[tuple[str, str]] = Counter()
        """How many requests were tried, for each method and route pattern."""
        self.user_of: Callable[[str, bytes, bytes], str] = lambda path, query, body: ""
        """The user a request is about; only determined while some fault needs it."""
        self._faults: list[Fault] = []
        self._sleep = sleep
        self._cleared = asyncio.Event()

    def set(
        self,
        kind: Kind | str,
        *,
        method: str = "*",
        route: str = "*",
        times: int | None = None,
        seconds: float = 2.0,
        retry_after: str | int = "",
        location: str = "https://portal.example/login",
    ) -> Fault:
        """From now on, calls whose method and route pattern match (`*` is any text) meet this fault."""
        fault = Fault(Kind(kind), method, route, times, seconds, str(retry_after), location)
        self._faults.append(fault)
        return fault

    def lift(self, fault: Fault) -> None:
        """Ends one fault."""
        self._faults.remove(fault)
        self._release()

    def clear(self) -> None:
        """Fair weather; what hangs is answered now."""
        self._faults.clear()
        self._release()

    def add(self, fault: Fault) -> None:
        """From now on, calls that match meet this fault."""
        self._faults.append(fault)

    @property
    def active(self) -> list[Fault]:
        """Those that some call may still meet, oldest first."""
        return [fault for fault in self._faults if fault.times != 0]

    @property
    def needs_user(self) -> bool:
        """Whether any fault needs to know which user a call is about."""
        return any(fault.user for fault in self._faults)

    def meet(self, asked: Asked) -> Fault | None:
        """Counts one request and says what it meets."""
        self.requests[asked.method, asked.route] += 1
        for position in range(len(self._faults) - 1, -1, -1):
            fault = self._faults[position]
            if fault.matches(asked):
                self._use_up(position, fault)
                return fault
        return None

    def _use_up(self, position: int, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times == 0 and fault.then is not None:
            self._faults[position] = fault.then

    def count_writes(self) -> int:
        """How many requests other than GET were tried."""
        return sum(count for (method, _), count in self.requests.items() if method != "GET")

    async def delay(self, fault: Fault) -> None:
        """Waits as the fault says, and as SLOW and HANG do."""
        if fault.delay:
            await self._sleep(fault.delay)
        if fault.kind is Kind.SLOW:
            await self._sleep(fault.seconds)
        elif fault.kind is Kind.HANG:
            await self._cleared.wait()

    def _release(self) -> None:
        self._cleared.set()
        self._cleared = asyncio.Event()


def fixed_response(fault: Fault) -> FixedResponse | None:
    """The answer that a fault gives in place of the app's, or None where it gives none."""
    headers = [(b"content-type", b"application/json")]
    if fault.retry_after:
        headers.append((b"retry-after", fault.retry_after.encode("latin-1")))
    match fault.kind:
        case Kind.CAPTIVE:
            return FixedResponse(200, ((b"content-type", b"text/html; charset=utf-8"),), PORTAL)
        case Kind.REDIRECT:
            return FixedResponse(302, ((b"location", fault.location.encode("latin-1")),), b"")
        case Kind.ANSWER:
            return FixedResponse(fault.status, tuple(headers), json.dumps(fault.body).encode("ascii"))
        case kind if kind in ANSWERS:
            status, body = ANSWERS[kind]
            return FixedResponse(status, tuple(headers), json.dumps(body).encode("ascii"))
        case _:
            return None


ANSWERS: dict[Kind, tuple[int, object]] = {
    Kind.UNAUTHENTICATED: (401, {"error": "Unauthenticated"}),
    Kind.FORBIDDEN: (403, {"message": "No Access"}),
    Kind.MISSING: (404, {"message": "Notification not found"}),
    Kind.INVALID: (
        422,
        {
            "message": "Validation failed. 1 error(s)",
            "errorCode": "InputNotValid",
            "errors": {"id": ["The selected id is invalid."]},
        },
    ),
    Kind.THROTTLED: (429, {"message": "Too Many Attempts."}),
    Kind.BROKEN: (500, BROKEN),
    Kind.UNAVAILABLE: (503, {"message": "Service Unavailable"}),
    Kind.EMPTY: (200, {"data": [], "meta": {"page": "1", "per_page": "10", "total": 0, "total_page": 0}}),
}

PORTAL = b"""<!doctype html><html><head><title>Hotel Seeblick: free Wi-Fi</title></head>
<body><h1>Welcome, guest</h1><form action="/login"><input name="room"><button>Go online</button></form></body></html>
"""
