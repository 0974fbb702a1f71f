"""A connection that gives up where the other side says nothing at all; psycopg would wait for ever.

What lies in between may take every byte and pass none on, so that no keepalive of the kernel ever misses an answer.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any, Final, TypeVar

import psycopg

SILENCE: Final = 20.0
"""Seconds without an answer to a statement, after which the connection counts as dead."""
T = TypeVar("T")


class MortalConnection(psycopg.Connection[Any]):
    """Raises OperationalError where a statement is not answered in time."""

    silence = SILENCE

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        """What psycopg waits for, within the time."""
        return super().wait(_within(gen, self.silence), *args, **options)


def _within(work: Generator[Any, Any, T], seconds: float) -> Generator[Any, Any, T]:
    """The same work; psycopg asks several times a second whether to go on waiting."""
    ends = time.monotonic() + seconds
    try:
        wanted = next(work)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > ends:
                raise psycopg.OperationalError("timeout: no answer")
            wanted = work.send(ready)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
