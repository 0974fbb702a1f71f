"""Real processes, a real socket, SIGKILL: every arrival reaches the hook at least once, and in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.hooking import kill_at_each_boundary, kill_at_random
from tests.faults.server import FaultServer, build_world

SEED = 22
ROWS = 40
FURTHEST = 400
"""More boundaries than the day has."""
RANDOM_KILLS = 6
STEP = 9
"""Every so many of the boundaries; `tests/bench/hooks.py` takes all."""
BOUNDARIES = {
    "before program",
    "after program",
    "before begin in state.db",
    "before commit in state.db",
    "after commit in state.db",
    "before commit in cache.db",
    "after commit in cache.db",
    "after request",
}


@pytest.mark.timeout(400)
def test_killed_at_commits_requests_and_programs_each_arrival_is_handed_over(tmp_path: Path) -> None:
    def run(lane: int) -> tuple[set[str], int]:
        boundaries = [*sorted(BOUNDARIES)[lane::2], *range(3 + STEP * lane, FURTHEST, 2 * STEP)]
        with FaultServer(build_world(ROWS, seed=lane)) as server:
            return kill_at_each_boundary(tmp_path / f"lane-{lane}", server, boundaries)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(run, range(2)))
    kills = sum(count for _, count in results)
    print(f"\nat every boundary: {kills} kills")
    assert set().union(*(seen for seen, _ in results)) >= BOUNDARIES
    assert kills > len(BOUNDARIES)


@pytest.mark.timeout(300)
def test_killed_at_random_each_arrival_is_handed_over(tmp_path: Path) -> None:
    with FaultServer(build_world(ROWS, seed=SEED)) as server:
        home = kill_at_random(tmp_path, server, RANDOM_KILLS, SEED)
        print(f"\nat random: {home.kills} kills, {sum(map(len, home.arrived.values()))} arrivals")
        assert home.kills >= RANDOM_KILLS
        assert home.check() >= 0
