"""The whole kill test: every boundary, then 200 kills at random, against a server that resets, drops, cuts and lies.

    python tests/bench/kill.py [--kills 200] [--seed 1]

Prints its figures; ends with 1 when a promise was broken.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.killing import LANES, Lane, in_lanes
from tests.faults.scene import Tally
from tests.faults.weather import BAD_WEATHER

ROWS_PER_KILL = 30


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="how many processes to kill at random")
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="of plans, times and weather")
    options = parser.parse_args()
    share = -(-options.kills // LANES)
    print(f"seed {options.seed}; weather: {', '.join(BAD_WEATHER)}")
    with tempfile.TemporaryDirectory() as folder:
        swept, _ = in_lanes(Path(folder) / "sweep", options.seed, 2000, Lane.kill_at_each_boundary)
        print(f"at every boundary: {swept}", flush=True)
        rows = 2000 + ROWS_PER_KILL * share
        wild, _ = in_lanes(Path(folder) / "wild", options.seed, rows, lambda lane: lane.kill_at_random(share))
        print(f"at random: {wild}", flush=True)
    total: Tally = swept + wild
    print(f"together: {total}")
    return 1 if total.broken_promises else 0


if __name__ == "__main__":
    sys.exit(main())
