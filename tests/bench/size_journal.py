"""The inbox with years of journal: first row, memory, and the keys that write and read it."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from neptune_inbox.model import EVERYONE, Filter
from neptune_inbox.paths import Paths
from neptune_inbox.sync.session import tenant_key
from tests.bench.aims import Found, at_most, line
from tests.bench.commands import until_shown
from tests.bench.fill import fill, notification

ROWS = 1_000
FEW, MANY = 100, 1_000_000
STARTS = 9
KEYS = 15
LIMIT = 60.0
HOUR = 3_600_000


def home(lines: int) -> Path:
    """A home with some rows and a journal of this many lines: marks of years ago, each held, accepted, confirmed."""
    folder = Path(tempfile.gettempdir()) / "neptune-inbox-bench" / f"journal-{lines}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        fill(folder, ROWS)
        write_lines(Paths.under(folder).journal, lines)
        (folder / "complete").touch()
    return folder


def write_lines(file: Path, lines: int) -> None:
    """A journal as it was written before it had an index: one file; the first of its marks are of rows of today."""
    from neptune_inbox.model import Mode, Profile
    from tests.bench.fill import API_BASE, USERS

    tenant = tenant_key(Profile("bench", API_BASE, API_BASE, "dev", Mode.ACT, users=USERS), "")
    now = time.time_ns() // 1_000_000
    common = {"actor": "ann", "profile": "bench", "place": tenant, "environment": "dev", "verb": "mark"}
    with file.open("w", encoding="ascii") as out:
        for number in range(lines):
            mark, step = divmod(number, 3)
            row = notification(mark if mark < ROWS // 3 else mark + ROWS, now)
            at = now - (lines - number) * 60_000 - HOUR
            told: dict[str, object] = {"at": at, **common, "outcome": ("held", "accepted", "confirmed")[step]}
            told |= {"user_id": row.user_id, "id": row.id, "receipt_id": f"{mark // 20:032x}"}
            rest: tuple[dict[str, object], ...] = (
                {"detail": "20 shown", "due_at": at + 5_000},
                {"request_id": f"req-{mark}"},
                {},
            )
            out.write(json.dumps(told | rest[step]) + "\n")


def environment(folder: Path) -> dict[str, str]:
    return {**os.environ, "NEPTUNE_INBOX_HOME": str(folder), "NEPTUNE_TOKEN": "bench-token-0000"}


def first_row(folder: Path) -> float:
    """Milliseconds from the start to the first row on a terminal."""
    env = environment(folder) | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return until_shown([sys.executable, "-m", "neptune_inbox", "--type", "all"], env, b"#000000")


def keys_of(folder: Path) -> dict[str, float]:
    """What a process of its own says of the keys, in milliseconds, and of its memory, in MiB."""
    command = [sys.executable, str(Path(__file__)), str(folder)]
    told = subprocess.run(command, env=environment(folder), check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(told.stdout.splitlines()[-1]))


async def press_keys(folder: Path) -> dict[str, float]:
    """Run the inbox without a terminal: how long it takes to open, to mark, to take back, to show the evidence."""
    from textual.events import Key

    from neptune_inbox.tui.app import NeptuneInbox
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.wiring import load_workspace

    environ = {"NEPTUNE_INBOX_HOME": str(folder), "NEPTUNE_TOKEN": "bench-token-0000"}
    workspace = load_workspace(environ=environ)
    app = NeptuneInbox(workspace, workspace.profile(None), user_id=EVERYONE, kind=Filter.ALL, environ=environ)
    began = time.perf_counter()
    took: dict[str, list[float]] = {"m": [], "z": [], "i": []}
    async with app.run_test(size=(120, 40)) as pilot:

        async def time_key(key: str, is_done: Callable[[], bool]) -> float:
            start = time.perf_counter()
            app.post_message(Key(key, key if len(key) == 1 else None))
            while not is_done():
                assert time.perf_counter() - start < LIMIT, key
                await asyncio.sleep(0.001)
            return (time.perf_counter() - start) * 1000

        await time_key("shift", lambda: isinstance(app.screen, InboxScreen) and len(app.screen.snapshot) == ROWS)
        opened = (time.perf_counter() - began) * 1000
        screen = app.screen
        assert isinstance(screen, InboxScreen)
        said: list[str] = []
        show = screen.say
        screen.say = lambda message, *more, **rest: (said.append(message), show(message, *more, **rest))  # type: ignore[method-assign,assignment,func-returns-value]
        for _ in range(KEYS):
            await pilot.press("n")
            await asyncio.sleep(0.2)
            said.clear()
            took["m"].append(await time_key("m", lambda: bool(said)))
            await asyncio.sleep(0.1)
            said.clear()
            took["z"].append(await time_key("z", lambda: bool(said)))
            took["i"].append(await time_key("i", lambda: app.screen is not screen and app.screen.is_running))
            await pilot.press("escape")
            await pilot.press("j")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {key: median(times) for key, times in took.items()} | {"opened": opened, "memory": memory}


@line("journal")
def journal() -> Iterator[Found]:
    few, many = home(FEW), home(MANY)
    at = f"{MANY:,} lines"
    starts: dict[Path, list[float]] = {few: [], many: []}
    upgrade = keys_of(many)
    yield at_most("opened the first time, with the upgrade", at, upgrade["opened"] / 1000, 3, "s")
    keys_of(few)
    for _ in range(STARTS):
        for folder, times in starts.items():
            times.append(first_row(folder))
    yield at_most("first row, against 100 lines", at, median(starts[many]) / median(starts[few]), 1.15, "x")
    found = [(keys_of(few), keys_of(many)) for _ in range(3)]
    for name, aim in (("opened", 0), ("memory", 0), ("m", 50), ("z", 50), ("i", 100)):
        small, large = (median(pair[which][name] for pair in found) for which in (0, 1))
        yield at_most(f"{name}, against 100 lines", at, large / small, 1.15, "x")
        if aim:
            yield at_most(name, at, large, aim, "ms")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(press_keys(Path(sys.argv[1])))))
