"""Two programs on one store: both look and mark, exactly one sends, and each takes over from the other."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from neptune_inbox.model import Filter
from neptune_inbox.sync.marking.pace import MOST_AT_ONCE
from tests.faults.killing import SETTLE
from tests.faults.pty_machine import USER, Machine
from tests.faults.pty_terminal import LIMIT, PROGRAM, Terminal
from tests.faults.scene import Ended, Home, Nursery, Plan, Verdict, ended
from tests.faults.server import ENVIRONMENT, USERS, FaultServer, build_world
from tests.faults.worker import Life
from tests.hostile import HostileRow

MARKS = 500
IN_THE_MIDDLE_OF_SENDING = 1500
"""Which boundary that is: 250 marks are held in about 400, and sent in about 3,500 more."""


def plans(server: FaultServer) -> tuple[Plan, Plan]:
    """500 marks in acts of five, taken in turns, so that neighbours in the list go through different programs."""
    rows = [
        (user, row.uuid)
        for user in USERS
        for row in server.sandbox_state.notifications(ENVIRONMENT, user, Filter.ALL)
    ]
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
        first, second = (home.prepare([*plan, *SETTLE], is_hasty=False) for plan in (ours, theirs))
        both = live_together(first, second, server)

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
        assert repeats <= MOST_AT_ONCE, "only what was on its way when it was killed is sent again"


STARTS = 3
"""20 of them, with changes in between, were tried by hand; so many show that nothing is in the way."""


def test_line_by_line_beside_the_screen_of_another_profile_it_goes_on_whatever_that_changes(tmp_path: Path) -> None:
    with Machine(tmp_path, [HostileRow(f"row {number}", f"Card {number}") for number in range(20)]) as machine:
        place = f'api_base = "{machine.base_url}"\nedge_base = "{machine.base_url}"\nenvironment = "dev"\n'
        machine.configure(machine.base_url.removesuffix("/neptune"), more=f'[profiles.worker]\n{place}mode = "act"\n')
        for number in range(STARTS):
            machine.sandbox_state.add_notification("dev", f"w-{number}", "For a worker")
        with Terminal([*PROGRAM, "--type", "all", "-u", USER], machine.env()) as screen:
            screen.shows("Card 19")
            for number in range(STARTS):
                user = f"w-{number}"
                words = [*PROGRAM, "--plain", "--user", user, "--profile", "worker"]
                given = f"list\nmark 1\nundo\nwatch {user}\nlist\nquit\n"
                screen.press("r")
                ended = subprocess.run(
                    words, env=machine.env(), input=given, capture_output=True, text=True, timeout=LIMIT, check=False
                )
                assert (ended.returncode, "broke" in ended.stdout + ended.stderr) == (0, False), ended
                assert "For a worker" in ended.stdout
            assert screen.process.poll() is None
        assert not (tmp_path / "inbox" / "state" / "neptune-inbox.log").exists()
