"""How much work something is, in units of a fixed piece of work that is measured in the same run.

Processor time, not the clock on the wall: what other programs do meanwhile does not count, and a slow machine is slow
at both. Bounds are several times what was measured, so that only work that grows out of hand exceeds them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

TRIES = 3
ROUNDS = 400_000


def _unit_of_work() -> int:
    total = 0
    for number in range(ROUNDS):
        total += number & 7
    return total


def processor_seconds(work: Callable[[], object]) -> float:
    """The least that some tries took, in seconds of all threads of this process."""
    return min(_once(work) for _ in range(TRIES))


def units(seconds: float) -> float:
    """Seconds of processor time as a multiple of the unit, about 20 ms where README's figures were measured."""
    return seconds / processor_seconds(_unit_of_work)


def effort(work: Callable[[], object]) -> float:
    """What some work costs, in units."""
    return units(processor_seconds(work))


def effort_of(function: Callable[..., object], *arguments: object) -> float:
    """What a call costs, in units."""
    return effort(partial(function, *arguments))


def _once(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
