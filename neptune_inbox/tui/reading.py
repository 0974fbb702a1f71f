"""The preview of one notification: both planes, how the customer can be reached, and the body."""

from __future__ import annotations

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Instant, Notification, Row, User
from neptune_inbox.sync.evidence import Evidence, ReadBy
from neptune_inbox.sync.wording import mine_sentences, pretty
from neptune_inbox.text import check_link
from neptune_inbox.tui.format_panes import PreviewFacts
from neptune_inbox.tui.words import moment, span

CONTACT_WORDS = {"email": "email", "mobile_number": "mobile", "firebase_token": "push"}


def preview_facts(row: Row, evidence: Evidence, user: User | None, now: Instant) -> PreviewFacts:
    """What the preview tells of a row."""
    notification, sighting = evidence.notification, evidence.sighting
    host, path, is_suspicious = _link(notification)
    return PreviewFacts(
        title=notification.title,
        event_type=notification.event_type,
        user_id=notification.user_id,
        user_name=user.name if user else "",
        reach=reach(user),
        created=moment(notification.created_at, now) if notification.created_at is not None else "",
        first_seen=moment(sighting.first_seen_at, now) if sighting else "",
        theirs=theirs_sentence(row, evidence, now),
        is_unread=row.counts_as_unread,
        mine=", ".join(mine_sentences(row.mine)),
        body=notification.body,
        link_host=host,
        link_path=path,
        is_link_suspicious=is_suspicious,
        payload="" if notification.data in ("{}", "null", "[]") else pretty(notification.data),
        evidence=(("missing", missing),) if (missing := missing_sentence(row, user, now)) else (),
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


def reach(user: User | None) -> tuple[tuple[str, bool], ...]:
    """Which ways there are to reach the user; empty where nobody asked yet."""
    if user is None:
        return ()
    there = {contact.type for contact in user.contacts}
    return tuple((word, kind in there) for kind, word in CONTACT_WORDS.items())


def missing_sentence(row: Row, user: User | None, now: Instant) -> str:
    """`unread for 3d: no push token, no email`; empty where nothing is missing or it is read."""
    if row.is_read or user is None or row.created_at is None:
        return ""
    missing = [f"no {word}{' token' if word == 'push' else ''}" for word, is_there in reach(user) if not is_there]
    return f"unread for {span(now - row.created_at)}: {', '.join(missing)}" if missing else ""


def _link(notification: Notification) -> tuple[str, str, bool]:
    if not notification.link:
        return "", "", False
    try:
        link = check_link(notification.link)
    except UsageProblem:
        return "not a link that can be opened", "", True
    return link.shown_host, link.url.split("/", 3)[3] if link.url.count("/") > 2 else "", link.is_suspicious
