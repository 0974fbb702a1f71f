"""The preview of one notification: both planes, how the customer can be reached, and the body."""

from __future__ import annotations

from typing import Final

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Instant, Notification, Row
from neptune_inbox.sync.evidence import Evidence, ReadBy
from neptune_inbox.sync.reach import missing_sentence
from neptune_inbox.sync.wording import mine_sentences, pretty
from neptune_inbox.text import check_link, clean_block
from neptune_inbox.tui.format_panes import PreviewFacts
from neptune_inbox.tui.words import moment

MOST_SHOWN: Final = 8_192
"""Characters of a payload that are drawn; more would hold up a key."""
MOST_LINES_SHOWN: Final = 200


def preview_facts(row: Row, evidence: Evidence, now: Instant) -> PreviewFacts:
    """What the preview tells of a row."""
    notification, sighting, reach = evidence.notification, evidence.sighting, evidence.reach
    missing = missing_sentence(reach, is_read=row.is_read, created_at=row.created_at, now=now)
    host, path, is_suspicious = _link(notification)
    return PreviewFacts(
        title=notification.title,
        event_type=notification.event_type,
        user_id=notification.user_id,
        user_name=reach.user.name if reach.user else "",
        reach=reach.ways,
        created=moment(notification.created_at, now) if notification.created_at is not None else "",
        first_seen=moment(sighting.first_seen_at, now) if sighting else "",
        theirs=theirs_sentence(row, evidence, now),
        is_unread=row.counts_as_unread,
        is_pending=not row.is_read and not row.counts_as_unread,
        mine=", ".join(mine_sentences(row.mine)),
        body=notification.body,
        link_host=host,
        link_path=path,
        is_link_suspicious=is_suspicious,
        payload="" if notification.data in ("{}", "null", "[]") else pretty_start(notification.data),
        evidence=(("missing", missing),) if missing else (),
    )


def theirs_sentence(row: Row, evidence: Evidence, now: Instant) -> str:
    """The customer's side: unread, being marked, refused, or read when and by whom."""
    mark = row.mark
    if mark is not None and mark.state == "failed" and not row.is_read:
        return f"unread; our mark was refused: {mark.error}"
    if mark is not None and mark.state in ("held", "sending") and not row.is_read:
        return "unread, being marked read"
    if not row.is_read and evidence.read_by is ReadBy.NOBODY:
        return "unread"
    who = "by us" if evidence.read_by is ReadBy.US else "not by us"
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
