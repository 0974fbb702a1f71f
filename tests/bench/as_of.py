"""10,000 random moments of a bell against the service's own history: `python -m tests.bench.as_of [COUNT]`."""

from __future__ import annotations

import asyncio
import sys
import time

from tests.as_of import check

COUNT, OF_A_STORY = 10_000, 50


async def main(count: int = COUNT) -> None:
    """Check so many moments; the first that is wrong, or unknown without need, ends it with its seed."""
    started, rows, unknown = time.monotonic(), 0, 0
    for seed in range(-(-count // OF_A_STORY)):
        story = await check(seed, OF_A_STORY)
        rows, unknown = rows + story.compared, unknown + story.unknown
        if seed % 20 == 19:
            print(f"{(seed + 1) * OF_A_STORY:,} of {count:,}, {time.monotonic() - started:.0f} s", flush=True)
    print(f"{count:,} moments, {rows:,} rows: 0 wrong, {unknown:,} not known, each because no look could know.")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT))
