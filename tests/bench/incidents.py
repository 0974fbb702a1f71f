"""A folded storm of 5,000 arrivals over 40 customers: what is posted, and how long a key takes.

    python -m tests.bench.incidents [ARRIVALS]

The floor is the same key over the same rows before they are folded, in the same run. Ends with an error when an id is
posted that is not listed, or one that is listed is not posted.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence

from textual.events import Key

from neptune_inbox.model import EVERYONE
from tests.bench.figures import Figure, figure, keep
from tests.bench.poll import Gaps
from tests.storm import fetch, fold, posted_of, storm
from tests.tui.driver import Inbox, inbox_of

ARRIVALS = 5_000
PRESSES = 100
FRAME = 16.7
"""Milliseconds: 60 frames a second."""
INCIDENTS = 3
"""Incidents that are marked."""


async def press(inbox: Inbox, name: str) -> float:
    """Milliseconds from a key until the cursor is on another line and the screen has drawn that."""
    rows, drawn = inbox.screen.rows, asyncio.Event()
    before = rows.cursor_index
    began = time.perf_counter()
    inbox.app.post_message(Key(name, name))
    while rows.cursor_index == before:  # noqa: ASYNC110 - it is what is measured
        await asyncio.sleep(0)
    inbox.screen.call_after_refresh(drawn.set)
    await drawn.wait()
    return (time.perf_counter() - began) * 1000


async def keys(inbox: Inbox, names: Sequence[str]) -> list[float]:
    """Each key, once what the one before it started is done."""
    found = []
    for name in names:
        await inbox.settle()
        found.append(await press(inbox, name))
    return found


async def measure(arrivals: int) -> list[Figure]:
    service = storm(arrivals)
    await fetch(service)
    walk = ["j"] * (PRESSES // 2) + ["k"] * (PRESSES // 2)
    async with inbox_of(service, user_id=EVERYONE) as inbox:
        await inbox.comes(lambda: len(inbox.screen.snapshot) == arrivals)
        await inbox.press("g")
        unfolded = await keys(inbox, walk)
        folding, gaps = [], Gaps()
        for _ in range(INCIDENTS):
            began = time.perf_counter()
            with gaps:
                folded = await fold(inbox, arrivals)
            folding.append((time.perf_counter() - began) * 1000)
            await inbox.press("B")
            await inbox.until(lambda: len(inbox.screen.snapshot) == arrivals)
        folded = await fold(inbox, arrivals)
        await inbox.press("g")
        over_folds = await keys(inbox, walk)
        opened = []
        for _ in range(INCIDENTS):
            while folded.fold_on(inbox.screen.rows.cursor_index) is None:
                await inbox.press("j")
            began = time.perf_counter()
            inbox.app.post_message(Key("enter", "\r"))
            await inbox.until(lambda: inbox.screen.snapshot is not folded)
            opened.append((time.perf_counter() - began) * 1000)
            await inbox.press("esc", "g")
        wrong = 0
        for number in range(INCIDENTS):
            listed, posted = await posted_of(inbox, folded, number)
            wrong += len({*posted} ^ {key.id for key in listed}) + len(posted) - len({*posted})
        print(f"{arrivals:,} arrivals, {folded.count_folds()} incidents; {wrong} ids posted otherwise than listed")
        if wrong:
            sys.exit(1)
    return [
        figure("a key before the fold (floor)", unfolded, "ms"),
        figure("a key over the fold", over_folds, "ms"),
        figure("B until it is folded", folding, "ms"),
        figure("  a key waits meanwhile", gaps.found, "ms"),
        figure("enter until the members are there", opened, "ms"),
    ]


if __name__ == "__main__":
    figures = asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ARRIVALS))
    keep("incidents", figures)
    print(f"p95 of a key over the fold: {figures[1].p95:.1f} ms of {FRAME} ms")
