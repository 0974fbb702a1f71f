"""Ten thousand random days of the promise: `python tests/bench/promise.py [DAYS]`, about a quarter of an hour.

Each day is up to thirty steps of an agent, two customers, the weather and the end of the program (tests/promise.py).
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.promise import Promise


class Counted(Promise):
    """Counts what was played."""

    days = marks = 0

    def teardown(self) -> None:
        super().teardown()
        Counted.days += 1
        Counted.marks += len(self.witness.marks)


def main() -> None:
    days = int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("NEPTUNE_PROMISE_EXAMPLES", "10000"))
    began = time.perf_counter()
    run_state_machine_as_test(
        Counted,
        settings=settings(
            max_examples=days,
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
    seconds = time.perf_counter() - began
    print(
        f"{Counted.days:,} days, {Counted.marks:,} marks left the machine, 0 unseen, 0 after they were taken back, "
        f"0 wishes lost; {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
