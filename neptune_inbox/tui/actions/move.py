"""Moving over the list and the preview; nothing here reads the network or writes anything."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen


def _move(step: int) -> Callable[[InboxScreen], None]:
    def move(inbox: InboxScreen) -> None:
        if inbox.sidebar.has_focus:
            inbox.sidebar.move(step)
        elif inbox.preview.has_focus:
            inbox.preview.scroll_lines(step)
        elif step < 0 and inbox.rows.cursor_index == 0 and not inbox.selected and inbox.view.waiting:
            inbox.queue.put(inbox.fold_in())
        else:
            inbox.rows.move(step)

    return move


def _unread(step: int) -> Callable[[InboxScreen], Awaitable[None] | None]:
    def go(inbox: InboxScreen) -> Awaitable[None] | None:
        is_found = go_to_unread(inbox, step)
        if is_found is None:
            return _look_further(inbox, step)
        if not is_found:
            _say_no_more(inbox, step)
        return None

    return go


async def _look_further(inbox: InboxScreen, step: int) -> None:
    if not await look_for_unread(inbox, step):
        _say_no_more(inbox, step)


def _say_no_more(inbox: InboxScreen, step: int) -> None:
    inbox.say("No more unread below." if step > 0 else "No more unread above.")


def go_to_unread(inbox: InboxScreen, step: int) -> bool | None:
    """Put the cursor on the next unread row below (1) or above (-1); False where there is none, and it stays.

    None where rows come first that are not loaded: `look_for_unread` reads them.
    """
    found = inbox.snapshot.find(_beside_cursor(inbox, step), step)
    if found is None:
        return False
    if not inbox.snapshot.is_loaded(found):
        return None
    inbox.rows.go(found)
    return True


async def look_for_unread(inbox: InboxScreen, step: int) -> bool:
    """The same, wherever the row is."""
    return await inbox.list.go_to_unread(_beside_cursor(inbox, step), step)


def _beside_cursor(inbox: InboxScreen, step: int) -> int:
    index = inbox.rows.cursor_index
    return (-1 if index is None else index) + step


def _scroll(lines: int) -> Callable[[InboxScreen], None]:
    return lambda inbox: inbox.preview.scroll_lines(lines)


def _open(inbox: InboxScreen) -> Awaitable[None] | None:
    """Open what the cursor is on; opening never marks."""
    fold = inbox.snapshot.fold_on(inbox.rows.cursor_index)
    if inbox.sidebar.has_focus:
        inbox.sidebar.choose()
    elif fold is not None:
        return inbox.list.open_incident(fold)
    else:
        inbox.preview_pane.show(True)
    return None


def _answer_deletion(inbox: InboxScreen) -> None:
    done, read = inbox.key("mine.done"), inbox.key("mark.row")
    inbox.say(f"Nothing is deleted here: {done} is done for me, {read} is read for the customer.")


VERBS = {
    "move.down": _move(1),
    "move.up": _move(-1),
    "move.first": lambda inbox: inbox.rows.edge(0),
    "move.last": lambda inbox: inbox.rows.edge(1),
    "move.page_down": lambda inbox: inbox.rows.page(1),
    "move.page_up": lambda inbox: inbox.rows.page(-1),
    "move.half_down": lambda inbox: inbox.rows.page(1, is_half=True),
    "move.half_up": lambda inbox: inbox.rows.page(-1, is_half=True),
    "unread.next": _unread(1),
    "unread.previous": _unread(-1),
    "open": _open,
    "back": lambda inbox: inbox.go_back(),
    "preview.toggle": lambda inbox: inbox.preview_pane.show(None),
    "preview.down": _scroll(3),
    "preview.up": _scroll(-3),
    "pane.next": lambda inbox: inbox.focus_next(),
    "pane.previous": lambda inbox: inbox.focus_previous(),
    "nothing.deleted": _answer_deletion,
}
