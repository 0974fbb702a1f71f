"""The hand-over as one page, in lines and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.model import JsonValue
from neptune_inbox.presentation.incident_words import incident_words
from neptune_inbox.presentation.incidents import incidents_json
from neptune_inbox.presentation.json import iso
from neptune_inbox.presentation.printed_page import NOTHING, Inline, PrintedPage, Section, code, page_line
from neptune_inbox.presentation.sentences import TEAM_BEHIND, plural
from neptune_inbox.presentation.times import date_text, long_span

if TYPE_CHECKING:
    from neptune_inbox.model import Instant, JsonObject
    from neptune_inbox.sync.handover import HandOver, MissingLine, Subject, UnreadLine
    from neptune_inbox.sync.inbox.incidents import SeenIncident

STAMP = "%Y-%m-%d %H:%M"
MOST_MISSING = 10
NO_TYPE = "without a type"


def handover_page(page: HandOver) -> PrintedPage:
    """The page as it is printed; what only a team has is left out alone."""
    title = f"Hand-over, {_time(page.at)}"
    by = f" by {page.agent}" if page.agent else ""
    below = f"Since {_time(page.since)} ({long_span(page.at - page.since)}){by}."
    if page.is_team_behind:
        below += f" {TEAM_BEHIND}"
    found = []
    if page.agent:
        found += _of_team(page)
    more = page.customers_in_all - len(page.customers)
    customers = [
        page_line(code(each.user_id), f": {each.count:,} unread, the oldest for {long_span(page.at - each.oldest)}")
        for each in page.customers
    ]
    if more > 0:
        customers.append(page_line(f"… and {plural(more, 'other customer')}."))
    if page.missing:
        lines = [_missing(line) for line in page.missing[:MOST_MISSING]]
        if (others := len(page.missing) - len(lines)) > 0:
            lines.append(page_line(f"… and {plural(others, 'other customer')}."))
        found.append(Section("Incomplete data", tuple(lines)))
    found += [
        Section("Incidents", tuple(_incident(seen, page) for seen in page.incidents)),
        Section(
            "Refused marks",
            tuple(
                (
                    *_subject(line.subject),
                    Inline(f": marked by {line.agent}, {_time(line.at)}. {line.reason}".rstrip()),
                )
                for line in page.refused
            ),
        ),
        Section("Arrived and stayed unread", tuple(_kind(line, page.at) for line in page.unread)),
        Section("Customers with the oldest unread notifications", tuple(customers)),
    ]
    return PrintedPage(title, below, tuple(found))


def _of_team(page: HandOver) -> list[Section]:
    return [
        Section(
            "Claimed",
            tuple(
                (*_subject(line.subject), Inline(f": {line.agent}, since {_time(line.since)}"))
                for line in page.claimed
            ),
        ),
        Section(
            "Notes",
            tuple(
                (*_subject(line.subject), Inline(f": {line.text} ({line.agent}, {_time(line.at)})"))
                for line in page.notes
            ),
        ),
        Section("Handled", tuple(page_line(f"{agent}: {count:,}") for agent, count in page.handled)),
    ]


def pairs(page: HandOver) -> list[tuple[str, str]]:
    """The page as labels and lines, for a screen."""
    return [
        (part.title if number == 0 else "", text)
        for part in handover_page(page).sections
        for number, text in enumerate(["".join(each.text for each in line) for line in part.lines] or [NOTHING])
    ]


def to_object(page: HandOver) -> JsonObject:
    """The page as JSON."""
    in_incidents = {seen.incident.event_type for seen in page.incidents}
    return {
        "since": iso(page.since),
        "at": iso(page.at),
        "agent": page.agent or None,
        "team_behind": page.is_team_behind,
        "claimed": [{**_about(line.subject), "agent": line.agent, "since": iso(line.since)} for line in page.claimed],
        "notes": [
            {**_about(line.subject), "agent": line.agent, "at": iso(line.at), "text": line.text}
            for line in page.notes
        ],
        "handled": dict(page.handled),
        "refused": [
            {**_about(line.subject), "agent": line.agent, "at": iso(line.at), "reason": line.reason}
            for line in page.refused
        ],
        "incidents": list[JsonValue](incidents_json(page.incidents, page.watched)),
        "unread": [
            {
                "event_type": line.event_type,
                "count": line.count,
                "customers": line.customers,
                "oldest": iso(line.oldest),
                "incident": line.event_type in in_incidents,
            }
            for line in page.unread
        ],
        "customers": [
            {"user_id": line.user_id, "unread": line.count, "oldest": iso(line.oldest)} for line in page.customers
        ],
        "customers_in_all": page.customers_in_all,
        "missing": [
            {
                "user_id": line.user_id,
                "unread_loaded": line.loaded,
                "unread": line.total,
                "fetched_at": iso(line.fetched_at),
            }
            for line in page.missing
        ],
    }


def _missing(line: MissingLine) -> tuple[Inline, ...]:
    if line.fetched_at is None:
        return page_line(code(line.user_id), ": never looked at from here")
    of = f"{line.loaded:,} of {line.total:,}" if line.total is not None else f"only {line.loaded:,}"
    return page_line(code(line.user_id), f": {of} unread notifications are loaded; the rest are not included")


def _about(subject: Subject) -> JsonObject:
    return {"id": subject.id or None, "user_id": subject.user_id, "title": subject.title}


def _subject(subject: Subject) -> tuple[Inline, ...]:
    if not subject.id:
        return (code(subject.user_id), Inline(", the whole queue"))
    if subject.title:
        return (code(subject.user_id), Inline(f" “{subject.title}”"))
    return (code(subject.user_id), Inline(" "), code(subject.id))


def _kind(line: UnreadLine, now: Instant) -> tuple[Inline, ...]:
    words = f": {line.count:,} to {plural(line.customers, 'customer')}, the oldest for {long_span(now - line.oldest)}"
    return page_line(code(line.event_type or NO_TYPE), words)


def _incident(seen: SeenIncident, page: HandOver) -> tuple[Inline, ...]:
    words = incident_words(seen.counts, page.at, watched=page.watched)
    return page_line(code(seen.incident.event_type or NO_TYPE), f" “{seen.incident.title}”: {words}")


def _time(at: Instant) -> str:
    return date_text(at, STAMP)
