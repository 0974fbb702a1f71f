"""The short form of tests/bench/team.py: everybody ends up with the same, whatever happens on the way."""

from __future__ import annotations

import pytest

from tests.team.cluster import TeamDatabase
from tests.team.crowd import run

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, 2])
def test_agents_whose_connections_are_cut_end_up_with_one_state(database: TeamDatabase, seed: int) -> None:
    outcome = run(database, agents=6, facts=240, seed=seed, patience=60)

    assert outcome.told == 240
    assert outcome.cuts + outcome.dropped > 0
    assert (outcome.lost, outcome.doubled, outcome.notes_lost, outcome.states) == (0, 0, 0, 1)
