"""The production client as a process of its own, so that its memory and its patience can be measured.

Its argument is a server that is well: a first visit there loads what every visit needs. After that, a line of JSON
on the standard input is one visit, `{"base": URL, "total": seconds}` (0: the product's own patience); the answer is
a line of JSON: the error's name (empty for a success), the seconds, and how many bytes the process grew at the most.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
import time
from pathlib import Path
from random import Random

from neptune_inbox.api.body import Limits
from neptune_inbox.api.client import Client
from neptune_inbox.api.transport import Transport
from neptune_inbox.errors import InboxError
from neptune_inbox.model import Filter, Mode, Token

STATUS = Path("/proc/self/status")


def in_memory(line: str) -> int:
    """A size that the kernel tells of this process, in bytes: VmRSS is now, VmHWM is the most since `forget_peak`."""
    found = next(each for each in STATUS.read_text().splitlines() if each.startswith(line))
    return int(found.split()[1]) * 1024


def forget_peak() -> None:
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")


async def visit(base: str, total: float) -> str:
    """Ask for a page of notifications; the name of the error, empty for a success."""
    limits = Limits(total=total) if total else Limits()
    transport = Transport(
        api_base=base,
        edge_base=base,
        token=Token(os.environ["NEPTUNE_TOKEN"]),
        mode=Mode.ACT,
        now=lambda: time.time_ns() // 1_000_000,
        sleep=asyncio.sleep,
        rng=Random(1),
        limits=limits,
    )
    try:
        await Client(transport, "dev").app_notifications("u-1", Filter.ALL)
    except InboxError as error:
        return error.name
    finally:
        await transport.aclose()
    return ""


def main() -> None:
    asyncio.run(visit(sys.argv[1], 5.0))
    for line in sys.stdin:
        # What one visit leaves behind must not be counted for the next.
        if os.fork() == 0:
            wish = json.loads(line)
            forget_peak()
            idle = in_memory("VmRSS")
            began = time.monotonic()
            name = asyncio.run(visit(wish["base"], wish["total"]))
            seconds = time.monotonic() - began
            print(json.dumps({"error": name, "seconds": seconds, "growth": in_memory("VmHWM") - idle}), flush=True)
            os._exit(0)
        os.wait()


if __name__ == "__main__":
    main()
