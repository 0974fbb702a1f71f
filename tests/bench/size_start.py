"""A start, keys and memory over a million rows and over five thousand customers, against a bare Textual app."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from neptune_inbox.model import EVERYONE, Filter
from tests.bench.aims import Found, at_most, line
from tests.bench.commands import BARE, until_shown
from tests.bench.fill import fill
from tests.bench.keyboard import Keyboard
from tests.bench.size_journal import environment, first_row
from tests.bench.size_streams import ROWS, home

KEYS = 200
STARTS = 7
LIMIT = 60.0
FEW_ROWS = 20_000
CUSTOMERS, FEW_CUSTOMERS = 5_000, 20
KEY_AIM = 1.5
"""Times a bare app's."""


def crowd(customers: int) -> Path:
    """A home with some rows of so many watched customers."""
    folder = Path(tempfile.gettempdir()) / "neptune-inbox-bench" / f"customers-{customers}"
    fill(folder, FEW_ROWS, [f"u-{number:05}" for number in range(customers)])
    return folder


async def bare_keys() -> dict[str, float]:
    """The floor: a bare app that shows each key it hears."""
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Bare(App[None]):
        heard = 0

        def compose(self) -> ComposeResult:
            yield Static("ready", markup=False)

        def on_key(self) -> None:
            self.heard += 1
            self.query_one(Static).update(str(self.heard))

    app, took = Bare(), []
    keyboard = Keyboard(app)
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(KEYS):
            await pilot.pause(0.01)
            took.append(await keyboard.step("j", lambda: app.heard, app))
    return {"j": quantiles(took, n=20)[-1]}


async def press_keys(folder: Path) -> dict[str, float]:
    """Steps in the list and in the sidebar, and the memory of it all."""
    from neptune_inbox.tui.app import NeptuneInbox
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.wiring import load_workspace

    environ = {"NEPTUNE_INBOX_HOME": str(folder), "NEPTUNE_TOKEN": "bench-token-0000"}
    workspace = load_workspace(environ=environ)
    app = NeptuneInbox(workspace, workspace.profile(None), user_id=EVERYONE, kind=Filter.ALL, environ=environ)
    took: dict[str, list[float]] = {"j": [], "sidebar": []}
    async with app.run_test(size=(120, 40)) as pilot:
        keyboard = Keyboard(app)
        await keyboard.until(
            lambda: isinstance(app.screen, InboxScreen) and len(app.screen.snapshot) > FEW_ROWS // 2, 0.05
        )
        screen = app.screen
        assert isinstance(screen, InboxScreen)
        await asyncio.sleep(2)

        async def step(where: Callable[[], object], key: str) -> float:
            await pilot.pause(0.01)
            return await keyboard.step(key, where, screen)

        for number in range(KEYS):
            took["j"].append(await step(lambda: screen.rows.cursor_index, "j" if number % 40 < 30 else "k"))
        await pilot.press("shift+tab")
        for _ in range(15):
            took["sidebar"].append(await step(lambda: screen.sidebar.highlighted_user, "j"))
            await asyncio.sleep(0.2)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {name: quantiles(times, n=20)[-1] for name, times in took.items()} | {"memory": memory}


def asked(*arguments: str) -> dict[str, float]:
    """What a process of its own says."""
    told = subprocess.run(
        [sys.executable, str(Path(__file__)), *arguments],
        env={**os.environ, "NEPTUNE_TOKEN": "bench-token-0000"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return dict(json.loads(told.stdout.splitlines()[-1]))


def bare_start() -> float:
    """Milliseconds until a bare app shows its one word."""
    return until_shown([sys.executable, "-c", BARE], environment(home()) | {"TERM": "xterm-256color"}, b"ready")


@line("start")
def start() -> Iterator[Found]:
    folder, at = home(), f"{ROWS:,} rows"
    first_row(folder)
    rows, bare = zip(*((first_row(folder), bare_start()) for _ in range(STARTS)), strict=True)
    yield at_most("first row, against a bare app's", at, median(rows) / median(bare), 0.35, "x")
    floor, found = asked("bare"), asked("keys", str(folder))
    yield at_most("key to repaint p95, against a bare app's", at, found["j"] / floor["j"], KEY_AIM, "x")
    yield at_most("key to repaint p95", at, found["j"], 16.7, "ms")
    yield at_most("memory after some hundred keys", at, found["memory"], 75, "MiB")
    from tests.bench.search import measure

    searched = asyncio.run(measure(ROWS))
    yield at_most("a letter of / to painted rows, p95", at, searched[-1].p95, 50, "ms")


@line("customers")
def customers() -> Iterator[Found]:
    few, many = crowd(FEW_CUSTOMERS), crowd(CUSTOMERS)
    at = f"{CUSTOMERS:,} customers"
    first_row(few), first_row(many)
    starts = [(first_row(few), first_row(many)) for _ in range(STARTS)]
    first = [median(each) for each in zip(*starts, strict=True)]
    yield at_most(f"first row, against {FEW_CUSTOMERS} customers", at, first[1] / first[0], 1.2, "x")
    found = [(asked("keys", str(few)), asked("keys", str(many))) for _ in range(3)]
    for name, told in (("j", "key to repaint p95"), ("sidebar", "a step in the sidebar, p95")):
        small, large = (median(pair[which][name] for pair in found) for which in (0, 1))
        yield at_most(f"{told}, against {FEW_CUSTOMERS}", at, large / small, 1.2, "x")


if __name__ == "__main__":
    work = bare_keys() if sys.argv[1] == "bare" else press_keys(Path(sys.argv[2]))
    print(json.dumps(asyncio.run(work)))
