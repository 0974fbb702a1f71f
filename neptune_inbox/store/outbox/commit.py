"""Journal first, then the database: the one way in which an outbox row changes for good.

What is in the journal and the database then could not save is taken back in the journal, so that a start after a loss
never restores what was reported as not saved.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from neptune_inbox.errors import StoreProblem
from neptune_inbox.model import JournalEntry
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.journal.segments import ByteRange

T = TypeVar("T")


class JournalledChange(Struct, Generic[T], frozen=True):
    """One change: the lines that record it, the lines that take it back, and how the rows change."""

    entries: Sequence[JournalEntry]
    reversals: Sequence[JournalEntry]
    """Empty where the line stays true whatever becomes of the row: what was sent was sent."""
    apply: Callable[[], T]


def commit(database: Database, journal: Journal, plan: Callable[[sqlite3.Connection], JournalledChange[T]]) -> T:
    """Plan a change under the write lock, record it, then commit it; raises StoreProblem or DiskFull.

    `plan` is called again when the first try met a full disk; the journal does not get the same entry twice.
    """
    told: JournalledChange[T] | None = None
    stretch = ByteRange(0, 0)

    def unsay() -> None:
        nonlocal told
        if told is not None and told.reversals:
            journal.take_back(stretch, told.reversals)
        told = None

    def work(connection: sqlite3.Connection) -> T:
        nonlocal told, stretch
        step = plan(connection)
        if told is None or list(step.entries) != list(told.entries):
            unsay()
            stretch = journal.append(step.entries)
            told = step
        return step.apply()

    try:
        return database.write(work)
    except Exception:
        with contextlib.suppress(StoreProblem):
            unsay()
        raise
