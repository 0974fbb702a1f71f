"""Every signal at every step of `mark`, as real processes against a sandbox on a socket.

    python tests/bench/interrupts.py [--rounds 3]

Prints how many there were; ends with a traceback where one was told wrong or its rest was not settled.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.faults.interrupting import SIGNALS, STEPS, sweep


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often each pair is tried")
    options = parser.parse_args()
    count = 0
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            count += sweep(Path(folder) / str(number), list(SIGNALS), STEPS)
    print(f"{count} marks were cut short ({len(SIGNALS)} signals × {len(STEPS)} steps): each told what was true")
    return 0


if __name__ == "__main__":
    sys.exit(main())
