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
from collections.abc import Callable, Iterator
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
from neptune_inbox.wiring.workspace import wall_clock
from tests.bench.aims import Found, at_least, at_most, line
from tests.socket_sandbox import BackgroundServer

USER, ENVIRONMENT = "u-1", "dev"
MANY = int(os.environ.get("MARKS", "16000"))
SIZES = tuple(size for size in (300, 3_000, MANY) if size <= MANY)
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


async def work(count: int, env: dict[str, str]) -> dict[str, float]:
    """Mark everything, and go on working until all of it is sent."""
    from textual.events import Key

    from neptune_inbox.tui.app import NeptuneInbox
    from neptune_inbox.tui.dialogs.base import ChoiceDialog
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.wiring import load_workspace

    workspace = load_workspace(environ=env)
    app = NeptuneInbox(workspace, workspace.profile(None), user_id=USER, kind=Filter.UNREAD, environ=env)
    said: list[str] = []
    async with app.run_test(size=(120, 40)):

        async def until(is_done: Callable[[], bool], wait: float = 0) -> None:
            end = time.monotonic() + LIMIT
            while not is_done():
                assert time.monotonic() < end, said[-1:]
                await asyncio.sleep(wait)

        def press(key: str) -> None:
            app.post_message(Key(key, key if len(key) == 1 else None))

        await until(lambda: isinstance(app.screen, InboxScreen) and len(app.screen.snapshot) == count, 0.05)
        screen = app.screen
        assert isinstance(screen, InboxScreen)

        async def step(key: str) -> float:
            """Milliseconds until the cursor has moved and the screen shows it."""
            rows, drawn = screen.rows, asyncio.Event()
            before, began = rows.cursor_index, time.perf_counter()
            press(key)
            await until(lambda: rows.cursor_index != before)
            screen.call_after_refresh(drawn.set)
            await drawn.wait()
            return (time.perf_counter() - began) * 1000

        show = screen.say
        screen.say = lambda message, *more, **rest: (said.append(str(message)), show(message, *more, **rest))  # type: ignore[method-assign,assignment,func-returns-value]
        marks = Marks(Path(env["NEPTUNE_INBOX_HOME"]))
        await asyncio.sleep(1)
        said.clear()
        if count == 1:
            press("m")
        else:
            press("M")
            await until(lambda: isinstance(app.screen, ChoiceDialog), 0.01)
            press("enter")
        await until(lambda: any("z" in message and "sen" in message.lower() for message in said), 0.001)
        due = marks.first_due()
        left = due - wall_clock()
        await until(lambda: wall_clock() > due, 0.02)
        began, cpu = time.perf_counter(), time.process_time()
        keys, undone = list[float](), list[float]()
        while await asyncio.to_thread(marks.under_way):
            keys += [await step("j" if len(keys) % 2 else "k")] if count > 1 else []
            if count > 1 and len(keys) % UNDO_EVERY == 0:
                # Of something else: it would take back all that is not sent yet.
                said.clear()
                press("e")
                await until(lambda: bool(said), 0.001)
                said.clear()
                press("z")
                start = time.perf_counter()
                await until(lambda: bool(said), 0.001)
                undone.append((time.perf_counter() - start) * 1000)
            await asyncio.sleep(PAUSE)
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
    with office(count) as env:
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
