"""Filter as you type over 100,000 cached rows: from a typed letter to the first rows read, and its floor.

    python tests/bench/search.py [ROWS]

The floor is the same read without a query. Prints one line per figure, in milliseconds.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median, quantiles

from neptune_inbox.model import EVERYONE, Filter
from neptune_inbox.sync.inbox import Scope
from neptune_inbox.wiring import load_workspace
from tests.bench.fill import fill

TYPED = (
    "delivery refund",
    "invoice",
    "#0421",
    "payment",
    "yesterday code",
    "A-9999",
    "event:otp_* card",
)
FIRST_ROWS = 256
SHOWN = 40


async def timed(read: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await read()
    return (time.perf_counter() - began) * 1000


async def measure(rows: int) -> None:
    """Type each query letter by letter, and print how long the rows on screen took."""
    home = Path(tempfile.gettempdir()) / "neptune-inbox-bench" / str(rows)
    fill(home, rows)
    workspace = load_workspace(environ={"NEPTUNE_INBOX_HOME": str(home), "NEPTUNE_TOKEN": "bench-token-0000"})
    session = await workspace.open(workspace.profile(None))

    async def look(query: str) -> None:
        window = await session.inbox.open(Scope(EVERYONE, Filter.ALL, query), limit=FIRST_ROWS)
        for index in range(min(SHOWN, len(window))):
            window.row(index)

    floor = [await timed(lambda: look("")) for _ in range(60)]
    letters = [text[:length] for text in TYPED for length in range(1, len(text) + 1)]
    typed = [await timed(lambda query=query: look(query)) for query in letters if not query.endswith(":")]  # type: ignore[misc]
    await session.close()
    for name, found in (("floor, no query", floor), ("a typed letter", typed)):
        print(f"{name:<16} n={len(found):<4} median {median(found):6.1f}  p95 {quantiles(found, n=20)[-1]:6.1f} ms")
    print(f"ratio of medians {median(typed) / median(floor):.1f}")


if __name__ == "__main__":
    asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
