"""Evidence to hand to somebody else: each statement with where it is known from, contacts hidden unless asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.presentation.contact_mask import ContactMask
from neptune_inbox.presentation.printed_page import Inline, PrintedPage, Section, code, page_line
from neptune_inbox.presentation.sentences import (
    contact_sentences,
    extra_lines,
    journal_sentence,
    mark_sentence,
    mine_sentences,
    missing_of,
    plural,
    pretty,
    profile_sentence,
    read_sentence,
    team_lines,
)
from neptune_inbox.presentation.times import date_text, local
from neptune_inbox.sync.evidence import ReadBy

if TYPE_CHECKING:
    from neptune_inbox.model import Instant, Profile
    from neptune_inbox.sync.evidence import Evidence

SERVICE = "the service"
A_LOOK = "a look at the customer's list"
OUTBOX = "the outbox of this machine"


def evidence_page(found: Sequence[Evidence], profile: Profile, at: Instant, *, shows_contacts: bool) -> PrintedPage:
    """The page about these notifications, which are of one profile."""
    many = plural(len(found), "notification")
    hidden = "" if shows_contacts else " Contacts are hidden."
    zone = date_text(at, "%z")
    return PrintedPage(
        f"Evidence: {many}",
        f"Made {local(at)}, from {profile_sentence(profile)}. Times are local (UTC{zone[:3]}:{zone[3:]}).{hidden}",
        tuple(part for each in found for part in _sections(each, shows_contacts=shows_contacts)),
    )


def read_source(evidence: Evidence) -> str:
    """Where it is known from that it was read, and when; or that it was not."""
    notification, sighting = evidence.notification, evidence.sighting
    if evidence.read_by is ReadBy.NOBODY:
        seen = sighting.last_seen_unread_at if sighting else None
        return f"{A_LOOK}, {local(seen)}" if seen is not None else A_LOOK
    if notification.read_at is None:
        if sighting is not None and sighting.last_seen_unread_at is not None:
            return "two looks at the customer's list: unread in the first, read in the second"
        return "the first look at it, when it was already read; it cannot have been read before it was created"
    is_by_list = sighting is not None and sighting.first_seen_read_at == notification.read_at
    if is_by_list and any(mark.confirmed_at is not None for mark in evidence.marks):
        return "our mark, and the customer's list, which no longer shows it as unread"
    return f"{SERVICE}, which gives this time itself"


def _sections(evidence: Evidence, *, shows_contacts: bool) -> list[Section]:
    one, status = evidence.notification, evidence.contact_status
    contacts = status.user.contacts if status.user else ()
    mask = ContactMask(()) if shows_contacts else ContactMask(each.value for each in contacts)
    hide = _as_it_is if shows_contacts else mask.text
    marks = [mark_sentence(mark) for mark in evidence.marks] or ["never marked from here"]
    shown = contact_sentences(status) if shows_contacts or not contacts else _hidden(evidence, mask)
    parts = [
        Section(
            hide(one.title) or "Without a title",
            (
                page_line("Notification: ", code(one.id)),
                page_line("User: ", code(hide(one.user_id))),
                page_line("Event: ", code(one.event_type or "not given")),
                _line("Delivery", one.status or "not given", SERVICE),
                page_line("Link: ", code(hide(one.link) or "none")),
                *(_line(label, hide(text), SERVICE) for label, text in extra_lines(one)),
            ),
        ),
        Section("When", tuple(_times(evidence)), is_within=True),
        Section("Marked by us", tuple(_line("", hide(text), OUTBOX) for text in marks), is_within=True),
        Section("How they can be reached", tuple(_reach(evidence, shown)), is_within=True),
    ]
    told = [*((label.capitalize(), text, "the team") for label, text in team_lines(evidence.team))]
    told += [("Mine", text, "this machine") for text in mine_sentences(evidence.triage)]
    if told:
        parts.append(Section("Notes", tuple(_line(a, hide(b), c) for a, b, c in told), is_within=True))
    if evidence.journal:
        entries = tuple(page_line(hide(journal_sentence(entry))) for entry in evidence.journal)
        parts.append(Section("The journal of this machine", entries, is_within=True))
    if one.body:
        parts.append(Section("Text, as the customer sees it", block=hide(one.body), is_within=True))
    raw = pretty(one.raw if shows_contacts else mask.json(one.raw))
    return [*parts, Section("Raw, as the service sent it", block=raw, is_within=True)]


def _times(evidence: Evidence) -> list[tuple[Inline, ...]]:
    one, sighting = evidence.notification, evidence.sighting
    lines = [_line("Created", local(one.created_at) if one.created_at is not None else "not given", SERVICE)]
    if sighting is not None:
        lines.append(_line("First seen", local(sighting.first_seen_at), A_LOOK))
        if one.is_read and one.read_at is None and sighting.last_seen_unread_at is not None:
            lines.append(_line("Last seen unread", local(sighting.last_seen_unread_at), A_LOOK))
        if one.is_read and sighting.first_seen_read_at is not None:
            lines.append(_line("First seen read", local(sighting.first_seen_read_at), A_LOOK))
    return [*lines, _line("Read", read_sentence(evidence), read_source(evidence))]


def _reach(evidence: Evidence, shown: Sequence[str]) -> list[tuple[Inline, ...]]:
    asked = evidence.contact_status.asked_at
    source = f"{SERVICE}, asked {local(asked)}" if asked is not None else ""
    lines = [_line("", words, source) for words in shown]
    return [*lines, _line("Missing", missing, source)] if (missing := missing_of(evidence)) else lines


def _hidden(evidence: Evidence, mask: ContactMask) -> list[str]:
    """Every contact info by its type alone."""
    user = evidence.contact_status.user
    return [f"{mask.text(each.type)}: on file, and hidden here" for each in user.contacts] if user else []


def _line(label: str, text: str, source: str) -> tuple[Inline, ...]:
    """`Created: Wed 04 Nov 2026, 12:00:00 (source: the service)`."""
    return page_line(f"{label}: " if label else "", text, f" (source: {source})" if source else "")


def _as_it_is(text: str) -> str:
    return text
