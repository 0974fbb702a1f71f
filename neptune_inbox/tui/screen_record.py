"""What was on the screen when the app was left, as one text: the app freezes it, the first paint thaws it.

It holds facts and the first rows, no words about time and nothing that depends on the terminal's size. Rows thaw into
light stand-ins, because loading the model would cost more than the whole first paint.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from neptune_inbox.tui.format import KeyNames, ListStyle
from neptune_inbox.tui.format_lines import (
    FilterFacts,
    HintFacts,
    SidebarFacts,
    StatusFacts,
    TopFacts,
    ViewFacts,
    Watched,
)
from neptune_inbox.tui.format_panes import Emptiness
from neptune_inbox.tui.spans import column, know_columns

if TYPE_CHECKING:
    from neptune_inbox.model import Instant, Row

FORMAT = 5
ROWS_KEPT = 100
"""More than the tallest usual terminal shows."""


class FrozenMark(NamedTuple):
    """A mark, as far as a row shows it."""

    state: str
    due_at: Instant
    attempts: int
    error: str


class FrozenMine(NamedTuple):
    """My plane, as far as a row shows it."""

    done_at: Instant | None
    snoozed_until: Instant | None
    is_starred: bool
    note: str


class FrozenRow(NamedTuple):
    """A row of the list, as far as it is drawn, and which it is."""

    key: str
    """User and id as JSON: all ASCII, so that nothing of it is reduced for a column."""
    user_id: str
    title: str
    event_type: str
    created_at: Instant | None
    is_read: bool
    mark: FrozenMark | None
    mine: FrozenMine

    @property
    def identity(self) -> tuple[str, str]:
        """User and id, as they were told."""
        user_id, id = json.loads(self.key)
        return user_id, id


class ScreenRecord(NamedTuple):
    """Everything that the first page shows."""

    profile: str
    theme: str
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
    rows: tuple[FrozenRow, ...] = ()
    empty: Emptiness = Emptiness.NOT_FETCHED


def freeze_rows(rows: Iterable[Row]) -> tuple[FrozenRow, ...]:
    """The first rows of the list, for a record."""
    return tuple(_freeze_row(row) for row, _ in zip(rows, range(ROWS_KEPT), strict=False))


def _freeze_row(row: Row) -> FrozenRow:
    mark, mine = row.mark, row.mine
    return FrozenRow(
        json.dumps([row.user_id, row.id]),
        row.user_id,
        row.title,
        row.event_type,
        row.created_at,
        row.is_read,
        FrozenMark(mark.state.value, mark.due_at, mark.attempts, mark.error) if mark else None,
        FrozenMine(mine.done_at, mine.snoozed_until, mine.is_starred, mine.note),
    )


def freeze_screen(record: ScreenRecord) -> str:
    """The record as text, for `Cache.remember("screen", …)`; outside text in it is reduced for columns.

    What the next start does not have is left out: the selection, the message, the banner.
    """
    record = record._replace(
        bar=record.bar._replace(new=0), status=record.status._replace(position=1, selection="", message="")
    )
    return json.dumps([FORMAT, *_each_text(record, column)], separators=(",", ":"))


def thaw_screen(text: str) -> ScreenRecord | None:
    """The record of a text, or None where another version wrote it or it is damaged."""
    try:
        version, *fields = json.loads(text)
        if version != FORMAT:
            return None
        foreign: dict[str, str] = {}
        _each_text(fields, lambda part: foreign.setdefault(part, part) if not part.isascii() else part)
        know_columns(foreign)
        return _thaw(*fields)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError):
        return None


def _thaw(
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
) -> ScreenRecord:
    users, views, *current = sidebar
    return ScreenRecord(
        profile,
        theme,
        has_users,
        has_preview,
        with_user,
        ListStyle(tuple(style[0]), style[1], KeyNames(*style[2])),
        TopFacts(*top),
        FilterFacts(*bar),
        StatusFacts(*status),
        SidebarFacts(tuple(Watched(*user) for user in users), tuple(ViewFacts(*view) for view in views), *current),
        HintFacts(tuple((key, label, action) for key, label, action in hints[0])),
        tuple(down),
        tuple(up),
        tuple(_thaw_row(row) for row in rows),
        Emptiness(empty),
    )


def _thaw_row(row: list[Any]) -> FrozenRow:
    key, user_id, title, event_type, created_at, is_read, mark, mine = row
    frozen_mark = FrozenMark(*mark) if mark else None
    return FrozenRow(key, user_id, title, event_type, created_at, is_read, frozen_mark, FrozenMine(*mine))


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list | tuple):
        return [_each_text(part, change) for part in value]
    return value
