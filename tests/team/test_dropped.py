"""Packets that are lost on the way to the database: no fact, no key and no end of the program waits for them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.model import Key
from neptune_inbox.model.team import FactKind
from neptune_inbox.postgres.patience import MortalConnection
from neptune_inbox.sync.team.sharer import SharingState
from tests.team.agents import Agent
from tests.team.cluster import TeamDatabase
from tests.team.relay import Relay, Weather

KEYS = [Key("u-1", f"n-{number}") for number in range(30)]
SOON = 5.0
"""Seconds after which everything is with everybody, once the way is open again."""


@pytest.fixture
def relay(database: TeamDatabase) -> Iterator[Relay]:
    with Relay(database.cluster.port) as relay:
        yield relay


class Pair:
    """Rita behind the relay, Omar beside the database; both have shared what there was."""

    def __init__(self, database: TeamDatabase, relay: Relay, folder: Path) -> None:
        began = time.monotonic()
        self.rita = Agent("rita", database, folder=folder, dsn=database.dsn(port=relay.port))
        self.omar = Agent("omar", database, folder=folder, seed=1)
        for agent in (self.rita, self.omar):
            agent.sharer.start()
            agent.sees(lambda agent=agent: agent.sharer.sharing().state is SharingState.SHARING)  # type: ignore[misc]
        self.floor = time.monotonic() - began
        """How long it takes here to connect and share when nothing is in the way."""

    def tell(self) -> None:
        """Each says something about every other notification."""
        for number, key in enumerate(KEYS):
            (self.rita if number % 2 else self.omar).tell(FactKind.HANDLED, key)

    def agree(self) -> float:
        """Wait until both have everything; the seconds that it took."""
        began = time.monotonic()
        for agent in (self.rita, self.omar):
            agent.sees(lambda agent=agent: agent.store.handled() == set(KEYS))  # type: ignore[misc]
        return time.monotonic() - began


@pytest.fixture
def pair(database: TeamDatabase, relay: Relay, tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(database, relay, tmp_path)
    yield pair
    for agent in (pair.rita, pair.omar):
        agent.leave()


def test_what_was_held_up_on_the_way_is_with_everybody_soon_after(
    pair: Pair, relay: Relay, database: TeamDatabase
) -> None:
    relay.weather = Weather.HELD
    pair.tell()
    # As nothing came through, nothing of this can have waited for an answer.
    assert pair.rita.store.count_waiting() == len(KEYS) // 2
    relay.weather = Weather.PASSING

    assert pair.agree() <= SOON + pair.floor
    assert database.facts() == len(KEYS)


def test_a_connection_that_lost_packets_is_given_up_and_everything_is_shared_over_another(
    pair: Pair, relay: Relay, database: TeamDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MortalConnection, "silence", 1.0)
    relay.weather = Weather.LOST
    pair.tell()
    pair.rita.sees(lambda: pair.rita.sharer.sharing().problem is not None)
    problem = pair.rita.sharer.sharing().problem
    assert problem is not None
    assert problem.sentence.endswith("does not answer.")
    assert relay.lost > 0
    relay.weather = Weather.PASSING

    seconds = pair.agree()
    print(f"\nthe same on both {seconds:.1f} s after the way was open again; {pair.floor:.1f} s to connect alone")
    assert seconds <= SOON + pair.floor
    assert database.facts() == len(KEYS)


@pytest.mark.parametrize("weather", [Weather.HELD, Weather.LOST])
def test_the_program_ends_at_once_while_packets_are_lost(pair: Pair, relay: Relay, weather: Weather) -> None:
    relay.weather = weather
    pair.tell()
    began = time.monotonic()
    pair.rita.sharer.stop()
    assert time.monotonic() - began <= 1.0
