"""An incident in words, in columns and as JSON: how many customers, how many read it, and who did that."""

from __future__ import annotations

from collections.abc import Sequence

from neptune_inbox.model import Instant, JsonObject, Row
from neptune_inbox.model.incidents import Grouping
from neptune_inbox.presentation.incident_words import incident_words
from neptune_inbox.presentation.json import iso
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.times import MINUTE, moment, short_span
from neptune_inbox.sync.inbox.incidents import IncidentReport, SeenIncident


def no_incident_sentence(since: str, grouping: Grouping) -> str:
    """That there was no incident, and what counts as one."""
    minutes = plural(grouping.gap // MINUTE, "minute")
    return (
        f"No incident since {since}. An incident is the same notification to {grouping.least:,} or more customers,"
        f" with at most {minutes} from one to the next."
    )


def watched_sentence(report: IncidentReport) -> str:
    """That nobody else was looked at."""
    return f"Incidents are looked for among {plural(report.watched, 'watched customer')} only."


def folded_sentence(count: int, watched: int, key: str) -> str:
    """How many lines of a list represent an incident, and among how many users they were looked for."""
    among = f"among the {plural(watched, 'watched customer')}"
    if not count:
        return f"No incident {among} is in this list; {key} unfolds."
    return f"{plural(count, 'incident')} {among}, one line each; {key} unfolds."


def members_words(rows: Sequence[Row]) -> str:
    """`37 notifications of 37 customers, 28 of them unread`."""
    whose = plural(len({row.user_id for row in rows}), "customer")
    unread = sum(row.counts_as_unread for row in rows)
    return f"{plural(len(rows), 'notification')} of {whose}, {unread:,} of them unread"


def incident_sentence(seen: SeenIncident, watched: int, now: Instant) -> str:
    """An incident read aloud."""
    what = seen.incident.event_type or seen.incident.title
    return f"{what}: {incident_words(seen.counts, now, watched=watched).replace(' · ', ', ')}. {seen.incident.title}"


def columns_on_screen(seen: SeenIncident, watched: int, now: Instant) -> list[str]:
    """The cells of an incident for people."""
    counts = seen.counts
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
    counts = seen.counts
    numbers = (counts.customers, watched, counts.members, counts.read, counts.by_us)
    times = (iso(counts.since) or "", iso(counts.until) or "")
    return [seen.incident.event_type, *map(str, numbers), *times, seen.incident.title]


def incidents_json(incidents: Sequence[SeenIncident], watched: int) -> list[JsonObject]:
    """Each incident with its members."""
    return [_incident_json(seen, watched) for seen in incidents]


def _incident_json(seen: SeenIncident, watched: int) -> JsonObject:
    counts = seen.counts
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
