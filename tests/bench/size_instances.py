"""Five programs on one home: one polls and sends, and another takes over when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import sign_token
from neptune_inbox.store.lock import StoreLock
from neptune_inbox.wiring.workspace import wall_clock
from tests.bench.aims import Found, at_most, line
from tests.socket_sandbox import BackgroundServer

INSTANCES = 5
KILLS = int(os.environ.get("KILLS", "20"))
BUDGET = 60
USERS = tuple(f"u-{number}" for number in range(20))
LIMIT = 30.0
PROGRAM = (sys.executable, "-m", "neptune_inbox")
ENVIRONMENT = "dev"


class Office:
    """A home, the service it asks, and the programs that run in it."""

    def __init__(self, folder: Path, base_url: str, state: SandboxState, programs: ExitStack) -> None:
        self._programs = programs
        self._running: list[subprocess.Popen[bytes]] = []
        config = folder / "config" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            f'[profiles.dev]\nenvironment = "{ENVIRONMENT}"\napi_base = "{base_url}/neptune"\n'
            f'edge_base = "{base_url}/neptune"\n[polling]\nrequests_per_minute = {BUDGET}\n',
            encoding="utf-8",
        )
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "NEPTUNE_INBOX_HOME": str(folder),
            "NEPTUNE_TOKEN": sign_token(state).reveal(),
            "NO_PROXY": "*",
        }
        self._home = folder

    def do(self, *arguments: str) -> None:
        """Run a command to its end."""
        subprocess.run([*PROGRAM, *arguments], env=self.env, check=True, capture_output=True)

    def begin(self) -> None:
        """One more program that polls and sends."""
        process = subprocess.Popen(
            [*PROGRAM, "poll"], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._programs.callback(process.wait)
        self._programs.callback(process.kill)
        self._running.append(process)

    def leader(self, other_than: int | None = None) -> int:
        """The process that holds the lock, once it is another one than this."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            for path in (self._home / "state").glob("*.lock"):
                holder = StoreLock(path).holder()
                if holder and holder != other_than and holder in {one.pid for one in self._running}:
                    return holder
            time.sleep(0.02)
        raise AssertionError("nobody took over")

    def kill(self, pid: int) -> None:
        """End this one without a word."""
        os.kill(pid, signal.SIGKILL)
        self._running = [one for one in self._running if one.pid != pid]


@line("instances")
def instances() -> Iterator[Found]:
    state, faults = SandboxState(now=wall_clock, seed="instances"), Faults()
    for user in USERS:
        state.create_user(ENVIRONMENT, user, {"name": user})
    ids = [state.add_notification(ENVIRONMENT, USERS[0], f"Number {number}").uuid for number in range(KILLS)]
    took: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        BackgroundServer(create_app(state, faults=faults)) as server,
        ExitStack() as programs,
    ):
        office = Office(Path(folder) / "home", server.base_url, state, programs)
        office.do("watch", *USERS)
        office.do("list", "-u", USERS[0], "--limit", "0")
        for _ in range(INSTANCES):
            office.begin()
        leader = office.leader()
        faults.requests.clear()
        began = time.monotonic()
        for id in ids:
            mark = subprocess.Popen(
                [*PROGRAM, "mark", id, "-u", USERS[0], "--yes"],
                env=office.env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            programs.callback(mark.wait)
            office.begin()
            time.sleep(0.5)
            killed = time.monotonic()
            office.kill(leader)
            leader = office.leader(leader)
            took.append(time.monotonic() - killed)
            assert mark.wait(LIMIT) == 0
        minutes = (time.monotonic() - began) / 60
        reads = sum(count for (method, _), count in faults.requests.items() if method == "GET")
        sent = [str(write.body) for write in state.writes if write.status < 300]
        twice = sum(sum(id in body for body in sent) > 1 for id in ids)
        unread = [id for id in ids if not state.notification(ENVIRONMENT, id).read_at]
    at = f"{INSTANCES} instances, {KILLS} kills"
    yield at_most("takeover, the longest", at, max(took), 3, "s")
    yield at_most("takeover, the median", at, median(took), 3, "s")
    yield at_most("requests a minute, against the budget", at, reads / minutes / BUDGET, 1.2, "x")
    yield at_most("marks without an effect", at, len(unread), 0, "")
    yield at_most("marks posted twice", at, twice, 0, "")
