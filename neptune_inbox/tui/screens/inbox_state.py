"""What the inbox shows, and drawing it: the one frozen list, the selection, and the lines around them.

Apart from `inbox.py`, which hears keys, facts and widgets: here is what the verbs act on.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from textual import work
from textual.app import ComposeResult

from neptune_inbox.errors import BadQuery, StoreProblem
from neptune_inbox.model import Filter, Key, Row
from neptune_inbox.sync.health import State
from neptune_inbox.sync.inbox import Overview, Scope
from neptune_inbox.sync.window import Window
from neptune_inbox.tui import view as present
from neptune_inbox.tui.format import ListStyle
from neptune_inbox.tui.format_lines import HintFacts
from neptune_inbox.tui.keys import Action, Where, hints, spoken
from neptune_inbox.tui.messages import UnreadCounted
from neptune_inbox.tui.reading import preview_facts
from neptune_inbox.tui.screens.aim import Aim
from neptune_inbox.tui.screens.inbox_voice import About, InboxVoice
from neptune_inbox.tui.screens.keepsake import freeze
from neptune_inbox.tui.view import View
from neptune_inbox.tui.widgets.preview import Preview
from neptune_inbox.tui.widgets.rows import RowList
from neptune_inbox.tui.widgets.sidebar import Sidebar
from neptune_inbox.tui.widgets.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neptune_inbox.store.outbox import OutboxCounts
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace

PREVIEW_PAUSE = 0.12
"""Seconds that the cursor must rest before the preview is filled, so that holding `j` costs nothing."""
TYPING_PAUSE = 0.25
"""Seconds without a letter before more is done than showing the first rows of a search."""
STATUS_ONLY = frozenset(("position", "message", "level"))
"""What of the view only the status line tells."""


class InboxState(InboxVoice):
    """The state of one profile's inbox, and how it is drawn."""

    def __init__(self, workspace: Workspace, session: Session, *, actions: Sequence[Action], scope: Scope) -> None:
        super().__init__()
        self.workspace = workspace
        self.session = session
        self.actions = tuple(actions)
        self.scope = scope
        self.window: Window = Window.empty()
        self.selected: frozenset[Key] = frozenset()
        self.range_start: Key | None = None
        self.takes_all = False
        """Everything shown is about to be selected; it takes a moment to read which that is."""
        self.is_loading = False
        self.view = View(session.profile, scope, is_demo=workspace.is_demo, keys=present.key_names(actions))
        self._stage = Stage()
        ui = workspace.settings.ui
        self._stage.has_preview = ui.preview != "off"
        self._stage.rows.style = ListStyle(ui.columns, ui.time_format, self.view.keys)
        self._rest: asyncio.TimerHandle | None = None

    def compose(self) -> ComposeResult:
        yield self._stage

    @property
    def rows(self) -> RowList:
        return self._stage.rows

    @property
    def preview(self) -> Preview:
        return self._stage.preview

    @property
    def sidebar(self) -> Sidebar:
        return self._stage.sidebar

    @property
    def cursor_row(self) -> Row | None:
        index = self.rows.cursor_index
        return self.window.row(index) if index is not None and index < len(self.window) else None

    def key(self, action_id: str) -> str:
        """What a sentence calls the key of an action."""
        return spoken(self.actions, action_id)

    def total(self, kind: Filter) -> int | None:
        """How many the server says there are in this scope."""
        return self.view.total(kind)

    def aim(self) -> Aim:
        """What a verb whose key is pressed now acts on."""
        return Aim(self.window, None if self.takes_all else self.selected, self.rows.cursor_key)

    async def targets(self, aim: Aim) -> list[Row]:
        """The rows that a verb acts on, as they stand now: the selection in its order, else the cursor's."""
        if aim.selected is None or aim.selected:
            # The rest of a list of which only the first rows were known has come meanwhile.
            rows = await self.session.inbox.rows(self.window if aim.window.is_partial else aim.window)
            return [row for row in rows if aim.selected is None or row.key in aim.selected]
        row = await self.session.inbox.row(aim.key) if aim.key else None
        return [row] if row is not None else []

    def select(self, selected: frozenset[Key]) -> None:
        """Select exactly these; with nothing selected no range is begun either."""
        self.takes_all = False
        if not selected:
            self.range_start = None
        self.selected = selected
        self.rows.selected = selected
        self.change(selected=selected)
        self.be_silent(About.SELECTION)

    async def show_scope(self, scope: Scope) -> None:
        """Look at something else: another user, kind or query. The cursor stays on its notification.

        Raises BadQuery, and then nothing changed.
        """
        before, self.scope = self.scope, scope
        is_elsewhere = scope.user_id != before.user_id
        try:
            await self.fold_in(keep=not is_elsewhere)
        except BadQuery:
            self.scope = before
            raise
        if is_elsewhere:
            self.select(frozenset())
        await self.session.look_at(scope.user_id, scope.kind)
        await self.redraw_overview()

    async def fold_in(self, *, keep: bool = True) -> None:
        """Draw the list anew, with what came since and without what was settled."""
        self.show_window(await self.session.inbox.open(self.scope), keep=keep)

    def show_window(self, window: Window, *, keep: bool) -> None:
        """Draw another list; with `keep` the cursor stays on its row, and that row in its place."""
        self.window = window
        shown = frozenset(key for key in self.selected if window.index_of(key) is not None)
        length = len(window)
        if window.is_partial and not self.scope.query:
            length = max(length, (self.view.overview.cached.of(self.scope.kind) or 0) - window.hidden)
        self.change(scope=self.scope, length=length, hidden=window.hidden, waiting=0)
        self._show_rows(keep=keep)
        self.select(shown)
        self.cursor_moved()
        # A letter of a search was drawn a moment ago: Textual would let the rows wait for its next frame.
        self._stage.draw_at_once()
        self._remember_soon()

    async def go_to(self, key: Key) -> None:
        """Put the cursor on a notification, looking at its user and all kinds if it is not in this list."""
        if self.window.index_of(key) is None:
            await self.show_scope(Scope(key.user_id, Filter.ALL))
        self.rows.go_to(key)

    def show_preview(self, is_shown: bool | None) -> None:
        """Show or hide the preview (None: the other way); where it has no room of its own it opens over the list.

        Shown already, it gets the keys: they scroll it then.
        """
        stage = self._stage
        is_below = stage.layout_now.preview.is_shown and not stage.is_reading
        if is_shown and is_below:
            self.preview.focus()
            return
        self.rows.focus()
        if is_shown is None:
            is_shown = not stage.layout_now.preview.is_shown
        stage.has_preview = is_shown
        stage.is_reading = is_shown and not is_below
        stage.rearrange()
        self._draw()
        self._fill_preview()

    async def redraw_overview(self) -> None:
        """Read the counts and the freshness anew, and draw the lines that tell them."""
        overview = await self.session.inbox.overview(self.scope.user_id)
        views = []
        for name, query in self.workspace.settings.views.items():
            views.append((name, query, await self.session.inbox.count(replace(self.scope, query=query))))
        self.show_overview(overview, tuple(views))

    def show_overview(self, overview: Overview, views: tuple[tuple[str, str, int | None], ...]) -> None:
        """Draw other counts and freshness."""
        health = self.session.health
        has_users = len(overview.users) > 1 or bool(views)
        if has_users != self._stage.has_users:
            self._stage.has_users = has_users
            self._stage.rearrange()
        self.change(
            overview=overview,
            health=health.state,
            health_since=health.since,
            health_error=health.error,
            views=views,
        )
        self.post_message(UnreadCounted(self.total(Filter.UNREAD), self.session.profile.name))
        if not len(self.window):
            self._show_rows(keep=True)

    async def redraw_marks(self) -> None:
        """Read anew what the outbox and my plane say of the rows; no row moves."""
        counts = await self.session.marking.counts()
        self.window.forget()
        self.rows.repaint()
        self.show_outbox(counts)
        self._fill_preview()

    def show_outbox(self, counts: OutboxCounts) -> None:
        """Draw how many marks are under way."""
        self.change(held=counts.held + counts.sending, failed=counts.failed, next_due_at=counts.next_due_at)

    def change(self, **changes: Any) -> None:
        """Replace the view, and draw the lines that differ."""
        self.view = replace(self.view, **changes)
        if changes.keys() <= STATUS_ONLY:
            self._stage.draw_status(present.status_facts(self.view), self.session.now())
        else:
            self._draw()

    def _draw(self) -> None:
        now = self.session.now()
        self._stage.draw(
            top=present.top_facts(self.view),
            bar=present.filter_facts(self.view),
            status=present.status_facts(self.view),
            sidebar=present.sidebar_facts(self.view, now),
            hints=HintFacts(hints(self.actions, Where.SELECTION if self.selected else self._stage.where_keys_go)),
            now=now,
        )

    def _show_rows(self, *, keep: bool) -> None:
        self.rows.empty = present.emptiness(self.view)
        self.rows.show(self.window, keep=keep)

    @work(group="remember")
    async def _remember_soon(self) -> None:
        await self.remember()

    async def remember(self) -> None:
        """Keep what is on screen for the first paint of the next start, which never opens with a search."""
        if not self.workspace.is_demo and not self.scope.query:
            # It only makes the next start look quicker; a full disk is told where it matters.
            with suppress(StoreProblem):
                await self.session.inbox.remember_screen(freeze(self, self._stage))

    def cursor_moved(self) -> None:
        """Tell the position, and fill the preview once the cursor rests."""
        index = self.rows.cursor_index
        self.change(position=0 if index is None else index + 1)
        if self._rest is not None:
            self._rest.cancel()
        # Not one of Textual's timers: each would be a task of its own, for every key.
        pause = TYPING_PAUSE if self._stage.is_searching else PREVIEW_PAUSE
        self._rest = asyncio.get_running_loop().call_later(pause, self._rested)

    def _rested(self) -> None:
        if self.is_running:
            self._fill_preview()

    @work(group="preview", exclusive=True)
    async def _fill_preview(self) -> None:
        if not self._stage.layout_now.preview.is_shown:
            return
        row = self.cursor_row
        try:
            found = await self.session.evidence.of(row.key) if row else None
        except StoreProblem as problem:
            self.say(str(problem), "error")
            found = None
        if row is None or found is None:
            self.preview.show(None)
            return
        facts = preview_facts(row, found, self.session.now())
        self.preview.show(facts._replace(open_key=self.view.keys.open_link))
        if self.session.health.state is State.ONLINE:
            self._look_up(row.user_id)

    @work(group="look-up")
    async def _look_up(self, user_id: str) -> None:
        """Ask in the background how the user under the resting cursor can be reached."""
        with suppress(StoreProblem):
            if await self.session.people.look_up(user_id):
                self._fill_preview()
