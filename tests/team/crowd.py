"""Many agents who tell facts in random order while their connections are cut: what each of them ends up with."""

from __future__ import annotations

import time
from contextlib import suppress
from random import Random

from msgspec import Struct

from neptune_inbox.model import Key
from neptune_inbox.model.team import FactDetails, FactKind
from neptune_inbox.wiring.workspace import wall_clock
from tests.builders import HOUR
from tests.team.agents import Agent
from tests.team.cluster import TeamDatabase, wait_until
from tests.team.relay import Relay, Weather

KINDS = tuple(FactKind)


class Outcome(Struct, frozen=True):
    """What became of all that was told."""

    told: int
    lost: int
    doubled: int
    notes_lost: int
    cuts: int
    dropped: int
    """How many bytes were taken on the way and never arrived."""
    states: int
    """How many different states the agents have in the end; 1 is convergence."""
    seconds: float
    """From the last cut until everybody had everything."""


def run(database: TeamDatabase, *, agents: int, facts: int, seed: int, patience: float) -> Outcome:
    """Let agents whose clocks are up to an hour apart tell facts; connections are cut, and bytes lost, at random."""
    with Relay(database.cluster.port) as relay:
        return _run(database, relay, agents=agents, facts=facts, seed=seed, patience=patience)


def _run(database: TeamDatabase, relay: Relay, *, agents: int, facts: int, seed: int, patience: float) -> Outcome:
    dice, cuts = Random(seed), 0
    crowd = [_agent(number, database, dice, database.dsn(port=relay.port)) for number in range(agents)]
    keys = [
        Key(f"u-{number % 20}", "" if number % 25 == 0 else f"n-{number}") for number in range(max(10, facts // 8))
    ]
    ids: set[str] = set()
    notes: set[str] = set()
    try:
        for agent in crowd:
            agent.sharer.start()
        for number in range(facts):
            agent, kind = dice.choice(crowd), dice.choice(KINDS)
            details = FactDetails(text=f"note {number}") if kind is FactKind.NOTED else FactDetails()
            [fact] = agent.store.tell(kind, [dice.choice(keys)], details)
            ids.add(fact.id)
            if kind is FactKind.NOTED:
                notes.add(fact.id)
            if dice.random() < 0.2:
                agent.sharer.wake()
            if number % max(1, facts // 40) == 0:
                if dice.random() < 0.5:
                    cuts += database.cut()
                else:
                    _lose_some(relay)
                _share_again(dice.choice(crowd))
        cuts += database.cut()
        last_cut = time.monotonic()
        for agent in crowd:
            agent.sharer.wake()
        wait_until(lambda: all(agent.file_count() >= len(ids) for agent in crowd), patience)
        seconds = time.monotonic() - last_cut
        now = wall_clock() + HOUR
        folded = [agent.folded(now) for agent in crowd]
        kept = {note.id for state in folded[0].values() for note in state.notes}
        return Outcome(
            told=len(ids),
            lost=max(len(ids - {fact.id for fact in agent.store.all()}) for agent in crowd),
            doubled=database.facts() - len(ids),
            notes_lost=len(notes - kept),
            cuts=cuts,
            dropped=relay.lost,
            states=sum(all(other != state for other in folded[:index]) for index, state in enumerate(folded)),
            seconds=seconds,
        )
    finally:
        for agent in crowd:
            agent.leave()


def _lose_some(relay: Relay) -> None:
    """Lose what is on its way; the connections that lost any are dead, and nobody tells them."""
    before, relay.weather = relay.lost, Weather.LOST
    with suppress(AssertionError):
        wait_until(lambda: relay.lost > before, 0.2)
    relay.weather = Weather.PASSING


def _agent(number: int, database: TeamDatabase, dice: Random, dsn: str) -> Agent:
    skew = dice.randint(-HOUR // 2, HOUR // 2)
    return Agent(f"agent-{number}", database, dsn=dsn, clock=lambda: wall_clock() + skew, seed=number)


def _share_again(agent: Agent) -> None:
    """Send what is shared already once more, as a machine does whose answer was lost."""
    link = agent.link()
    link.share([fact for fact in agent.store.all() if fact.shared_at is not None][:20], wall_clock())
    link.close()
