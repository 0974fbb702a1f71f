"""The inbox: hears keys and widgets, and hands each to the part whose it is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from inspect import isawaitable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input

from neptune_inbox.model import EVERYONE, Key, Mode, Row
from neptune_inbox.presentation.action import EVERYWHERE
from neptune_inbox.presentation.action_table import ACTIONS
from neptune_inbox.presentation.inbox_view import View, key_names
from neptune_inbox.presentation.keymap import Action, key_label
from neptune_inbox.presentation.lines import ALL_USERS
from neptune_inbox.presentation.rows import ListStyle
from neptune_inbox.sync.act_history import ActHistory
from neptune_inbox.sync.inbox.inbox import Overview, Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from neptune_inbox.tui.background import run_in_background
from neptune_inbox.tui.bindings import inbox_bindings
from neptune_inbox.tui.inbox.drawing import InboxDrawing
from neptune_inbox.tui.inbox.list_controller import ListController
from neptune_inbox.tui.inbox.list_state import ListState
from neptune_inbox.tui.inbox.live_updates import LiveUpdates
from neptune_inbox.tui.inbox.older_loader import OlderLoader
from neptune_inbox.tui.inbox.preview_controller import PreviewController
from neptune_inbox.tui.inbox.row_loader import RowLoader
from neptune_inbox.tui.inbox.search_controller import FIRST_ROWS, SearchController
from neptune_inbox.tui.inbox.status_message import About, StatusMessages
from neptune_inbox.tui.inbox.tour import Tour
from neptune_inbox.tui.inbox.verb_queue import LeftAlone, VerbQueue
from neptune_inbox.tui.key_buffer import hold_keys, release_keys
from neptune_inbox.tui.messages import ProfileChosen, SessionEvent, ThemeWanted
from neptune_inbox.tui.widgets.lines import ActionChosen
from neptune_inbox.tui.widgets.main_view import MainView
from neptune_inbox.tui.widgets.row_list import CursorMoved, RowOpened, RowsWanted, RowToggled
from neptune_inbox.tui.widgets.suggestions import CandidateChosen

if TYPE_CHECKING:
    from neptune_inbox.model import Instant
    from neptune_inbox.store.outbox.outbox import OutboxCounts
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace
    from neptune_inbox.tui.inbox.target import ActionTarget

Verb: TypeAlias = "Callable[[InboxScreen], Awaitable[None] | None]"
"""What a key does: at once, or as something to be awaited in its turn."""

COUNTED = frozenset(action.id for action in ACTIONS if action.use_case) | {
    *("mark.row", "copy.id", "copy.link", "link.open", "pipe")
}
"""What acts on rows: where it acts on a whole incident, it asks first."""
PAGE_PAUSE = 0.01
"""Seconds after a key before what the next page shows is got ready: when the frame of this one is out."""


def keyed(actions: Sequence[Action]) -> type[InboxScreen]:
    """The screen with the keys of these actions.

    As a class of its own: Textual lays a keymap over the bindings again at every key, which costs more than the key.
    """
    return type("InboxScreen", (InboxScreen,), {"BINDINGS": inbox_bindings(actions)})


class InitialData(NamedTuple):
    """What the first frame shows."""

    snapshot: ListSnapshot
    overview: Overview
    views: tuple[tuple[str, str, int | None], ...]
    counts: OutboxCounts


class InboxScreen(Screen[None]):
    """One profile's inbox.

    It owns its parts and hands each what is its own: `state` (what is shown and selected), `drawing`, `list`,
    `preview_pane`, `older`, `search`, `messages`, `queue` and `updates`.
    """

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
        """`cursor` is the notification that the cursor starts on, if the list has it."""
        super().__init__()
        self.workspace = workspace
        self.session = session
        self.actions = tuple(action for action in actions if action.where & EVERYWHERE)
        self._first_cursor = cursor
        self._find_verb = find_verb
        self._first: InitialData | None = None
        self._is_drawn = asyncio.Event()
        view = View(session.profile, scope, is_demo=workspace.is_demo, keys=key_names(actions))
        ui = workspace.settings.ui
        self.main_view = MainView(ListStyle(ui.columns, ui.time_format, view.keys, session.team is not None))
        self.rows, self.preview, self.sidebar = self.main_view.rows, self.main_view.preview, self.main_view.sidebar
        self.main_view.has_preview = ui.preview != "off"
        self.state = state = ListState(scope)
        self.drawing = drawing = InboxDrawing(view, self.main_view, self.actions, session.now)
        self.messages = messages = StatusMessages(self, lambda text, level: drawing.change(message=text, level=level))
        loader = RowLoader(session, state, self.rows)
        self.preview_pane = pane = PreviewController(self, session, state, drawing, loader, messages)
        self.list = ListController(self, workspace, session, state, drawing, loader, pane, messages)
        self.acts = ActHistory(session)
        self.older = OlderLoader(self, session, state, drawing, self.list, messages)
        self.search = SearchController(
            self, session, state, drawing, self.list, self.older, messages, lambda: workspace.settings.views
        )
        self.tour = Tour(workspace, drawing, self.actions)
        self.updates = LiveUpdates(self, session, state, drawing, self.list, pane, messages)
        self.queue = VerbQueue(
            fail=lambda error: messages.say(drawing.explain(error), "error"), rest=lambda: release_keys(self.app)
        )

    def compose(self) -> ComposeResult:
        yield self.main_view

    async def on_mount(self) -> None:
        self.updates.start_clock()
        # The app owns what may write, so that leaving the screen cannot cut it off.
        run_in_background(self.app, "verbs", self.queue.work)
        if self._first is None:
            await self.prepare()
        self._show_first()
        self.rows.focus()
        self.tour.start()
        if self.session.notices:
            self.say(" ".join(self.session.notices), "warn")

    def on_unmount(self) -> None:
        self.queue.close()

    async def prepare(self) -> None:
        """Read what the first frame shows; before the screen is on, or it would be drawn empty first."""
        book, scope = self.session.inbox, self.scope
        snapshot = await book.open(scope, limit=FIRST_ROWS)
        cursor = [self._first_cursor] if self._first_cursor is not None else []
        await book.pages.load_around(snapshot, cursor, [range(FIRST_ROWS)], FIRST_ROWS)
        views = tuple((name, query, None) for name, query in self.workspace.settings.views.items())
        overview = await book.overview(scope.user_id)
        self._first = InitialData(snapshot, overview, views, await self.session.marking.counts())

    def _show_first(self) -> None:
        assert self._first is not None
        snapshot, overview, views, counts = self._first
        self.list.show_overview(overview, views)
        self.updates.expect(fresh.user_id for fresh in self.view.freshness if fresh.fetched_at is None)
        self.list.show_outbox(counts)
        self.list.show_first(self.scope, snapshot)
        if self._first_cursor is not None:
            self.rows.go_to(self._first_cursor)
        self.call_after_refresh(self._is_drawn.set)
        # Ahead of every verb, so that none acts on a list of which only the first rows are known.
        self.queue.put(self._complete(snapshot))

    async def _complete(self, first: ListSnapshot) -> None:
        """Put the whole list in the place of its first rows, and count what the views hold."""
        await self._is_drawn.wait()
        if self.snapshot is first:
            await self.list.complete()
        if self.workspace.settings.views:
            await self.list.redraw_overview()

    # What verbs ask for most ---------------------------------------------------------------------------------------

    @property
    def scope(self) -> Scope:
        return self.state.scope

    @property
    def snapshot(self) -> ListSnapshot:
        return self.state.snapshot

    @property
    def selected(self) -> frozenset[Key]:
        return self.state.selected

    @property
    def view(self) -> View:
        return self.drawing.view

    @property
    def cursor_line(self) -> Row | None:
        """The line under the cursor, which may represent an incident."""
        return self.preview_pane.row

    @property
    def cursor_row(self) -> Row | None:
        """The one notification under the cursor; None where there is none, and on the line of an incident."""
        line = self.cursor_line
        return line if line is None or line.fold is None else None

    def key(self, action_id: str) -> str:
        """What a sentence calls the key of an action."""
        return key_label(self.actions, action_id)

    def say(
        self, message: str, level: str = "ok", *, about: About = About.ANYTHING, until: Instant | None = None
    ) -> None:
        """Show a sentence in the status line; it disappears by itself, at the latest when it is no longer true."""
        self.messages.say(message, level, about, until)

    def select(self, keys: frozenset[Key]) -> None:
        """Select exactly these."""
        self.list.select(keys)

    async def targets(self, aim: ActionTarget) -> list[Row]:
        """The rows that a verb acts on, as they are now.

        Where a key acts on a whole incident they are counted before the agent's eyes first; raises LeftAlone where
        the agent says no.
        """
        rows = await self.list.targets(aim)
        if rows and aim.holds_incident:
            await self._ask(aim, rows)
        return rows

    async def _ask(self, aim: ActionTarget, rows: Sequence[Row]) -> None:
        from neptune_inbox.tui.dialogs.incident import incident_dialog

        sheet = incident_dialog(aim.action, aim.fold, rows, self.session.profile, self.session.now())
        if await self.app.push_screen_wait(sheet) != "yes":
            raise LeftAlone

    async def show_scope(self, scope: Scope) -> None:
        """Look at something else. Raises BadQuery, and then nothing changed."""
        await self.list.show_scope(scope)
        self.older.search_on()

    async def fold_in(self) -> None:
        """Draw the list again, with what arrived since and without what was settled."""
        await self.list.fold_in()

    # Keys and widgets --------------------------------------------------------------------------------------------

    def action_run(self, action_id: str) -> None:
        """A key: what moves acts at once, what is `async` is queued behind what came before."""
        verb = self._find_verb(action_id)
        if verb is None:
            return
        self.updates.hold_still()
        self._go_on_with_claim()
        asks_to_mark = action_id == "mark.row" and self.session.profile.mode is Mode.ASK
        asks_to_count = action_id in COUNTED and self.list.target().holds_incident
        opens_dialog = any(action.id == action_id and action.opens_dialog for action in self.actions)
        if asks_to_mark or asks_to_count or opens_dialog:
            hold_keys(self.app)
        result = verb(self)
        self.tour.did(action_id)
        if isawaitable(result):
            self.queue.put(result)
        elif not self.app.message_queue_size:
            # Where more keys wait already, neither is done for each of them.
            if self.rows.cursor_index != self.view.position - 1:
                # Not when the list's own message comes: the position is shown in the frame that moves the cursor.
                self.list.cursor_moved()
            self.main_view.draw_at_once()
            asyncio.get_running_loop().call_later(PAGE_PAUSE, self._prepare_page)

    def _go_on_with_claim(self) -> None:
        """A claim lasts for as long as keys are pressed on it."""
        row, team = self.cursor_row, self.session.team
        claim = row.team.claim if row is not None else None
        due = team.due_renewal(claim, row.key) if team and row and claim else None
        if team is not None and due is not None:
            run_in_background(self, "claim", partial(team.claim, [due]))

    def _prepare_page(self) -> None:
        if self.is_running:
            self.rows.prepare_page()

    def go_back(self) -> None:
        """One step back: loading, reading, the selection, the search, the banner of what was said."""
        if self.main_view.is_searching:
            self.search.abandon()
        elif self.older.is_running:
            self.older.stop()
        elif self.main_view.is_reading:
            self.main_view.is_reading = False
            self.main_view.rearrange()
            self.rows.focus()
        elif self.preview.has_focus:
            self.rows.focus()
        elif self.selected:
            self.select(frozenset())
        elif self.scope.member:
            self.queue.put(self.list.leave_incident())
        elif self.scope.query:
            self.queue.put(self.search.clear())
        elif self.tour.is_on:
            self.tour.end()
        else:
            self.messages.clear()

    async def run_verb(self, action_id: str) -> None:
        """Do what an action does."""
        verb = self._find_verb(action_id)
        if verb is None:
            return
        result = verb(self)
        self.tour.did(action_id)
        if isawaitable(result):
            await result

    async def run_chosen(self, kind: str, value: str) -> None:
        """Do what was chosen in the palette."""
        if kind == "action":
            await self.run_verb(value)
        elif kind == "user":
            await self.show_scope(replace(self.scope, user_id=value))
        elif kind == "view":
            await self.show_scope(replace(self.scope, query=self.workspace.settings.views[value]))
        elif kind == "profile":
            self.post_message(ProfileChosen(self.workspace.profile(value)))
        elif kind == "theme":
            self.post_message(ThemeWanted(value))
            await self.workspace.set_theme(value)

    @on(ActionChosen)
    def _choose(self, event: ActionChosen) -> None:
        event.stop()
        if event.action_id == "user.go" and event.value:
            user_id = EVERYONE if event.value == ALL_USERS else event.value
            self.queue.put(self.run_chosen("user", user_id))
        elif event.action_id == "views" and event.value:
            self.queue.put(self.run_chosen("view", event.value))
        else:
            self.action_run(event.action_id)

    @on(CursorMoved)
    def _cursor_moved(self, event: CursorMoved) -> None:
        event.stop()
        if self.rows.cursor_index != self.view.position - 1:
            self.list.cursor_moved()

    @on(RowsWanted)
    def _rows_wanted(self, event: RowsWanted) -> None:
        event.stop()
        self.list.load_rows()

    @on(RowOpened)
    def _row_opened(self, event: RowOpened) -> None:
        event.stop()
        self.action_run("open")

    @on(RowToggled)
    def _row_toggled(self, event: RowToggled) -> None:
        event.stop()
        fold = self.snapshot.fold_on(self.snapshot.index_of(event.key))
        self.state.toggle(*(fold.keys if fold is not None else (event.key,)))
        self.list.selection_changed()

    @on(Input.Changed, "#search")
    def _query_typed(self, event: Input.Changed) -> None:
        event.stop()
        self.search.typed(event.value)

    @on(Input.Submitted, "#search")
    def _query_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.search.submit(event.value)

    def action_suggestion(self, step: int) -> None:
        """Choose among what could be taken into the search line."""
        self.search.choose(step)

    def action_take_suggestion(self) -> None:
        """Take it into the search line."""
        self.search.take()

    @on(CandidateChosen)
    def _candidate_chosen(self, event: CandidateChosen) -> None:
        event.stop()
        self.search.take(event.candidate)

    @on(SessionEvent)
    def _hear(self, event: SessionEvent) -> None:
        event.stop()
        self.updates.hear(event.fact)

    def on_descendant_focus(self) -> None:
        # Another part has the keys: other ones are worth knowing.
        self.drawing.change(is_reading=self.preview.has_focus)

    def on_resize(self) -> None:
        self.call_after_refresh(self.drawing.draw)
