"""The whole kill test of hooks: every boundary of a day, then 200 kills at random while notifications arrive.

    python tests/bench/hooks.py [--kills 200] [--seed 1]

Prints its figures; ends with an error when an arrival was lost, handed over in another order, or never was one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.hooking import kill_at_each_boundary, kill_at_random
from tests.faults.server import FaultServer, build_world

ROWS = 40
FURTHEST = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200, help="how many processes to kill at random")
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="of arrivals and times")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        with FaultServer(build_world(ROWS, seed=1)) as server:
            seen, kills = kill_at_each_boundary(Path(folder) / "sweep", server, range(1, FURTHEST))
            print(f"at every boundary: {kills} kills at {len(seen)} kinds of boundaries; nothing lost", flush=True)
        with FaultServer(build_world(ROWS, seed=options.seed % 1_000)) as server:
            home = kill_at_random(Path(folder) / "wild", server, options.kills, options.seed)
            arrived = sum(map(len, home.arrived.values()))
            print(
                f"at random: {home.kills} kills, {arrived:,} arrivals in {len(home.runs()):,} runs of the command,"
                f" {home.check():,} handed over again; none lost, order kept"
            )


if __name__ == "__main__":
    main()
