"""Gives every option and argument every hostile value, and prints how many command lines that were."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.cli.hostile_walk import VALUES, invocations, parameters, what_is_wrong


def main() -> int:
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    started, count, wrong = time.monotonic(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for parameter, value in invocations():
            if wanted not in parameter.name:
                continue
            count += 1
            if found := what_is_wrong(parameter, value, Path(folder)):
                wrong += 1
                print(f"{parameter.name} {value[:60]!r}: {found}", flush=True)
    print(f"{len(parameters())} parameters, {len(VALUES)} values, {count:,} command lines, {wrong} wrong,", end=" ")
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
