"""What agents of a team tell each other through a real PostgreSQL, whatever happens to the connection."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.model import Key
from neptune_inbox.model.team import FactDetails, FactKind, Look
from neptune_inbox.wiring.workspace import wall_clock
from tests.builders import HOUR
from tests.team.agents import TENANT, Agent
from tests.team.cluster import ROLE, TeamDatabase

ROW = Key("u-4711", "n-1")
QUEUE = Key("u-4711", "")


@pytest.fixture
def rita(database: TeamDatabase, tmp_path: Path) -> Iterator[Agent]:
    agent = Agent("rita", database, folder=tmp_path)
    yield agent
    agent.leave()


@pytest.fixture
def omar(database: TeamDatabase, tmp_path: Path) -> Iterator[Agent]:
    agent = Agent("omar", database, folder=tmp_path, seed=1)
    yield agent
    agent.leave()


def test_a_claim_is_seen_by_the_other_without_being_asked_for(rita: Agent, omar: Agent) -> None:
    rita.sharer.start()
    omar.sharer.start()

    rita.tell(FactKind.CLAIMED, ROW)

    omar.sees(lambda: ROW in omar.news)
    claim = omar.state(ROW).claim
    assert claim is not None
    assert claim.agent == "rita"
    rita.tell(FactKind.RELEASED, ROW)
    omar.sees(lambda: omar.state(ROW).claim is None)


def test_notes_of_both_are_one_thread_for_both(rita: Agent, omar: Agent) -> None:
    rita.store.tell(FactKind.NOTED, [ROW], FactDetails(text="called them"))
    rita.share()
    omar.store.tell(FactKind.NOTED, [ROW], FactDetails(text="they called back"))
    omar.share()
    rita.share()

    assert [(note.agent, note.text) for note in rita.state(ROW).notes] == [
        ("rita", "called them"),
        ("omar", "they called back"),
    ]
    assert omar.state(ROW).notes == rita.state(ROW).notes


def test_whoever_is_on_a_customer_is_on_each_of_their_notifications(rita: Agent, omar: Agent) -> None:
    rita.store.tell(FactKind.CLAIMED, [QUEUE])
    rita.share()
    omar.share()

    assert {key: claim.agent for key, claim in omar.store.claims([ROW, Key("u-1", "n-1")]).items()} == {ROW: "rita"}


def test_what_was_told_twice_is_there_once(rita: Agent, database: TeamDatabase) -> None:
    facts = rita.store.tell(FactKind.HANDLED, [ROW])
    link = rita.link()
    first = link.share(facts, wall_clock())
    again = link.share(facts, wall_clock() + HOUR)
    link.close()
    rita.share()

    assert first == again
    assert database.facts() == 1
    assert rita.store.count_waiting() == 0


def test_a_clock_that_is_an_hour_ahead_does_not_make_its_owner_the_later_one(
    database: TeamDatabase, omar: Agent, tmp_path: Path
) -> None:
    fast = Agent("fast", database, folder=tmp_path, clock=lambda: wall_clock() + HOUR)
    fast.store.tell(FactKind.HANDLED, [ROW])
    fast.share()
    omar.store.tell(FactKind.REOPENED, [ROW])
    omar.share()
    fast.share()

    assert omar.state(ROW).handled is None
    assert fast.state(ROW).handled is None
    assert abs(fast.store.ahead + HOUR) < HOUR / 2
    fast.leave()


def test_a_claim_stands_at_once_on_a_machine_whose_clock_is_days_behind(
    database: TeamDatabase, tmp_path: Path
) -> None:
    slow = Agent("slow", database, folder=tmp_path, clock=lambda: wall_clock() - 72 * HOUR)
    slow.share()
    slow.store.tell(FactKind.CLAIMED, [ROW])
    assert slow.state(ROW).claim is not None
    assert list(slow.store.claimed()) == [ROW]
    slow.share()
    assert slow.state(ROW).claim is not None
    slow.leave()


def test_what_was_done_away_from_the_database_is_as_old_as_it_was_when_it_arrives(
    database: TeamDatabase, omar: Agent, tmp_path: Path
) -> None:
    offset = [-HOUR]
    away = Agent("away", database, folder=tmp_path, clock=lambda: wall_clock() + offset[0])
    away.store.tell(FactKind.HANDLED, [ROW])
    offset[0] = 0
    omar.store.tell(FactKind.REOPENED, [ROW])
    omar.share()
    away.share()
    omar.share()

    assert omar.state(ROW).handled is None
    away.leave()


def test_a_connection_that_is_cut_loses_nothing_and_doubles_nothing(
    rita: Agent, omar: Agent, database: TeamDatabase
) -> None:
    rita.sharer.start()
    omar.sharer.start()
    keys = [Key("u-1", f"n-{number}") for number in range(60)]
    for number, key in enumerate(keys):
        rita.tell(FactKind.HANDLED, key)
        if number % 10 == 0:
            database.cut()

    omar.sees(lambda: omar.store.handled() == set(keys))
    assert database.facts() == len(keys)


def test_a_database_that_was_lost_gets_back_what_each_of_us_told(
    rita: Agent, omar: Agent, database: TeamDatabase
) -> None:
    rita.store.tell(FactKind.CLAIMED, [ROW])
    rita.share()
    omar.share()
    database.do("DROP SCHEMA neptune_inbox CASCADE")
    database.set_up()

    for agent in (rita, omar):
        agent.sharer.start()
        agent.sees(lambda agent=agent: agent.sharer.sharing().seconds is not None)  # type: ignore[misc]
    omar.sees(lambda: database.facts() == 1)


def test_the_role_of_the_agents_may_add_and_read_and_nothing_else(rita: Agent, database: TeamDatabase) -> None:
    rita.store.tell(FactKind.NOTED, [ROW], FactDetails(text="first"))
    rita.share()

    allowed = database.rows(
        "SELECT has_table_privilege(%s, 'neptune_inbox.fact', 'SELECT'),"
        " has_table_privilege(%s, 'neptune_inbox.fact', 'UPDATE'),"
        " has_table_privilege(%s, 'neptune_inbox.fact', 'DELETE'),"
        " has_column_privilege(%s, 'neptune_inbox.fact', 'shared_at', 'INSERT'),"
        " has_column_privilege(%s, 'neptune_inbox.fact', 'position', 'INSERT')",
        *[ROLE] * 5,
    )
    assert allowed == [(True, False, False, False, False)]


def test_a_hostile_colleague_reaches_no_terminal_raw(rita: Agent, database: TeamDatabase) -> None:
    bad = "\x1b]0;owned\x07\u202egnp.exe"
    database.rows(
        "INSERT INTO neptune_inbox.fact (id, tenant, kind, user_id, notification_id, agent, age_ms, details)"
        " VALUES (gen_random_uuid(), %s, 'noted', %s, %s, %s, -99999999, jsonb_build_object('text', %s::text)),"
        " (gen_random_uuid(), %s, 'noted', %s, %s, %s, 0, '{\"text\": 7}'),"
        " (gen_random_uuid(), %s, 'sung', %s, %s, %s, 0, '{}') RETURNING 1",
        *(TENANT, *ROW, bad, bad),
        *(TENANT, *ROW, "x"),
        *(TENANT, *ROW, "x"),
    )
    rita.share()

    [note] = rita.state(ROW).notes
    for text in (note.text, note.agent):
        assert not set("\x1b\x07\u202e") & set(text)
    assert note.at <= wall_clock() + HOUR


def test_what_is_announced_while_a_statement_runs_is_not_missed(rita: Agent, omar: Agent) -> None:
    """The 15 s until the next look would pass first otherwise."""
    link, (waker, end) = rita.link(), socket.socketpair()
    link.listen()
    omar.store.tell(FactKind.CLAIMED, [ROW])
    omar.share()
    # The announcement is on its way to this connection already, and comes with the answer.
    link.fetch(0, 10)
    assert link.wait(15, waker)
    assert not link.wait(0, waker)
    rita.store.tell(FactKind.CLAIMED, [ROW])
    link.share(rita.store.waiting(10), wall_clock())
    assert not link.wait(0.1, waker), "what we told ourselves is no news"
    for each in (link, waker, end):
        each.close()


def test_another_place_reads_nothing_of_this_one(rita: Agent, database: TeamDatabase) -> None:
    database.rows(
        "INSERT INTO neptune_inbox.fact (id, tenant, kind, user_id, notification_id, agent, age_ms, details)"
        " VALUES (gen_random_uuid(), 'other', 'handled', 'u-4711', 'n-1', 'eve', 0, '{}') RETURNING 1"
    )
    rita.share()
    assert rita.store.all() == []


def test_what_one_program_saw_of_a_customer_is_with_the_others(
    rita: Agent, omar: Agent, database: TeamDatabase
) -> None:
    hers, his = rita.link(), omar.link()
    older, newer = Look("u-1", 7, "a" * 32, age_ms=5_000), Look("u-1", 8, "b" * 32, age_ms=2_000)
    assert hers.exchange([newer, Look("u-2", 0, "")], "rita-1", 60_000) == ()
    assert his.exchange([older], "omar-1", 0) == ()

    seen = his.exchange([], "omar-1", 60_000)
    assert [(look.user_id, look.unread, look.digest) for look in seen] == [("u-1", 8, "b" * 32), ("u-2", 0, "")]
    assert 2_000 <= seen[0].age_ms < 60_000
    assert hers.exchange([], "rita-1", 60_000) == (), "what we told ourselves is no news"

    database.do(
        "UPDATE neptune_inbox.look SET digest = E'\\x1b]0;owned', user_id = E'u-\\x1b[2J' WHERE user_id = 'u-1'"
    )
    assert [look.user_id for look in his.exchange([], "omar-1", 60_000)] == ["u-2"]
    for link in (hers, his):
        link.close()


def test_who_is_here_is_known_and_who_left_is_not(rita: Agent, omar: Agent) -> None:
    rita.sharer.start()
    rita.sees(lambda: rita.sharer.sharing().seconds is not None)
    link = omar.link()
    assert [each.agent for each in link.beat("omar", "omar-1")] == ["omar", "rita"]
    rita.sharer.stop()
    omar.sees(lambda: [each.agent for each in link.beat("omar", "omar-1")] == ["omar"])
    link.close()
