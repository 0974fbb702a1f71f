"""The two ways to kill: at every boundary of a scripted day, and at random during random days.

Work is spread over lanes, each with a server and a nursery of its own, because the machine has more than one core.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from types import TracebackType

from neptune_inbox.model import Filter
from tests.faults.scene import Home, Nursery, Plan, Tally, Verdict
from tests.faults.server import ENVIRONMENT, USERS, FaultServer, build_world

SETTLE: Plan = [{"do": "settle"}, {"do": "states"}]
LANES = 2
STORM = 0.4
"""The share of requests that meet bad weather."""
QUIET_USER = "u-few"
FURTHEST = 1000
"""More boundaries than any day has."""


class Lane:
    """One server and one nursery, the notifications that can still be marked, and what became of those that were."""

    def __init__(self, folder: Path, number: int, seed: int, rows: int) -> None:
        self.folder = folder
        self.number = number
        self.rng = Random(f"{seed} {number}")
        sandbox_state = build_world(rows, seed=seed)
        for count in range(3):
            sandbox_state.add_notification(ENVIRONMENT, QUIET_USER, f"Quiet {count}")
        self.server = FaultServer(sandbox_state, seed=self.rng.getrandbits(32))
        self.nursery = Nursery()
        self.verdicts: list[Verdict] = []
        found = [
            (user, row.uuid) for user in USERS for row in sandbox_state.notifications(ENVIRONMENT, user, Filter.ALL)
        ]
        self._unused = iter(sorted(found))

    def __enter__(self) -> Lane:
        self.server.__enter__()
        self.nursery.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.nursery.__exit__(kind, problem, trace)
        self.server.__exit__(kind, problem, trace)

    def draw(self, count: int) -> list[tuple[str, str]]:
        """Notifications that nobody marked yet, each handed out once."""
        return [next(self._unused) for _ in range(count)]

    @property
    def tally(self) -> Tally:
        return Tally.of(self.verdicts, self.server)

    def kill_at_each_boundary(self) -> None:
        """Scripted days that end at every boundary that is this lane's, until a day is over before it is reached."""
        for boundary in range(1 + self.number, FURTHEST, LANES):
            verdict = self.kill_at(boundary)
            verdict.check(self.server)
            if not verdict.kills:
                return
        raise AssertionError("the scripted day has no end")

    def kill_at(self, boundary: int) -> Verdict:
        """A scripted day that ends at a boundary; the day after it meets bad weather, until everything is settled."""
        home, verdict = Home(self.folder / f"at-{boundary}", self.server, speed=400, undo_seconds=30), Verdict()
        self.verdicts.append(verdict)
        self.server.storm = 0.0
        verdict.take(home.spend(self.nursery, scripted_day(self.draw), kill_at=boundary))
        self.server.storm = STORM
        verdict.take(home.spend(self.nursery, SETTLE))
        return verdict

    def kill_at_random(self, times: int, until: float = float("inf")) -> None:
        """Lives in one home, killed at random and now and then left to settle; the weather never clears.

        It ends after `times` kills, or when the monotonic clock shows `until`.
        """
        home, verdict = Home(self.folder / "at-random", self.server), Verdict()
        self.verdicts.append(verdict)
        self.server.storm = STORM
        while verdict.kills < times and time.monotonic() < until:
            for _ in range(self.rng.randint(1, 8)):
                plan = random_day(self.draw, self.rng) if self.rng.random() < 0.8 else SETTLE
                verdict.take(home.spend(self.nursery, plan, kill_after=self.rng.uniform(0.01, 0.5)))
            verdict.take(home.spend(self.nursery, SETTLE))
            verdict.check(self.server)


def scripted_day(draw: Callable[[int], list[tuple[str, str]]]) -> Plan:
    """Every sort of write that marking makes: hold, undo, send, poll, and the end of a window by itself."""
    first = draw(2)
    return [
        {"do": "hold", "keys": first},
        {"do": "undo"},
        {"do": "hold", "keys": draw(3)},
        {"do": "send_now"},
        {"do": "poll", "user": QUIET_USER},
        {"do": "hold", "keys": draw(1)},
        {"do": "settle"},
        {"do": "hold", "keys": draw(3)},
        {"do": "undo"},
        {"do": "hold", "keys": first[:1]},
    ]


def random_day(draw: Callable[[int], list[tuple[str, str]]], rng: Random) -> Plan:
    """As many acts as a life of a fraction of a second has room for."""
    plan: Plan = []
    for _ in range(rng.randint(6, 14)):
        dice = rng.random()
        if dice < 0.50:
            plan.append({"do": "hold", "keys": draw(rng.choice([1, 1, 1, 2, 5]))})
        elif dice < 0.68:
            plan.append({"do": "undo"})
        elif dice < 0.75:
            plan.append({"do": "send_now"})
        elif dice < 0.80:
            plan.append({"do": "poll", "user": QUIET_USER})
        elif dice < 0.90:
            plan.append({"do": "pause", "seconds": rng.uniform(0, 8)})
        else:
            plan += _late_undo(draw, rng)
    return plan


def _late_undo(draw: Callable[[int], list[tuple[str, str]]], rng: Random) -> Plan:
    """An act that is taken back while it is being sent, so that some of it was tried and some was not."""
    return [
        {"do": "hold", "keys": draw(8)},
        {"do": "send_now"},
        {"do": "pause", "seconds": rng.uniform(0, 4)},
        {"do": "undo"},
    ]


def in_lanes(folder: Path, seed: int, rows: int, work: Callable[[Lane], None]) -> tuple[Tally, list[Verdict]]:
    """Do the work in every lane at once; the sum of what came of it. Raises what the work raises."""

    def run(number: int) -> tuple[Tally, list[Verdict]]:
        with Lane(folder / f"lane-{number}", number, seed, rows) as lane:
            work(lane)
            return lane.tally, lane.verdicts

    with ThreadPoolExecutor(LANES) as pool:
        results = list(pool.map(run, range(LANES)))
    return sum((tally for tally, _ in results), Tally()), [each for _, verdicts in results for each in verdicts]
