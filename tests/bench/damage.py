"""A thousand ways to damage each store, with a whole session opened on every one of them.

    python tests/bench/damage.py [--ways 1000] [--seed 1]

Prints its figures; ends with 1 when a start failed or a mark was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.damage import ruin


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ways", type=int, default=1_000, help="for each of the two stores")
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="of the damage")
    options = parser.parse_args()
    began = time.perf_counter()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        tallies = asyncio.run(ruin(Path(folder), options.ways, options.seed))
    for store, tally in tallies.items():
        print(f"{store}: {tally}")
    print(f"{time.perf_counter() - began:.0f} s")
    return int(any(tally.is_broken for tally in tallies.values()))


if __name__ == "__main__":
    sys.exit(main())
