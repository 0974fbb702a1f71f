"""What polling costs: requests, writes and repaints where nothing is new, and keys while 1,000 come in one poll.

    python tests/bench/poll.py

The sandbox runs as a process of its own behind a real socket; the app runs without a terminal.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from neptune_inbox.model import Event, Filter
from neptune_inbox.startup.handoff import tune_runtime
from neptune_inbox.tui.app import NeptuneInbox
from neptune_inbox.tui.inbox.screen import InboxScreen
from neptune_inbox.wiring import load_workspace
from tests.bench.figures import Figure, figure, keep

USER = "u-4711"
ARRIVALS = 1_000
AT_ONCE = 20
IDLE_POLLS = 20
TICK = 0.001
LIMIT = 60.0


@contextmanager
def sandbox(folder: Path) -> Iterator[dict[str, str]]:
    """A sandbox in a process of its own; the answer is the environment of an inbox that uses it."""
    command = [sys.executable, "-m", "neptune_inbox", "sandbox", "--port", "0"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=quiet, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        env = {"NEPTUNE_INBOX_HOME": str(folder)}
        try:
            while "NEPTUNE_TOKEN" not in env:
                name, _, value = process.stdout.readline().strip().partition("=")
                env[name] = value
            yield env
        finally:
            process.terminate()


async def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


class Gaps:
    """How long the event loop kept a key waiting, again and again while this runs."""

    def __init__(self) -> None:
        self.found: list[float] = []
        self._task: asyncio.Task[None] | None = None

    async def _watch(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            self.found.append((time.perf_counter() - began - TICK) * 1000)

    def __enter__(self) -> Gaps:
        self._task = asyncio.ensure_future(self._watch())
        return self

    def __exit__(self, *error: object) -> None:
        assert self._task is not None
        self._task.cancel()


def last_written(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times of the cache's files."""
    files = sorted((folder / "cache").iterdir())
    return tuple((file.name, file.stat().st_size, file.stat().st_mtime_ns) for file in files)


async def measure(folder: Path, environ: dict[str, str]) -> list[Figure]:
    workspace = load_workspace(environ=dict(environ))
    profile = workspace.profile(None)
    app = NeptuneInbox(workspace, profile, user_id=USER, kind=Filter.UNREAD, environ=environ)
    async with app.run_test(size=(120, 40)):
        await until(lambda: isinstance(app.screen, InboxScreen) and len(app.screen.snapshot) > 0)
        session = app.session
        assert session is not None
        await session.inbox.watch(USER)
        while (await session.inbox.refresh(USER, Filter.UNREAD)).requests > 1:
            pass
        tune_runtime()
        return [*await _idle(app, folder), *await _storm(app)]


async def _idle(app: NeptuneInbox, folder: Path) -> list[Figure]:
    """Polls that bring nothing."""
    session = app.session
    assert session is not None
    await asyncio.sleep(1)
    written = last_written(folder)
    repaints: list[object] = []
    show = app._display
    app._display = lambda *told, **more: (repaints.append(told), show(*told, **more))  # type: ignore[method-assign,assignment,func-returns-value]
    requests, times = [], []
    for _ in range(IDLE_POLLS):
        began = time.perf_counter()
        requests.append(float((await session.inbox.refresh(USER, Filter.UNREAD)).requests))
        times.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.05)
    app._display = show  # type: ignore[method-assign]
    writes = [float(last_written(folder) != written)] * 2
    return [
        figure("a poll with nothing new", times, "ms"),
        figure("its requests", requests, ""),
        figure("files of the cache written meanwhile", writes, ""),
        figure("repaints meanwhile", [float(len(repaints))] * 2, ""),
    ]


async def _storm(app: NeptuneInbox) -> list[Figure]:
    """1,000 notifications between two polls."""
    session = app.session
    assert session is not None
    for _ in range(ARRIVALS // AT_ONCE):
        events = [Event("payment_failed", user_id=USER, data='{"card": "4242"}') for _ in range(AT_ONCE)]
        await asyncio.gather(*(session.events.send(event) for event in events))
    with Gaps() as quiet:
        await asyncio.sleep(1)
    began = time.perf_counter()
    with Gaps() as gaps:
        new = 0
        while new < ARRIVALS:
            fetched = await session.inbox.refresh(USER, Filter.UNREAD)
            new += len(fetched.new)
            if not fetched.new:
                break
    seconds = time.perf_counter() - began
    return [
        figure("a key waits, nothing going on (floor)", quiet.found, "ms"),
        figure(f"a key waits while {new:,} arrive in one poll", gaps.found, "ms"),
        figure("  the longest of these", [max(gaps.found)] * 2, "ms"),
        figure("  until all of them are cached", [seconds * 1000] * 2, "ms"),
    ]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name, sandbox(Path(name)) as given:
        keep("poll", asyncio.run(measure(Path(name), {**os.environ, **given})))
