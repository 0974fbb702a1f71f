"""The request budget, counted where it counts: at a server on a socket, which the production client asks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import parse_qs

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from neptune_inbox.model import EVERYONE, Filter, Profile
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sync.session import Session
from tests.builders import ENVIRONMENT, MINUTE, Office
from tests.socket_sandbox import BackgroundServer

pytestmark = pytest.mark.slow

USERS = tuple(f"u-{number}" for number in range(50))
BUDGET = 30
MINUTES = 30
FAIR = len(USERS) * MINUTE // BUDGET
"""Milliseconds between two polls of one user, were the budget dealt out evenly."""


class CountingServer:
    """The sandbox; it notes when, by the clock of the test, it was asked for whom."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._app: ASGIApp = create_app(office.sandbox_state)
        self.asked: dict[str, list[int]] = defaultdict(list)
        self.each_minute: Counter[int] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            at = self._office.clock.now()
            self.each_minute[at // MINUTE] += 1
            if "/app_notifications" in scope["path"]:
                (user,) = parse_qs(scope["query_string"].decode())["user_id"]
                self.asked[user].append(at)
        await self._app(scope, receive, send)

    @property
    def requests(self) -> int:
        return sum(self.each_minute.values())

    def longest(self, user: str, start: int, end: int) -> int:
        """The longest time that this user was not asked for, from the start to the end."""
        asked = [at for at in self.asked[user] if at >= start]
        return max(after - before for before, after in pairwise([start, *asked, end]))


@pytest.fixture
def office() -> Office:
    office = Office(users=USERS, budget=BUDGET)
    for user in USERS:
        office.arrive(2, user, every=0)
    return office


@pytest.fixture
def server(office: Office) -> Iterator[CountingServer]:
    counting = CountingServer(office)
    with BackgroundServer(counting) as background:
        base = f"{background.base_url}/neptune"
        here = office.profile
        office.profile = Profile(here.name, base, base, ENVIRONMENT, here.mode, users=USERS)
        office.builder.http = None
        yield counting


async def live(office: Office, session: Session, end: int) -> None:
    """Let the poller run until then; each minute something arrives for somebody."""
    minute = office.clock.now() // MINUTE
    while office.clock.now() < end:
        pause = await session.poller.step()
        assert pause is not None
        office.clock.advance(pause)
        if office.clock.now() // MINUTE > minute:
            minute = office.clock.now() // MINUTE
            office.arrive(1, USERS[minute % len(USERS)], every=0)


@pytest.mark.parametrize("on_screen", [EVERYONE, "u-7"], ids=["everyone on screen", "one on screen"])
async def test_fifty_watched_users_stay_within_the_budget_and_nobody_waits_twice_the_fair_share(
    office: Office, server: CountingServer, on_screen: str
) -> None:
    session = await office.open()
    await session.set_visible(on_screen, Filter.UNREAD)
    before, start = server.requests, office.clock.now()
    end = start + MINUTES * MINUTE
    await live(office, session, end)
    await session.close()
    asked = server.requests - before
    seen_once = max(server.asked[user][0] for user in USERS)
    first_round = seen_once - start
    waits = {user: server.longest(user, seen_once, end) for user in USERS}
    worst = max(waits, key=lambda user: waits[user])
    most = max(server.each_minute.values())
    print(
        f"{asked} requests in {MINUTES} minutes of a budget of {MINUTES * BUDGET}, at most {most} in one minute;"
        f" fair share {FAIR / 1000:.0f} s, longest wait {waits[worst] / 1000:.0f} s ({worst}),"
        f" everybody seen once after {first_round / 1000:.0f} s"
    )
    assert asked <= MINUTES * BUDGET
    assert most <= BUDGET + 2, "nor in any one minute, but for one poll that cost more"
    assert waits[worst] <= 2 * FAIR
    assert first_round <= 3 * FAIR, "a first look costs two requests: rows that say nothing are settled by two lists"
    if on_screen:
        assert waits[on_screen] < FAIR / 4, "who is on screen comes first"
