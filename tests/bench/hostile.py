"""Every hostile server with the product's own patience of twenty seconds: memory, time, and what each is called.

python tests/bench/hostile.py

Prints a line for each server; ends with a traceback where one took more than 40 MiB or longer than 21 s.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.bodies_servers import SCRIPTS
from tests.faults.test_bodies_memory import measure

LONGEST = 21.0
"""Seconds: the product's own patience, and one more."""

if __name__ == "__main__":
    growth, seconds = asyncio.run(measure(0.0))
    assert seconds <= LONGEST, f"{seconds:.1f} s"
    print(f"{len(SCRIPTS)} hostile servers: at most +{growth:.1f} MiB and {seconds:.2f} s of 20 s")
