"""The inbox: hears keys and widgets, and decides what becomes of them.

What comes from below is in `inbox_news`, the search in `inbox_search`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from inspect import isawaitable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec.structs import replace
from textual import on
from textual.binding import Binding, BindingType

from neptune_inbox.errors import InboxError
from neptune_inbox.model import EVERYONE, Key, Mode
from neptune_inbox.sync.inbox import Overview, Scope
from neptune_inbox.sync.window import Window
from neptune_inbox.tui.format_lines import ALL_USERS
from neptune_inbox.tui.keys import Action
from neptune_inbox.tui.messages import ProfileChosen
from neptune_inbox.tui.screens.inbox_search import FIRST_ROWS, InboxSearch
from neptune_inbox.tui.type_ahead import hold_keys, release_keys
from neptune_inbox.tui.widgets.lines import ActionChosen
from neptune_inbox.tui.widgets.rows import CursorMoved, RowOpened, RowToggled

if TYPE_CHECKING:
    from neptune_inbox.store.outbox import OutboxCounts
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace

Verb: TypeAlias = "Callable[[InboxScreen], Awaitable[None] | None]"
"""What a key does: at once, or as something to be awaited in its turn."""

PAGE_PAUSE = 0.01
"""Seconds after a key before what the next page shows is got ready: when the frame of this one is out."""
OPENERS = frozenset(
    (
        *("search", "views", "user.go", "people", "profile.switch", "theme", "palette", "help", "event", "insight"),
        *("mark.all", "mine.snooze", "mine.note", "send.now", "quit", "link.open", "pipe"),
        *("evidence", "outbox", "receipts", "journal"),
    )
)
"""Actions that may open something to type into; until it is open, or will not open, keys wait for it."""


def keyed(actions: Sequence[Action]) -> type[InboxScreen]:
    """The screen with the keys of these actions.

    As a class of its own: Textual lays a keymap over the bindings anew at every key, which costs more than the key.
    """
    bindings: list[BindingType] = [
        Binding(",".join(action.keys), f"run('{action.id}')", action.label, show=False, id=action.id)
        for action in actions
        if action.keys
    ]
    return type("InboxScreen", (InboxScreen,), {"BINDINGS": bindings})


class First(NamedTuple):
    """What the first frame shows."""

    window: Window
    overview: Overview
    views: tuple[tuple[str, str, int | None], ...]
    counts: OutboxCounts


class InboxScreen(InboxSearch):
    """One profile's inbox."""

    AUTO_FOCUS = "RowList"

    def __init__(
        self,
        workspace: Workspace,
        session: Session,
        *,
        actions: Sequence[Action],
        find_verb: Callable[[str], Verb | None],
        scope: Scope,
        cursor: Key | None = None,
    ) -> None:
        """`cursor` is the notification that the cursor stands on at first, if the list has it."""
        super().__init__(workspace, session, actions=actions, scope=scope)
        self._first_cursor = cursor
        self._find_verb = find_verb
        self._queue: asyncio.Queue[Awaitable[None]] = asyncio.Queue()
        self._first: First | None = None
        self._is_drawn = asyncio.Event()

    async def on_mount(self) -> None:
        self.start_clock()
        # The app owns what may write, so that leaving the screen cannot cut it off.
        self.app.run_worker(self._work_off(), group="verbs", name="verbs")
        if self._first is None:
            await self.prepare()
        self._show_first()
        self.rows.focus()
        if self.session.notices:
            self.say(" ".join(self.session.notices), "warn")

    async def prepare(self) -> None:
        """Read what the first frame shows; before the screen is on, or it would be drawn empty first."""
        book = self.session.inbox
        window = await book.open(self.scope, limit=FIRST_ROWS)
        views = tuple((name, query, None) for name, query in self.workspace.settings.views.items())
        overview = await book.overview(self.scope.user_id)
        self._first = First(window, overview, views, await self.session.marking.counts())

    def _show_first(self) -> None:
        assert self._first is not None
        window, overview, views, counts = self._first
        self.show_overview(overview, views)
        self._unseen = {fresh.user_id for fresh in self.view.freshness if fresh.fetched_at is None}
        self.show_outbox(counts)
        self.show_window(window, keep=False)
        if self._first_cursor is not None:
            self.rows.go_to(self._first_cursor)
        self.call_after_refresh(self._is_drawn.set)
        # Ahead of every verb, so that none acts on a list of which only the first rows are known.
        self._queue.put_nowait(self._complete(window))

    async def _complete(self, first: Window) -> None:
        """Put the whole list in the place of its first rows, and count what the views hold."""
        await self._is_drawn.wait()
        if first.is_partial and self.window is first:
            self.show_window(await self.session.inbox.open(self.scope), keep=True)
        if self.workspace.settings.views:
            await self.redraw_overview()

    # Keys and widgets --------------------------------------------------------------------------------------------

    def action_run(self, action_id: str) -> None:
        """A key: what moves acts at once, what is `async` is queued behind what came before."""
        verb = self._find_verb(action_id)
        if verb is None:
            return
        self._unseen.clear()
        asks_to_mark = action_id == "mark.row" and self.session.profile.mode is Mode.ASK
        if action_id in OPENERS or asks_to_mark:
            hold_keys(self.app)
        result = verb(self)
        if isawaitable(result):
            self._queue.put_nowait(result)
        elif not self.app.message_queue_size:
            # Where more keys wait already, neither is done for each of them.
            if self.rows.cursor_index != self.view.position - 1:
                # Not when the list's own message comes: the position is told in the frame that moves the cursor.
                self.cursor_moved()
            self._stage.draw_at_once()
            asyncio.get_running_loop().call_later(PAGE_PAUSE, self._prepare_page)

    def _prepare_page(self) -> None:
        if self.is_running:
            self.rows.prepare_page()

    def go_back(self) -> None:
        """One step back: loading, reading, the selection, the search, the banner of what was said."""
        if self._stage.is_searching:
            self.close_search("")
        elif self.is_loading:
            self.is_loading = False
        elif self._stage.is_reading:
            self._stage.is_reading = False
            self._stage.rearrange()
            self.rows.focus()
        elif self.preview.has_focus:
            self.rows.focus()
        elif self.selected:
            self.select(frozenset())
        elif self.scope.query:
            self._queue.put_nowait(self.show_scope(replace(self.scope, query="")))
        else:
            self.change(message="")

    def focus_pane(self, step: int) -> None:
        (self.focus_next if step > 0 else self.focus_previous)()

    def fold_in_soon(self) -> None:
        """Fold in what waits, behind the verbs that are queued."""
        self._queue.put_nowait(self.fold_in())

    async def run_verb(self, action_id: str) -> None:
        """Do what an action does."""
        verb = self._find_verb(action_id)
        if verb is None:
            return
        result = verb(self)
        if isawaitable(result):
            await result

    async def run_chosen(self, kind: str, value: str) -> None:
        """Do what was chosen in the palette."""
        if kind == "action":
            await self.run_verb(value)
        elif kind == "user":
            await self.show_scope(Scope(value, self.scope.kind))
        elif kind == "view":
            await self.show_scope(replace(self.scope, query=self.workspace.settings.views[value]))
        elif kind == "profile":
            self.post_message(ProfileChosen(self.workspace.profile(value)))
        elif kind == "theme":
            self.app.theme = value
            await self.workspace.set_theme(value)

    @on(ActionChosen)
    def _choose(self, event: ActionChosen) -> None:
        event.stop()
        if event.action_id == "user.go" and event.value:
            user_id = EVERYONE if event.value == ALL_USERS else event.value
            self._queue.put_nowait(self.show_scope(Scope(user_id, self.scope.kind)))
        elif event.action_id == "views" and event.value:
            self._queue.put_nowait(self.run_chosen("view", event.value))
        else:
            self.action_run(event.action_id)

    @on(CursorMoved)
    def _cursor_moved(self, event: CursorMoved) -> None:
        event.stop()
        if self.rows.cursor_index != self.view.position - 1:
            self.cursor_moved()

    @on(RowOpened)
    def _row_opened(self, event: RowOpened) -> None:
        event.stop()
        self.show_preview(True)

    @on(RowToggled)
    def _row_toggled(self, event: RowToggled) -> None:
        event.stop()
        self.select(self.selected ^ {event.key})

    async def _work_off(self) -> None:
        """Do the queued verbs one after the other; what goes wrong is said, and the next one is done."""
        while True:
            verb = await self._queue.get()
            try:
                await verb
            except InboxError as error:
                self.say(str(error), "error")
            if self._queue.empty():
                release_keys(self.app)
