"""Lives that are killed while what arrives is fetched and handed to a hook; then the verdict over what it was handed.

Every run of the command leaves a file of its own, named by when it began. A run whose parent was killed may end with
half a line, which counts as nothing.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from neptune_inbox.model import Filter
from neptune_inbox.sandbox.state import SandboxState
from tests.faults.scene import Ended, Home, Nursery, Plan, ended
from tests.faults.server import ENVIRONMENT, FaultServer

WATCHED = ("u-1", "u-2")
LOOKS: Plan = [{"do": "poll", "user": user} for user in WATCHED]
DAY: Plan = [*LOOKS, {"do": "hand_over"}]
COMMAND = '#!/bin/sh\ncat > "{folder}/$(date +%s%N)-$$"\n'
LAST_TRIES = 20


@dataclass
class HookHome:
    """One home with a hook, and everything that arrived for it."""

    home: Home
    server: FaultServer
    nursery: Nursery
    kills: int = 0
    boundaries: set[str] = field(default_factory=set)
    arrived: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The ids of each customer, in their order."""
    before: set[str] = field(default_factory=set)
    """What was there at the first look."""

    @classmethod
    def make(cls, folder: Path, server: FaultServer, nursery: Nursery, *, command: str = COMMAND) -> HookHome:
        """A home whose first look is over."""
        home = Home(folder, server, speed=400)
        (folder / "runs").mkdir()
        script = folder / "hook.sh"
        script.write_text(command.format(folder=folder / "runs"))
        script.chmod(0o700)
        with (folder / "config" / "config.toml").open("a") as file:
            file.write(f'[hooks.pager]\ncommand = ["{script}"]\nbatch = "0s"\n')
        made = cls(home, server, nursery)
        for user in WATCHED:
            rows = server.sandbox_state.notifications(ENVIRONMENT, user, Filter.ALL)
            made.before |= {row.uuid for row in rows}
        made.settle()
        assert not made.runs(), "nothing arrived yet"
        return made

    def arrive(self, user: str, count: int) -> None:
        """So many notifications arrive, each a moment after the one before it."""
        self.server.call(self._arrive(user, count))

    async def _arrive(self, user: str, count: int) -> None:
        state: SandboxState = self.server.sandbox_state
        for _ in range(count):
            at = 1 + max(row.created_at for row in state.notifications(ENVIRONMENT, user, Filter.ALL)) // 1000
            row = state.add_notification(ENVIRONMENT, user, "Arrived", created_at=1000 * at)
            self.arrived[user].append(row.uuid)

    def live(self, plan: Plan, *, kill_at: int | str | None = None) -> Ended:
        """One life, killed at a boundary."""
        return self._take(self.home.spend(self.nursery, plan, kill_at=kill_at))

    def live_while_it_rains(self, rng: Random, seconds: float) -> None:
        """One life that is killed after so many seconds, while notifications arrive."""
        life = self.home.prepare(DAY * 30, kill_after=seconds)
        self.nursery.begin(life)
        for _ in range(rng.randint(1, 4)):
            self.arrive(rng.choice(WATCHED), rng.choice([1, 1, 2, 3, 60]))
            time.sleep(seconds / 6)
        self._take(ended(life, self.nursery.end()))

    def settle(self) -> None:
        """Lives without a kill, until everything was fetched and handed over."""
        for _ in range(LAST_TRIES):
            life = self.home.prepare(DAY, is_hasty=False)
            self.nursery.begin(life)
            over = self._take(ended(life, self.nursery.end()))
            errors = [line["error"] for line in over.lines if "error" in line]
            if not errors and over.result("hand_over")["waiting"] == [0]:
                return
        raise AssertionError(f"it never settled: {over.lines}")

    def _take(self, over: Ended) -> Ended:
        self.kills += over.is_killed
        self.boundaries |= {over.killed_at} - {""}
        return over

    def runs(self) -> list[list[tuple[str, str]]]:
        """What each run of the command was handed, as customers and ids."""
        return [_whole_rows(file) for file in sorted((self.home.folder / "runs").iterdir())]

    def check(self) -> int:
        """How often something was handed over again. Raises AssertionError where a promise was broken."""
        handed = [row for run in self.runs() for row in run]
        assert not {id for _, id in handed} & self.before, "a first look is never handed over"
        for user, wanted in self.arrived.items():
            ids = [id for owner, id in handed if owner == user]
            assert not set(wanted) - set(ids), f"never handed over: {sorted(set(wanted) - set(ids))}"
            assert list(dict.fromkeys(ids)) == wanted, f"{user}: handed over in another order than they came"
            for run in self.runs():
                own = [id for owner, id in run if owner == user]
                assert own == sorted(own, key=wanted.index), "a run is in order, also one that comes again"
        return len(handed) - len(set(handed))


def _whole_rows(file: Path) -> list[tuple[str, str]]:
    *lines, _half = file.read_text().split("\n")
    rows = [json.loads(line) for line in lines]
    return [(row["user_id"], row["id"]) for row in rows]


def kill_at_each_boundary(folder: Path, server: FaultServer, boundaries: Sequence[int | str]) -> tuple[set[str], int]:
    """Homes that die at these boundaries of the same day, until a day is over before; where, and how many died."""
    seen, kills = set[str](), 0
    with Nursery() as nursery:
        for boundary in boundaries:
            home = HookHome.make(folder / f"at-{boundary}".replace(" ", "-"), server, nursery)
            home.arrive("u-1", 55)
            home.arrive("u-2", 2)
            home.live(DAY, kill_at=boundary)
            home.arrive("u-1", 1)
            home.settle()
            home.check()
            seen |= home.boundaries
            kills += home.kills
            if not home.kills:
                return seen, kills
    return seen, kills


def kill_at_random(folder: Path, server: FaultServer, times: int, seed: int) -> HookHome:
    """One home whose lives are killed so many times at random; checked after every few of them."""
    rng = Random(seed)
    with Nursery() as nursery:
        home = HookHome.make(folder / "at-random", server, nursery)
        while home.kills < times:
            for _ in range(rng.randint(1, 6)):
                home.live_while_it_rains(rng, rng.choice([rng.uniform(0.05, 0.4), rng.uniform(0.4, 2.0)]))
            home.settle()
            home.check()
    return home
