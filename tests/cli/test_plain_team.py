"""`--plain` in a team: whose claim it is is said before a mark and before `done`, and silence changes nothing."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from neptune_inbox.errors import TeamProblem
from neptune_inbox.model import Key, Now
from neptune_inbox.model.team import FactDetails, FactKind, TeamFact
from neptune_inbox.sandbox.team import MemoryLink, MemoryTeam, MemoryTeamAccess
from neptune_inbox.text import CleanText
from tests.builders import ENVIRONMENT
from tests.cli.plain_visitor import Visitor, office_with_mail, turn


class Team:
    """Omar types; Rita has claimed whatever is told of her."""

    def __init__(self) -> None:
        self.office = office_with_mail()
        self.memory = MemoryTeam(self.office.clock.now)
        self.office.builder.team_access = MemoryTeamAccess(self.memory, "omar")

    def rita_takes(self, user_id: str) -> None:
        now = self.office.clock.now()
        key = Key(user_id, "")
        id = "00000000-0000-7000-8000-000000000001"
        fact = TeamFact(id, FactKind.CLAIMED, *key, CleanText("rita"), now, None, FactDetails())
        self.memory.add([fact], now)

    def told(self) -> list[tuple[FactKind, str]]:
        """What Omar did, as his program shared it: the kind, and whose claim he knew of."""
        facts = [fact for fact in self.memory.behind(0, 1_000) if fact.kind is not FactKind.SEEN]
        return [(fact.kind, fact.details.known) for fact in facts if fact.agent == "omar"]


@pytest.fixture
def team() -> Team:
    team = Team()
    team.rita_takes("u-1")
    return team


@pytest.mark.parametrize("line", ["m 1", "done 1"])
async def test_a_colleagues_claim_is_said_first_and_no_leaves_everything(team: Team, line: str) -> None:
    visitor = await Visitor(team.office).console(line, "no", "$", "q")
    assert "rita has been on it since" in visitor.said(line)
    assert visitor.said("no") == "Left as it was."
    assert team.office.marked == []
    assert team.told() == []


async def test_of_several_lines_it_is_said_on_which_a_colleague_is_and_no_code_is_said(team: Team) -> None:
    title = "Your code is 481923"
    team.office.sandbox_state.add_notification(ENVIRONMENT, "u-1", title, event_type="otp_sent")
    visitor = await Visitor(team.office).console("m 1-4", "no", "q")
    assert "rita has been on all 4 of them since" in visitor.said("m 1-4")
    assert '"Card declined" and 2 more. Go on anyway?' in visitor.said("m 1-4")
    assert "481923" not in visitor.text


async def test_yes_goes_on_and_the_team_sees_that_it_was_known(team: Team) -> None:
    visitor = await Visitor(team.office).console("done 1", "yes", "m 2", "yes", "$", "q")
    assert visitor.said("yes").startswith("Handled, for the whole team")
    assert len(team.office.marked) == 1
    assert (FactKind.HANDLED, "rita") in team.told()
    assert (FactKind.MARKED, "rita") in team.told()


async def test_a_line_says_who_is_on_it_and_that_the_team_wrote(team: Team) -> None:
    visitor = await Visitor(team.office).console(turn(team.office, 1), "claim 2", "note 2 called them", "l", "q")
    lines = visitor.said("l").splitlines()
    assert "(rita is on it)" in lines[1]
    assert "(you are on it, 1 team note)" in lines[2]


class RestingLink(MemoryLink):
    """A link that tells when everything was shared and it waits for news."""

    def __init__(self, away: Away, memory: MemoryTeam, now: Now) -> None:
        super().__init__(memory, now)
        self._away = away

    def wait(self, seconds: float, waker: socket.socket) -> bool:
        self._away.is_shared.set()
        return super().wait(seconds, waker)


class Away:
    """A team whose database is not reached until it is let in."""

    agent = CleanText("omar")

    def __init__(self, memory: MemoryTeam, now: Now) -> None:
        self._memory = memory
        self._now = now
        self._is_open = False
        self._tries = threading.Semaphore(0)
        self.is_shared = threading.Event()

    def open(self, of_tenant: str) -> MemoryLink:
        self._tries.release()
        if not self._is_open:
            raise TeamProblem("The team's database inbox at db cannot be reached: nothing listens there.")
        return RestingLink(self, self._memory, self._now)

    async def was_tried(self) -> None:
        """The second try begins when the first one has been told of."""
        for _ in range(2):
            assert await asyncio.to_thread(self._tries.acquire, timeout=20)

    def let_in(self) -> None:
        self._is_open = True

    async def has_shared(self) -> None:
        assert await asyncio.to_thread(self.is_shared.wait, 20)


async def test_trouble_with_the_teams_database_is_said_once_and_that_it_is_over(team: Team) -> None:
    away = Away(team.memory, team.office.clock.now)
    team.office.builder.team_access = away

    visitor = await Visitor(team.office).console(
        "claim 1", away.was_tried, "claim 2", "", away.let_in, "claim 3", away.has_shared, "", "q"
    )
    assert visitor.text.count("nothing listens there") == 1
    assert visitor.text.count("The team's database answers again.") == 1


async def test_a_notification_is_read_with_what_the_team_wrote(team: Team) -> None:
    visitor = await Visitor(team.office).console("note 2 called them", "read 2", "q")
    lines = visitor.said("read 2").splitlines()
    assert any(line.startswith("On it: rita, since") for line in lines)
    assert any(line.startswith("Note: omar, ") and line.endswith("called them") for line in lines)


async def test_z_takes_a_claim_and_a_note_for_the_team_back() -> None:
    team = Team()
    visitor = await Visitor(team.office).console("claim 1", "note 2 called them", "z", "z", "q")
    assert visitor.said("z").startswith("No longer noted for the team: ")
    assert visitor.said("z", 1).startswith("You are no longer on it: ")
    kinds = [FactKind.CLAIMED, FactKind.NOTED, FactKind.WITHDRAWN, FactKind.RELEASED]
    assert [kind for kind, _ in team.told()] == kinds
