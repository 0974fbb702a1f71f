"""What was on the screen when the app was left, as one text: the app freezes it, the first paint thaws it.

It holds facts and the first rows, no words about time and nothing that depends on the terminal's size. Rows thaw into
lightweight substitutes, because loading the model would cost more than the whole first paint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from neptune_inbox.presentation.lines import (
    FilterFacts,
    HintFacts,
    SidebarFacts,
    StatusFacts,
    TopFacts,
    ViewFacts,
    Watched,
)
from neptune_inbox.presentation.panes import Emptiness
from neptune_inbox.presentation.rows import KeyNames, ListStyle, Needs
from neptune_inbox.presentation.styled import column, know_columns

if TYPE_CHECKING:
    from neptune_inbox.model import Instant, Mark, Row

FORMAT = 12
ROWS_KEPT = 100
"""More than the tallest usual terminal shows."""
USERS_KEPT = 2 * ROWS_KEPT
"""So many around the current one."""


class SnapshotMark(NamedTuple):
    """A mark, as far as a row shows it."""

    state: str
    due_at: Instant
    attempts: int
    error: str
    made_at: Instant = 0
    confirmed_at: Instant | None = None
    contradicted_at: Instant | None = None


class SnapshotTriage(NamedTuple):
    """Triage, as far as a row shows it."""

    done_at: Instant | None
    snoozed_until: Instant | None
    is_starred: bool
    note: str


class SnapshotRow(NamedTuple):
    """A row of the list, as far as it is drawn, and which it is."""

    key: str
    """User and id as JSON: all ASCII, so that nothing of it is reduced for a column."""
    user_id: str
    title: str
    event_type: str
    created_at: Instant | None
    is_read: bool
    read_at: Instant | None
    mark: SnapshotMark | None
    triage: SnapshotTriage
    extras: dict[str, str | int | bool]
    name: str
    claimed_by: str = ""
    is_claim_mine: bool = False
    is_read_by_team: bool = False
    read_by: str = ""
    handled_by: str = ""

    @property
    def fold(self) -> None:
        """A folded list is not kept for the next start."""

    @property
    def identity(self) -> tuple[str, str]:
        """User and id, as they were received."""
        user_id, id = json.loads(self.key)
        return user_id, id


class ScreenSnapshot(NamedTuple):
    """Everything that the first page shows."""

    profile: str
    theme: str
    """As it is configured."""
    has_users: bool
    has_preview: bool
    with_user: bool
    style: ListStyle
    top: TopFacts
    bar: FilterFacts
    status: StatusFacts
    sidebar: SidebarFacts
    hints: HintFacts
    down: tuple[str, ...] = ()
    """The keys that move the cursor, by Textual's names."""
    up: tuple[str, ...] = ()
    rows: tuple[SnapshotRow, ...] = ()
    empty: Emptiness = Emptiness.NOT_FETCHED
    needs: Needs | None = None
    background: tuple[str, str] = ("", "")
    """A kind of terminal, and the theme that suits what it answered about its ground."""

    def theme_known_of(self, kind: str) -> str:
        """The theme that suits a kind of terminal, or nothing where none of it ever answered."""
        return self.background[1] if self.background[0] == kind else ""


def dump_rows(rows: Iterable[Row]) -> tuple[SnapshotRow, ...]:
    """The first rows of the list, for a record."""
    return tuple(_dump_row(row) for row, _ in zip(rows, range(ROWS_KEPT), strict=False))


def _dump_row(row: Row) -> SnapshotRow:
    mark, triage = row.mark, row.triage
    return SnapshotRow(
        json.dumps([row.user_id, row.id]),
        row.user_id,
        row.title,
        row.event_type,
        row.created_at,
        row.is_read,
        row.read_at,
        _freeze_mark(mark) if mark else None,
        SnapshotTriage(triage.done_at, triage.snoozed_until, triage.is_starred, triage.note),
        row.extras,
        row.name,
        row.claimed_by,
        row.is_claim_mine,
        row.is_read_by_team,
        row.read_by,
        row.handled_by,
    )


def _freeze_mark(mark: Mark) -> SnapshotMark:
    return SnapshotMark(
        mark.state.value,
        mark.due_at,
        mark.attempts,
        mark.error,
        mark.made_at,
        mark.confirmed_at,
        mark.contradicted_at,
    )


def dump_screen(record: ScreenSnapshot) -> str:
    """The record as text, for `Cache.remember("screen", …)`; outside text in it is reduced for columns.

    What the next start does not have is left out: the selection, the message, the banner.
    """
    record = record._replace(
        bar=record.bar._replace(new=0, first_loaded=0),
        status=record.status._replace(position=1, selection="", message=""),
        sidebar=record.sidebar.in_sight(USERS_KEPT),
    )
    return json.dumps([FORMAT, *_each_text(record, column)], separators=(",", ":"))


def load_screen(text: str) -> ScreenSnapshot | None:
    """The record of a text, or None where another version wrote it or it is damaged."""
    try:
        version, *fields = json.loads(text)
        if version != FORMAT:
            return None
        foreign: dict[str, str] = {}
        _each_text(fields, lambda part: foreign.setdefault(part, part) if not part.isascii() else part)
        know_columns(foreign)
        return _load(*fields)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return None


def _load(
    profile: str,
    theme: str,
    has_users: bool,
    has_preview: bool,
    with_user: bool,
    style: list[Any],
    top: list[Any],
    bar: list[Any],
    status: list[Any],
    sidebar: list[Any],
    hints: list[Any],
    down: list[str],
    up: list[str],
    rows: list[list[Any]],
    empty: str,
    needs: list[int] | None,
    background: list[str],
) -> ScreenSnapshot:
    users, views, *current = sidebar
    return ScreenSnapshot(
        profile,
        theme,
        has_users,
        has_preview,
        with_user,
        ListStyle(tuple(style[0]), style[1], KeyNames(*style[2]), style[3]),
        TopFacts(*top),
        FilterFacts(*bar),
        StatusFacts(*status),
        SidebarFacts(tuple(Watched(*user) for user in users), tuple(ViewFacts(*view) for view in views), *current),
        HintFacts(tuple((key, label, action) for key, label, action in hints[0])),
        tuple(down),
        tuple(up),
        tuple(_load_row(row) for row in rows),
        Emptiness(empty),
        Needs(*needs) if needs else None,
        (background[0], background[1]),
    )


def _load_row(row: list[Any]) -> SnapshotRow:
    key, user_id, title, event_type, created_at, is_read, read_at, mark, triage, extras, name, *team = row
    frozen_mark = SnapshotMark(*mark) if mark else None
    return SnapshotRow(
        key,
        user_id,
        title,
        event_type,
        created_at,
        is_read,
        read_at,
        frozen_mark,
        SnapshotTriage(*triage),
        extras,
        name,
        *team,
    )


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [_each_text(part, change) for part in value]
    if isinstance(value, dict):
        return {name: _each_text(part, change) for name, part in value.items()}
    return value
