"""What happens to the inbox without the agent: facts from below, and time that passes.

Facts never move a row: they redraw what the rows say, or count what waits behind the banner.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.events import Resize
from textual.timer import Timer

from neptune_inbox.sync.facts import Arrived, HealthChanged, MarksChanged, MarksSent, MineChanged, Polled, Troubled
from neptune_inbox.sync.inbox import Scope
from neptune_inbox.sync.wording import plural
from neptune_inbox.tui.keys import Action
from neptune_inbox.tui.messages import FactTold
from neptune_inbox.tui.screens.inbox_state import InboxState
from neptune_inbox.tui.screens.inbox_voice import About

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace

MINUTE = 60.0


class InboxNews(InboxState):
    """The inbox that hears what the session tells."""

    def __init__(self, workspace: Workspace, session: Session, *, actions: Sequence[Action], scope: Scope) -> None:
        super().__init__(workspace, session, actions=actions, scope=scope)
        self._countdown: Timer | None = None
        self._sent = 0
        """How many marks went out since it was last said that some wait."""
        self._unseen: set[str] = set()
        """Users who were never fetched before; empty once the agent does anything."""

    def start_clock(self) -> None:
        """Let time pass on the screen: each second while a mark counts down, else each minute."""
        self._countdown = self.set_interval(1.0, self._tick, pause=True)
        self.set_interval(MINUTE, self._tick)

    @on(FactTold)
    async def _hear(self, event: FactTold) -> None:
        event.stop()
        match event.fact:
            case Arrived(user_id=user):
                # At the first look at a user, and in an empty list, there is nothing to hold still.
                (self._fill if user in self._unseen or not len(self.window) else self._count_waiting)()
            case Polled(user_id=user, changed=changed):
                self._unseen.discard(user)
                if changed:
                    self.window.forget()
                    self.rows.repaint()
                self._redraw()
            case HealthChanged():
                self._redraw()
                self._fill_preview()
            case MarksChanged() | MineChanged():
                await self.redraw_marks()
                self._run_countdown()
            case MarksSent(count=count):
                self._tell_sent(count)
            case Troubled(error=error):
                self.say(str(error), "warn")

    def _tell_sent(self, count: int) -> None:
        """What was said of marks that could be taken back is over; those that go out together are told together."""
        is_more = self._said_about is About.SENT
        if not (is_more or self._said_about is About.MARKS):
            return
        self._sent = count + (self._sent if is_more else 0)
        self.say(f"{plural(self._sent, 'mark')} sent; that cannot be taken back.", about=About.SENT)

    @work(group="overview", exclusive=True)
    async def _redraw(self) -> None:
        await self.redraw_overview()

    @work(group="fill", exclusive=True)
    async def _fill(self) -> None:
        await self.fold_in(keep=False)

    @work(group="waiting", exclusive=True)
    async def _count_waiting(self) -> None:
        window = self.window
        waiting = await self.session.inbox.waiting(self.scope, window)
        if window is self.window:
            self.change(waiting=waiting)

    def _run_countdown(self) -> None:
        if self._countdown is not None:
            (self._countdown.resume if self.view.held else self._countdown.pause)()

    def _tick(self) -> None:
        self._draw()

    def on_descendant_focus(self) -> None:
        # Another part has the keys: other ones are worth knowing.
        self.change(is_reading=self.preview.has_focus)

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._draw)
