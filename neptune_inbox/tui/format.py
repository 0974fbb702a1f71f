"""A row of the list as tagged text: which columns fit, and what the two planes say about it.

Pure, and shared by the first paint and the list widget; imports neither textual nor the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from neptune_inbox.tui.spans import Span, cells, column, crop, fit, pad_spans, width_of
from neptune_inbox.tui.theme import Ground, Meaning
from neptune_inbox.tui.words import TIME_WIDTHS, age, seconds_left, span, told_time

if TYPE_CHECKING:
    from neptune_inbox.model import Instant

    class MarkFacts(Protocol):
        """What a row's mark must tell; `model.Mark` does."""

        @property
        def state(self) -> str: ...
        @property
        def due_at(self) -> Instant: ...
        @property
        def attempts(self) -> int: ...
        @property
        def error(self) -> str: ...

    class MineFacts(Protocol):
        """What my plane must tell; `model.Mine` does."""

        @property
        def done_at(self) -> Instant | None: ...
        @property
        def snoozed_until(self) -> Instant | None: ...
        @property
        def is_starred(self) -> bool: ...
        @property
        def note(self) -> str: ...

    class RowFacts(Protocol):
        """What a row must tell to be drawn; `model.Row` and the first paint's frozen rows do."""

        @property
        def user_id(self) -> str: ...
        @property
        def title(self) -> str: ...
        @property
        def event_type(self) -> str: ...
        @property
        def created_at(self) -> Instant | None: ...
        @property
        def is_read(self) -> bool: ...
        @property
        def mark(self) -> MarkFacts | None: ...
        @property
        def mine(self) -> MineFacts: ...


GUTTER = 6
"""Cells before the age: cursor or selection, theirs, mine, each with a space. A click there selects."""

_BREAKPOINTS = (
    # list width, user, event type, state
    (150, 24, 26, 44),
    (112, 18, 22, 32),
    (92, 14, 20, 26),
    (76, 12, 17, 16),
    (58, 9, 13, 16),
    (46, 8, 0, 16),
    (0, 0, 0, 16),
)


_LEAST_TITLE = 12
"""Cells of a title that the words at the right leave alone."""


class KeyNames(NamedTuple):
    """The keys that are named beside what they do, as people know them; empty where an action has none."""

    undo: str = "z"
    refresh: str = "r"
    find_user: str = "@"
    show_all: str = "1"
    back: str = "esc"
    views: str = "f"
    profile: str = "E"
    open_link: str = "o"


class ListStyle(NamedTuple):
    """Which columns the user wants, how times are told, and which keys are named."""

    columns: tuple[str, ...] = ("age", "user", "event", "title")
    time_format: str = "age"
    """`age`, `clock` or `iso`."""
    keys: KeyNames = KeyNames()


USUAL = ListStyle()


class Columns(NamedTuple):
    """The width of each column in cells; 0 hides it. They depend on width and style alone, so nothing jitters."""

    width: int
    user: int
    event: int
    state: int
    """The most that the words at the right may take of the title."""
    time: int = 3
    time_format: str = "age"
    undo_key: str = "z"

    @classmethod
    def for_width(cls, width: int, *, with_user: bool, style: ListStyle = USUAL) -> Columns:
        """The columns of a list this wide; the user is left out where there is only one in scope."""
        _, user, event, state = next(row for row in _BREAKPOINTS if width >= row[0])
        if not with_user and user and not event:
            event = 12
        if "event" not in style.columns:
            event = 0
        time = TIME_WIDTHS[style.time_format] if "age" in style.columns else 0
        if time > width // 4:
            time, style = TIME_WIDTHS["age"], style._replace(time_format="age")
        is_user_shown = with_user and "user" in style.columns
        columns = cls(width, user if is_user_shown else 0, event, state, time, style.time_format, style.keys.undo)
        return columns._replace(state=max(10, min(state, columns.title - _LEAST_TITLE - 2)))

    @property
    def title(self) -> int:
        """What is left for the title when there are no words at the right."""
        taken = GUTTER + 1 + sum(part + 2 for part in (self.time, self.user, self.event) if part)
        return max(0, self.width - taken)


def ground_of(*, is_cursor: bool, is_selected: bool) -> Ground:
    """What a row stands on."""
    if is_cursor:
        return Ground.BOTH if is_selected else Ground.CURSOR
    return Ground.SELECTED if is_selected else Ground.PAGE


def row_spans(
    row: RowFacts, columns: Columns, now: Instant, *, is_cursor: bool = False, is_selected: bool = False
) -> tuple[Span, ...]:
    """One row at exactly the width of the columns."""
    is_bold, is_settled = _is_unread(row), _is_settled(row)
    plain = Meaning.DIM if is_settled else Meaning.TEXT
    spans: list[Span] = [
        ("◆ ", Meaning.SELECTED) if is_selected else ("▌ " if is_cursor else "  ", Meaning.CURSOR),
        theirs(row),
        (" ", plain),
        mine(row, now),
        (" ", plain),
    ]
    if columns.time:
        spans.append((told_time(row.created_at, now, columns.time_format) + "  ", Meaning.DIM))
    if columns.user:
        user = Meaning.DIM if is_settled else Meaning.USER
        spans.append((fit(column(row.user_id), columns.user) + "  ", user))
    if columns.event:
        event = Meaning.EVENT_UNREAD if is_bold else Meaning.EVENT
        spans.append((fit(column(row.event_type), columns.event) + "  ", event))
    words = state_spans(row, now, columns.state, columns.undo_key)
    room = columns.title - (width_of(words) + 2 if words else 0)
    spans.append((fit(column(row.title) or "(no title)", max(0, room)), Meaning.STRONG if is_bold else plain))
    if words:
        spans += [("  ", plain), *words]
    return pad_spans(spans, columns.width, plain)


def stamp(row: RowFacts, now: Instant) -> tuple[str, str]:
    """What time alone changes in a row: while it stays the same, a drawn row may be kept."""
    return age(row.created_at, now), "".join(text for text, _ in state_spans(row, now, 99)) + mine(row, now)[0]


def theirs(row: RowFacts) -> Span:
    """The customer's side: ● unread, ○ read, ◷ on its way, ! refused."""
    state = row.mark.state if row.mark else ""
    if state in ("held", "sending"):
        return "◷", Meaning.PENDING
    if state == "failed":
        return "!", Meaning.FAILED
    if row.is_read or state == "sent":
        return "○", Meaning.READ
    return "●", Meaning.UNREAD


def mine(row: RowFacts, now: Instant) -> Span:
    """My side, the weightiest sign only: ✓ done, z snoozed, ★ starred, ✎ noted."""
    if row.mine.done_at is not None:
        return "✓", Meaning.DONE
    if row.mine.snoozed_until is not None and row.mine.snoozed_until > now:
        return "z", Meaning.SNOOZED
    if row.mine.is_starred:
        return "★", Meaning.STAR
    return ("✎", Meaning.NOTE) if row.mine.note else (" ", Meaning.DIM)


def state_spans(row: RowFacts, now: Instant, limit: int, undo_key: str = "z") -> tuple[Span, ...]:
    """The words at the right end: what is happening to the row, in at most `limit` cells."""
    if row.mark is not None and (words := _mark_spans(row.mark, now, limit, undo_key)):
        return words
    if row.mine.done_at is not None:
        return (("done", Meaning.DONE),)
    until = row.mine.snoozed_until
    if until is not None:
        words_of_snooze = f"snoozed {span(until - now)}" if until > now else "snooze over"
        return ((crop(words_of_snooze, limit), Meaning.SNOOZED),)
    if row.mine.note and limit >= 16:
        return ((crop(f"✎ {column(row.mine.note)}", limit), Meaning.NOTE),)
    return ()


def _mark_spans(mark: MarkFacts, now: Instant, limit: int, undo_key: str) -> tuple[Span, ...]:
    undo: tuple[Span, ...] = ((f"  {undo_key}", Meaning.KEY),) if undo_key else ()
    room = limit - width_of(undo)
    left = f"{seconds_left(mark.due_at, now):>2} s"
    if mark.state == "held" and mark.attempts:
        words = f"tried {mark.attempts}×, next in {left}"
        return ((words if cells(words) <= room else f"↻ {left}", Meaning.WARN), *undo)
    if mark.state == "held":
        words = "marking next" if mark.due_at <= now else f"marking, {left}"
        return ((words if cells(words) <= room else left, Meaning.PENDING), *undo)
    if mark.state == "sending":
        return (("sending", Meaning.PENDING),)
    if mark.state == "failed":
        # The server's own words stand behind ours, and there is room for a few only.
        reason = column(mark.error).rpartition(": ")[2]
        words = f"refused: {reason}" if reason and limit >= 16 else "refused"
        return ((crop(words, limit), Meaning.FAILED),)
    return ((crop("read by us", limit), Meaning.DIM),) if mark.state == "sent" else ()


def _is_unread(row: RowFacts) -> bool:
    return theirs(row)[1] is Meaning.UNREAD and row.mine.done_at is None


def _is_settled(row: RowFacts) -> bool:
    is_marked = row.mark is not None and row.mark.state in ("held", "sending", "sent")
    return is_marked or row.mine.done_at is not None
