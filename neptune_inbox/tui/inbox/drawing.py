"""The inbox's view, and drawing it: what changed in it is drawn, and nothing else."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from neptune_inbox.errors import InboxError
from neptune_inbox.presentation import inbox_view as present
from neptune_inbox.presentation.keymap import Action, Where, hints, keys_of
from neptune_inbox.presentation.lines import HintFacts
from neptune_inbox.presentation.remedies import in_the_app
from neptune_inbox.presentation.rows import needs_of
from neptune_inbox.startup.snapshot import ScreenSnapshot, dump_rows, dump_screen

if TYPE_CHECKING:
    from neptune_inbox.model import Now
    from neptune_inbox.presentation.inbox_view import View
    from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
    from neptune_inbox.tui.widgets.list_cursor import Place
    from neptune_inbox.tui.widgets.main_view import MainView

STATUS_ONLY = frozenset(("position", "message", "level"))
"""The parts of the view that only the status line shows."""


class InboxDrawing:
    """What is shown around the rows, as facts, and the widgets that show it."""

    def __init__(self, view: View, main_view: MainView, actions: tuple[Action, ...], now: Now) -> None:
        self.view = view
        self.main_view = main_view
        self._actions = actions
        self._now = now

    def explain(self, error: InboxError) -> str:
        """What went wrong and what to do, by the keys as they are now."""
        return in_the_app(error, self._actions)

    def change(self, **changes: Any) -> None:
        """Replace the view, and draw the lines that differ."""
        self.view = replace(self.view, **changes)
        if changes.keys() <= STATUS_ONLY:
            self.main_view.draw_status(present.status_facts(self.view), self._now())
        else:
            self.draw()

    def draw(self) -> None:
        """Draw what the view says now, and what time changed."""
        view, now = self.view, self._now()
        where = Where.SELECTION if view.selected else self.main_view.where_keys_go
        self.main_view.draw(
            top=present.top_facts(view),
            bar=present.filter_facts(view),
            status=present.status_facts(view),
            sidebar=present.sidebar_facts(view, now),
            hints=HintFacts(hints(self._actions, where), view.tour),
            now=now,
        )

    def show_users(self, is_shown: bool) -> None:
        """Show or hide the users' part."""
        if is_shown != self.main_view.has_users:
            self.main_view.has_users = is_shown
            self.main_view.rearrange()

    def show_rows(self, snapshot: ListSnapshot, *, keep: bool, place: Place | None = None) -> None:
        """Draw a list; with `keep` the cursor stays on its row, and that row in its place. `place` is another one."""
        rows = self.main_view.rows
        rows.empty = present.emptiness(self.view)
        rows.show(snapshot, keep=keep, needs=needs_of(snapshot.values), place=place)

    def dump(self, snapshot: ListSnapshot, theme: str, background: tuple[str, str]) -> str:
        """What is on this screen, as the text that the cache keeps for the first paint of the next start."""
        view, main_view = self.view, self.main_view
        return dump_screen(
            ScreenSnapshot(
                profile=view.profile.name,
                theme=theme,
                has_users=main_view.has_users,
                has_preview=main_view.has_preview,
                with_user=main_view.rows.with_user,
                style=main_view.rows.style,
                top=present.top_facts(view),
                bar=present.filter_facts(view),
                status=present.status_facts(view),
                sidebar=present.sidebar_facts(view, self._now()),
                hints=HintFacts(hints(self._actions, Where.LIST)),
                down=keys_of(self._actions, "move.down"),
                up=keys_of(self._actions, "move.up"),
                rows=dump_rows(map(snapshot.row, takewhile(snapshot.is_loaded, range(len(snapshot))))),
                empty=present.emptiness(view),
                needs=needs_of(snapshot.values),
                background=background,
            )
        )
