"""10,000 random answers against the model of the contract: `python -m tests.bench.meaning [COUNT]`."""

from __future__ import annotations

import sys
import time

from tests.unit.test_meaning import check

COUNT = 10_000


def main(count: int = COUNT) -> None:
    """Check so many scenes; the first that differs ends it with its seed."""
    started = time.monotonic()
    for seed in range(count):
        check(seed)
        if seed % 1_000 == 999:
            print(f"{seed + 1:,} of {count:,}, {time.monotonic() - started:.0f} s", flush=True)
    print(f"{count:,} examples agree with the model.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT)
