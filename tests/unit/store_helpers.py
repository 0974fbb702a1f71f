"""What the tests of the store share: an office with one outbox, opened on real files and opened again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from neptune_inbox.model import Key, Mark, MarkState, Receipt
from neptune_inbox.store.database import Database
from neptune_inbox.store.journal import Journal
from neptune_inbox.store.outbox import Outbox
from neptune_inbox.store.schema_state import open_state
from tests.builders import SECOND, FakeClock, profile

PLACE = "place-of-acme"
WINDOW = 5 * SECOND
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
        self.outbox = Outbox(self.database, self.journal, self.clock.now)

    def reopen(self) -> int:
        """End the program and start it again; how many marks came back from the journal."""
        self.database.close()
        self.open()
        return self.outbox.refill(self.journal.unsettled())

    def hold(self, *ids: str, place: str = PLACE, window: int = WINDOW) -> Receipt:
        self.acts += 1
        return self.outbox.hold(
            place,
            profile(),
            keys(ids),
            due_at=self.clock.now() + window,
            label=f"{len(ids)} shown",
            receipt_id=f"act-{self.acts}",
        )

    def claim(self, *, place: str = PLACE, limit: int = 100, owner: str = "courier") -> list[Mark]:
        return self.outbox.claim(place, owner=owner, limit=limit, lease_ms=LEASE)

    def send(self, *, place: str = PLACE) -> list[str]:
        """What a courier does when the network is well; the ids that went out."""
        marks = self.claim(place=place)
        for mark in marks:
            self.outbox.settle(mark, MarkState.SENT, request_id=f"req-{mark.id}")
        return [mark.id for mark in marks]

    def refuse(self, *ids: str, error: str = "No such notification.") -> None:
        for mark in self.claim():
            if mark.id in ids:
                self.outbox.settle(mark, MarkState.FAILED, error=error)
            else:
                self.outbox.postpone(mark, self.clock.now(), "later")

    def pending(self) -> list[str]:
        return [mark.id for mark in self.outbox.marks(PLACE, include_failed=False)]

    def outcomes(self) -> list[tuple[str, str]]:
        """The journal in short: outcome and id of each line."""
        return [(entry.outcome, entry.id) for entry in self.journal.read()]


def keys(ids: Iterable[str], user_id: str = "u-1") -> list[Key]:
    return [Key(user_id, id) for id in ids]


def states(receipt: Receipt) -> dict[str, str]:
    """The ids of a receipt with how each stands."""
    return {mark.id: str(mark.state) for mark in receipt.marks}


def raw(path: Path) -> sqlite3.Connection:
    """The file behind the store's back."""
    return sqlite3.connect(path, isolation_level=None)
