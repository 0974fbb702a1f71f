"""Evidence, receipts and rows in words and as JSON: said once, for both faces.

Times in words are local; times in JSON are ISO 8601 in UTC. The names in the JSON are stable.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from neptune_inbox.model import (
    FROM_VARIABLES,
    UNDER_WAY,
    AddressChange,
    Freshness,
    Instant,
    JournalEntry,
    Mark,
    MarkState,
    Mode,
    Notification,
    Profile,
    Receipt,
    Remark,
    Row,
    Triage,
)
from neptune_inbox.model.team import TeamMark, TeamState
from neptune_inbox.notification_fields import Field, Kind, extra_fields
from neptune_inbox.presentation.row_state import ACCEPTED, CONTRADICTED, UNREAD_AGAIN, WORDS, row_state
from neptune_inbox.presentation.times import date_text, local, long_span
from neptune_inbox.sync.customers.address import HalfDone
from neptune_inbox.sync.customers.contact_status import ContactStatus
from neptune_inbox.sync.evidence import Evidence, ReadBy
from neptune_inbox.sync.timeline.history import RowHistory
from neptune_inbox.text import clean_block
from neptune_inbox.text_ids import quoted_id

STATE_WORDS = {
    MarkState.HELD: "waiting to be sent",
    MarkState.SENDING: "being sent",
    MarkState.ACCEPTED: "accepted",
    MarkState.CONFIRMED: "confirmed",
    MarkState.CONTRADICTED: WORDS[CONTRADICTED],
    MarkState.FAILED: "refused",
    MarkState.UNDONE: "taken back, never sent",
    MarkState.DROPPED: "given up",
}
OUTCOME_UNKNOWN = "outcome unknown"
JOURNAL_WORDS = {
    "undone": "taken back",
    "dropped": STATE_WORDS[MarkState.DROPPED],
    "unknown": OUTCOME_UNKNOWN,
}
"""What is said in place of an outcome as the journal keeps it."""
MARK_WORDS = {"failed": STATE_WORDS[MarkState.FAILED], "sent": STATE_WORDS[MarkState.ACCEPTED]}
"""The same where it is of a mark: other writes fail for other reasons, and are sent."""
NOT_READ = {state: f"not read: {WORDS[state]}" for state in (ACCEPTED, CONTRADICTED, UNREAD_AGAIN)}
UNLESS_COLLEAGUE = ", unless by a colleague: the team's database has not been read just now"
TEAM_BEHIND = "The team's database was not reached in time: the latest from colleagues may be missing."
READERS = {ReadBy.US: "by us", ReadBy.NOT_US: "not by us", ReadBy.UNSURE: "by us or by the customer"}

BATCH_SHOWN = 8
"""Characters of a receipt's id that name it to people."""
LONG_UNSEEN = 10 * 60_000
"""Milliseconds: a gap this long between two looks is mentioned."""
NOTHING_WRITTEN = "Nothing was written yet."
NO_LINK = "There is no link here."
CODE_IN_LINK = "The link holds a one-time code, which is hidden."


def duplicate_event_sentence(message_id: str) -> str:
    return f"The server has event {message_id} already: it did nothing new."


def unknown_user(user_id: str) -> str:
    return f"Neptune knows no user {quoted_id(user_id)}"


def last_known_sentence(sentence: str) -> str:
    """What went wrong while a user was asked for, where there is something to show all the same."""
    return f"{sentence} This is what was last known."


def half_done_sentence(outcome: HalfDone) -> str:
    """What became of a change of an address that stopped half way."""
    change = outcome.change
    return f"{change.after.value} was added, and {change.before.value} was NOT deleted. {outcome.problem}"


def unfinished_sentence(change: AddressChange) -> str:
    """What is said of a change of an address that was begun before, where both addresses are there."""
    return (
        f"A change is half done: {change.before.value} was to be replaced by {change.after.value}, and both"
        " are there."
    )


def plural(count: int, one: str, many: str = "") -> str:
    """`1 notification`, `1,243 notifications`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def join_words(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def unknown_user_sentence(user_id: str) -> str:
    """What is said of a user that people know nothing of."""
    return f"Neptune does not know the user {quoted_id(user_id)}."


def oddity_sentences(fresh: Freshness) -> list[str]:
    """Which of a user's notifications are not shown, cannot be marked or are not counted reliably; mostly empty."""
    whose = f"of {quoted_id(fresh.user_id)}" if fresh.user_id else ""
    told = []
    if fresh.skipped:
        count = plural(fresh.skipped, "row")
        told.append(f"{count} {whose} could not be read and {'is' if fresh.skipped == 1 else 'are'} not shown.")
    if fresh.unnamed:
        what, own = plural(fresh.unnamed, "notification"), "its" if fresh.unnamed == 1 else "their"
        told.append(f"{what} {whose} cannot be marked: no id in the answer is {own} own.")
    if Remark.TOTAL_TOO_LOW in fresh.remarks:
        told.append(f"More notifications {whose} were received than the server counts: its totals are not used.")
    if Remark.PAGES_REPEAT in fresh.remarks:
        told.append(f"The server keeps sending the same page {whose}: what is older cannot be reached.")
    return told


def mode_sentence(mode: Mode, waiting: int) -> str:
    """That the settings of the profile that is open were changed, and what becomes of the marks that wait."""
    if mode is not Mode.OBSERVE:
        return f"This profile is now in mode {mode}."
    held = f", and {plural(waiting, 'mark is', 'marks are')} waiting" if waiting else ""
    return f"This profile is now in mode observe: nothing is sent{held}."


def profile_sentence(profile: Profile) -> str:
    """Profile, environment and host of a write, such as `acme, PRODUCTION at api.teurons.com`."""
    environment = profile.environment.upper() if profile.is_production else profile.environment
    name = "" if profile.shown_name == profile.host else f"{profile.name}, "
    return f"{name}{environment} at {profile.host}"


def read_sentence(evidence: Evidence) -> str:
    """When it was read, and by whom, as exactly as that is known."""
    after, before = evidence.read_between
    if evidence.read_by is ReadBy.NOBODY:
        return NOT_READ.get(row_state(standing(evidence)), "not read")
    who = reader_words(evidence)
    if before is not None and after == before:
        return f"{local(before)}, {who}"
    if before is None:
        return f"before it was first seen, {who}"
    is_long = evidence.is_in_team and after is not None and before - after >= LONG_UNSEEN
    unseen = "; none of us is known to have looked in between" if is_long else ""
    return f"between {local(after)} and {local(before)}, {who}{unseen}"


def reader_words(evidence: Evidence | RowHistory) -> str:
    """Who marked it read: `by us`, and in a team which of us, when, and with which mark."""
    reader = evidence.reader
    if evidence.read_by is ReadBy.PERHAPS_US:
        return f"perhaps by us: {tried_words(evidence.unknown_tries)}"
    if reader is None:
        is_doubtful = evidence.read_by is ReadBy.NOT_US and isinstance(evidence, Evidence) and evidence.is_team_behind
        return READERS[evidence.read_by] + (UNLESS_COLLEAGUE if is_doubtful else "")
    batch = f", batch {reader.batch[:BATCH_SHOWN]}" if reader.batch else ""
    return f"by {reader.agent} (us), {date_text(reader.at, '%H:%M:%S')}{batch}"


def tried_words(tries: int) -> str:
    """What is known of tries to post whose answers never came."""
    return f"tried {plural(tries, 'time')}, {OUTCOME_UNKNOWN}"


def standing(evidence: Evidence) -> Row:
    """The notification as a row of the list would show it, under the newest mark that was not taken back."""
    one = evidence.notification
    kept = [mark for mark in evidence.marks if mark.state not in (MarkState.UNDONE, MarkState.DROPPED)]
    return Row(
        0,
        one.user_id,
        one.id,
        one.title,
        one.event_type,
        one.created_at,
        one.is_read,
        one.read_at,
        mark=kept[-1] if kept else None,
        triage=evidence.triage,
    )


def evidence_lines(evidence: Evidence) -> list[tuple[str, str]]:
    """The evidence as pairs of a label and what is known."""
    notification, sighting = evidence.notification, evidence.sighting
    lines = [
        ("Notification", notification.id),
        ("User", notification.user_id),
        ("Title", notification.title),
        ("Event", notification.event_type or "not given"),
        ("Created", local(notification.created_at) if notification.created_at is not None else "not given"),
        ("First seen", local(sighting.first_seen_at) if sighting else "not known"),
        ("Read", read_sentence(evidence)),
        ("Delivery", notification.status or "not given"),
        ("Link", notification.link or "none"),
    ]
    lines += extra_lines(notification)
    lines += [("Contacts", words) for words in contact_sentences(evidence.contact_status)]
    if missing := missing_of(evidence):
        lines.append(("Missing", missing))
    lines += [("Mark", mark_sentence(mark)) for mark in evidence.marks]
    if not evidence.marks:
        lines.append(("Mark", "never marked on this machine" if evidence.is_in_team else "we never marked it"))
    lines += [("Mark", team_mark_sentence(mark)) for mark in evidence.team_marks]
    lines += [(label.capitalize(), text) for label, text in team_lines(evidence.team)]
    lines += [("Mine", text) for text in mine_sentences(evidence.triage)]
    lines += [("Journal", journal_sentence(entry)) for entry in evidence.journal]
    return lines


def team_mark_sentence(mark: TeamMark) -> str:
    """A colleague's mark: when, what became of it, and whose claim they had been shown."""
    words = f"by {mark.agent}, {local(mark.at)}, {team_outcome_words(mark)}"
    batch = f", batch {mark.batch[:BATCH_SHOWN]}" if mark.batch else ", of the whole queue"
    return f"{words}{batch}{f'; they knew that {mark.known} was on it' if mark.known else ''}"


def team_outcome_words(mark: TeamMark) -> str:
    """What became of a colleague's mark."""
    return next((words for state, words in STATE_WORDS.items() if state == mark.outcome), OUTCOME_UNKNOWN)


def team_lines(team: TeamState) -> list[tuple[str, str]]:
    """What the team shared about a notification: who is on it, who handled it, and the thread of notes, oldest
    first."""
    lines = []
    if team.claim is not None:
        lines.append(("on it", f"{team.claim.agent}, since {local(team.claim.since)}"))
    if team.handled is not None:
        lines.append(("handled", f"by {team.handled.agent}, {local(team.handled.at)}"))
    lines += [("note", f"{note.agent}, {local(note.at)}: {note.text}") for note in team.notes]
    return lines


def extra_lines(notification: Notification) -> tuple[tuple[str, str], ...]:
    """Label and value of the declared fields that have no place of their own, where the server sent them."""
    told = ((field, notification.extras.get(field.name)) for field in extra_fields())
    return tuple((field.label, _extra_words(field, value)) for field, value in told if value is not None)


def _extra_words(field: Field, value: str | int | bool) -> str:
    if field.kind is Kind.INSTANT:
        return local(int(value))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def contact_sentences(contact_status: ContactStatus) -> list[str]:
    """Every contact info in words, or why there is none."""
    if contact_status.is_unknown:
        return [unknown_user(contact_status.user_id)]
    found = (
        [f"{contact.type} {contact.value}" for contact in contact_status.user.contacts] if contact_status.user else []
    )
    return found or ["none on file" if contact_status.knows_contacts else "not looked up yet"]


def missing_of(evidence: Evidence) -> str:
    """`unread for 3 days; no push token, no email`, or empty."""
    notification = evidence.notification
    return missing_sentence(
        evidence.contact_status,
        is_read=notification.is_read,
        created_at=notification.created_at,
        now=evidence.gathered_at,
    )


def missing_sentence(
    contact_status: ContactStatus, *, is_read: bool, created_at: Instant | None, now: Instant
) -> str:
    """What is missing to reach a customer; empty where it is read, or nothing is known to be missing."""
    missing = ("Neptune knows no such user",) if contact_status.is_unknown else contact_status.missing
    if is_read or not missing:
        return ""
    since = f"unread for {long_span(now - created_at)}" if created_at is not None else "unread"
    return f"{since}; {', '.join(missing)}"


def evidence_text(evidence: Evidence) -> str:
    """The evidence as plain text, with the raw row at its end."""
    lines = [f"{label + ':':<14}{value}" for label, value in evidence_lines(evidence)]
    return "\n".join([*lines, "", "Raw:", pretty(evidence.notification.raw)])


def mark_sentence(mark: Mark) -> str:
    """One mark: when it was made, its state, what was posted for it, and why."""
    words = f"made {local(mark.made_at)}, {mark_state_words(mark)}"
    if mark.settled_at is not None:
        words += f" {local(mark.settled_at)}"
    if mark.state is MarkState.ACCEPTED:
        words += ", not yet confirmed"
    if mark.posted is not None:
        words += f", {posted_words(mark)}"
    return f"{words}: {mark.error}" if mark.error else words


def mark_state_words(mark: Mark) -> str:
    """The state of a mark; `accepted, unread there again` where it was confirmed before."""
    if mark.state is MarkState.CONTRADICTED and mark.confirmed_at is not None:
        return WORDS[UNREAD_AGAIN]
    return STATE_WORDS[mark.state]


def posted_words(mark: Mark) -> str:
    """``posted `uuid` 0a1b…``, or empty where nothing was posted."""
    if mark.posted is None:
        return ""
    # The id itself is said where it is another than the row's own.
    id = "" if mark.posted.id == mark.id else f" {mark.posted.id}"
    return f"posted `{mark.posted.field}`{id}" if mark.posted.field else f"posted{id}"


def mine_sentences(triage: Triage) -> list[str]:
    """Triage in words, a line for each thing that is set."""
    words = []
    if triage.done_at is not None:
        words.append(f"done {local(triage.done_at)}")
    if triage.snoozed_until is not None:
        words.append(f"snoozed until {local(triage.snoozed_until)}")
    if triage.is_starred:
        words.append("starred")
    if triage.note:
        words.append(f"note: {triage.note}")
    return words


def damaged_journal_sentence(count: int) -> str:
    """That lines of the journal cannot be read."""
    lines, what = ("1 line", "it records") if count == 1 else (f"{count:,} lines", "they record")
    return f"{lines} of the journal cannot be read, so what {what} is missing here and in evidence."


def journal_sentence(entry: JournalEntry) -> str:
    """One line of the journal."""
    what = " ".join(filter(None, (entry.verb, journal_outcome(entry), entry.user_id, entry.id)))
    posted = f" (`{entry.field}` {entry.posted_id})" if names_posted(entry) else ""
    detail = f"{posted}: {entry.detail}" if entry.detail else posted
    name = "" if entry.profile == FROM_VARIABLES and entry.host else f"{entry.profile}, "
    place = f"{name}{entry.environment}{f' at {entry.host}' if entry.host else ''}"
    return f"{local(entry.at)}  {entry.actor}  {place}  {what}{detail}"


def journal_outcome(entry: JournalEntry) -> str:
    """What became of a write, in the words that are used for it everywhere."""
    words = {**JOURNAL_WORDS, **MARK_WORDS} if entry.verb == "mark" else JOURNAL_WORDS
    return words.get(entry.outcome, entry.outcome)


def names_posted(entry: JournalEntry) -> bool:
    """Whether another id than the row's own is posted."""
    return bool(entry.field) and entry.posted_id not in ("", entry.id)


SENT_TWICE = "A program that is killed after an answer sends that mark again; the second time changes nothing."


def receipt_text(receipt: Receipt, profile: Profile) -> str:
    """A receipt as plain text: when, where and the sum, then each id with its outcome."""
    lines = [receipt.label, f"{local(receipt.made_at)}  {profile_sentence(profile)}", receipt_sum(receipt)]
    if again := sum(mark.attempts > 1 for mark in receipt.marks):
        lines.append(f"Tried more than once: {again:,}. {SENT_TWICE}")
    lines.append("")
    lines += [
        "  ".join(filter(None, (outcome_words(mark), mark.user_id, mark.id, posted_words(mark))))
        for mark in receipt.marks
    ]
    return "\n".join(lines)


def outcome_words(mark: Mark) -> str:
    """What became of one mark, and why."""
    words = mark_state_words(mark)
    return f"{words}: {mark.error}" if mark.error else words


def receipt_sum(receipt: Receipt) -> str:
    """`30 confirmed, 5 accepted, 1 refused, 1 waiting; 2 arrived since and were left alone`."""
    waiting = receipt.count(*UNDER_WAY)
    parts = [
        f"{count:,} {word}"
        for count, word in (
            (receipt.count(MarkState.CONFIRMED), "confirmed"),
            (receipt.count(MarkState.ACCEPTED), "accepted"),
            (receipt.count(MarkState.CONTRADICTED), "contradicted"),
            (receipt.count(MarkState.FAILED), "refused"),
            (waiting, "waiting"),
            (receipt.count(MarkState.UNDONE), "taken back"),
            (receipt.count(MarkState.DROPPED), "given up"),
        )
        if count
    ]
    words = ", ".join(parts) or "nothing to mark"
    if receipt.left_alone:
        words += (
            f"; {receipt.left_alone:,} arrived since and {'was' if receipt.left_alone == 1 else 'were'} left alone"
        )
    return words


def exit_words(code: int | None) -> str:
    """How a program ended: done, or with which exit code."""
    return "done" if code == 0 else "it failed" if code is None else f"it failed with exit code {code}"


def pretty(text: str) -> str:
    """JSON text laid out over lines for reading, cleaned like any text from outside."""
    try:
        return clean_block(json.dumps(json.loads(text), indent=2, ensure_ascii=False))
    except ValueError:
        return clean_block(text)
