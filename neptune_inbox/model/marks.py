"""Marks and what became of them, triage, and the lines of the journal."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct, field

from neptune_inbox.model.notifications import Key
from neptune_inbox.model.values import Instant


class MarkState(StrEnum):
    """The state of a mark; a held mark whose window has passed is due."""

    HELD = "held"
    SENDING = "sending"
    ACCEPTED = "accepted"
    """The server answered 2xx; no list of the customer was asked for since."""
    CONFIRMED = "confirmed"
    """A list showed it read, or unread no longer."""
    CONTRADICTED = "contradicted"
    """A list that was asked for after it was accepted shows it unread."""
    FAILED = "failed"
    """Refused by the server."""
    UNDONE = "undone"
    """Taken back before any request was made."""
    DROPPED = "dropped"
    """Given up by the agent after it may have been tried, or while it was failed."""


UNDER_WAY = (MarkState.HELD, MarkState.SENDING)
HOPEFUL = (*UNDER_WAY, MarkState.ACCEPTED)
"""Under way, or accepted and not yet looked at."""
SENT = (MarkState.ACCEPTED, MarkState.CONFIRMED, MarkState.CONTRADICTED)
"""A request for it was answered well, so that it can no longer be taken back."""
STUCK = (MarkState.FAILED, MarkState.CONTRADICTED)
"""Nothing more happens by itself: it can be tried again or dropped."""


class Posted(Struct, frozen=True):
    """Which id of a row is named to the server, and the field of the row that it comes from."""

    field: str
    """Empty where the row does not say."""
    id: str


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
    target: Posted | None = None
    """What is posted for it next, or was posted last; None where nothing was chosen yet."""
    failed_fields: tuple[str, ...] = ()
    """The fields whose ids were refused as not found, or accepted without effect."""
    confirmed_at: Instant | None = None
    """When a list first showed it read; stays when the server lists it as unread again."""
    contradicted_at: Instant | None = None
    """When a list first showed it unread after it was accepted; stays when it is read later, by whomever."""

    vain_tries: int = 0
    """How many of the attempts certainly had no effect: the service refused them, or never received them."""

    @property
    def key(self) -> Key:
        return Key(self.user_id, self.id)

    @property
    def is_settled(self) -> bool:
        return self.state not in UNDER_WAY

    @property
    def posted(self) -> Posted | None:
        """What was posted for it last; None before the first request."""
        return self.target if self.attempts else None

    @property
    def unknown_tries(self) -> int:
        """How many tries to post it ended without an outcome that was seen: the server may have taken it."""
        is_told = self.state in SENT or self.contradicted_at is not None
        # What earlier versions kept does not count the tries that were in vain; one that was refused was.
        is_refused = self.state is MarkState.FAILED and self.attempts == 1
        return 0 if is_told or is_refused else max(0, self.attempts - self.vain_tries)


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


class Triage(Struct, frozen=True):
    """Triage for one notification: local, never sent."""

    done_at: Instant | None = None
    snoozed_until: Instant | None = None
    is_starred: bool = False
    note: str = ""


class JournalEntry(Struct, frozen=True):
    """One line of the journal: a write that we caused, or decided not to cause."""

    at: Instant
    actor: str
    """The OS user."""
    profile: str
    """The profile's name, for people."""
    tenant: str = field(name="place")
    """The tenant key that outbox rows are bound to."""
    environment: str
    verb: str
    """`mark`, `mark-server-all`, `user-create`, `contact-add`, `event-send`, …"""
    outcome: str
    """`held`, `retried`, `accepted`, `confirmed`, `contradicted`, `failed`, `undone`, `dropped`.

    Older lines say `sent` for `accepted`; so do the lines of other verbs.
    """
    user_id: str = ""
    id: str = ""
    receipt_id: str = ""
    detail: str = ""
    """The server's words, or what was written; never a token."""
    request_id: str = ""
    due_at: Instant | None = None
    """For a mark that is held or retried: not sent before this."""
    field: str = ""
    """The field of the row whose id is posted."""
    posted_id: str = ""
    """The id that is posted."""
    host: str = ""
    """Host and port of the API that it went, or would go, to; older lines do not say."""
