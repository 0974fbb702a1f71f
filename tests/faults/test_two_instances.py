"""Two programs on one store: both look and mark, exactly one sends, and each takes over from the other."""

from __future__ import annotations

import time
from pathlib import Path

from neptune_inbox.model import Filter
from neptune_inbox.sync.courier import AT_ONCE
from tests.faults.killing import SETTLE
from tests.faults.scene import Ended, Home, Nursery, Plan, Verdict, ended
from tests.faults.server import ENVIRONMENT, USERS, FaultServer, build_world
from tests.faults.worker import Life

MARKS = 500
IN_THE_MIDDLE_OF_SENDING = 1500
"""Which boundary that is: 250 marks are held in about 400, and sent in about 3,500 more."""


def plans(server: FaultServer) -> tuple[Plan, Plan]:
    """500 marks in acts of five, taken in turns, so that neighbours in the list go through different programs."""
    rows = [(user, row.uuid) for user in USERS for row in server.world.notifications(ENVIRONMENT, user, Filter.ALL)]
    acts = [{"do": "hold", "keys": rows[start : start + 5]} for start in range(0, MARKS, 5)]
    return acts[::2], acts[1::2]


def live_together(first: Life, second: Life, server: FaultServer) -> tuple[Ended, Ended]:
    """Both at once; the second starts when the first has begun to send, so the first is the one that sends."""
    with Nursery() as one, Nursery() as other:
        one.begin(first)
        while not server.asked:
            time.sleep(0.01)
        other.begin(second)
        return ended(first, one.end()), ended(second, other.end())


def test_five_hundred_marks_between_them_are_each_sent_once_and_no_error_is_shown(tmp_path: Path) -> None:
    with FaultServer(build_world(MARKS)) as server:
        home = Home(tmp_path / "home", server, speed=10, undo_seconds=1)
        ours, theirs = plans(server)
        both = live_together(home.prepare([*ours, *SETTLE]), home.prepare([*theirs, *SETTLE]), server)

        verdict = Verdict()
        for life in both:
            assert (life.code, life.troubles, life.notices, life.errors) == (0, [], [], "")
            verdict.take(life)
        verdict.check(server)
        assert verdict.acknowledged == MARKS
        assert len(server.applied) == MARKS
        assert set(server.applied.values()) == {1}, "no mark was sent twice"


def test_when_the_one_that_sends_is_killed_the_other_takes_over(tmp_path: Path) -> None:
    with FaultServer(build_world(MARKS)) as server:
        home = Home(tmp_path / "home", server, speed=40, undo_seconds=1)
        ours, theirs = plans(server)
        sender = home.prepare([*ours, *SETTLE], kill_at=IN_THE_MIDDLE_OF_SENDING)
        killed, survivor = live_together(sender, home.prepare([*theirs, *SETTLE]), server)

        verdict = Verdict()
        verdict.take(killed)
        verdict.take(survivor)
        assert killed.is_killed
        assert (survivor.code, survivor.troubles, survivor.errors) == (0, [], "")
        verdict.check(server)
        assert len(server.applied) == verdict.acknowledged == MARKS
        repeats = sum(server.applied.values()) - MARKS
        assert repeats <= AT_ONCE, "only what was on its way when it was killed is sent again"
