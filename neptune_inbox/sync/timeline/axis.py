"""The history of a customer's notifications on one axis, with the spans that no look covers; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from neptune_inbox.model import Instant, Mark, Row
from neptune_inbox.model.team import TeamMark
from neptune_inbox.sync.timeline.history import History, Noted, RowHistory


class Happening(StrEnum):
    """What an entry is; the order decides where times are equal."""

    CAME = "came"
    MARKED = "marked"
    UNKNOWN = "unknown"
    READ = "read"
    NOTED = "noted"


class Entry(Struct, frozen=True):
    """One thing on the axis: at a moment, or somewhere in (after, before]."""

    kind: Happening
    at: Instant | None = None
    after: Instant | None = None
    before: Instant | None = None
    row: Row | None = None
    """None where it is about the customer."""
    read: RowHistory | None = None
    mark: Mark | None = None
    team_mark: TeamMark | None = None
    note: Noted | None = None

    @property
    def start(self) -> Instant:
        """Its position on the axis."""
        return next((at for at in (self.at, self.after, self.before) if at is not None), 0)

    def moment(self, now: Instant) -> Instant:
        """A moment that it is about: when it was over, and within a span that is not known."""
        if self.at is not None:
            return self.at
        if self.kind is not Happening.UNKNOWN:
            return self.start if self.before is None else self.before
        if self.before is None:
            return now
        return self.before - 1 if self.after is None else (self.after + self.before) // 2


def entries(history: History, since: Instant = 0) -> list[Entry]:
    """Everything that reaches into the time since an instant, oldest first."""
    found = [*_happenings(history), *_unknown(history)]
    found = [each for each in found if _end(each, history.at) >= since]
    return sorted(found, key=_order)


def _order(entry: Entry) -> tuple[Instant, int]:
    is_end_of_unknown = entry.kind is Happening.UNKNOWN and entry.after is None
    return entry.start, -1 if is_end_of_unknown else list(Happening).index(entry.kind)


def _happenings(history: History) -> Iterator[Entry]:
    rows = {each.row.key: each.row for each in history.rows}
    for each in history.rows:
        if each.row.created_at is None:
            yield Entry(Happening.CAME, before=each.first_seen_at, row=each.row)
        else:
            yield Entry(Happening.CAME, at=each.row.created_at, row=each.row)
        if each.read_from is not None:
            if each.is_exact:
                yield Entry(Happening.READ, at=each.read_from, row=each.row, read=each)
            else:
                yield Entry(Happening.READ, after=_after(each), before=each.read_from, row=each.row, read=each)
    for mark in history.marks:
        yield Entry(Happening.MARKED, at=mark.made_at, row=rows.get(mark.key), mark=mark)
    for row, team_mark in history.team_marks:
        yield Entry(Happening.MARKED, at=team_mark.at, row=row, team_mark=team_mark)
    for began, answered in history.server_alls:
        yield Entry(Happening.MARKED, at=began, before=answered)
    for note in history.notes:
        is_kept = note.at is not None
        yield Entry(Happening.NOTED, at=note.at, before=None if is_kept else history.at, row=note.row, note=note)


def _unknown(history: History) -> Iterator[Entry]:
    """The spans in which something became read and no look is known, and the ends of what is known."""
    looks = sorted(set(_looks(history)))
    spans = {
        (after, each.read_from)
        for each in history.rows
        if each.read_from is not None and not each.is_exact and (after := _after(each)) is not None
    }
    for after, before in sorted(spans):
        if not any(after < look < before for look in looks):
            yield Entry(Happening.UNKNOWN, after=after, before=before)
    known = history.back_to or min((each.there_from for each in history.rows), default=None)
    if history.back_to is not None and known is not None:
        yield Entry(Happening.UNKNOWN, before=known)
    if looks and looks[-1] < history.at:
        yield Entry(Happening.UNKNOWN, after=looks[-1])


def _looks(history: History) -> Iterable[Instant]:
    """When a look is known to have been."""
    if history.looked_at is not None:
        yield history.looked_at
    for each in history.rows:
        yield each.first_seen_at
        if not each.is_exact:
            yield from (at for at in (each.unread_until, each.read_from) if at is not None)


def _after(one: RowHistory) -> Instant | None:
    """What it was not read before: seen unread then, or created."""
    return one.row.created_at if one.unread_until is None else one.unread_until


def _end(entry: Entry, now: Instant) -> Instant:
    if entry.kind is Happening.UNKNOWN and entry.before is None:
        return now
    return max(at for at in (entry.at, entry.before, entry.after, 0) if at is not None)
