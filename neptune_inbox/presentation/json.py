"""What a front end prints as JSON: the keys are a promise to scripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from neptune_inbox.codes import parsed
from neptune_inbox.model import (
    Instant,
    JournalEntry,
    JsonObject,
    JsonValue,
    Mark,
    MarkState,
    Notification,
    Profile,
    Receipt,
    Row,
    Triage,
)
from neptune_inbox.notification_fields import MARK_BEHIND, Kind, exported_fields
from neptune_inbox.presentation.sentences import missing_of, standing
from neptune_inbox.sync.evidence import Evidence

if TYPE_CHECKING:
    from neptune_inbox.model.team import TeamMark, TeamState
    from neptune_inbox.sync.inbox.inbox import Inbox


JSON_STATES = {state: state.value for state in MarkState} | {MarkState.FAILED: "refused"}


_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_000
"""The years 1 and 9999, which ISO 8601 can write."""


def iso(instant: Instant | None) -> str | None:
    """ISO 8601 in UTC with a Z, or None."""
    if instant is None:
        return None
    moment = datetime.fromtimestamp(max(_FIRST, min(instant, _LAST)) / 1000, tz=UTC)
    return moment.isoformat(timespec="milliseconds" if instant % 1000 else "seconds").replace("+00:00", "Z")


def mine_json(triage: Triage) -> JsonObject:
    return {
        "done_at": iso(triage.done_at),
        "snoozed_until": iso(triage.snoozed_until),
        "starred": triage.is_starred,
        "note": triage.note,
    }


class JsonField(NamedTuple):
    """How one field of a notification is written."""

    key: str
    name: str
    is_stored: bool
    write: Callable[[Any], JsonValue]


def json_fields() -> list[JsonField]:
    """The fields of `notification_json`; who writes many looks them up once."""
    return [JsonField(each.key, each.name, bool(each.stored), _BY_KIND[each.kind]) for each in exported_fields()]


def notification_json(
    notification: Notification, triage: Triage, mark: Mark | None = None, fields: Sequence[JsonField] = ()
) -> JsonObject:
    """One notification with the names that design.md promises; `read` is the server's last word, `mark` is ours."""
    whole: JsonObject = {}
    for key, name, is_stored, write in fields or json_fields():
        whole[key] = write(getattr(notification, name) if is_stored else notification.extras.get(name))
        if key == MARK_BEHIND:
            whole["mark"] = row_mark_json(mark)
    whole["mine"] = mine_json(triage)
    if notification.hides_codes:
        whole["codes_hidden"] = True
    return whole


def _as_it_is(value: bool | int | None) -> JsonValue:
    return value


def _payload_json(value: str | None) -> JsonValue:
    payload: JsonValue = parsed(value or "{}")
    return payload


def _text_json(value: object) -> JsonValue:
    return value if type(value) is str else str(value or "")


_BY_KIND: dict[Kind, Callable[[Any], JsonValue]] = dict.fromkeys(Kind, _text_json) | {
    Kind.INSTANT: iso,
    Kind.PAYLOAD: _payload_json,
    Kind.WHOLE: _as_it_is,
    Kind.FLAG: _as_it_is,
}
"""How the value of a field of each kind is written."""


def row_mark_json(mark: Mark | None) -> JsonValue:
    """Our newest mark of a row that was not taken back: its state, since when, and what was posted; or null."""
    if mark is None:
        return None
    at = mark.made_at if mark.settled_at is None else mark.settled_at
    return {"state": JSON_STATES[mark.state], "at": iso(at), "posted": _posted_json(mark)}


def _posted_json(mark: Mark) -> JsonValue:
    return {"field": mark.posted.field, "id": mark.posted.id} if mark.posted else None


def mark_json(mark: Mark) -> JsonObject:
    """One mark with all that is known of it; `at` is since when it is in that state."""
    return {
        "id": mark.id,
        "user_id": mark.user_id,
        "state": JSON_STATES[mark.state],
        "at": iso(mark.made_at if mark.settled_at is None else mark.settled_at),
        "posted": _posted_json(mark),
        "made_at": iso(mark.made_at),
        "due_at": iso(mark.due_at),
        "settled_at": iso(mark.settled_at),
        "attempts": mark.attempts,
        "error": mark.error,
        "receipt_id": mark.receipt_id,
    }


def place_json(profile: Profile) -> JsonObject:
    """Where a write goes, or would go."""
    return {"profile": profile.name, "environment": profile.environment, "host": profile.host}


def receipt_json(receipt: Receipt, profile: Profile) -> JsonObject:
    return {
        "receipt_id": receipt.id,
        "made_at": iso(receipt.made_at),
        "label": receipt.label,
        "left_alone": receipt.left_alone,
        "place": place_json(profile),
        "marks": [mark_json(mark) for mark in receipt.marks],
    }


def journal_json(entry: JournalEntry) -> JsonObject:
    return {
        "at": iso(entry.at),
        "actor": entry.actor,
        "profile": entry.profile,
        "environment": entry.environment,
        "host": entry.host,
        "verb": entry.verb,
        "outcome": entry.outcome,
        "user_id": entry.user_id,
        "id": entry.id,
        "receipt_id": entry.receipt_id,
        "detail": entry.detail,
        "request_id": entry.request_id,
        "posted": {"field": entry.field, "id": entry.posted_id} if entry.posted_id else None,
    }


def evidence_json(evidence: Evidence) -> JsonObject:
    """The evidence with stable names; an interval where only polls bound the time of reading."""
    sighting = evidence.sighting
    after, before = evidence.read_between
    return {
        **notification_json(evidence.notification, evidence.triage, standing(evidence).mark),
        "first_seen_at": iso(sighting.first_seen_at) if sighting else None,
        "read_by": evidence.read_by.value,
        "reader": _reader_json(evidence),
        "read_after": iso(after),
        "read_before": iso(before),
        "contacts": _contacts_json(evidence),
        "missing": missing_of(evidence),
        "marks": [mark_json(mark) for mark in evidence.marks],
        "team_marks": [_team_mark_json(mark) for mark in evidence.team_marks],
        "team": _team_json(evidence.team),
        "team_behind": evidence.is_team_behind,
        "journal": [journal_json(entry) for entry in evidence.journal],
        "raw": parsed(evidence.notification.raw),
    }


def _team_mark_json(mark: TeamMark) -> JsonObject:
    """A colleague's mark; without a batch it was of the whole queue."""
    state = next((state for state in MarkState if state == mark.outcome), None)
    return {
        "agent": mark.agent,
        "at": iso(mark.at),
        "state": JSON_STATES[state] if state else "unknown",
        "batch": mark.batch or None,
        "known": mark.known or None,
    }


def _team_json(team: TeamState) -> JsonObject:
    """What the team shared about it: who is on it, who handled it, and the notes, oldest first."""
    claim, handled = team.claim, team.handled
    return {
        "claim": {"agent": claim.agent, "since": iso(claim.since), "until": iso(claim.until)} if claim else None,
        "handled": {"agent": handled.agent, "at": iso(handled.at)} if handled else None,
        "notes": [{"agent": note.agent, "at": iso(note.at), "text": note.text} for note in team.notes],
    }


def _reader_json(evidence: Evidence) -> JsonValue:
    reader = evidence.reader
    return {"agent": reader.agent, "at": iso(reader.at), "batch": reader.batch} if reader else None


def _contacts_json(evidence: Evidence) -> JsonValue:
    """The contact infos, or null where they are not known."""
    contact_status = evidence.contact_status
    if contact_status.user is None or not (contact_status.knows_contacts or contact_status.user.contacts):
        return None
    return [{"type": one.type, "value": one.value} for one in contact_status.user.contacts]


def to_json(value: JsonValue | Mapping[str, JsonValue] | list[JsonObject]) -> str:
    """JSON text in which every control and non-ASCII character is escaped."""
    return json.dumps(value, indent=2, ensure_ascii=True)


async def json_lines(inbox: Inbox, rows: Iterable[Row]) -> list[str]:
    """The rows in full as JSON, a line each; those that are no longer kept are left out."""
    lines, fields = [], json_fields()
    for row in rows:
        notification = await inbox.notification(row.key)
        if notification is not None:
            lines.append(json.dumps(notification_json(notification, row.triage, fields=fields)) + "\n")
    return lines
