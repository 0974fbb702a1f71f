"""The last word of the journal on each mark, gathered line by line; open and requested marks are kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from msgspec.structs import replace

from neptune_inbox.model import JournalEntry
from neptune_inbox.store.journal.lines import decoded, named

MARK = "mark"
OPENING = {"held", "retried"}
SETTLING = {"undone", "sent", "accepted", "confirmed", "contradicted", "failed", "dropped"}
"""`sent` is what `accepted` was called before version 2 of `state.db`."""


class MarkId(NamedTuple):
    """Which wish of which act: one notification can be marked again under another receipt."""

    tenant: str
    user_id: str
    id: str
    receipt_id: str


class MarkWords:
    """The marks recorded in lines: those that stay open, and how the requested ones were settled."""

    def __init__(self, asked: Collection[MarkId] | None = None) -> None:
        self.asked = asked
        """The marks whose settling is kept; None means all."""
        self._open: dict[MarkId, tuple[bytes, bytes]] = {}
        self._settled: dict[MarkId, bytes] = {}

    def add(self, lines: Iterable[bytes]) -> None:
        """Add lines, in the order in which they were written."""
        for line, text in named(lines):
            if line.verb != MARK:
                continue
            key = MarkId(line.tenant, line.user_id, line.id, line.receipt_id)
            if line.outcome in OPENING:
                self._open[key] = (self._open[key][0] if key in self._open else text, text)
                self._settled.pop(key, None)
            elif line.outcome in SETTLING:
                self._open.pop(key, None)
                if self.asked is None or key in self.asked:
                    self._settled[key] = text

    def open(self) -> dict[MarkId, JournalEntry]:
        """The marks that are open, each the line that opened it, with what the last line about it changed."""
        pairs = ((key, [*decoded(texts)]) for key, texts in self._open.items())
        return {key: merged(*found) for key, found in pairs if len(found) == 2}

    def settled(self) -> dict[MarkId, JournalEntry]:
        """The last line about each of the marks that are settled."""
        return {key: entry for key, text in self._settled.items() for entry in decoded([text])}


def merged(first: JournalEntry, last: JournalEntry) -> JournalEntry:
    """The line that opened a mark, with what the last line about it changed."""
    said = replace(first, outcome=last.outcome, due_at=last.due_at, request_id=last.request_id)
    return replace(said, field=last.field, posted_id=last.posted_id) if last.posted_id else said
