"""The preview of one notification: both planes, how the customer can be reached, and the body."""

from __future__ import annotations

from typing import Final

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Instant, Notification, Row
from neptune_inbox.presentation.panes import PreviewFacts
from neptune_inbox.presentation.row_state import row_state, state_words
from neptune_inbox.presentation.sentences import (
    extra_lines,
    mine_sentences,
    missing_sentence,
    pretty,
    reader_words,
    team_lines,
)
from neptune_inbox.presentation.times import moment
from neptune_inbox.sync.evidence import Evidence
from neptune_inbox.text import check_link, clean_block

MOST_SHOWN: Final = 8_192
"""Characters of a payload that are drawn; more would hold up a key."""
MOST_LINES_SHOWN: Final = 200


def preview_facts(row: Row, evidence: Evidence, now: Instant) -> PreviewFacts:
    """What the preview shows of a row."""
    notification, sighting, contact_status = evidence.notification, evidence.sighting, evidence.contact_status
    missing = missing_sentence(contact_status, is_read=row.is_read, created_at=row.created_at, now=now)
    host, path, is_suspicious = _link(notification)
    return PreviewFacts(
        title=notification.title,
        event_type=notification.event_type,
        user_id=notification.user_id,
        user_name=contact_status.user.name if contact_status.user else "",
        contact_status=contact_status.ways,
        created=moment(notification.created_at, now) if notification.created_at is not None else "",
        first_seen=moment(sighting.first_seen_at, now) if sighting else "",
        state=row_state(row),
        customer_state=customer_sentence(row, evidence, now),
        triage=", ".join(mine_sentences(row.triage)),
        body=notification.body,
        link_host=host,
        link_path=path,
        is_link_suspicious=is_suspicious,
        payload="" if notification.data in ("{}", "null", "[]") else pretty_start(notification.data),
        extras=extra_lines(notification),
        evidence=(*((("missing", missing),) if missing else ()), *team_lines(row.team)),
    )


def customer_sentence(row: Row, evidence: Evidence, now: Instant) -> str:
    """The customer's state: unread and what our mark does about it, or read when and by whom."""
    if not row.is_read:
        return state_words(row)
    who = reader_words(evidence)
    after, before = evidence.read_between
    if before is not None and after == before:
        return f"read {moment(before, now)}, {who}"
    if before is not None and after is not None:
        return f"read between {moment(after, now)} and {moment(before, now)}, {who}"
    return f"read, {who}"


def pretty_start(text: str) -> str:
    """JSON text as `pretty` lays it out, but no more than is drawn within a frame; its end says what was left out."""
    laid_out = pretty(text) if len(text) <= MOST_SHOWN else clean_block(text, MOST_SHOWN)
    shown = "\n".join(laid_out[:MOST_SHOWN].split("\n")[:MOST_LINES_SHOWN])
    return shown if len(text) <= MOST_SHOWN and shown == laid_out else f"{shown}\n… {len(text):,} characters in all"


def _link(notification: Notification) -> tuple[str, str, bool]:
    if not notification.link:
        return "", "", False
    try:
        link = check_link(notification.link)
    except UsageProblem:
        return "not a link that can be opened", "", True
    return link.shown_host, link.url.split("/", 3)[3] if link.url.count("/") > 2 else "", link.is_suspicious
