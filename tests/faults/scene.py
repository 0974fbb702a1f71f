"""The stage of the kill tests: a home, a server, and lives that follow each other; then the verdict over them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.faults.server import FaultServer
from tests.faults.worker import Life

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
Plan = list[dict[str, Any]]


class Nursery:
    """The process that lives are forked from; one at a time."""

    def __enter__(self) -> Nursery:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def begin(self, life: Life) -> None:
        """Start a life without waiting for its end."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(life)) + "\n")
        self._process.stdin.flush()

    def end(self) -> int:
        """Wait for the end of the life that was begun; its exit code, negative for a signal."""
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@dataclass
class Ended:
    """What one life told, and how it ended."""

    code: int
    plan: Plan
    lines: list[dict[str, Any]]
    errors: str

    @property
    def is_killed(self) -> bool:
        return self.code == KILLED

    @property
    def killed_at(self) -> str:
        """The boundary that it died at, empty for a kill from outside."""
        return next((str(line["killed"]) for line in self.lines if "killed" in line), "")

    @property
    def notices(self) -> list[str]:
        return [notice for line in self.lines for notice in line.get("notices", ())]

    @property
    def troubles(self) -> list[str]:
        return [trouble for line in self.lines for trouble in line.get("troubles", ())]

    def result(self, do: str) -> dict[str, Any]:
        """What the last step of this name gave."""
        numbers = [number for number, step in enumerate(self.plan) if step["do"] == do]
        return next(line for line in reversed(self.lines) if line.get("end") == numbers[-1])


class Home:
    """One NEPTUNE_INBOX_HOME on disk, configured for a server, in which lives are spent."""

    def __init__(self, folder: Path, server: FaultServer, *, speed: float = 100, undo_seconds: float = 5) -> None:
        self.folder = folder
        self.server = server
        self.speed = speed
        self.epoch = time.time_ns() // 1_000_000
        self.lives = 0
        (folder / "config").mkdir(parents=True)
        (folder / "config" / "config.toml").write_text(
            f'[profiles.acme]\napi_base = "{server.base_url}"\nedge_base = "{server.base_url}"\n'
            f'environment = "dev"\nmode = "act"\nusers = ["u-1"]\n[ui]\nundo_seconds = {undo_seconds}\n'
        )

    @property
    def state_db(self) -> Path:
        return self.folder / "state" / "state.db"

    def prepare(
        self,
        plan: Plan,
        *,
        kill_at: int | str | None = None,
        kill_after: float | None = None,
        is_hasty: bool = True,
    ) -> Life:
        """The next life."""
        self.lives += 1
        told = self.folder / f"told-{self.lives}.jsonl"
        return Life(
            home=str(self.folder),
            token=self.server.token.reveal(),
            plan=plan,
            told=str(told),
            epoch=self.epoch,
            speed=self.speed,
            seed=self.lives,
            kill_at=kill_at,
            kill_after=kill_after,
            is_hasty=is_hasty,
        )

    def spend(
        self, nursery: Nursery, plan: Plan, *, kill_at: int | str | None = None, kill_after: float | None = None
    ) -> Ended:
        """One life from its start to its end. Raises AssertionError where it ended by itself, and not well."""
        life = self.prepare(plan, kill_at=kill_at, kill_after=kill_after)
        nursery.begin(life)
        return ended(life, nursery.end())


def ended(life: Life, code: int) -> Ended:
    """What a life left behind. Raises AssertionError where it was neither killed nor ended well."""
    told = Path(life.told)
    errors = told.with_suffix(".err")
    text = errors.read_text() if errors.exists() else ""
    assert code in (0, KILLED), f"a life ended with {code}:\n{text}"
    lines = [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []
    return Ended(code, life.plan, lines, text)


@dataclass
class Verdict:
    """What the lives of one home acknowledged, against what the server saw."""

    wanted: set[str] = field(default_factory=set)
    """Acknowledged as marked, and not taken back since."""
    undone: set[str] = field(default_factory=set)
    """Acknowledged as taken back."""
    acknowledged: int = 0
    kills: int = 0
    stuck: int = 0
    failed: int = 0
    unsure_undos: int = 0
    """How many times a life was killed after it was asked to undo and before it said what it undid."""
    marks: list[tuple[str, str, str]] = field(default_factory=list)
    """How every mark stood in the end: receipt, id, state."""
    boundaries: set[str] = field(default_factory=set)

    def take(self, life: Ended) -> None:
        """Take in what a life told."""
        self.kills += life.is_killed
        if life.killed_at:
            self.boundaries.add(life.killed_at)
        begun = {line["begin"] for line in life.lines if "begin" in line}
        over = {line["end"]: line for line in life.lines if "end" in line}
        for number in sorted(begun):
            self._take_step(life.plan[number], over.get(number))

    def _take_step(self, step: dict[str, Any], result: dict[str, Any] | None) -> None:
        if result is None:
            self.unsure_undos += step["do"] == "undo"
            # Marking anew what was undone may have been saved just before the end, so it may be sent.
            self.undone -= {id for _, id in step.get("keys", ())}
            return
        match step["do"]:
            case "hold":
                ids = set(result["ids"])
                self.acknowledged += len(ids)
                self.wanted |= ids
                self.undone -= ids
            case "undo":
                self.wanted -= set(result["ids"])
                self.undone |= set(result["ids"])
            case "settle":
                self.stuck += result["left"]
                self.failed += result["failed"]
            case "states":
                self.marks = [(receipt, id, state) for receipt, id, state in result["marks"]]

    def lost(self, server: FaultServer) -> set[str]:
        """Acknowledged, not taken back, and never applied."""
        missing = self.wanted - set(server.applied)
        # A life that was killed in the middle of an undo may have done it: then the whole act is undone.
        latest = {id: (receipt, state) for receipt, id, state in reversed(self.marks)}
        silently = {id for id in missing if latest.get(id, ("", ""))[1] == "undone"}
        acts = {latest[id][0] for id in silently}
        return missing - silently if len(acts) <= self.unsure_undos else missing

    def undone_but_sent(self, server: FaultServer) -> set[str]:
        """Taken back, and a request was made all the same."""
        return self.undone & server.asked

    def falsely_sent(self, server: FaultServer) -> set[str]:
        """The outbox says `accepted`, and the server never applied it."""
        return {id for _, id, state in self.marks if state in ("accepted", "confirmed")} - set(server.applied)

    def check(self, server: FaultServer) -> None:
        """Raise AssertionError unless every promise was kept."""
        assert not self.lost(server), f"acknowledged marks lost: {sorted(self.lost(server))}"
        assert not self.undone_but_sent(server), f"undone marks sent: {sorted(self.undone_but_sent(server))}"
        assert not self.falsely_sent(server), f"not sent, said sent: {sorted(self.falsely_sent(server))}"
        assert (self.stuck, self.failed) == (0, 0), f"{self.stuck} rows stuck, {self.failed} failed"


@dataclass
class Tally:
    """The figures that a kill test prints."""

    kills: int = 0
    acknowledged: int = 0
    undone: int = 0
    requests: int = 0
    """To mark something read."""
    faults: int = 0
    repeats: int = 0
    """How often the server was told again what it knew."""
    lost: int = 0
    undone_but_sent: int = 0
    falsely_sent: int = 0
    stuck: int = 0
    failed: int = 0

    @classmethod
    def of(cls, verdicts: Sequence[Verdict], server: FaultServer) -> Tally:
        return cls(
            kills=sum(each.kills for each in verdicts),
            acknowledged=sum(each.acknowledged for each in verdicts),
            undone=sum(len(each.undone) for each in verdicts),
            requests=sum(bool(seen.id) for seen in server.requests),
            faults=server.faults,
            repeats=sum(server.applied.values()) - len(server.applied),
            lost=sum(len(each.lost(server)) for each in verdicts),
            undone_but_sent=sum(len(each.undone_but_sent(server)) for each in verdicts),
            falsely_sent=sum(len(each.falsely_sent(server)) for each in verdicts),
            stuck=sum(each.stuck for each in verdicts),
            failed=sum(each.failed for each in verdicts),
        )

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(triage + theirs for triage, theirs in zip(astuple(self), astuple(other), strict=True)))

    @property
    def broken_promises(self) -> int:
        return self.lost + self.undone_but_sent + self.falsely_sent + self.stuck + self.failed

    def __str__(self) -> str:
        return (
            f"{self.kills:,} kills, {self.acknowledged:,} marks acknowledged, {self.undone:,} undone; "
            f"{self.requests:,} requests to mark, {self.faults:,} faults, {self.repeats:,} repeats absorbed; "
            f"lost {self.lost}, undone but sent {self.undone_but_sent}, said sent and not {self.falsely_sent}, "
            f"stuck {self.stuck}, failed {self.failed}"
        )
