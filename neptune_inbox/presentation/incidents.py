"""An incident in words, in columns and as JSON: how many customers, how many read it, and who did that."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from neptune_inbox.model import Instant, JsonObject
from neptune_inbox.presentation.json import iso
from neptune_inbox.presentation.row_state import READ_BY_US, row_state
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.times import moment, short_span
from neptune_inbox.sync.inbox.incidents import IncidentReport, SeenIncident


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


def counts_of(seen: SeenIncident) -> IncidentCounts:
    """The figures of an incident as its members are now."""
    found = seen.incident
    return IncidentCounts(
        customers=len(found.users),
        members=len(seen.rows),
        read=sum(row.is_read for row in seen.rows),
        by_us=sum(row_state(row) == READ_BY_US for row in seen.rows),
        since=found.since,
        until=found.until,
    )


def incident_words(counts: IncidentCounts, now: Instant, *, watched: int = 0) -> str:
    """`37 customers in 4 min · 9 read · 2 by us · since 14:02`; with `watched`, `37 of 120 watched in 4 min`."""
    whose = f"{counts.customers:,} of {watched:,} watched" if watched else plural(counts.customers, "customer")
    parts = [f"{whose} in {short_span(counts.until - counts.since)}"]
    if counts.members != counts.customers:
        parts.append(plural(counts.members, "notification"))
    if counts.read:
        parts.append(f"{counts.read:,} read")
    if counts.by_us:
        parts.append(f"{counts.by_us:,} by us")
    return " · ".join([*parts, f"since {moment(counts.since, now)}"])


def watched_sentence(report: IncidentReport) -> str:
    """That nobody else was looked at."""
    return f"Incidents among {plural(report.watched, 'watched customer')}; nobody else is seen here."


def columns_on_screen(seen: SeenIncident, watched: int, now: Instant) -> list[str]:
    """The cells of an incident for people."""
    counts = counts_of(seen)
    return [
        seen.incident.event_type,
        f"{counts.customers:,} of {watched:,} watched",
        short_span(counts.until - counts.since),
        moment(counts.since, now),
        f"{counts.members:,}",
        f"{counts.read:,}",
        f"{counts.by_us:,}",
        seen.incident.title,
    ]


def columns_whole(seen: SeenIncident, watched: int) -> list[str]:
    """The cells of an incident for programs."""
    counts = counts_of(seen)
    numbers = (counts.customers, watched, counts.members, counts.read, counts.by_us)
    times = (iso(counts.since) or "", iso(counts.until) or "")
    return [seen.incident.event_type, *map(str, numbers), *times, seen.incident.title]


def incidents_json(incidents: Sequence[SeenIncident], watched: int) -> list[JsonObject]:
    """Each incident with its members."""
    return [_incident_json(seen, watched) for seen in incidents]


def _incident_json(seen: SeenIncident, watched: int) -> JsonObject:
    counts = counts_of(seen)
    return {
        "event_type": seen.incident.event_type,
        "title": seen.incident.title,
        "customers": counts.customers,
        "watched": watched,
        "since": iso(counts.since),
        "until": iso(counts.until),
        "count": counts.members,
        "read": counts.read,
        "read_by_us": counts.by_us,
        "members": [{"id": row.id, "user_id": row.user_id} for row in seen.rows],
    }
