"""A whole sandbox as one object: its world, its clock, its faults and what it was asked.

What `/_sandbox` does over HTTP (control.py), tests do here from Python.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Filter, Instant, JsonObject, Now, Token
from neptune_inbox.sandbox.all_or_nothing import all_or_nothing
from neptune_inbox.sandbox.clock import Clock, machine_time
from neptune_inbox.sandbox.dialects import PLAIN, Dialect
from neptune_inbox.sandbox.fault_plans import describe_fault, make_fault
from neptune_inbox.sandbox.faults import Fault, Faults
from neptune_inbox.sandbox.memory_transport import transport_for
from neptune_inbox.sandbox.moments import check_clock, parse_duration, parse_moment
from neptune_inbox.sandbox.records import NotificationRecord, Write
from neptune_inbox.sandbox.rows import iso
from neptune_inbox.sandbox.seed_file import SeedFile, known_environment, parse_seed
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.subjects import find_users
from neptune_inbox.sandbox.tokens import TokenRules, sign_token

if TYPE_CHECKING:
    import httpx
    from starlette.applications import Starlette

API_BASE = "https://api.teurons.com/neptune"
EDGE_BASE = "https://edge.teurons.com/neptune"
MOST_ARRIVALS = 100_000
"""At once."""


class Neptune:
    """One sandbox. `fill` makes its world, at first and at each reset; without it the world is empty."""

    def __init__(
        self,
        *,
        seed: int | str = "demo",
        dialect: Dialect = PLAIN,
        now: Now = machine_time,
        fill: Callable[[SandboxState], None] | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.clock = Clock(now)
        self.sandbox_state = SandboxState(now=self.clock, seed=seed)
        self.dialect = dialect
        self.faults = faults or Faults()
        self.faults.user_of = find_users(self.sandbox_state, dialect)
        self.tokens = TokenRules(self.sandbox_state)
        self.api_base, self.edge_base = API_BASE, EDGE_BASE
        """Where a client finds it; for one on a socket, its own address."""
        self.control_token = secrets.token_urlsafe(24)
        """What opens `/_sandbox`; not one of the API, and another one each time."""
        self._fill = fill
        if fill is not None:
            fill(self.sandbox_state)
        self.token: Token = sign_token(self.sandbox_state)
        """A token that it lets in everywhere."""

    def renew_token(self) -> None:
        """Another token, as after the state was put back that was signed with another secret."""
        self.token = sign_token(self.sandbox_state)

    @cached_property
    def app(self) -> Starlette:
        """The vendor's API as an ASGI app, faults among its answers."""
        return create_app(self.sandbox_state, tokens=self.tokens, dialect=self.dialect, faults=self.faults)

    def transport(self) -> httpx.AsyncBaseTransport:
        """An httpx transport that reaches it in process, faults of the network among them."""
        return transport_for(create_app(self.sandbox_state, tokens=self.tokens, dialect=self.dialect), self.faults)

    def client(self) -> httpx.AsyncClient:
        """An httpx client on that transport, signed in; paths are relative to the API base."""
        import httpx

        headers = {"authorization": f"Bearer {self.token.reveal()}"}
        return httpx.AsyncClient(transport=self.transport(), base_url=self.api_base, headers=headers)

    # -- what happens ------------------------------------------------------------------------------------------

    def arrive(
        self,
        user: str | None = None,
        *,
        title: str = "",
        body: str = "",
        event_type: str = "",
        data: JsonObject | None = None,
        environment: str = "",
        count: int = 1,
    ) -> list[NotificationRecord]:
        """Notifications arrive now: with this title, or as the template of the event type makes them.

        Without a user somebody busy gets them. Raises NotFound and UsageProblem.
        """
        if not 1 <= count <= MOST_ARRIVALS:
            raise UsageProblem(f"count is {count}.", f"Give a number from 1 to {MOST_ARRIVALS:,}.")
        if user is None and (title or data is not None):
            raise UsageProblem("No user was named for this notification.", "Name one with `user`.")
        position = known_environment(self.sandbox_state, environment)
        return [self._arrive(position, user, title, body, event_type, data) for _ in range(count)]

    def _arrive(
        self, environment: str, user: str | None, title: str, body: str, event_type: str, data: JsonObject | None
    ) -> NotificationRecord:
        sandbox_state = self.sandbox_state
        if title:
            return sandbox_state.add_notification(
                environment, user or "", title, body=body, event_type=event_type, data=data or {}
            )
        if data is not None and user and event_type:
            made = sandbox_state.ingest(environment, event_type, data, user_id=user).notification
            assert made is not None
            return made
        return sandbox_state.arrive(environment, user, event_type=event_type or None)

    def fault(
        self,
        answer: int | str | None = None,
        *,
        method: str = "*",
        path: str = "*",
        user: str = "",
        times: int | None = None,
        retry_after: int | str = "",
        delay_ms: int = 0,
        body: Any = None,
        then: Any = None,
    ) -> Fault:
        """Calls that match meet this answer: a status, or the name of a fault such as `offline`; None only delays.

        `then` is what follows after `times`: another answer, or a mapping with the same keys. Raises UsageProblem.
        """
        plan: dict[str, Any] = {
            "match": {"method": method, "path": path, "user": user},
            "answer": answer,
            "times": times,
            "retry_after": retry_after,
            "delay_ms": delay_ms,
            "body": body,
            "then": then,
        }
        return self.set_fault({key: value for key, value in plan.items() if value not in (None, "")})

    def set_fault(self, plan: Mapping[str, Any]) -> Fault:
        """The same from its JSON form; raises UsageProblem."""
        fault = make_fault(plan)
        self.faults.add(fault)
        return fault

    def clear_faults(self) -> None:
        """Fair weather; what hangs is answered."""
        self.faults.clear()

    def seed(self, value: SeedFile | Mapping[str, Any]) -> None:
        """Adds what a seed file says to the world, all of it or nothing; raises UsageProblem."""
        seed = value if isinstance(value, SeedFile) else parse_seed(value)
        with all_or_nothing(self.sandbox_state):
            seed.put_into(self.sandbox_state)

    def reset(self, *, is_empty: bool = False) -> None:
        """Everything as it was at the start; with `is_empty`, without users and notifications."""
        self.faults.clear()
        self.faults.requests.clear()
        self.clock.reset()
        self.sandbox_state.clear()
        if self._fill is not None and not is_empty:
            self._fill(self.sandbox_state)

    # -- time --------------------------------------------------------------------------------------------------

    def freeze(self, at: str | float | None = None) -> Instant:
        """Stops the clock, now or at a moment (`2026-11-04T12:00:00Z`, unix seconds); what time it is then."""
        return self.set_clock(freeze=True if at is None else at)

    def advance(self, by: str | float) -> Instant:
        """Moves the clock by seconds or by text such as `2h`; what time it is then."""
        return self.set_clock(advance=by)

    def set_clock(self, *, freeze: bool | str | float | None = None, advance: str | float | None = None) -> Instant:
        """Stops the clock (True, or at a moment) or lets it run (False), then moves it on; what time it is then.

        Raises UsageProblem and leaves it alone where either cannot be done.
        """
        now = self.clock()
        at = now if freeze is None or isinstance(freeze, bool) else parse_moment(freeze, now)
        seconds = 0.0 if advance is None else parse_duration(advance)
        check_clock(at + round(seconds * 1000))
        if freeze is False:
            self.clock.resume()
        elif freeze is not None:
            self.clock.freeze(at)
        self.clock.advance(seconds)
        return self.clock()

    # -- what was seen -----------------------------------------------------------------------------------------

    @property
    def writes(self) -> list[Write]:
        """The last writes that were asked of it, oldest first, tokens masked."""
        return list(self.sandbox_state.writes)

    def unread(self, user: str, *, environment: str = "") -> list[NotificationRecord]:
        """What a user has not read, oldest first."""
        return self.sandbox_state.notifications(
            known_environment(self.sandbox_state, environment), user, Filter.UNREAD
        )

    def state(self) -> JsonObject:
        """What is there, in numbers."""
        environments: JsonObject = {}
        for each in self.sandbox_state.environments():
            counts = self.sandbox_state.counts(each.identifier)
            environments[each.identifier] = {
                "name": each.name,
                "is_mocked": each.is_mocked,
                "users": len(self.sandbox_state.users(each.identifier)),
                "notifications": counts.all,
                "unread": counts.unread,
            }
        return {
            "dialect": self.dialect.name.value,
            "now": iso(self.clock()),
            "is_frozen": self.clock.is_frozen,
            "environments": environments,
            "requests": sum(self.faults.requests.values()),
            "writes": len(self.sandbox_state.writes),
            "faults": [describe_fault(each) for each in self.faults.active],
        }
