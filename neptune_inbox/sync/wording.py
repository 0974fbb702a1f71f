"""Evidence, receipts and rows in words and as JSON: said once, for both faces.

Times in words are local; times in JSON are ISO 8601 in UTC. The names in the JSON are stable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from neptune_inbox.model import (
    Instant,
    JournalEntry,
    JsonObject,
    JsonValue,
    Mark,
    MarkState,
    Mine,
    Notification,
    Receipt,
)
from neptune_inbox.sync.evidence import Evidence, ReadBy
from neptune_inbox.sync.reach import contact_sentences, missing_sentence
from neptune_inbox.sync.when import from_instant
from neptune_inbox.text import clean_block

STATE_WORDS = {
    MarkState.HELD: "waiting to be sent",
    MarkState.SENDING: "being sent",
    MarkState.SENT: "sent",
    MarkState.FAILED: "refused",
    MarkState.UNDONE: "taken back, never sent",
    MarkState.DROPPED: "given up",
}


def iso(instant: Instant | None) -> str | None:
    """ISO 8601 in UTC with a Z, or None."""
    if instant is None:
        return None
    moment = datetime.fromtimestamp(instant / 1000, tz=UTC)
    return moment.isoformat(timespec="milliseconds" if instant % 1000 else "seconds").replace("+00:00", "Z")


def local(instant: Instant | None) -> str:
    """The local date and time in words, or `never`."""
    return from_instant(instant).strftime("%a %d %b %Y, %H:%M:%S") if instant is not None else "never"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 notification`, `1,243 notifications`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def read_sentence(evidence: Evidence) -> str:
    """When it was read, and by whom, as exactly as that is known."""
    after, before = evidence.read_between
    if evidence.read_by is ReadBy.NOBODY:
        return "not read"
    who = "by us" if evidence.read_by is ReadBy.US else "not by us"
    if before is not None and after == before:
        return f"{local(before)}, {who}"
    if before is None:
        return f"before it was first seen, {who}"
    return f"between {local(after)} and {local(before)}, {who}"


def evidence_lines(evidence: Evidence) -> list[tuple[str, str]]:
    """The evidence as pairs of a label and what is known."""
    notification, sighting = evidence.notification, evidence.sighting
    lines = [
        ("Notification", notification.id),
        ("User", notification.user_id),
        ("Title", notification.title),
        ("Event", notification.event_type or "not told"),
        ("Created", local(notification.created_at) if notification.created_at is not None else "not told"),
        ("First seen", local(sighting.first_seen_at) if sighting else "not known"),
        ("Read", read_sentence(evidence)),
        ("Delivery", notification.status or "not told"),
        ("Link", notification.link or "none"),
    ]
    lines += [("Contacts", words) for words in contact_sentences(evidence.reach)]
    if missing := missing_of(evidence):
        lines.append(("Missing", missing))
    lines += [("Mark", mark_sentence(mark)) for mark in evidence.marks]
    if not evidence.marks:
        lines.append(("Mark", "we never marked it"))
    lines += [("Mine", text) for text in mine_sentences(evidence.mine)]
    lines += [("Journal", journal_sentence(entry)) for entry in evidence.journal]
    return lines


def missing_of(evidence: Evidence) -> str:
    """`unread for 3 days; no push token, no email`, or empty."""
    notification = evidence.notification
    return missing_sentence(
        evidence.reach,
        is_read=notification.is_read,
        created_at=notification.created_at,
        now=evidence.gathered_at,
    )


def evidence_text(evidence: Evidence) -> str:
    """The evidence as plain text, with the raw row at its end."""
    lines = [f"{label + ':':<14}{value}" for label, value in evidence_lines(evidence)]
    return "\n".join([*lines, "", "Raw:", pretty(evidence.notification.raw)])


def mark_sentence(mark: Mark) -> str:
    """One mark: when it was made, where it stands, and why."""
    words = f"made {local(mark.made_at)}, {STATE_WORDS[mark.state]}"
    if mark.settled_at is not None:
        words += f" {local(mark.settled_at)}"
    return f"{words}: {mark.error}" if mark.error else words


def mine_sentences(mine: Mine) -> list[str]:
    """My plane in words, a line for each thing that is set."""
    words = []
    if mine.done_at is not None:
        words.append(f"done {local(mine.done_at)}")
    if mine.snoozed_until is not None:
        words.append(f"snoozed until {local(mine.snoozed_until)}")
    if mine.is_starred:
        words.append("starred")
    if mine.note:
        words.append(f"note: {mine.note}")
    return words


def journal_sentence(entry: JournalEntry) -> str:
    """One line of the journal."""
    what = " ".join(filter(None, (entry.verb, entry.outcome, entry.user_id, entry.id)))
    detail = f": {entry.detail}" if entry.detail else ""
    return f"{local(entry.at)}  {entry.actor}  {entry.profile} ({entry.environment})  {what}{detail}"


def receipt_text(receipt: Receipt) -> str:
    """A receipt as plain text: the sum, then each id with its outcome."""
    lines = [receipt.label, receipt_sum(receipt), ""]
    lines += [
        f"{mark.user_id}  {mark.id}  {STATE_WORDS[mark.state]}{f': {mark.error}' if mark.error else ''}"
        for mark in receipt.marks
    ]
    return "\n".join(lines)


def receipt_sum(receipt: Receipt) -> str:
    """`35 sent, 1 refused, 1 waiting; 2 came since and were left alone`."""
    waiting = receipt.count(MarkState.HELD, MarkState.SENDING)
    parts = [
        f"{count:,} {word}"
        for count, word in (
            (receipt.count(MarkState.SENT), "sent"),
            (receipt.count(MarkState.FAILED), "refused"),
            (waiting, "waiting"),
            (receipt.count(MarkState.UNDONE), "taken back"),
            (receipt.count(MarkState.DROPPED), "given up"),
        )
        if count
    ]
    words = ", ".join(parts) or "nothing to mark"
    if receipt.left_alone:
        words += f"; {receipt.left_alone:,} came since and {'was' if receipt.left_alone == 1 else 'were'} left alone"
    return words


def pretty(text: str) -> str:
    """JSON text laid out over lines for reading, cleaned like any text from outside."""
    try:
        return clean_block(json.dumps(json.loads(text), indent=2, ensure_ascii=False))
    except ValueError:
        return clean_block(text)


def mine_json(mine: Mine) -> JsonObject:
    return {
        "done_at": iso(mine.done_at),
        "snoozed_until": iso(mine.snoozed_until),
        "starred": mine.is_starred,
        "note": mine.note,
    }


def notification_json(notification: Notification, mine: Mine) -> JsonObject:
    """One notification with the names that design.md promises."""
    return {
        "id": notification.id,
        "user_id": notification.user_id,
        "title": notification.title,
        "body": notification.body,
        "event_type": notification.event_type,
        "created_at": iso(notification.created_at),
        "read_at": iso(notification.read_at),
        "read": notification.is_read,
        "status": notification.status,
        "link": notification.link,
        "data": _parsed(notification.data),
        "mine": mine_json(mine),
    }


def mark_json(mark: Mark) -> JsonObject:
    return {
        "id": mark.id,
        "user_id": mark.user_id,
        "state": mark.state.value,
        "made_at": iso(mark.made_at),
        "due_at": iso(mark.due_at),
        "settled_at": iso(mark.settled_at),
        "attempts": mark.attempts,
        "error": mark.error,
        "receipt_id": mark.receipt_id,
    }


def receipt_json(receipt: Receipt) -> JsonObject:
    return {
        "receipt_id": receipt.id,
        "made_at": iso(receipt.made_at),
        "label": receipt.label,
        "left_alone": receipt.left_alone,
        "marks": [mark_json(mark) for mark in receipt.marks],
    }


def journal_json(entry: JournalEntry) -> JsonObject:
    return {
        "at": iso(entry.at),
        "actor": entry.actor,
        "profile": entry.profile,
        "environment": entry.environment,
        "verb": entry.verb,
        "outcome": entry.outcome,
        "user_id": entry.user_id,
        "id": entry.id,
        "receipt_id": entry.receipt_id,
        "detail": entry.detail,
        "request_id": entry.request_id,
    }


def evidence_json(evidence: Evidence) -> JsonObject:
    """The evidence with stable names; an interval where only polls bound the time of reading."""
    sighting = evidence.sighting
    after, before = evidence.read_between
    return {
        **notification_json(evidence.notification, evidence.mine),
        "first_seen_at": iso(sighting.first_seen_at) if sighting else None,
        "read_by": evidence.read_by.value,
        "read_after": iso(after),
        "read_before": iso(before),
        "contacts": _contacts_json(evidence),
        "missing": missing_of(evidence),
        "marks": [mark_json(mark) for mark in evidence.marks],
        "journal": [journal_json(entry) for entry in evidence.journal],
        "raw": _parsed(evidence.notification.raw),
    }


def _contacts_json(evidence: Evidence) -> JsonValue:
    """The contact infos, or null where they are not known."""
    reach = evidence.reach
    if reach.user is None or not (reach.knows_contacts or reach.user.contacts):
        return None
    return [{"type": one.type, "value": one.value} for one in reach.user.contacts]


def to_json(value: JsonValue | Mapping[str, JsonValue] | list[JsonObject]) -> str:
    """JSON text in which every control and non-ASCII character is escaped."""
    return json.dumps(value, indent=2, ensure_ascii=True)


def _parsed(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value
