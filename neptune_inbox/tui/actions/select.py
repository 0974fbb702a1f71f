"""Choosing what the next verb acts on."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from neptune_inbox.tui.inbox.status_message import About

if TYPE_CHECKING:
    from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.tui.inbox.target import ActionTarget


def toggle(inbox: InboxScreen) -> None:
    """Select the row or let it go, and move on."""
    row = inbox.cursor_row
    if row is None:
        return
    inbox.state.toggle(row.key)
    inbox.list.selection_changed()
    inbox.rows.move(1)


def take_range(inbox: InboxScreen) -> Awaitable[None] | None:
    """Select from where the last selection was made to the cursor; with none, from here on."""
    here, row = inbox.rows.cursor_index, inbox.cursor_row
    if here is None or row is None:
        return None
    start = inbox.snapshot.index_of(inbox.state.range_start) if inbox.state.range_start else None
    if start is None:
        inbox.state.begin_range(row.key)
        inbox.list.selection_changed()
        inbox.say(f"Range starts here: move, then {inbox.key('select.range')} again.", about=About.SELECTION)
        return None
    return _take(inbox, inbox.snapshot, inbox.state.end_range(start, here))


async def _take(inbox: InboxScreen, snapshot: ListSnapshot, positions: range) -> None:
    inbox.select(
        inbox.selected | frozenset(await inbox.session.inbox.keys(snapshot, positions.start, positions.stop))
    )


def take_all(inbox: InboxScreen) -> Awaitable[None]:
    """Select every row of the list as it is shown."""
    inbox.state.takes_all = True
    return _take_all(inbox, inbox.list.target())


async def _take_all(inbox: InboxScreen, aim: ActionTarget) -> None:
    # The rest of a list of which only the first rows were known has come meanwhile.
    snapshot = inbox.snapshot if aim.rows.is_partial else aim.rows
    # The status line tells how many.
    inbox.select(frozenset(await inbox.session.inbox.keys(snapshot)))


def take_none(inbox: InboxScreen) -> None:
    inbox.select(frozenset())


VERBS = {
    "select.toggle": toggle,
    "select.range": take_range,
    "select.all": take_all,
    "select.none": take_none,
}
