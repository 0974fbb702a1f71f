"""Marks and what became of them, my plane, and the lines of the journal."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from neptune_inbox.model.notifications import Key
from neptune_inbox.model.values import Instant


class MarkState(StrEnum):
    """Where a mark stands; a held mark whose window has passed is due."""

    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNDONE = "undone"
    """Taken back before any request was made."""
    DROPPED = "dropped"
    """Given up by the agent after it may have been tried, or while it was failed."""


class Mark(Struct, frozen=True):
    """The wish to make one notification read for the customer, and what became of it."""

    user_id: str
    id: str
    state: MarkState
    made_at: Instant
    due_at: Instant
    """Not sent before this; after a failed try, when the next one may come."""
    attempts: int = 0
    error: str = ""
    """The last refusal or trouble, in the user's words."""
    receipt_id: str = ""
    settled_at: Instant | None = None
    serial: int = 0
    """Which row of the outbox this is; 0 for a mark that did not come out of it."""

    @property
    def key(self) -> Key:
        return Key(self.user_id, self.id)

    @property
    def is_settled(self) -> bool:
        return self.state not in (MarkState.HELD, MarkState.SENDING)


class Receipt(Struct, frozen=True):
    """What one act of marking did: the frozen set of ids, each with its outcome."""

    id: str
    made_at: Instant
    label: str
    """What was asked, in words: `3 shown of u-4711`."""
    marks: tuple[Mark, ...]
    left_alone: int = 0
    """How many came after the list was drawn and were not touched."""

    def count(self, *states: MarkState) -> int:
        return sum(mark.state in states for mark in self.marks)


class Mine(Struct, frozen=True):
    """My plane for one notification: local, never sent."""

    done_at: Instant | None = None
    snoozed_until: Instant | None = None
    is_starred: bool = False
    note: str = ""

    @property
    def is_blank(self) -> bool:
        return self == Mine()


class JournalEntry(Struct, frozen=True):
    """One line of the journal: a write that we caused, or decided not to cause."""

    at: Instant
    actor: str
    """The OS user."""
    profile: str
    """The profile's name, for people."""
    place: str
    """The place key that outbox rows are bound to."""
    environment: str
    verb: str
    """`mark`, `mark-server-all`, `user-create`, `contact-add`, `event-send`, …"""
    outcome: str
    """`held`, `undone`, `sent`, `failed`, `dropped`, `retried`."""
    user_id: str = ""
    id: str = ""
    receipt_id: str = ""
    detail: str = ""
    """The server's words, or what was written; never a token."""
    request_id: str = ""
    due_at: Instant | None = None
    """For a mark that is held or retried: not sent before this."""
