"""Filter as you type over 100,000 cached rows: from a typed letter to the painted result, and its floor.

    python tests/bench/search.py [ROWS]

The real app without a terminal; the floor is a key that moves the cursor in the same list. In milliseconds.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from neptune_inbox.model import EVERYONE, Filter
from neptune_inbox.tui.app import NeptuneInbox
from neptune_inbox.tui.inbox.screen import InboxScreen
from neptune_inbox.wiring import load_workspace
from tests.bench.figures import Figure, figure, keep
from tests.bench.fill import fill

TYPED = (
    "delivery refund",
    "invoice",
    "#0421",
    "payment",
    "yesterday code",
    "A-9999",
    "event:otp_* card",
    "zebra",
    "customer",
    "is:unread number",
)
P = ParamSpec("P")
T = TypeVar("T")
ROUNDS = 3
BETWEEN = 0.12
"""Seconds between two letters, as of somebody who types fast."""
LIMIT = 20.0


class Stopwatch:
    """Tells how long it took from a key until the list was painted for it."""

    def __init__(self, app: NeptuneInbox, screen: InboxScreen) -> None:
        self._app = app
        self._screen = screen
        self._painted = asyncio.Event()
        self._wanted: str | None = None
        self._before: object = None
        for way in ("render_lines", "patches"):
            setattr(screen.rows, way, self._watched(getattr(screen.rows, way)))

    def _watched(self, draw: Callable[P, T]) -> Callable[P, T]:
        """A way in which the list is drawn, heeded."""

        def watched(*args: P.args, **kwargs: P.kwargs) -> T:
            drawn, screen = draw(*args, **kwargs), self._screen
            is_new = self._wanted is None or screen.rows.snapshot is not self._before
            if is_new and self._wanted in (None, screen.scope.query):
                self._painted.set()
            return drawn

        return watched

    async def time(self, key: str, query: str | None) -> float:
        """Milliseconds from this key to the list that it leads to; None for one that leaves the list the same."""
        from textual.events import Key

        self._wanted, self._before = query, self._screen.rows.snapshot
        self._painted.clear()
        began = time.perf_counter()
        self._app.post_message(Key(key, key if len(key) == 1 else None))
        await asyncio.wait_for(self._painted.wait(), LIMIT)
        return (time.perf_counter() - began) * 1000


def leads_somewhere(query: str) -> bool:
    """Whether a query that is half typed means anything yet; where it does not, the list stays."""
    from neptune_inbox.errors import BadQuery
    from neptune_inbox.sync.inbox.query import parse_query

    try:
        parse_query(query, 0)
    except BadQuery:
        return False
    return query == query.strip()


async def until(condition: object) -> None:
    end = time.monotonic() + LIMIT
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def measure(rows: int) -> list[Figure]:
    """Type each query letter by letter, and tell how long the rows took to be painted."""
    home = Path(tempfile.gettempdir()) / "neptune-inbox-bench" / str(rows)
    fill(home, rows)
    environ = {"NEPTUNE_INBOX_HOME": str(home), "NEPTUNE_TOKEN": "bench-token-0000"}
    workspace = load_workspace(environ=environ)
    app = NeptuneInbox(workspace, workspace.profile(None), user_id=EVERYONE, kind=Filter.ALL, environ=environ)
    floor, typed = [], []
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: isinstance(app.screen, InboxScreen) and len(app.screen.snapshot) > rows // 2)
        screen = app.screen
        assert isinstance(screen, InboxScreen)
        watch = Stopwatch(app, screen)
        for _ in range(60):
            floor.append(await watch.time("j", None))
            await asyncio.sleep(BETWEEN / 4)
        for text in TYPED * ROUNDS:
            await pilot.press("slash")
            await until(lambda: screen.main_view.is_searching)
            for length, letter in enumerate(text, 1):
                if leads_somewhere(text[:length]):
                    typed.append(await watch.time(letter, text[:length]))
                else:
                    await pilot.press("space" if letter == " " else letter)
                await asyncio.sleep(BETWEEN)
            await pilot.press("escape")
            await until(lambda: len(screen.snapshot) > rows // 2)
    return [figure("a key that moves the cursor (floor)", floor, "ms"), figure("a typed letter", typed, "ms")]


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    keep("search", asyncio.run(measure(count)))
