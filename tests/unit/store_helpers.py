"""What the tests of the store share: an office with one outbox, opened on real files and opened again."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from neptune_inbox.model import Instant, Key, Mark, MarkState, Receipt
from neptune_inbox.store.cache.cache import Cache
from neptune_inbox.store.cache.prune import RECENT
from neptune_inbox.store.cache.users import UserCache
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.outbox.outbox import Outbox
from neptune_inbox.store.outbox.recovery import refill
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.outbox.settling import Outcome
from neptune_inbox.store.triage import TriageStore
from tests.builders import SECOND, FakeClock, profile

TENANT = "place-of-acme"
WINDOW = 5 * SECOND
Store = TypeVar("Store", Cache, UserCache, Outbox, TriageStore)
LEASE = 60 * SECOND


class Office:
    """One agent's outbox with its journal; on disk in a folder, or in memory without one."""

    def __init__(self, folder: Path | None = None, clock: FakeClock | None = None) -> None:
        self.folder = folder
        self.clock = clock or FakeClock()
        self.acts = 0
        self.journal = Journal(folder / "journal.jsonl" if folder else None, actor="ann")
        self.open()

    @property
    def state_file(self) -> Path:
        assert self.folder is not None
        return self.folder / "state.db"

    def open(self) -> None:
        self.database: Database = open_state(self.state_file if self.folder else None, self.clock.now)
        self.outbox = Outbox(self.database, self.journal, TENANT, self.clock.now)

    def reopen(self) -> int:
        """End the program and start it again; how many marks came back from the journal."""
        self.database.close()
        self.open()
        return self.refill()

    def refill(self) -> int:
        """Bring back from the journal what the outbox lost; how many marks came back."""
        return refill(self.database, self.journal, self.clock.now())

    def hold(self, *ids: str, snapshot: int = WINDOW) -> Receipt:
        self.acts += 1
        return self.outbox.hold(
            profile(),
            keys(ids),
            due_at=self.clock.now() + snapshot,
            label=f"{len(ids)} shown",
            receipt_id=f"act-{self.acts}",
        )

    def claim(self, *, limit: int = 100, owner: str = "courier") -> list[Mark]:
        return self.outbox.claim(owner=owner, limit=limit, lease_ms=LEASE)

    def send(self) -> list[str]:
        """What a sender does when the network is well; the ids that went out."""
        marks = self.claim()
        for mark in marks:
            self.settle(mark, MarkState.ACCEPTED, request_id=f"req-{mark.id}")
        return [mark.id for mark in marks]

    def settle(self, mark: Mark, state: MarkState, *, error: str = "", request_id: str = "") -> bool:
        """Settle one mark; whether that changed it."""
        return self.outbox.settle([Outcome(mark, state, error=error, request_id=request_id)]) == [True]

    def postpone(self, mark: Mark, due_at: int, error: str) -> bool:
        """Put one mark off; whether it was still this claim's."""
        return self.outbox.settle([Outcome(mark, MarkState.HELD, error=error, due_at=due_at)]) == [True]

    def refuse(self, *ids: str, error: str = "No such notification.") -> None:
        for mark in self.claim():
            if mark.id in ids:
                self.settle(mark, MarkState.FAILED, error=error)
            else:
                self.postpone(mark, self.clock.now(), "later")

    def pending(self) -> list[str]:
        return [mark.id for mark in self.outbox.marks(include_failed=False)]

    def outcomes(self) -> list[tuple[str, str]]:
        """The journal in short: outcome and id of each line."""
        return [(entry.outcome, entry.id) for entry in self.journal.read()]


def prune(cache: Cache, before: Instant, keep: Collection[Key]) -> int:
    """Forget old rows in one pass, days after they were first seen; how many."""
    now, cache._now = cache._now, lambda: before + 100 * RECENT
    pruning = cache.pruning(before, lambda keys: [rowid for rowid, key in keys.items() if key in keep])
    cache._now = now
    while pruning.step():
        pass
    return pruning.count


def elsewhere(store: Store) -> Store:
    """The same file, opened for another tenant."""
    other = copy.copy(store)
    other._tenant = "another place"
    return other


def keys(ids: Iterable[str], user_id: str = "u-1") -> list[Key]:
    return [Key(user_id, id) for id in ids]


def states(receipt: Receipt) -> dict[str, str]:
    """The ids of a receipt with how each stands."""
    return {mark.id: str(mark.state) for mark in receipt.marks}


def raw(path: Path) -> closing[sqlite3.Connection]:
    """The file behind the store's back, until the block ends."""
    return closing(sqlite3.connect(path, isolation_level=None))
