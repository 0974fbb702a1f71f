"""How benchmarks tell what they found: a line per figure, and one JSON file beside the filled homes."""

from __future__ import annotations

import json
import platform
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple


class Figure(NamedTuple):
    """What was measured how often, its median and its 95th percentile."""

    name: str
    n: int
    median: float
    p95: float
    unit: str


def figure(name: str, found: Sequence[float], unit: str) -> Figure:
    """A figure over what was found; at least two values."""
    return Figure(name, len(found), round(median(found), 2), round(quantiles(found, n=20)[-1], 2), unit)


def keep(name: str, figures: Sequence[Figure]) -> Path:
    """Print the figures and keep them as `NAME.json` in the benchmarks' folder; the first one is the floor."""
    floor = figures[0]
    for figure in figures:
        ratio = f"{figure.median / floor.median:6.2f} x" if floor.median else ""
        middle = f"median {figure.median:9.1f}  p95 {figure.p95:9.1f} {figure.unit:<4}"
        print(f"{figure.name:<44} n={figure.n:<5} {middle}{ratio}")
    file = Path(tempfile.gettempdir()) / "neptune-inbox-bench" / f"{name}.json"
    file.parent.mkdir(exist_ok=True)
    facts = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "python": platform.python_version()}
    file.write_text(json.dumps(facts | {"figures": [figure._asdict() for figure in figures]}, indent=1))
    return file
