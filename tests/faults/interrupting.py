"""A command as a real process against a sandbox on a socket, told to stop at a step of its way.

Every step is waited for, never slept for: the request that it makes, the question that it asks, the pipe it fills.
"""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from neptune_inbox.model import Filter
from neptune_inbox.sandbox.faults import Faults, Kind
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import sign_token
from neptune_inbox.wiring.workspace import wall_clock
from tests.faults.pty_terminal import LIMIT, PROGRAM, Terminal, environment
from tests.socket_sandbox import BackgroundServer

ENVIRONMENT = "dev"
CUSTOMER = "u-4711"
ROWS = 12
SIGNALS = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}
STEPS = ("list", "first mark", "some marks", "last mark", "output")
"""Where `mark` is told to stop: while it reads the list, and so on; `output` is a pipe that nobody reads."""
READ = "/app_notifications/{environment}/read"


@dataclass
class Desk:
    """One agent's home and the service; entered, it serves."""

    folder: Path
    sandbox_state: SandboxState = field(init=False)
    faults: Faults = field(default_factory=Faults)
    ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sandbox_state = SandboxState(now=wall_clock, seed="cut short")
        self.sandbox_state.create_user(ENVIRONMENT, CUSTOMER, {"name": "Rajiv"})
        for number in range(ROWS):
            self.ids.append(self.sandbox_state.add_notification(ENVIRONMENT, CUSTOMER, f"Number {number}").uuid)
        self._server = BackgroundServer(create_app(self.sandbox_state, faults=self.faults))

    def __enter__(self) -> Desk:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.clear()
        self._server.__exit__(kind, problem, trace)

    @property
    def env(self) -> dict[str, str]:
        base = f"{self._server.base_url}/neptune"
        return environment(
            self.folder,
            NEPTUNE_TOKEN=sign_token(self.sandbox_state).reveal(),
            NEPTUNE_ENV=ENVIRONMENT,
            NEPTUNE_API_BASE=base,
            NEPTUNE_EDGE_BASE=base,
            NEPTUNE_INBOX_HOME=str(self.folder / "home"),
            NO_PROXY="*",
            DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere",
        )

    @property
    def marked(self) -> list[str]:
        """The ids that the service was asked to mark and did, each as often as it was."""
        return [str(write.body["id"]) for write in self.sandbox_state.writes if write.route.endswith("/read")]

    @property
    def unread(self) -> list[str]:
        return [row.uuid for row in self.sandbox_state.notifications(ENVIRONMENT, CUSTOMER, Filter.UNREAD)]

    def start(self, *arguments: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*PROGRAM, *arguments], env=self.env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """A command from its start to its end: the exit code and what it said."""
        done = subprocess.run([*PROGRAM, *arguments], env=self.env, capture_output=True, text=True, timeout=LIMIT)
        return done.returncode, done.stdout, done.stderr

    def terminal(self, *arguments: str) -> Terminal:
        return Terminal([*PROGRAM, *arguments], self.env)


def until(condition: Callable[[], object], what: str) -> None:
    """Wait for something that another thread or process does."""
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f"it never came to be: {what}"
        select.select([], [], [], 0.005)


@dataclass(frozen=True)
class Cut:
    """How a command ended that was told to stop."""

    code: int
    told: dict[str, object]
    """The one object that `--json` puts on standard error."""


def cut_mark_short(triage_store: Desk, signal_name: str, step: str) -> Cut:
    """Start to mark everything that is shown, and end it at a step."""
    posts = ("POST", READ)
    many = ROWS - 1
    if step == "list":
        triage_store.faults.set(Kind.HANG, method="GET", route="/app_notifications/*")
    elif step == "first mark":
        triage_store.faults.set(Kind.HANG, method="POST", route=READ)
    elif step in ("some marks", "last mark"):
        # The newest fault that still counts is met first: so many get through, and the others hang.
        triage_store.faults.set(Kind.HANG, method="POST", route=READ)
        triage_store.faults.set(
            Kind.SLOW, method="POST", route=READ, times=5 if step == "some marks" else many, seconds=0
        )
    stdout, nobody = subprocess.PIPE, -1
    if step == "output":
        nobody, stdout = os.pipe()
        fcntl.fcntl(stdout, fcntl.F_SETPIPE_SZ, 4096)
        os.set_blocking(stdout, False)
        with open(stdout, "wb", closefd=False, buffering=0) as pipe:
            while pipe.write(b"x" * 512):
                pass
        os.set_blocking(stdout, True)
    process = triage_store.start("mark", "--shown", "-u", CUSTOMER, "--yes", "--json", stdout=stdout)
    if step == "list":
        until(lambda: any(method == "GET" for method, _ in triage_store.faults.requests), "a list was asked for")
    elif step == "first mark":
        until(lambda: triage_store.faults.requests[posts], "a mark was sent")
    elif step in ("some marks", "last mark"):
        passed = 5 if step == "some marks" else many
        until(
            lambda: len(triage_store.marked) >= passed and triage_store.faults.requests[posts] > passed, "one hangs"
        )
    else:
        # Written to the last byte, or stuck in it: a thread that sleeps in the kernel's pipe.
        until(lambda: len(triage_store.marked) == ROWS and _is_stuck_in_a_pipe(process.pid), "its output is stuck")
    process.send_signal(getattr(signal, signal_name))
    errors = process.communicate(timeout=LIMIT)[1].decode()
    if step == "output":
        os.close(nobody)
        os.close(stdout)
    assert "Traceback" not in errors, errors
    told = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    assert len(told) == 1, errors
    return Cut(process.returncode, told[0])


def _is_stuck_in_a_pipe(pid: int) -> bool:
    return "pipe" in Path(f"/proc/{pid}/wchan").read_text()


def check_cut(triage_store: Desk, signal_name: str, step: str) -> None:
    """What was told is true, and the same command settles what waits. Raises AssertionError."""
    cut = cut_mark_short(triage_store, signal_name, step)
    assert cut.code == SIGNALS[signal_name], cut
    told = cut.told
    assert told["exit_code"] == cut.code
    sentence, remedy = str(told["sentence"]), str(told["remedy"])
    assert sentence.startswith("Interrupted: ")
    marked = set(triage_store.marked)
    if step == "list":
        assert "nothing was marked" in sentence
        assert not marked
    else:
        sent, waiting = told["sent"], told["waiting"]
        assert isinstance(sent, int)
        assert isinstance(waiting, int)
        assert sent + waiting == ROWS
        assert sent <= len(marked), "told as sent what never was"
        assert f"{sent} of {ROWS} marks sent" in sentence
        if waiting:
            assert "outbox --send" in remedy
            assert "same command again" in remedy
    triage_store.faults.clear()
    code, out, said = triage_store.run("mark", "--shown", "-u", CUSTOMER, "--type", "all", "--yes", "--json")
    assert code == 0, said
    assert not triage_store.unread
    assert set(triage_store.marked) == set(triage_store.ids)
    assert all(triage_store.marked.count(id) <= 2 for id in triage_store.ids)
    states = {mark["state"] for mark in json.loads(out)["marks"]}
    assert states <= {"accepted", "confirmed"}
    assert triage_store.run("outbox", "--json")[1].strip() == "[]"


def sweep(folder: Path, signals: Sequence[str], steps: Sequence[str]) -> int:
    """Every one of these signals at every one of these steps; how many there were."""
    count = 0
    for name in signals:
        for step in steps:
            with Desk(folder / f"{name}-{step.replace(' ', '-')}") as triage_store:
                triage_store.folder.mkdir(parents=True, exist_ok=True)
                check_cut(triage_store, name, step)
            count += 1
    return count
