"""One round of polling for cron in a team: it tells what it saw, and whom a colleague just asked comes last."""

from __future__ import annotations

from msgspec.structs import replace

from neptune_inbox.model.team import Look
from neptune_inbox.sandbox.team import MemoryTeam, MemoryTeamAccess
from neptune_inbox.sync.events import Polled
from neptune_inbox.sync.unattended import Unattended
from tests.builders import MINUTE, FakeClock, Listener, Office

USERS = ("u-1", "u-2", "u-3")


async def keep(_: object) -> None:
    """Nobody reads it."""


class Cron:
    """Rita's machine, on which a cron polls once and again; Omar's programs are elsewhere."""

    def __init__(self) -> None:
        self.office = Office(users=USERS, clock=FakeClock())
        self.team = MemoryTeam(self.office.clock.now)
        self.office.builder.team_access = MemoryTeamAccess(self.team, "rita")

    async def polls(self, most_requests: int = 30) -> list[str]:
        """One run of the program; who was asked, in order."""
        session = await self.office.open()
        heard = Listener.on(session.bus)
        await Unattended(session, keep).once(most_requests)
        await session.close()
        return list(dict.fromkeys(fact.user_id for fact in heard.all(Polled)))

    def looks(self) -> dict[str, Look]:
        """What the team was told of customers."""
        return {look.user_id: look for look in self.team.exchange([], "omar-1", 60 * MINUTE)}


async def test_the_team_is_told_what_was_seen() -> None:
    cron = Cron()
    cron.office.arrive(2, "u-1")
    await cron.polls()
    assert {user: look.unread for user, look in cron.looks().items()} == {"u-1": 2, "u-2": 0, "u-3": 0}
    assert all(each.agent == "rita" for each in cron.team.behind(0, 100)), "sightings are shared as well"
    assert cron.team.behind(0, 100)
    assert [each.instance for each in cron.team.beat("omar", "omar-1")] == ["omar-1"], "it is not here to stay"


async def test_whom_a_colleague_asked_since_comes_last() -> None:
    cron = Cron()
    assert await cron.polls() == ["u-1", "u-2", "u-3"]
    seen = cron.looks()["u-1"]
    cron.office.clock.advance(300)
    cron.team.exchange([replace(seen, age_ms=MINUTE)], "omar-1", 0)
    assert await cron.polls(2) == ["u-2", "u-3"]
