"""What `size.py` measures: each line of its table is a function here, under a name, with its aims.

A module beside this one adds a line so, and is named in `size.py`:

    @line("sender")
    def sender() -> Iterator[Found]:
        yield Found("posts a second", "300 marks", per_second, ">= 60 /s", is_met=per_second >= 60)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Found(NamedTuple):
    """One figure, and whether it is what was aimed at."""

    figure: str
    at: str
    """At which size."""
    value: float
    aim: str
    is_met: bool


Line = Callable[[], Iterable[Found]]
LINES: dict[str, Line] = {}


def line(name: str) -> Callable[[Line], Line]:
    """Add a function that measures to the table, under a name by which it can be asked for alone."""

    def add(measure: Line) -> Line:
        LINES[name] = measure
        return measure

    return add


def at_most(figure: str, at: str, value: float, limit: float, unit: str) -> Found:
    """A figure that is not to be above a limit."""
    return Found(figure, at, value, f"<= {limit:g} {unit}", value <= limit)


def at_least(figure: str, at: str, value: float, limit: float, unit: str) -> Found:
    """A figure that is not to be below a limit."""
    return Found(figure, at, value, f">= {limit:g} {unit}", value >= limit)
