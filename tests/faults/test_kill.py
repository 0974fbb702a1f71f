"""Real processes, a real socket, SIGKILL: nothing acknowledged is lost, nothing undone is sent, nothing is stuck."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.faults.killing import Lane, in_lanes

SEED = 2026
RANDOM_SECONDS = 12.0
BOUNDARIES = {
    "before write",
    "after write",
    "before fsync",
    "after fsync",
    "before replace",
    "after replace",
    "before begin in state.db",
    "before commit in state.db",
    "after commit in state.db",
    "before begin in cache.db",
    "before commit in cache.db",
    "after commit in cache.db",
    "before request",
    "after request",
    "before mark",
    "after mark",
}


@pytest.mark.timeout(300)
def test_killed_at_every_commit_and_request_no_promise_is_broken(tmp_path: Path) -> None:
    tally, verdicts = in_lanes(tmp_path, SEED, 1500, Lane.kill_at_each_boundary)

    print(f"\nat every boundary: {tally}")
    assert set().union(*(verdict.boundaries for verdict in verdicts)) >= BOUNDARIES
    assert tally.kills > 100
    assert tally.faults > 50
    assert tally.broken_promises == 0


@pytest.mark.timeout(300)
def test_killed_at_random_in_bad_weather_no_promise_is_broken(tmp_path: Path) -> None:
    until = time.monotonic() + RANDOM_SECONDS

    tally, _ = in_lanes(tmp_path, SEED, 4000, lambda lane: lane.kill_at_random(1000, until))

    print(f"\nat random: {tally}")
    assert tally.kills >= 4
    assert tally.faults > 20
    assert tally.broken_promises == 0
