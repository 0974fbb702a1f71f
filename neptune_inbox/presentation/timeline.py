"""A customer's timeline and their bell at a moment: in lines, as columns, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.model import JsonObject, JsonValue
from neptune_inbox.presentation.json import iso
from neptune_inbox.presentation.row_state import SIGNS
from neptune_inbox.presentation.sentences import mark_state_words, plural, reader_words, team_outcome_words
from neptune_inbox.presentation.times import LAST_MOMENT, date_text, local
from neptune_inbox.sync.timeline.axis import Entry, Happening
from neptune_inbox.sync.timeline.history import Bell, BellAsOf, BellRow
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.model import Instant, Row

NOT_KNOWN = "not known"
WORDS = {Bell.UNREAD: "unread", Bell.READ: "read", Bell.UNKNOWN: NOT_KNOWN}
_UNKNOWN_SIGN = "┆"
_ENTRY_SIGNS = {
    Happening.CAME: SIGNS["unread"],
    Happening.MARKED: SIGNS["held"],
    Happening.UNKNOWN: _UNKNOWN_SIGN,
    Happening.READ: SIGNS["read"],
    Happening.NOTED: "✎",
}
_BELL_SIGNS = {Bell.UNREAD: SIGNS["unread"], Bell.READ: SIGNS["read"], Bell.UNKNOWN: _UNKNOWN_SIGN}
NOBODY_LOOKED = "nobody is known to have looked"
NOTHING_KNOWN = "Nothing is known of this time."
HOW_TO_LOOK = "`neptune-inbox list --user USER_ID` fetches it now."
FULL = "%Y-%m-%d %H:%M:%S"


class AxisLine(Struct, frozen=True):
    """One line of the axis; `day` is set where another day begins."""

    day: str
    clock: str
    sign: str
    kind: str
    text: str

    @property
    def words(self) -> str:
        """All but the times."""
        return f"{self.sign} {self.kind:<9} {self.text}"


def axis_lines(entries: Sequence[Entry]) -> list[AxisLine]:
    """The axis in lines, in the order of the entries."""
    lines, last = [], ""
    for entry in entries:
        day = date_text(entry.start, "%a %d %b %Y")
        lines.append(
            AxisLine(day if day != last else "", _clock(entry), _ENTRY_SIGNS[entry.kind], _kind(entry), _text(entry))
        )
        last = day
    return lines


def never_looked(user: str) -> str:
    """That a customer's lists were never read from here."""
    return f"{user} was never fetched on this machine."


def axis_text(entries: Sequence[Entry]) -> str:
    """The axis as plain text."""
    lines: list[str] = []
    for line in axis_lines(entries):
        if line.day:
            lines += ["", line.day] if lines else [line.day]
        lines.append(f"{line.clock:>8}  {line.sign}  {line.kind:<9}  {line.text}")
    return "\n".join(lines) or NOTHING_KNOWN


def axis_cells(entry: Entry) -> list[str]:
    """The cells of one entry for programs."""
    row = entry.row
    about = [row.event_type, row.title, row.id] if row is not None else ["", "", ""]
    times = [iso(at) or "" for at in (entry.at, entry.after, entry.before)]
    return [entry.kind.value, *times, *about, _by(entry), _outcome(entry), entry.note.text if entry.note else ""]


AXIS_COLUMNS = ("kind", "at", "after", "before", "event_type", "title", "id", "by", "outcome", "note")


def entry_json(entry: Entry) -> JsonObject:
    """One entry with stable names."""
    row = entry.row
    return {
        "kind": entry.kind.value,
        "at": iso(entry.at),
        "after": iso(entry.after),
        "before": iso(entry.before),
        "id": row.id if row is not None else entry.mark.id if entry.mark is not None else None,
        "title": row.title if row is not None else None,
        "event_type": row.event_type if row is not None else None,
        "by": _by(entry) or None,
        "outcome": _outcome(entry) or None,
        "note": entry.note.text if entry.note is not None else None,
    }


def timeline_json(user_id: str, since: Instant, at: Instant, entries: Sequence[Entry]) -> JsonObject:
    """A whole timeline."""
    return {
        "user_id": user_id,
        "since": iso(since),
        "at": iso(at),
        "entries": list[JsonValue](entry_json(entry) for entry in entries),
    }


def bell_json(bell: BellAsOf, limit: int | None) -> JsonObject:
    """The bell at a moment."""
    return {
        "user_id": bell.user_id,
        "as_of": iso(bell.at),
        "looked_at": iso(bell.looked_at),
        "known_back_to": iso(bell.back_to or None),
        **{state.value: bell.count(state) for state in Bell},
        "rows": list[JsonValue](bell_row_json(each) for each in bell.rows[:limit]),
    }


def bell_row_json(each: BellRow) -> JsonObject:
    """One row of the bell with stable names."""
    row, known = each.row, each.history
    is_unknown = each.state is Bell.UNKNOWN
    return {
        "id": row.id,
        "user_id": row.user_id,
        "title": row.title,
        "event_type": row.event_type,
        "created_at": iso(row.created_at),
        "state": each.state.value,
        "unread_until": iso(known.unread_until) if is_unknown else None,
        "read_from": iso(known.read_from) if is_unknown else None,
    }


def bell_sentences(bell: BellAsOf) -> list[str]:
    """How many rows were in each state, and what is not known of the bell."""
    counts = ", ".join(f"{bell.count(state):,} {words}" for state, words in WORDS.items())
    said = [f"The bell of {quoted_id(bell.user_id)} as of {local(bell.at)}: {counts}."]
    if bell.looked_at is None:
        said.append("Their list was never read completely from here: there may have been others.")
    elif bell.at > bell.looked_at:
        said.append(f"The last look known here began {local(bell.looked_at)}: what has arrived since is not known.")
    if bell.back_to == 0 and bell.looked_at is not None:
        said.append("Their list was not read to its end from here: older ones may be missing.")
    elif bell.back_to:
        said.append(f"What is older than {local(bell.back_to)} was not loaded.")
    return said


def bell_cells(each: BellRow) -> list[str]:
    """The cells of one row of the bell for programs."""
    row = each.row
    return [each.state.value, iso(row.created_at) or "", row.event_type, row.title, row.id, why(each)]


BELL_COLUMNS = ("state", "created_at", "event_type", "title", "id", "why")


def bell_pairs(bell: BellAsOf) -> list[tuple[str, str]]:
    """The rows of the bell as labels and texts for people."""
    return [(f"{_BELL_SIGNS[each.state]} {WORDS[each.state]}", _bell_words(each)) for each in bell.rows]


def bell_text(bell: BellAsOf) -> str:
    """The bell as plain text."""
    lines = [f"{label:<12}  {text}" for label, text in bell_pairs(bell)]
    return "\n".join([*bell_sentences(bell), "", *lines])


def _bell_words(each: BellRow) -> str:
    row = each.row
    return "  ".join(filter(None, (created_words(row), row.event_type, row.title, _bracketed(why(each)))))


def why(each: BellRow) -> str:
    """Why the state of a row is not known; empty where it is."""
    known = each.history
    if each.state is not Bell.UNKNOWN:
        return ""
    if known.contradicted:
        return "the service listed it as read, and as unread again"
    if known.row.created_at is None and known.read_from is None and known.unread_until is None:
        return f"when it arrived is not known; first seen {local(known.first_seen_at)}"
    if known.unread_until is None:
        return f"first seen read {local(known.read_from)}" if known.read_from else "no list said whether it was read"
    if known.read_from is None:
        return f"last seen unread {local(known.unread_until)}; not looked at since"
    return f"last seen unread {local(known.unread_until)}, first seen read {local(known.read_from)}"


def rest_of_bell(bell: BellAsOf, limit: int | None) -> str:
    """What is said of the rows that a limit left out; empty where there are none."""
    return left_out(len(bell.rows) - len(bell.rows[:limit]))


def left_out(count: int) -> str:
    """That so many rows are not shown; empty where all are."""
    return f"{plural(count, 'older row')} not shown; --limit 0 shows all." if count else ""


def _clock(entry: Entry) -> str:
    return date_text(entry.start, "%H:%M:%S") if 0 <= entry.start <= LAST_MOMENT else "–"


def _kind(entry: Entry) -> str:
    return NOT_KNOWN if entry.kind is Happening.UNKNOWN else entry.kind.value


def _text(entry: Entry) -> str:
    about = _about(entry.row)
    match entry.kind:
        case Happening.CAME:
            return about if entry.at is not None else f"{about}  (first seen then; when it arrived is not known)"
        case Happening.READ:
            return "  ".join(filter(None, (_read_words(entry), about)))
        case Happening.MARKED:
            return "  ".join(filter(None, (_marked_words(entry), about)))
        case Happening.NOTED:
            note = entry.note
            late = "" if entry.at is not None else " (the time was not kept)"
            return "  ".join(filter(None, (f"{note.agent}: {note.text}{late}" if note else "", about)))
        case Happening.UNKNOWN:
            return _unknown_words(entry)


def _unknown_words(entry: Entry) -> str:
    if entry.after is None:
        return f"what is older than {local(entry.before)} was not loaded"
    if entry.before is None:
        return f"since then {NOBODY_LOOKED}"
    return f"until {_until(entry.after, entry.before)} {NOBODY_LOOKED}"


def _read_words(entry: Entry) -> str:
    who = reader_words(entry.read) if entry.read is not None else ""
    if entry.at is not None or entry.before is None:
        return who
    if entry.after is None:
        return f"by {local(entry.before)}, {who}"
    return f"until {_until(entry.after, entry.before)}, {who}"


def _until(after: Instant, before: Instant) -> str:
    """The end of a span: its time of day where it ends on the day that it began."""
    is_same_day = date_text(after, "%Y-%m-%d") == date_text(before, "%Y-%m-%d")
    return date_text(before, "%H:%M:%S") if is_same_day else local(before)


def _marked_words(entry: Entry) -> str:
    if entry.mark is None and entry.team_mark is None:
        return "by us: everything they had, seen or not"
    return f"by {_by(entry)}: {_outcome(entry)}"


def _by(entry: Entry) -> str:
    if entry.kind is Happening.READ and entry.read is not None:
        return entry.read.reader.agent if entry.read.reader else entry.read.read_by.value
    if entry.kind is Happening.MARKED:
        return entry.team_mark.agent if entry.team_mark else "us"
    return entry.note.agent if entry.note else ""


def _outcome(entry: Entry) -> str:
    if entry.mark is not None:
        return mark_state_words(entry.mark)
    return team_outcome_words(entry.team_mark) if entry.team_mark else ""


def _about(row: Row | None) -> str:
    return "  ".join(filter(None, (row.event_type, row.title))) if row is not None else ""


def created_words(row: Row) -> str:
    """When a row came, to the second; empty where that is not known."""
    return date_text(row.created_at, FULL) if row.created_at is not None else ""


def _bracketed(text: str) -> str:
    return f"({text})" if text else ""
