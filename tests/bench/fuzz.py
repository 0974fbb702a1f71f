"""A hundred thousand fuzzed rows and fifty thousand mutated answers, from bytes to the terminal.

    python tests/bench/fuzz.py [--rows 100000] [--mutated 50000] [--measured 10000] [--seed 1]

Prints its figures; ends with a traceback and Hypothesis's smallest example where something broke.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.fuzzing import Fuzz


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="fuzzed, twenty on a page beside four good ones")
    parser.add_argument("--mutated", type=int, default=50_000, help="answers with some bytes changed")
    parser.add_argument("--measured", type=int, default=10_000, help="rows drawn on an emulated terminal as well")
    parser.add_argument("--seed", type=int, default=1, help="of the mutations")
    options = parser.parse_args()
    began = time.perf_counter()
    fuzz = Fuzz(measured=options.measured)
    fuzz.run(options.rows)
    fuzz.mutate(options.mutated, options.seed)
    tally = fuzz.tally
    print(
        f"{tally.rows:,} fuzzed rows, {tally.shown:,} rows shown: 0 uncaught exceptions, "
        f"all {tally.good:,} good rows kept; "
        f"{tally.cells_out_of_place} cells out of place in {tally.measured:,} drawn rows; "
        f"{tally.mutated:,} mutated answers, {tally.refused:,} refused; {time.perf_counter() - began:.0f} s"
    )
    return 1 if tally.cells_out_of_place else 0


if __name__ == "__main__":
    sys.exit(main())
