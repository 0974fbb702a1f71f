"""What an incident is: the same notification that came to several customers within a span. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct

from neptune_inbox.model.notifications import Key
from neptune_inbox.model.values import Instant
from neptune_inbox.text import CleanText

ID = "#"
"""Replaces what differs from customer to customer in a title."""

_CURRENCIES = (
    "EUR|USD|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RON|TRY|BRL|MXN|ZAR|SGD|HKD|KRW|AED|SAR"
)
_RUN = re.compile(r"[A-Za-z\d•]+(?:[-./:,@+_*'’%#]+[A-Za-z\d•]+)*")
"""A word with what joins its parts: an id, an amount, a time, an address. Other scripts keep their letters."""
_IS_ID = re.compile(r"[\d•@]")
_SIGN = rf"(?:[-+−±~#№•*×%‰$¢£¤¥₠-₿]|\b(?:{_CURRENCIES})\b)"
_AMOUNT = re.compile(rf"(?:{_SIGN}\s*)*#(?:\s*(?:{_SIGN}|#))*")


class Grouping(Struct, frozen=True):
    """How close together, and how many, make an incident."""

    gap: Instant = 15 * 60_000
    """Milliseconds at most from one member to the next."""
    least: int = 3
    """Customers at least."""


class Arrival(NamedTuple):
    """A notification that came, with all that grouping asks of it."""

    at: Instant
    rowid: int
    user_id: str
    event_type: CleanText
    title: CleanText


class Incident(Struct, frozen=True):
    """Notifications of one event type and one kind of title, each at most a gap after the one before."""

    event_type: CleanText
    title: CleanText
    """With `#` for what differs."""
    rowids: tuple[int, ...]
    """The members, newest first."""
    users: tuple[str, ...]
    """Whose they are, in alphabetical order."""
    since: Instant
    """When the first came."""
    until: Instant
    """When the last came."""


class IncidentCounts(Struct, frozen=True):
    """The figures of one incident."""

    customers: int
    members: int
    read: int
    """Those that are read, whoever did it."""
    by_us: int
    """Those of them that we or the team marked."""
    since: Instant
    until: Instant


class Fold(Struct, frozen=True):
    """An incident in one line of a list, with the members that the list holds, newest first."""

    incident: Incident
    counts: IncidentCounts
    """The counts of the whole incident, whether its members are in the list or not."""
    rowids: tuple[int, ...]
    keys: tuple[Key, ...]
    unread: int
    """Members in the list that count as unread."""
    pending: int
    """Members in the list for which a mark is under way."""


def title_pattern(title: str) -> CleanText:
    """A title with `#` for its numbers, ids, amounts and addresses."""
    text = _RUN.sub(lambda run: ID if _IS_ID.search(run[0]) else run[0], title)
    return CleanText(" ".join(_AMOUNT.sub(ID, text).split()))


def find_incidents(arrivals: Iterable[Arrival], grouping: Grouping) -> list[Incident]:
    """The incidents among these, the most recently active first; a notification is in one at most."""
    kinds: dict[tuple[CleanText, CleanText], list[list[Arrival]]] = {}
    for one in sorted(arrivals):
        runs = kinds.setdefault((one.event_type, title_pattern(one.title)), [])
        if runs and one.at - runs[-1][-1].at <= grouping.gap:
            runs[-1].append(one)
        else:
            runs.append([one])
    found = [_incident(event, title, run) for (event, title), runs in kinds.items() for run in runs]
    return sorted(
        (each for each in found if len(each.users) >= grouping.least),
        key=lambda each: (-each.until, -each.rowids[0]),
    )


def _incident(event_type: CleanText, title: CleanText, run: list[Arrival]) -> Incident:
    users = tuple(sorted({one.user_id for one in run}))
    rowids = tuple(one.rowid for one in reversed(run))
    return Incident(event_type, title, rowids, users, run[0].at, run[-1].at)
