"""How it behaves at size: years of journal, a million rows, thousands of marks. Ratios in one run.

    python tests/bench/size.py [NAME...]

Prints a table; ends with 1 where an aim is missed, and says which. NAMES are lines of the table: all, without any.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.aims import LINES, Found

MODULES = ("size_start", "size_journal", "size_streams", "size_keys", "size_sender", "size_instances")
"""Each adds its lines to the table when it is imported."""


def measure(names: Sequence[str]) -> list[Found]:
    """The figures of these lines, each printed when it is known."""
    found: list[Found] = []
    for name in names:
        began = time.monotonic()
        for figure in LINES[name]():
            verdict = "ok" if figure.is_met else "MISSED"
            print(f"{figure.figure:<44} {figure.at:<24} {figure.value:12.2f}  {figure.aim:<14} {verdict}", flush=True)
            found.append(figure)
        print(f"  {name}: {time.monotonic() - began:.0f} s", flush=True)
    return found


def main(names: Sequence[str]) -> int:
    """Measure these lines, or all; 1 where an aim is missed."""
    for module in MODULES:
        import_module(f"tests.bench.{module}")
    if unknown := [name for name in names if name not in LINES]:
        print(f"unknown: {', '.join(unknown)}; there are {', '.join(LINES)}")
        return 2
    found = measure(names or list(LINES))
    file = Path(tempfile.gettempdir()) / "neptune-inbox-bench" / "size.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps([figure._asdict() for figure in found], indent=1), encoding="utf-8")
    missed = [f"{figure.figure} at {figure.at}" for figure in found if not figure.is_met]
    print(f"missed: {'; '.join(missed)}" if missed else "every aim is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
