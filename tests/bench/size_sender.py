"""Thousands of marks: how fast they are sent, what keys feel of it, and how much of the undo window is left.

Two processes over a real socket: a server that takes 1 ms to answer, and the inbox without a terminal. The marks are
made as an agent makes them: `M`, or `m` for one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from neptune_inbox.model import Filter
from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import sign_token
from neptune_inbox.tui.app import NeptuneInbox
from neptune_inbox.tui.dialogs.base import ChoiceDialog
from neptune_inbox.tui.inbox.screen import InboxScreen
from neptune_inbox.wiring import load_workspace
from neptune_inbox.wiring.workspace import wall_clock
from tests.bench.aims import Found, at_least, at_most, line
from tests.bench.keyboard import Keyboard
from tests.socket_sandbox import BackgroundServer

USER, ENVIRONMENT = "u-1", "dev"
MANY = int(os.environ.get("MARKS", "16000"))
SIZES = tuple(size for size in (300, 3_000, MANY) if size <= MANY)
FEWEST = 3
"""Rows, so that the cursor can move."""
ANSWER_AFTER = 0.001
"""Seconds."""
PAUSE = 0.05
"""Seconds between two keys."""
UNDO_EVERY = 40
"""Keys between two rows that are put away and taken back."""
LIMIT = 900.0
UNDO = 5_000
"""Milliseconds of the undo window, as configured."""


def serve(count: int) -> None:
    """Serve so many unread notifications until standard input ends."""
    state = SandboxState(now=wall_clock, seed="marks")
    state.create_user(ENVIRONMENT, USER, {"name": "Ana"})
    for number in range(count):
        state.add_notification(ENVIRONMENT, USER, f"Number {number}")
    app = create_app(state, faults=Faults())

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(ANSWER_AFTER)
        await app(scope, receive, send)

    with BackgroundServer(slow) as server:
        print(json.dumps({"base": server.base_url, "token": sign_token(state).reveal()}), flush=True)
        sys.stdin.read()


@contextmanager
def office(count: int) -> Iterator[dict[str, str]]:
    """A home in which so many unread notifications are cached, and the server they came from."""
    command = [sys.executable, str(Path(__file__)), "serve", str(count)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        config = Path(folder) / "config" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            f'[profiles.dev]\nenvironment = "{ENVIRONMENT}"\napi_base = "{told["base"]}/neptune"\n'
            f'edge_base = "{told["base"]}/neptune"\nmode = "act"\n[ui]\nundo_seconds = {UNDO // 1000}\n',
            encoding="utf-8",
        )
        env = {**os.environ, "NEPTUNE_INBOX_HOME": folder, "NEPTUNE_TOKEN": told["token"], "NO_PROXY": "*"}
        for arguments in (("watch", USER), ("list", "-u", USER, "--limit", "0")):
            subprocess.run(
                [sys.executable, "-m", "neptune_inbox", *arguments], env=env, check=True, stdout=subprocess.DEVNULL
            )
        try:
            yield env
        finally:
            server.terminate()


class Marks:
    """What the store says of the marks, read as another program would."""

    def __init__(self, folder: Path) -> None:
        self._file = next(folder.rglob("state.db"))

    def _ask(self, sql: str) -> Any:
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchone()[0]

    def first_due(self) -> int:
        """When the first that is held is sent."""
        return int(self._ask("SELECT min(due_at) FROM mark WHERE state = 'held'"))

    def under_way(self) -> int:
        """How many are held or on their way."""
        return int(self._ask("SELECT count(*) FROM mark WHERE state IN ('held', 'sending')"))


class Agent:
    """Whoever sits at the inbox: marks everything, and works on while it is sent."""

    def __init__(self, app: NeptuneInbox, screen: InboxScreen, marks: Marks) -> None:
        self._app = app
        self._screen = screen
        self._marks = marks
        self._keyboard = Keyboard(app, LIMIT)
        self._said: list[str] = []
        show = screen.say
        screen.say = lambda message, *more, **rest: (self._said.append(str(message)), show(message, *more, **rest))  # type: ignore[method-assign,assignment,func-returns-value]

    async def _press(self, key: str) -> float:
        """Milliseconds until something is said of a key."""
        self._said.clear()
        began = time.perf_counter()
        self._keyboard.press(key)
        await self._keyboard.until(lambda: bool(self._said), 0.001)
        return (time.perf_counter() - began) * 1000

    async def mark(self, *, is_one: bool) -> int:
        """Mark one row or all of them; when the first is due, once the message is there."""
        if is_one:
            await self._press("m")
        else:
            self._keyboard.press("M")
            await self._keyboard.until(lambda: isinstance(self._app.screen, ChoiceDialog), 0.01)
            await self._press("enter")
        await self._keyboard.until(lambda: any("z takes" in each for each in self._said), 0.001)
        return self._marks.first_due()

    async def work(self) -> tuple[list[float], list[float]]:
        """Press keys until everything is sent: how long a step takes, and `z`."""
        rows = self._screen.rows
        keys, undone = list[float](), list[float]()
        while await asyncio.to_thread(self._marks.under_way):
            key = "j" if len(keys) % 2 == 0 else "k"
            keys.append(await self._keyboard.step(key, lambda: rows.cursor_index, self._screen))
            if len(keys) % UNDO_EVERY == 0:
                # Of something else: it would take back all that is not sent yet.
                await self._press("e")
                undone.append(await self._press("z"))
            await asyncio.sleep(PAUSE)
        return keys, undone


async def work(count: int, env: dict[str, str]) -> dict[str, float]:
    """Mark everything, or one of it, and go on working until all of it is sent."""
    workspace = load_workspace(environ=env)
    app = NeptuneInbox(workspace, workspace.profile(None), user_id=USER, kind=Filter.UNREAD, environ=env)
    async with app.run_test(size=(120, 40)):
        keyboard = Keyboard(app)
        loaded = max(count, FEWEST)
        await keyboard.until(lambda: isinstance(app.screen, InboxScreen) and len(app.screen.snapshot) == loaded, 0.05)
        assert isinstance(app.screen, InboxScreen)
        agent = Agent(app, app.screen, Marks(Path(env["NEPTUNE_INBOX_HOME"])))
        await asyncio.sleep(1)
        due = await agent.mark(is_one=count == 1)
        left = due - wall_clock()
        await keyboard.until(lambda: wall_clock() > due, 0.02)
        began, cpu = time.perf_counter(), time.process_time()
        keys, undone = await agent.work()
        seconds = time.perf_counter() - began
    return {
        "rate": count / seconds,
        "cpu": (time.process_time() - cpu) * 1000 / count,
        "left": left / UNDO,
        "key": quantiles(keys, n=20)[-1] if len(keys) > 1 else 0,
        "undo": max(undone, default=0),
    }


def measure(count: int) -> dict[str, float]:
    """What a process of its own finds with so many marks."""
    with office(max(count, FEWEST)) as env:
        command = [sys.executable, str(Path(__file__)), "work", str(count)]
        told = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(told.stdout.splitlines()[-1]))


@line("sender")
def sender() -> Iterator[Found]:
    one = measure(1)
    yield at_least("undo window left once the message is there", "1 mark", one["left"], 0.95, "x")
    found = {}
    for size in SIZES:
        each = found[size] = measure(size)
        yield at_least("posts a second, a server of 1 ms", f"{size:,} marks", each["rate"], 60, "/s")
        yield at_most("CPU a mark", f"{size:,} marks", each["cpu"], 10, "ms")
    rates = [each["rate"] for each in found.values()]
    flat = min(rates) / max(rates)
    yield at_least("posts a second, the slowest against the fastest", "all of these", flat, 0.8, "x")
    most = found[SIZES[-1]]
    at = f"{SIZES[-1]:,} marks"
    yield at_most("key to repaint while they are sent, p95", at, most["key"], 16.7, "ms")
    yield at_most("z while they are sent, the longest", at, most["undo"], 100, "ms")
    yield at_least("undo window left once the message is there", at, most["left"], 0.95, "x")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        print(json.dumps(asyncio.run(work(int(sys.argv[2]), dict(os.environ)))))
