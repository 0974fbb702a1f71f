"""Keys over a million rows: the sheet of `M`, how long no other key is heard, and what it holds in memory."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from neptune_inbox.model import EVERYONE, Filter
from tests.bench.aims import Found, at_most, line
from tests.bench.size_journal import environment
from tests.bench.size_streams import ROWS, home

ROUNDS = 5
LIMIT = 60.0


async def open_sheet(folder: Path) -> dict[str, float]:
    """Press M over everything that is unread."""
    from textual.events import Key

    from neptune_inbox.tui.app import NeptuneInbox
    from neptune_inbox.tui.dialogs.base import ChoiceDialog
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.wiring import load_workspace

    environ = {"NEPTUNE_INBOX_HOME": str(folder), "NEPTUNE_TOKEN": "bench-token-0000"}
    workspace = load_workspace(environ=environ)
    app = NeptuneInbox(workspace, workspace.profile(None), user_id=EVERYONE, kind=Filter.UNREAD, environ=environ)
    sheets, pauses = [], []
    async with app.run_test(size=(120, 40)) as pilot:

        async def until(is_done: Callable[[], bool]) -> float:
            """The longest time in which no key could have been heard meanwhile, in milliseconds."""
            start = last = time.perf_counter()
            longest = 0.0
            while not is_done():
                await asyncio.sleep(0.001)
                longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
                assert last - start < LIMIT
            return longest * 1000

        await until(lambda: isinstance(app.screen, InboxScreen) and len(app.screen.snapshot) > ROWS // 4)
        screen = app.screen
        assert isinstance(screen, InboxScreen)
        await asyncio.sleep(3)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(ROUNDS):
            began = time.perf_counter()
            app.post_message(Key("M", "M"))
            pauses.append(await until(lambda: isinstance(app.screen, ChoiceDialog)))
            sheets.append((time.perf_counter() - began) * 1000)
            await pilot.press("escape")
            await until(lambda: app.screen is screen)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"sheet": median(sheets), "pause": median(pauses), "memory": (after - before) / 1024}


@line("mark_all")
def mark_all() -> Iterator[Found]:
    folder = home()
    command = [sys.executable, str(Path(__file__)), str(folder)]
    told = subprocess.run(command, env=environment(folder), check=True, stdout=subprocess.PIPE, text=True)
    found = json.loads(told.stdout.splitlines()[-1])
    at = f"{ROWS // 3:,} unread rows"
    yield at_most("M until its sheet", at, found["sheet"], 300, "ms")
    yield at_most("M: no key is heard for", at, found["pause"], 50, "ms")
    yield at_most("M: memory more", at, found["memory"], 30, "MiB")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(open_sheet(Path(sys.argv[1])))))
