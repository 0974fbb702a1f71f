"""Shows other lists and other facts about them: what the verbs, the search and the news from below all ask for."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.errors import StoreProblem
from neptune_inbox.model import Filter
from neptune_inbox.sync.inbox.folded_list import FoldedList
from neptune_inbox.tui.background import run_in_background
from neptune_inbox.tui.inbox.list_state import NOTHING_WAITS, Waiting
from neptune_inbox.tui.inbox.status_message import About
from neptune_inbox.tui.inbox.waiting_rows import WaitingRows
from neptune_inbox.tui.messages import UnreadCounted
from neptune_inbox.tui.widgets.list_cursor import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from textual.dom import DOMNode

    from neptune_inbox.model import Key, Row
    from neptune_inbox.model.incidents import Fold
    from neptune_inbox.store.outbox.outbox import OutboxCounts
    from neptune_inbox.sync.inbox.inbox import Overview, Scope
    from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace
    from neptune_inbox.tui.inbox.drawing import InboxDrawing
    from neptune_inbox.tui.inbox.list_state import EarlierList, ListState
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
        self.waiting = WaitingRows(session, state, drawing)

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
        before = self._state.scope
        is_elsewhere = scope.user_id != before.user_id
        is_other_list = is_elsewhere or scope.kind != before.kind
        if scope == before:
            # What was settled goes; what waits was not asked for.
            within = self._state.snapshot.horizon
            await self._take(scope, await self._session.inbox.open(scope, within=within))
            return
        if scope.query not in ("", before.query) and not is_other_list:
            await self.search(scope.query)
        else:
            await self._open(scope if scope.query == before.query and not is_other_list else replace(scope, member=0))
        if is_elsewhere:
            self.select(frozenset())
        if is_elsewhere and scope.user_id:
            await self._session.inbox.note_visit(scope.user_id)
        await self._session.set_visible(scope.user_id, scope.kind)
        await self.redraw_overview()

    async def _open(self, scope: Scope) -> None:
        """Show a list as it is now, to which no other leads. Raises BadQuery."""
        snapshot = await self._session.inbox.open(scope)
        self._messages.be_silent(About.COVERAGE)
        keep = scope.user_id == self._state.scope.user_id
        await self._take(scope, snapshot, keep=keep, earlier=lambda _: ())

    async def search(self, query: str, *, limit: int | None = None) -> None:
        """Show which rows of this list a query finds, or the first `limit` of them; what waits behind it waits on.

        Raises BadQuery, and then nothing changed.
        """
        state, is_shown = self._state, False
        while not is_shown:
            # Again where another list was chosen just before and is shown only now.
            chosen = state.snapshot
            scope = replace(state.scope, query=query, member=0)
            snapshot = await self._session.inbox.open(scope, limit=limit, within=state.horizon)
            self._messages.clear()
            is_shown = await self._take(scope, snapshot, earlier=state.on_search, instead_of=chosen)

    async def leave_search(self) -> None:
        """Show the list from which the search was begun, as it was."""
        if self._state.scope.query:
            await self._return(self._state.before_search())

    async def open_incident(self, fold: Fold) -> None:
        """Show the members of an incident, as its line lists them."""
        state = self._state
        if isinstance(state.snapshot, FoldedList):
            scope = replace(state.scope, member=fold.rowids[0])
            await self._take(scope, state.snapshot.opened(fold), keep=False, earlier=state.on_incident)

    async def leave_incident(self) -> None:
        """Show the list from which the incident was opened, as it was."""
        if self._state.scope.member:
            await self._return(self._state.before_incident())

    async def _return(self, one: EarlierList | None) -> None:
        state = self._state
        if one is None:
            # Another list was chosen meanwhile: this was never shown without what is left now.
            query = state.scope.query if state.scope.member else ""
            await self._open(replace(state.scope, query=query, member=0))
            return
        self._messages.be_silent(About.COVERAGE)
        scope, snapshot, place = one
        leading = state.leading_to(one)
        count, margin = len(snapshot), 2 * max(1, self._rows.size.height)
        near = (range(place.top - margin, place.top + margin), range(place.cursor, place.cursor + 1))
        # What they say may have changed since.
        await self._session.inbox.pages.reload(snapshot, (*near, range(1), range(count - margin, count)))
        await self._take(scope, snapshot, earlier=lambda _: leading, place=place)
        await self.complete()
        if state.is_empty and state.waiting.rows:
            # As it would have been had it been shown when they came.
            await self.fill()

    async def refold(self) -> None:
        """Fold each incident of this list into one line, or unfold them again; no notification comes or goes."""
        await self.complete()
        state = self._state
        scope, before = state.scope, state.before_incident() if state.scope.member else None
        snapshot = before.snapshot if before is not None else state.snapshot
        earlier = state.leading_to(before) if before is not None else state.earlier
        scope = replace(scope, is_folded=not scope.is_folded, member=0)
        await self._take(scope, await self._session.inbox.lists.refolded(snapshot, scope), earlier=lambda _: earlier)

    async def complete(self) -> None:
        """Put the whole list in the place of its first rows, if only those are shown."""
        scope, first = self._state.scope, self._state.snapshot
        if first.is_partial:
            await self._take(scope, await self._session.inbox.lists.completed(first, scope), instead_of=first)

    async def note_older(self, keys: Collection[Key]) -> None:
        """Remember what was loaded because older rows were looked for; it waits until this list is asked for it."""
        rowids = await self._session.inbox.rowids(keys)
        self._state.older |= rowids
        await self.waiting.count()

    async def extend(self) -> None:
        """Show in this list what was loaded because older rows were looked for; no other row comes or goes."""
        await self.complete()
        state = self._state
        scope, snapshot = state.scope, state.snapshot
        extended = await self._session.inbox.lists.extended(snapshot, scope, state.older)
        await self._take(scope, extended, instead_of=snapshot)

    async def fold_in(self) -> None:
        """Draw the list again, with what arrived since and without what was settled."""
        scope = self._state.scope
        self._state.forget_loaded()
        await self._take(scope, await self._session.inbox.open(scope))

    async def fill(self) -> None:
        """The same for a list in which nothing needs to hold still; what waits behind the list before waits on."""
        state = self._state
        scope, snapshot = state.scope, state.snapshot
        within = snapshot.horizon if state.earlier else None
        state.forget_loaded()
        filled = await self._session.inbox.open(scope, within=within)
        if not await self._take(scope, filled, keep=False, instead_of=snapshot):
            await self.waiting.count()

    async def _take(
        self,
        scope: Scope,
        snapshot: ListSnapshot,
        *,
        keep: bool = True,
        place: Place | None = None,
        earlier: Callable[[Place], tuple[EarlierList, ...]] | None = None,
        instead_of: ListSnapshot | None = None,
    ) -> bool:
        """Draw another list, and keep of the selection what it holds: found in one look, off the screen's thread.

        `earlier` tells which lists lead to it, from the place of the one that is shown now. False where the one that
        was to give way is no longer shown.
        """
        state = self._state
        asked = state.selected
        found = await self._session.inbox.members(snapshot, asked) if asked else frozenset()
        if place is None:
            await self._load_around_cursor(snapshot, keep=keep)
        waiting = await self.waiting.behind(scope, snapshot)
        if instead_of is not None and instead_of is not state.snapshot:
            return False
        leading = state.earlier if earlier is None else earlier(self._place())
        found |= state.selected - asked
        self._show(scope, snapshot, keep=keep, place=place, found=found, waiting=waiting, earlier=leading)
        return True

    def _place(self) -> Place:
        """Where the list stands on the screen, to be shown there again."""
        top, cursor = self._rows.scroll_offset.y, self._rows.cursor_index or 0
        return Place(cursor, top, top <= cursor < top + self._rows.size.height)

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

    def show_first(self, scope: Scope, snapshot: ListSnapshot) -> None:
        """Draw a list of which what is on the screen is read, where there was none."""
        self._show(scope, snapshot, keep=False)

    def _show(
        self,
        scope: Scope,
        snapshot: ListSnapshot,
        *,
        keep: bool,
        place: Place | None = None,
        found: frozenset[Key] = frozenset(),
        waiting: Waiting = NOTHING_WAITS,
        earlier: tuple[EarlierList, ...] = (),
    ) -> None:
        """Draw another list; with `keep` the cursor stays on its row, and that row in its place."""
        state = self._state
        state.show(scope, snapshot, found, waiting, earlier)
        self._session.housekeeping.spare(state.kept)
        self._drawing.change(
            scope=scope,
            length=state.length(self._drawing.view.overview.cached),
            is_length_known=not (snapshot.is_partial and scope.query),
            hidden=snapshot.hidden,
            waiting=waiting.rows,
            first_loaded=waiting.loaded,
        )
        self._drawing.show_rows(snapshot, keep=keep, place=place)
        self.selection_changed()
        self.cursor_moved()
        # A letter of a search was drawn a moment ago: Textual would let the rows wait for its next frame.
        self._drawing.main_view.draw_at_once()
        run_in_background(self._node, "remember", self.remember)

    async def go_to(self, key: Key) -> None:
        """Put the cursor on a notification, looking at its user and all kinds if it is not in this list."""
        if not await self._session.inbox.members(self._state.snapshot, [key]):
            scope = self._state.scope_for(key)
            await (self._open(scope) if scope == self._state.scope else self.show_scope(scope))
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
        if team is not None:
            self._drawing.change(unshared=await team.unshared(), is_team_away=team.is_away())
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
