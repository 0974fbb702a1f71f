"""A row of the list as tagged text: which columns fit, and what the two planes say about it.

Pure, and shared by the first paint and the list widget; imports neither textual nor the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from neptune_inbox.notification_fields import CUSTOMER_NAME, Field, Kind, column_names, extra_fields
from neptune_inbox.notification_fields import columns as shapes
from neptune_inbox.presentation.row_state import (
    ACCEPTED,
    CONTRADICTED,
    HELD,
    PENDING,
    READ,
    READ_BY_US,
    REFUSED,
    SENDING,
    SHORT,
    SIGNS,
    UNREAD,
    UNREAD_AGAIN,
    WORDS,
    row_state,
)
from neptune_inbox.presentation.styled import Span, cells, column, crop, fit, pad_spans, width_of
from neptune_inbox.presentation.theme import Role, Surface
from neptune_inbox.presentation.times import TIME_WIDTHS, age, listed_time, seconds_left, span
from neptune_inbox.text_graphemes import crop_middle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from neptune_inbox.model import ColumnValues, Instant
    from neptune_inbox.model.incidents import Fold

    class MarkFacts(Protocol):
        """What a row's mark must provide; `model.Mark` does."""

        @property
        def state(self) -> str: ...
        @property
        def made_at(self) -> Instant: ...
        @property
        def confirmed_at(self) -> Instant | None: ...
        @property
        def contradicted_at(self) -> Instant | None: ...
        @property
        def due_at(self) -> Instant: ...
        @property
        def attempts(self) -> int: ...
        @property
        def error(self) -> str: ...

    class MineFacts(Protocol):
        """What triage must provide; `model.Mine` does."""

        @property
        def done_at(self) -> Instant | None: ...
        @property
        def snoozed_until(self) -> Instant | None: ...
        @property
        def is_starred(self) -> bool: ...
        @property
        def note(self) -> str: ...

    class RowFacts(Protocol):
        """What a row must provide to be drawn; `model.Row` and the first paint's frozen rows do."""

        @property
        def user_id(self) -> str: ...
        @property
        def name(self) -> str: ...
        @property
        def title(self) -> str: ...
        @property
        def event_type(self) -> str: ...
        @property
        def created_at(self) -> Instant | None: ...
        @property
        def is_read(self) -> bool: ...
        @property
        def read_at(self) -> Instant | None: ...
        @property
        def mark(self) -> MarkFacts | None: ...
        @property
        def triage(self) -> MineFacts: ...
        @property
        def claimed_by(self) -> str: ...
        @property
        def is_claim_mine(self) -> bool: ...
        @property
        def is_read_by_team(self) -> bool: ...
        @property
        def read_by(self) -> str: ...
        @property
        def handled_by(self) -> str: ...
        @property
        def extras(self) -> Mapping[str, str | int | bool]: ...
        @property
        def fold(self) -> Fold | None: ...


FOLDED = "≡"
"""Shown in the line of an incident."""
GUTTER = 6
"""Cells before the age: cursor or selection, theirs, mine, each with a space. A click there selects."""

_STATE_WIDTHS = ((150, 44), (112, 32), (92, 28), (0, 16))
"""Pairs of list width and the cells that the words at the right may take from that width on."""


_SIGN_ROLES = {
    "●": Role.UNREAD,
    "○": Role.READ,
    "◷": Role.PENDING,
    "◐": Role.PENDING,
    "!": Role.FAILED,
}
_MARK_MEANINGS = {
    REFUSED: Role.FAILED,
    CONTRADICTED: Role.FAILED,
    UNREAD_AGAIN: Role.FAILED,
    ACCEPTED: Role.DIM,
    READ_BY_US: Role.DIM,
}
_SETTLED = (HELD, SENDING, ACCEPTED, READ_BY_US)
"""Drawn dim: nothing is left to do for it."""

_LEAST_FOR_EVENT = 46
"""Cells of a list without users in which the event type gets a little room."""
TEAM_WIDTH = 6
"""Cells for a colleague's short name."""
_LEAST_FOR_TEAM = 56
_LEAST_TITLE = 12
"""Cells of a title that the words at the right leave alone."""


class KeyNames(NamedTuple):
    """The keys shown with what they do, as people know them; empty where an action has none."""

    undo: str = "z"
    refresh: str = "r"
    find_user: str = "@"
    show_all: str = "1"
    back: str = "esc"
    views: str = "f"
    profile: str = "E"
    open_link: str = "o"
    load_more: str = "+"
    people: str = "P"


class ListStyle(NamedTuple):
    """Which columns the user wants, how times are shown, and which keys are named."""

    columns: tuple[str, ...] = column_names()
    time_format: str = "age"
    """`age`, `clock` or `iso`."""
    keys: KeyNames = KeyNames()
    has_team: bool = False
    """A column shows which colleague is on a row; it is there from the start, so a claim moves nothing."""


USUAL = ListStyle()

_USER_SHARE, _NAME_SHARE, _EVENT_SHARE = 0.2, 0.16, 0.2
"""The most that these columns may take of a list's width, where their content needs it."""
_USER_SHARE_BESIDE_NAME, _LEAST_USER = 0.12, 8
"""The most that ids take where names say who it is: a long one is cut in its middle before titles lose their end."""


class Needs(NamedTuple):
    """How wide the values of the columns are, in cells."""

    user: int
    name: int
    event: int


def needs_of(values: ColumnValues) -> Needs:
    """What these values need; measured once per list, so that no width changes while it is looked at."""
    users, names, events = (
        max((cells(column(text)) for text in texts), default=0)
        for texts in (values.users, values.names, values.event_types)
    )
    return Needs(users, names, events)


class Columns(NamedTuple):
    """The width of each column in cells; 0 hides it.

    They depend on width, style and needs alone, so nothing jitters.
    """

    width: int
    user: int
    event: int
    state: int
    """The most that the words at the right may take of the title."""
    time: int = 3
    time_format: str = "age"
    undo_key: str = "z"
    name: int = 0
    team: int = 0
    """Who is on it."""
    extras: tuple[tuple[Field, int], ...] = ()
    """The fields that are kept as extras and shown, and their widths."""

    @classmethod
    def for_width(
        cls, width: int, *, with_user: bool, style: ListStyle = USUAL, needs: Needs | None = None
    ) -> Columns:
        """The columns of a list this wide, as wide as their content needs, up to a share of it.

        The user and what they are called are left out where there is only one in scope.
        """
        widths = {field.name: shape.width_at(width) for field, shape in shapes() if shape.name in style.columns}
        user, event = widths.get("user_id", 0), widths.get("event_type", 0)
        name = CUSTOMER_NAME.width_at(width) if with_user and CUSTOMER_NAME.name in style.columns else 0
        if needs is not None:
            user = _share(user, needs.user, _USER_SHARE, width)
            name = _share(name, needs.name, _NAME_SHARE, width)
            if name:
                user = min(user, max(_LEAST_USER, int(width * _USER_SHARE_BESIDE_NAME)))
            event = _share(event, needs.event, _EVENT_SHARE, width)
        else:
            name = 0
        state = next(cells for least, cells in _STATE_WIDTHS if width >= least)
        if not with_user and not event and "event" in style.columns and width >= _LEAST_FOR_EVENT:
            event = 12
        time = TIME_WIDTHS[style.time_format] if "age" in style.columns else 0
        if time > width // 4:
            time, style = TIME_WIDTHS["age"], style._replace(time_format="age")
        extras = tuple((field, widths[field.name]) for field in extra_fields() if widths.get(field.name))
        shown = user if with_user else 0
        team = TEAM_WIDTH if style.has_team and width >= _LEAST_FOR_TEAM else 0
        columns = cls(width, shown, event, state, time, style.time_format, style.keys.undo, name, team, extras)
        return columns._replace(state=max(10, min(state, columns.title - _LEAST_TITLE - 2)))

    @property
    def title(self) -> int:
        """What is left for the title when there are no words at the right."""
        parts = (self.time, self.team, self.user, self.name, self.event, *(width for _, width in self.extras))
        taken = GUTTER + 1 + sum(part + 2 for part in parts if part)
        return max(0, self.width - taken)


def _share(usual: int, needed: int, share: float, width: int) -> int:
    """The cells of a column whose content needs so many; one that the list has no room for stays away."""
    return min(needed, max(usual, int(width * share))) if usual else 0


def surface_of(*, is_cursor: bool, is_selected: bool) -> Surface:
    """The background of a row."""
    if is_cursor:
        return Surface.BOTH if is_selected else Surface.CURSOR
    return Surface.SELECTED if is_selected else Surface.PAGE


def row_spans(
    row: RowFacts, columns: Columns, now: Instant, *, is_cursor: bool = False, is_selected: bool = False
) -> tuple[Span, ...]:
    """One row at exactly the width of the columns."""
    if row.fold is not None:
        return _fold_spans(row, row.fold, columns, now, is_cursor=is_cursor, is_selected=is_selected)
    is_bold, is_settled = _is_unread(row), _is_settled(row)
    plain = Role.DIM if is_settled else Role.TEXT
    spans: list[Span] = [
        _gutter(is_cursor=is_cursor, is_selected=is_selected),
        customer_state(row),
        (" ", plain),
        triage_signs(row, now),
        (" ", plain),
    ]
    if columns.time:
        spans.append((listed_time(row.created_at, now, columns.time_format) + "  ", Role.DIM))
    if columns.team:
        name = fit(column(row.claimed_by), columns.team)
        spans += [(name, Role.TAB_ACTIVE if row.is_claim_mine else Role.USER), ("  ", plain)]
    if columns.user:
        user = Role.DIM if is_settled else Role.USER
        spans.append((fit(crop_middle(column(row.user_id), columns.user), columns.user) + "  ", user))
    if columns.name:
        spans.append((fit(column(row.name), columns.name) + "  ", plain))
    if columns.event:
        event = Role.EVENT_UNREAD if is_bold else Role.EVENT
        spans.append((fit(crop_middle(column(row.event_type), columns.event), columns.event) + "  ", event))
    for field, width in columns.extras:
        text = extra_text(field, row.extras.get(field.name), now)
        spans.append((fit(column(text), width) + "  ", Role.DIM if is_settled else Role.EVENT))
    words = state_spans(row, now, columns.state, columns.undo_key)
    room = columns.title - (width_of(words) + 2 if words else 0)
    spans.append((fit(column(row.title) or "(no title)", max(0, room)), Role.STRONG if is_bold else plain))
    if words:
        spans += [("  ", plain), *words]
    return pad_spans(spans, columns.width, plain)


def _gutter(*, is_cursor: bool, is_selected: bool) -> Span:
    return ("◆ ", Role.SELECTED) if is_selected else ("▌ " if is_cursor else "  ", Role.CURSOR)


def _fold_spans(
    row: RowFacts, fold: Fold, columns: Columns, now: Instant, *, is_cursor: bool, is_selected: bool
) -> tuple[Span, ...]:
    """The line of an incident: when its newest member came, its event, how many customers it came to."""
    state = UNREAD if fold.unread else HELD if fold.pending else READ
    spans: list[Span] = [
        _gutter(is_cursor=is_cursor, is_selected=is_selected),
        sign_of(state),
        (" ", Role.TEXT),
        (FOLDED, Role.ACCENT),
        (" ", Role.TEXT),
    ]
    if columns.time:
        spans.append((listed_time(row.created_at, now, columns.time_format) + "  ", Role.DIM))
    event = column(row.event_type) or column(fold.incident.title)
    spans.append((crop(event, max(8, columns.width // 3)), Role.EVENT_UNREAD if fold.unread else Role.EVENT))
    words = "  " + _fold_words(fold, now)
    under_way = f"{fold.pending:,} under way" if fold.pending else ""
    room = columns.width - width_of(spans) - 1 - (cells(under_way) + 2 if under_way else 0)
    spans.append((fit(words, max(0, room)), Role.STRONG if fold.unread else Role.DIM))
    if under_way:
        spans.append((f"  {under_way}", Role.PENDING))
    return pad_spans(spans, columns.width, Role.TEXT)


def _fold_words(fold: Fold, now: Instant) -> str:
    # No first paint shows a folded list.
    from neptune_inbox.presentation.incident_words import incident_words

    listed = len(fold.keys)
    words = incident_words(fold.counts, now)
    return words if listed == fold.counts.members else f"{words} · {listed:,} listed"


def extra_text(field: Field, value: str | int | bool | None, now: Instant) -> str:
    """The value of an extra in a column; empty where the server does not say."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.kind is Kind.INSTANT:
        return age(int(value), now).strip() if value is not None else ""
    return "" if value is None else str(value)


def time_text(row: RowFacts, now: Instant) -> tuple[str, str]:
    """What time alone changes in a row: while it stays the same, a drawn row may be kept."""
    if row.fold is not None:
        return age(row.created_at, now), _fold_words(row.fold, now)
    return age(row.created_at, now), "".join(text for text, _ in state_spans(row, now, 99)) + triage_signs(row, now)[
        0
    ]


def customer_state(row: RowFacts) -> Span:
    """The customer's side: ● unread, ○ read, ◷ on its way, ◐ accepted and not yet confirmed, ! refused."""
    return sign_of(row_state(row))


def sign_of(state: str) -> Span:
    """The sign of a state in its colour."""
    return SIGNS[state], _SIGN_ROLES[SIGNS[state]]


def triage_signs(row: RowFacts, now: Instant) -> Span:
    """My side, the weightiest sign only: ✓ done, z snoozed, ★ starred, ✎ noted."""
    if row.triage.done_at is not None:
        return "✓", Role.DONE
    if row.triage.snoozed_until is not None and row.triage.snoozed_until > now:
        return "z", Role.SNOOZED
    if row.triage.is_starred:
        return "★", Role.STAR
    return ("✎", Role.NOTE) if row.triage.note else (" ", Role.DIM)


def state_spans(row: RowFacts, now: Instant, limit: int, undo_key: str = "z") -> tuple[Span, ...]:
    """The words at the right end: what is happening to the row, in at most `limit` cells."""
    state = row_state(row)
    if row.mark is not None and state in PENDING:
        return _pending_spans(row.mark, now, limit, undo_key)
    if row.mark is not None and state in _MARK_MEANINGS:
        return ((_mark_words(state, row.mark, limit), _MARK_MEANINGS[state]),)
    if row.triage.done_at is not None:
        return ((_by("handled by", "✓", row.handled_by, limit) if row.handled_by else "done", Role.DONE),)
    until = row.triage.snoozed_until
    if until is not None:
        words_of_snooze = f"snoozed {span(until - now)}" if until > now else "snooze over"
        return ((crop(words_of_snooze, limit), Role.SNOOZED),)
    if row.read_by:
        return ((_by("read by", "○", row.read_by, limit), Role.DIM),)
    if row.triage.note and limit >= 16:
        return ((crop(f"✎ {column(row.triage.note)}", limit), Role.NOTE),)
    return ()


def _by(words: str, sign: str, agent: str, limit: int) -> str:
    """Which agent did it, `handled by rita`; where that does not fit, `✓ rita`."""
    whole = f"{words} {column(agent)}"
    return whole if cells(whole) <= limit else crop(f"{sign} {column(agent)}", limit)


def _pending_spans(mark: MarkFacts, now: Instant, limit: int, undo_key: str) -> tuple[Span, ...]:
    if mark.state == "sending":
        return (("sending", Role.PENDING),)
    left = f"{seconds_left(mark.due_at, now):>2} s"
    if mark.attempts:
        # The server may have taken it: it can no longer be taken back.
        words = f"tried {mark.attempts}×, next in {left}"
        return ((words if cells(words) <= limit else f"↻ {left}", Role.WARN),)
    undo: tuple[Span, ...] = ((f"  {undo_key}", Role.KEY),) if undo_key else ()
    room = limit - width_of(undo)
    words = "marking next" if mark.due_at <= now else f"marking, {left}"
    return ((words if cells(words) <= room else left, Role.PENDING), *undo)


def _mark_words(state: str, mark: MarkFacts, limit: int) -> str:
    if state == REFUSED:
        # The server's own words follow ours, and there is room for only a few.
        reason = column(mark.error).rpartition(": ")[2]
        return crop(f"refused: {reason}" if reason and limit >= 16 else "refused", limit)
    words = WORDS[state]
    return words if cells(words) <= limit else crop(SHORT.get(state, words), limit)


def _is_unread(row: RowFacts) -> bool:
    return customer_state(row)[1] is Role.UNREAD and row.triage.done_at is None


def _is_settled(row: RowFacts) -> bool:
    return row_state(row) in _SETTLED or row.triage.done_at is not None
