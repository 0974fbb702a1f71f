"""Choosing what the next verb acts on."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from neptune_inbox.tui.screens.inbox_voice import About

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.aim import Aim
    from neptune_inbox.tui.screens.inbox import InboxScreen


def toggle(inbox: InboxScreen) -> None:
    """Select the row or let it go, and move on."""
    row = inbox.cursor_row
    if row is None:
        return
    inbox.select(inbox.selected ^ {row.key})
    inbox.range_start = row.key
    inbox.rows.move(1)


def take_range(inbox: InboxScreen) -> None:
    """Select from where the last selection was made to the cursor; with none, from here on."""
    here = inbox.rows.cursor_index
    if here is None:
        return
    start = inbox.window.index_of(inbox.range_start) if inbox.range_start else None
    if start is None:
        inbox.range_start = inbox.window.row(here).key
        inbox.select(inbox.selected | {inbox.range_start})
        inbox.say(f"Range starts here: move, then {inbox.key('select.range')} again.", about=About.SELECTION)
        return
    low, high = sorted((start, here))
    inbox.select(inbox.selected | {inbox.window.row(index).key for index in range(low, high + 1)})
    inbox.range_start = None


def take_all(inbox: InboxScreen) -> Awaitable[None]:
    """Select every row of the list as it is shown."""
    inbox.takes_all = True
    return _take_all(inbox, inbox.aim())


async def _take_all(inbox: InboxScreen, aim: Aim) -> None:
    rows = await inbox.targets(aim)
    # The status line tells how many.
    inbox.select(frozenset(row.key for row in rows))


def take_none(inbox: InboxScreen) -> None:
    inbox.select(frozenset())


VERBS = {
    "select.toggle": toggle,
    "select.range": take_range,
    "select.all": take_all,
    "select.none": take_none,
}
