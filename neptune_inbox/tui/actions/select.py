"""Choosing what the next verb acts on."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from neptune_inbox.tui.inbox.status_message import About

if TYPE_CHECKING:
    from neptune_inbox.model import Key
    from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.tui.inbox.target import ActionTarget


def toggle(inbox: InboxScreen) -> Awaitable[None] | None:
    """Select the row or let it go, and move on."""
    key = inbox.rows.cursor_key
    if key is None:
        return _toggle_loaded(inbox)
    _toggle(inbox, key)
    return None


async def _toggle_loaded(inbox: InboxScreen) -> None:
    """The same for a row that is being read."""
    await inbox.list.load_now()
    if inbox.rows.cursor_key is not None:
        _toggle(inbox, inbox.rows.cursor_key)


def _line(inbox: InboxScreen, key: Key) -> tuple[Key, ...]:
    """What the line under the cursor represents, which is identified by this notification."""
    fold = inbox.snapshot.fold_on(inbox.rows.cursor_index)
    return fold.keys if fold is not None else (key,)


def _toggle(inbox: InboxScreen, key: Key) -> None:
    inbox.state.toggle(*_line(inbox, key))
    inbox.list.selection_changed()
    inbox.rows.move(1)


def take_range(inbox: InboxScreen) -> Awaitable[None] | None:
    """Select from where the last selection was made to the cursor; with none, from here on."""
    here, key, begun = inbox.rows.cursor_index, inbox.rows.cursor_key, inbox.state.range_start
    if here is None:
        return None
    if begun is None and key is not None:
        _begin(inbox, *_line(inbox, key))
        return None
    start = inbox.snapshot.index_of(begun) if begun is not None else None
    if start is None:
        return _take_from_afar(inbox, inbox.snapshot, begun, here)
    return _take(inbox, inbox.snapshot, inbox.state.end_range(start, here))


def _begin(inbox: InboxScreen, *keys: Key) -> None:
    inbox.state.begin_range(*keys)
    inbox.list.selection_changed()
    inbox.say(f"Range starts here: move, then {inbox.key('select.range')} again.", about=About.SELECTION)


async def _take_from_afar(inbox: InboxScreen, snapshot: ListSnapshot, begun: Key | None, here: int) -> None:
    """Take a range whose ends may be far from what is loaded; where its first row is gone, another begins here."""
    book = inbox.session.inbox
    places = await book.pages.positions(snapshot, [begun]) if begun is not None else {}
    if begun in places:
        await _take(inbox, snapshot, inbox.state.end_range(places[begun], here))
    else:
        keys = await book.keys(snapshot, here, here + 1)
        if keys:
            _begin(inbox, *keys)


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
    # The status line says how many.
    inbox.select(frozenset(await inbox.session.inbox.keys(snapshot)))


def take_none(inbox: InboxScreen) -> None:
    inbox.select(frozenset())


VERBS = {
    "select.toggle": toggle,
    "select.range": take_range,
    "select.all": take_all,
    "select.none": take_none,
}
