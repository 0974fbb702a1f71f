"""How soon notifications are read, by kind; what nobody reads; when they come.

Reads that we caused are left out and counted: they say nothing about the customer. Where only two polls bound the
time of a read, the later one is taken and the figure says "at most".
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.model import SENT, Instant, Key, Lifetime, Mark, MarkState, Now
from neptune_inbox.sync.inbox.times import from_instant
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from neptune_inbox.sync.tenant_store import TenantStore

DAY = 86_400_000
HOUR = 3_600_000
AGES = (("under 1 h", HOUR), ("1 to 6 h", 6 * HOUR), ("6 to 24 h", DAY), ("1 to 3 d", 3 * DAY), ("3 to 7 d", 7 * DAY))
OLDEST = "over 7 d"


class EventInsight(Struct, frozen=True):
    """One kind of event."""

    event_type: str
    count: int
    read: int
    never_read: int
    """Still unread after a day."""
    median: int | None
    """Milliseconds from created to read, half of the reads being faster; None where nobody read one."""
    p90: int | None
    is_at_most: bool
    """Some of the times are only bounded by two polls."""


class Insight(Struct, frozen=True):
    """Figures over a set of users and a period."""

    users: int
    days: int
    count: int
    left_out: int
    """Reads that we caused."""
    unread_by_age: tuple[tuple[str, int], ...]
    events: tuple[EventInsight, ...]
    by_hour: tuple[int, ...]
    """Arrivals in each local hour of the day, 24 numbers."""


class Insights:
    """Figures from the cache of one tenant; no request."""

    def __init__(self, *, store: TenantStore, now: Now) -> None:
        self._store = store
        self._now = now

    @on_thread
    def over(self, users: Collection[str], days: int) -> Insight:
        """The figures of these users over this many days."""
        now = self._now()
        lifetimes = self._store.data.cache.lifetimes(users, now - days * DAY)
        sent = self._store.data.outbox.keys_in_state(SENT) & {one.key for one in lifetimes}
        marks = self._store.data.outbox.current_marks(sent)
        return calculate(lifetimes, marks, users=len(users), days=days, now=now, team=self._of_team(lifetimes))

    def _of_team(self, lifetimes: Sequence[Lifetime]) -> dict[Key, Instant]:
        """When a colleague marked each of these first, by the clock of what it is compared with."""
        team = self._store.data.team
        if team is None:
            return {}
        marks = team.marks_of_others([one.key for one in lifetimes])
        first = {}
        for one in lifetimes:
            ahead = 0 if one.is_read and one.read_after == one.read_before else team.ahead
            times = [mark.at for mark in marks.get(one.key, ()) if mark.at >= one.created_at]
            if times:
                first[one.key] = min(times) - ahead
        return first


def calculate(
    lifetimes: Sequence[Lifetime],
    marks: Mapping[Key, Mark],
    *,
    users: int,
    days: int,
    now: Instant,
    team: Mapping[Key, Instant] | None = None,
) -> Insight:
    """The figures; what is read because we marked it is left out. `team` is when colleagues marked which."""
    known = team or {}
    theirs = [
        one for one in lifetimes if not (_is_ours(one, marks.get(one.key)) or _is_teams(one, known.get(one.key)))
    ]
    by_event: defaultdict[str, list[Lifetime]] = defaultdict(list)
    hours = [0] * 24
    for one in lifetimes:
        hours[from_instant(one.created_at).hour] += 1
    for one in theirs:
        by_event[one.event_type].append(one)
    events = [_event(name, known, now) for name, known in by_event.items()]
    return Insight(
        users=users,
        days=days,
        count=len(lifetimes),
        left_out=len(lifetimes) - len(theirs),
        unread_by_age=_ages([one for one in theirs if not one.is_read], now),
        events=tuple(sorted(events, key=lambda event: (-event.count, event.event_type))),
        by_hour=tuple(hours),
    )


def _is_ours(one: Lifetime, mark: Mark | None) -> bool:
    """Whether we marked it before it was read; a mark without effect (contradicted) leaves it unread."""
    if mark is None or mark.state not in SENT:
        return False
    if not one.is_read:
        return mark.state is MarkState.ACCEPTED
    return one.read_before is None or one.read_before >= mark.made_at


def _is_teams(one: Lifetime, at: Instant | None) -> bool:
    """Whether a colleague marked it before it was read; one that is still unread here was not looked at since."""
    return at is not None and (not one.is_read or one.read_before is None or one.read_before >= at)


def to_csv(insight: Insight) -> str:
    """The figures by event type as CSV; times in whole seconds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["event_type", "count", "read", "unread_after_1_day", "median_s", "p90_s", "at_most"])
    for event in insight.events:
        times = ["" if time is None else time // 1000 for time in (event.median, event.p90)]
        writer.writerow([event.event_type, event.count, event.read, event.never_read, *times, event.is_at_most])
    return out.getvalue()


def _event(name: str, known: Sequence[Lifetime], now: Instant) -> EventInsight:
    times = sorted(
        max(0, one.read_before - one.created_at) for one in known if one.is_read and one.read_before is not None
    )
    return EventInsight(
        event_type=name,
        count=len(known),
        read=sum(one.is_read for one in known),
        never_read=sum(not one.is_read and now - one.created_at > DAY for one in known),
        median=_quantile(times, 0.5),
        p90=_quantile(times, 0.9),
        is_at_most=any(one.is_read and one.read_after != one.read_before for one in known),
    )


def _quantile(times: Sequence[int], share: float) -> int | None:
    return times[min(len(times) - 1, int(share * len(times)))] if times else None


def _ages(unread: Sequence[Lifetime], now: Instant) -> tuple[tuple[str, int], ...]:
    counts = dict.fromkeys([name for name, _ in AGES] + [OLDEST], 0)
    for one in unread:
        age = now - one.created_at
        counts[next((name for name, bound in AGES if age < bound), OLDEST)] += 1
    return tuple(counts.items())
