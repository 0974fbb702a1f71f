"""Shows other lists and other facts about them: what the verbs, the search and the news from below all ask for."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.errors import BadQuery, StoreProblem
from neptune_inbox.model import Filter
from neptune_inbox.sync.inbox.folded_list import FoldedList
from neptune_inbox.tui.background import run_in_background
from neptune_inbox.tui.inbox.status_message import About
from neptune_inbox.tui.messages import UnreadCounted

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from neptune_inbox.model import Key, Row
    from neptune_inbox.model.incidents import Fold
    from neptune_inbox.store.outbox.outbox import OutboxCounts
    from neptune_inbox.sync.inbox.inbox import Overview, Scope
    from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace
    from neptune_inbox.tui.inbox.drawing import InboxDrawing
    from neptune_inbox.tui.inbox.list_state import ListState
    from neptune_inbox.tui.inbox.preview_controller import PreviewController
    from neptune_inbox.tui.inbox.row_loader import RowLoader
    from neptune_inbox.tui.inbox.status_message import StatusMessages
    from neptune_inbox.tui.inbox.target import ActionTarget

    Views = tuple[tuple[str, str, int | None], ...]
    """Each saved view: its name, its query, and how many rows it holds."""

LOOKS_AT_CURSOR = 5
"""How often rows are read for a cursor that moves on meanwhile."""


class ListController:
    """Reads lists and counts from the session, keeps them in the `ListState`, and has them drawn."""

    def __init__(
        self,
        node: DOMNode,
        workspace: Workspace,
        session: Session,
        state: ListState,
        drawing: InboxDrawing,
        loader: RowLoader,
        preview: PreviewController,
        messages: StatusMessages,
    ) -> None:
        self._node = node
        self._workspace = workspace
        self._session = session
        self._state = state
        self._drawing = drawing
        self._loader = loader
        self._preview = preview
        self._messages = messages
        self._rows = drawing.main_view.rows
        self._is_loading = False

    def target(self, action: str = "") -> ActionTarget:
        """What a verb whose key is pressed now acts on."""
        return self._state.target(self._rows.cursor_key, self._rows.cursor_index, action)

    async def targets(self, aim: ActionTarget) -> list[Row]:
        """The rows that a verb acts on, as they are now: the selection in its order, else the cursor's.

        In the line of an incident these are the members that it lists.
        """
        inbox = self._session.inbox
        if aim.fold is not None and isinstance(aim.rows, FoldedList):
            return await inbox.rows(aim.rows.opened(aim.fold))
        # The rest of a list of which only the first rows were known has come meanwhile.
        snapshot = self._state.snapshot if aim.rows.is_partial else aim.rows
        if aim.selected is None:
            return await inbox.rows(snapshot)
        if aim.selected or aim.taken:
            taken = await inbox.keys(aim.rows, aim.taken.start, aim.taken.stop) if aim.taken else ()
            return await inbox.rows(snapshot, aim.selected.union(taken))
        key = aim.key
        if key is None and aim.index is not None:
            key = next(iter(await inbox.keys(aim.rows, aim.index, aim.index + 1)), None)
        row = await inbox.row(key) if key else None
        return [row] if row is not None else []

    def select(self, keys: frozenset[Key]) -> None:
        """Select exactly these, and show it."""
        self._state.select(keys)
        self.selection_changed()

    def selection_changed(self) -> None:
        """Show what is selected."""
        self._rows.selected = self._state.selected
        self._drawing.change(selected=self._state.selected)
        self._messages.be_silent(About.SELECTION)

    async def show_scope(self, scope: Scope) -> None:
        """Look at something else: another user, kind or query. The cursor stays on its notification.

        Raises BadQuery, and then nothing changed.
        """
        state = self._state
        if (scope.user_id, scope.kind, scope.query) != (state.scope.user_id, state.scope.kind, state.scope.query):
            scope = replace(scope, member=0)
        before, state.scope = state.scope, scope
        self._messages.be_silent(About.COVERAGE)
        is_elsewhere = scope.user_id != before.user_id
        try:
            await self.fold_in(keep=not is_elsewhere)
        except BadQuery:
            state.scope = before
            raise
        if is_elsewhere:
            self.select(frozenset())
        if is_elsewhere and scope.user_id:
            await self._session.inbox.note_visit(scope.user_id)
        await self._session.set_visible(scope.user_id, scope.kind)
        await self.redraw_overview()

    async def open_incident(self, fold: Fold) -> None:
        """Show the members of an incident, as its line lists them."""
        snapshot, scope = self._state.snapshot, self._state.scope
        if isinstance(snapshot, FoldedList):
            self._state.scope = replace(scope, member=fold.rowids[0])
            await self.take_window(snapshot.opened(fold), keep=False)

    async def fold_in(self, *, keep: bool = True) -> None:
        """Draw the list again, with what arrived since and without what was settled."""
        await self.take_window(await self._session.inbox.open(self._state.scope), keep=keep)

    async def take_window(self, snapshot: ListSnapshot, *, keep: bool) -> None:
        """Draw another list, and keep of the selection what it holds: found in one look, off the screen's thread."""
        asked = self._state.selected
        found = await self._session.inbox.members(snapshot, asked) if asked else frozenset()
        await self._load_around_cursor(snapshot, keep=keep)
        self.show_snapshot(snapshot, keep=keep, found=found | (self._state.selected - asked))

    async def _load_around_cursor(self, snapshot: ListSnapshot, *, keep: bool) -> None:
        """Read those rows of another list that will be in sight, wherever the cursor goes meanwhile."""
        inbox, rows = self._session.inbox, self._rows
        margin = 2 * max(1, rows.size.height)
        for _ in range(LOOKS_AT_CURSOR):
            held = self._held() if keep else ()
            here = rows.cursor_index or 0 if keep else 0
            ends = range(max(0, len(snapshot) - margin), len(snapshot))
            await inbox.pages.load_around(
                snapshot, held, (range(here - margin, here + margin), range(margin), ends), margin
            )
            if not keep or held == self._held():
                return

    def _held(self) -> tuple[Key, ...]:
        """The rows that must not move when another list is shown: the cursor's, and the one at the top."""
        return tuple(key for key in (self._rows.cursor_key, self._rows.anchor_key) if key is not None)

    def show_snapshot(self, snapshot: ListSnapshot, *, keep: bool, found: frozenset[Key] = frozenset()) -> None:
        """Draw another list; with `keep` the cursor stays on its row, and that row in its place."""
        state = self._state
        state.show(snapshot, found)
        self._session.housekeeping.spare(snapshot.ids)
        self._drawing.change(
            scope=state.scope,
            length=state.length(self._drawing.view.overview.cached),
            hidden=snapshot.hidden,
            waiting=0,
            first_loaded=0,
        )
        self._drawing.show_rows(snapshot, keep=keep)
        self.selection_changed()
        self.cursor_moved()
        # A letter of a search was drawn a moment ago: Textual would let the rows wait for its next frame.
        self._drawing.main_view.draw_at_once()
        run_in_background(self._node, "remember", self.remember)

    async def go_to(self, key: Key) -> None:
        """Put the cursor on a notification, looking at its user and all kinds if it is not in this list."""
        if not await self._session.inbox.members(self._state.snapshot, [key]):
            await self.show_scope(self._state.scope_for(key))
        await self.return_to(key)

    async def return_to(self, key: Key) -> None:
        """Put the cursor on a notification of this list; where it is not in it, the cursor stays."""
        await self._session.inbox.pages.load_around(
            self._state.snapshot, [key], (), 2 * max(1, self._rows.size.height)
        )
        self._rows.go_to(key)

    async def go_to_unread(self, start: int, step: int) -> bool:
        """Put the cursor on the next unread row from a position on; False where there is none, and it stays."""
        inbox, snapshot = self._session.inbox, self._state.snapshot
        index = await inbox.pages.find_unread(snapshot, start, step)
        if index is None or snapshot is not self._state.snapshot:
            return False
        margin = 2 * max(1, self._rows.size.height)
        await inbox.pages.load(snapshot, [range(index - margin, index + margin)])
        self._rows.go(index)
        return True

    def cursor_moved(self) -> None:
        """Tell the position, and fill the preview once the cursor rests."""
        index = self._rows.cursor_index
        self._drawing.change(position=0 if index is None else index + 1)
        revealed = self._session.inbox.revealed
        if revealed is not None and revealed != self._rows.cursor_key:
            run_in_background(self._node, "conceal", partial(self.reveal, None))
        self._preview.fill_at_rest()

    async def reveal(self, key: Key | None) -> None:
        """Show the codes of one row until the cursor leaves it; None hides them."""
        await self._session.inbox.reveal(key)
        await self._loader.reload()
        self._preview.fill()

    async def count_waiting(self) -> None:
        """Read how many rows arrived since the list was drawn, and show it."""
        inbox, state = self._session.inbox, self._state
        scope, snapshot, first = state.scope, state.snapshot, state.first_loaded
        waiting = await inbox.waiting(scope, snapshot)
        loaded = await inbox.waiting(scope, snapshot, first) if first else 0
        if state.count_waiting(waiting, behind=snapshot):
            self._drawing.change(waiting=waiting, first_loaded=loaded)

    async def redraw_overview(self) -> None:
        """Read the counts and the freshness again, and draw the lines that show them."""
        inbox, scope = self._session.inbox, self._state.scope
        overview = await inbox.overview(scope.user_id)
        views = []
        for name, query in self._workspace.settings.views.items():
            views.append((name, query, await inbox.count(replace(scope, query=query))))
        unknown = overview.user_id if await self._is_unknown(overview) else ""
        self.show_overview(overview, tuple(views), unknown_user=unknown)

    async def _is_unknown(self, overview: Overview) -> bool:
        """Whether the service said that it knows no such user, where nothing of theirs was seen."""
        user_id = overview.user_id
        if not user_id or overview.cached.all or overview.total(Filter.ALL, (user_id,))[0]:
            return False
        return (await self._session.people.contact_status(user_id)).is_unknown

    def show_overview(self, overview: Overview, views: Views, *, unknown_user: str = "") -> None:
        """Draw other counts and freshness."""
        session = self._session
        self._drawing.show_users(len(overview.users) > 1 or bool(views))
        self._drawing.change(
            overview=overview,
            round_ms=session.poller.milliseconds_a_round,
            requests_per_minute=self._workspace.settings.polling.requests_per_minute,
            health=session.health.state,
            health_since=session.health.since,
            health_error=session.health.error,
            views=views,
            unknown_user=unknown_user,
        )
        self._node.post_message(UnreadCounted(self._drawing.view.total(Filter.UNREAD), session.profile.name))
        if self._state.is_empty:
            self._drawing.show_rows(self._state.snapshot, keep=True)

    def load_rows(self) -> None:
        """Have what is missing near the screen read; one reading is for all keys that come meanwhile."""
        if not self._is_loading:
            self._is_loading = True
            run_in_background(self._node, "rows", self._load_rows)

    async def _load_rows(self) -> None:
        try:
            await self.load_now()
        finally:
            self._is_loading = False

    async def load_now(self) -> None:
        """Read what is missing near the screen."""
        await self._loader.load()
        # The row under the cursor may be among them.
        self._preview.fill_at_rest()

    def read_again(self) -> None:
        """Draw what the rows say now, and what the preview says of one, as soon as it is read; none moves."""
        run_in_background(self._node, "rows", self._read_again)

    async def _read_again(self) -> None:
        await self._loader.reload()
        self._preview.fill()

    async def redraw_marks(self) -> None:
        """Read again what the outbox and triage say of the rows; no row moves."""
        counts = await self._session.marking.counts()
        team = self._session.team
        self._drawing.change(unshared=await team.unshared() if team is not None else 0)
        await self._loader.reload()
        self.show_outbox(counts)
        self._preview.fill()

    def show_outbox(self, counts: OutboxCounts) -> None:
        """Draw how many marks are under way."""
        self._drawing.change(held=counts.held + counts.sending, failed=counts.failed, next_due_at=counts.next_due_at)

    async def remember(self) -> None:
        """Keep what is on screen for the first paint of the next start, which shows neither a search nor a code."""
        scope, shows_codes = (
            self._state.scope,
            self._workspace.shows_codes or self._session.inbox.revealed is not None,
        )
        is_usual = not scope.query and not scope.is_folded and not shows_codes
        if not self._workspace.is_demo and is_usual:
            # It only makes the next start look quicker; a full disk is reported where it matters.
            with suppress(StoreProblem):
                workspace = self._workspace
                dumped = self._drawing.dump(self._state.snapshot, workspace.settings.ui.theme, workspace.background)
                await self._session.inbox.remember_screen(dumped)
