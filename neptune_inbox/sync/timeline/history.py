"""What is known of a customer's notifications at each moment; pure.

A look proves that a row was unread before it was asked for, as nothing becomes unread again by itself,
and that it was read from when it was answered on. In between nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Instant, Mark, Row, SeenRow, Sighting
from neptune_inbox.model.team import TeamMark
from neptune_inbox.sync.evidence import ReadBy, Reader


class Bell(StrEnum):
    """The state of a notification in the customer's bell."""

    UNREAD = "unread"
    READ = "read"
    UNKNOWN = "unknown"


class Noted(Struct, frozen=True):
    """A note of ours or of a colleague."""

    row: Row | None
    """None where it is about the customer."""
    agent: str
    text: str
    at: Instant | None
    """None where it was not kept when it was written."""


class RowHistory(Struct, frozen=True):
    """One notification over time."""

    row: Row
    there_from: Instant
    """Not there before: when the service says it was created, or when it was first seen."""
    unread_until: Instant | None
    """Before this it is known to have been unread."""
    read_from: Instant | None
    """The first moment from which it is known to have been read."""
    first_seen_at: Instant
    contradicted: tuple[tuple[Instant, Instant], ...] = ()
    """Between these the service listed it as read after our mark, and as unread again."""
    read_by: ReadBy = ReadBy.NOBODY
    reader: Reader | None = None
    unknown_tries: int = 0
    """How many tries of ours to mark it ended without an outcome that was seen."""

    @property
    def is_exact(self) -> bool:
        """Whether the service itself says when it was read."""
        return self.read_from is not None and self.read_from == self.unread_until


class History(Struct, frozen=True):
    """All that is known of one customer."""

    user_id: str
    at: Instant
    """When it was put together."""
    rows: tuple[RowHistory, ...]
    """Oldest first."""
    looked_at: Instant | None = None
    """When the last look at their lists began; what came since is not known."""
    back_to: Instant | None = None
    """What is older was not loaded; 0 is nothing, None is all of it."""
    marks: tuple[Mark, ...] = ()
    team_marks: tuple[tuple[Row, TeamMark], ...] = ()
    server_alls: tuple[tuple[Instant, Instant], ...] = ()
    """When we had the service mark all that they had: from the request to the answer."""
    notes: tuple[Noted, ...] = ()


class BellRow(Struct, frozen=True):
    """The state of one notification at a moment."""

    history: RowHistory
    state: Bell

    @property
    def row(self) -> Row:
        return self.history.row


class BellAsOf(Struct, frozen=True):
    """What a customer's bell held at a moment."""

    user_id: str
    at: Instant
    rows: tuple[BellRow, ...]
    """Newest first."""
    looked_at: Instant | None
    back_to: Instant | None
    """As `History` has them."""

    def count(self, state: Bell) -> int:
        return sum(each.state is state for each in self.rows)


def row_history(
    seen: SeenRow,
    marks: Sequence[Mark],
    *,
    sighting: Sighting | None = None,
    read_by: ReadBy = ReadBy.NOBODY,
    reader: Reader | None = None,
    lost: int = 0,
) -> RowHistory:
    """What looks and marks say about a row; `sighting` is what the whole team saw of it, `lost` how often everything
    was to be marked and no answer came.
    """
    row, sighting = seen.row, sighting or seen.sighting
    told = row.read_at if row.is_read and row.read_at != seen.confirmed_at else None
    unread = [at for at in (sighting.last_seen_unread_at, told) if at is not None]
    read = [at for at in (sighting.first_seen_read_at, told) if at is not None]
    created = sighting.first_seen_at if row.created_at is None else row.created_at
    again = () if row.is_read else tuple(_contradicted(mark) for mark in marks if mark.confirmed_at is not None)
    return RowHistory(
        row,
        min(created, sighting.first_seen_at),
        max(unread, default=None),
        min(read, default=None) if row.is_read else None,
        sighting.first_seen_at,
        again,
        read_by,
        reader,
        lost + sum(mark.unknown_tries for mark in marks),
    )


def state_at(one: RowHistory, at: Instant) -> Bell | None:
    """The state of a notification at a moment; None if it was not there yet."""
    if at < one.there_from:
        return Bell.UNKNOWN if one.row.created_at is None else None
    if any(start < at < end for start, end in one.contradicted):
        return Bell.UNKNOWN
    is_unread = one.unread_until is not None and at < one.unread_until
    is_read = one.read_from is not None and at >= one.read_from
    if is_unread is is_read:
        # No look shows it, or two differing clocks show both.
        return Bell.UNKNOWN
    return Bell.READ if is_read else Bell.UNREAD


def check_passed(at: Instant, now: Instant) -> None:
    """Raise UsageProblem for a moment that has not come yet."""
    if at > now:
        raise UsageProblem("That time is in the future.", "Choose a time in the past.")


def as_of(history: History, at: Instant) -> BellAsOf:
    """What the bell held at a moment, as far as that is known."""
    found = ((each, state_at(each, at)) for each in reversed(history.rows))
    rows = tuple(BellRow(each, state) for each, state in found if state is not None)
    return BellAsOf(history.user_id, at, rows, history.looked_at, history.back_to)


def _contradicted(mark: Mark) -> tuple[Instant, Instant]:
    return mark.made_at, max(mark.confirmed_at or mark.made_at, mark.contradicted_at or mark.made_at)
