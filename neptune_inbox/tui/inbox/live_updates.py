"""What happens to the inbox without the agent: facts from below, and time that passes.

Facts never move a row: they redraw what the rows say, or count what waits behind the banner.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from neptune_inbox.errors import StoreProblem
from neptune_inbox.presentation import inbox_view as present
from neptune_inbox.presentation.sentences import mode_sentence, plural
from neptune_inbox.presentation.team import sharing_words
from neptune_inbox.presentation.watch_rule import change_sentence
from neptune_inbox.sync.events import (
    Arrived,
    Compared,
    HealthChanged,
    MarksChanged,
    MarksSent,
    Polled,
    TeamChanged,
    TriageChanged,
    Troubled,
    WatchListChanged,
    WrittenElsewhere,
)
from neptune_inbox.sync.team.sharer import Sharing, SharingState
from neptune_inbox.tui.background import run_in_background
from neptune_inbox.tui.inbox.status_message import About

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual.dom import DOMNode
    from textual.timer import Timer

    from neptune_inbox.sync.events import Fact
    from neptune_inbox.sync.session import Session
    from neptune_inbox.tui.inbox.drawing import InboxDrawing
    from neptune_inbox.tui.inbox.list_controller import ListController
    from neptune_inbox.tui.inbox.list_state import ListState
    from neptune_inbox.tui.inbox.preview_controller import PreviewController
    from neptune_inbox.tui.inbox.status_message import StatusMessages

MINUTE = 60.0
MILLISECONDS_A_MINUTE = 60_000
TROUBLE_PAUSE = 1.0
"""Seconds until trouble with the team's database is shown, so that what the act said is read first."""
REDRAW_PAUSE = 0.1
"""Seconds between two readings of what the marks have become, while many are sent."""
MANY = 20
"""Marks under way, from which on they are followed at that pace and not one by one."""


class LiveUpdates:
    """Listens to the session's events, and to the clock."""

    def __init__(
        self,
        node: DOMNode,
        session: Session,
        state: ListState,
        drawing: InboxDrawing,
        controller: ListController,
        preview: PreviewController,
        messages: StatusMessages,
    ) -> None:
        self._node = node
        self._session = session
        self._state = state
        self._drawing = drawing
        self._list = controller
        self._preview = preview
        self._messages = messages
        self._countdown: Timer | None = None
        self._sent = 0
        """How many marks went out since it was last said that some wait."""
        self._marks_are_stale = self._is_following = self._is_named = False
        self._minute = session.now() // MILLISECONDS_A_MINUTE
        self._unseen: set[str] = set()
        self._asked: set[str] = set()
        self._asked_at_first = 0

    def start_clock(self) -> None:
        """Let time pass on the screen: each second while a mark counts down, else each minute."""
        self._countdown = self._node.set_interval(1.0, self.tick, pause=True)
        self._node.set_interval(MINUTE, self.tick)

    def expect(self, users: Iterable[str]) -> None:
        """These users were never fetched before: what comes of them first is shown at once."""
        self._unseen = set(users)

    def await_answers(self, users: Iterable[str]) -> None:
        """Say that the server is asked about these users, and how many answered, until all answers are there."""
        self._asked = set(users)
        self._asked_at_first = len(self._asked)
        if self._asked:
            self._messages.say(self._progress(), about=About.ASKING)

    def _progress(self) -> str:
        asked = self._asked_at_first
        return present.asking_sentence(self._drawing.view, asked - len(self._asked), asked)

    def hold_still(self) -> None:
        """The agent does something: from now on no row moves by itself."""
        self._unseen.clear()

    def tick(self) -> None:
        """Draw what time changed; the ages in the list and in the preview are of one minute."""
        self._drawing.draw()
        self._messages.tick(self._session.now())
        run_in_background(self._node, "mode", self._follow_mode, is_latest_only=True)
        minute = self._session.now() // MILLISECONDS_A_MINUTE
        if minute != self._minute:
            self._minute = minute
            self._preview.fill()
            # What another process fetched is not new to our own polls.
            self._count_waiting()

    async def _follow_mode(self) -> None:
        """Show what the settings let this profile do, which somebody may have changed meanwhile."""
        before = self._drawing.view.profile.mode
        with suppress(StoreProblem):
            await self._session.must_ask()
        profile = self._session.profile
        if profile.mode is not before:
            self._drawing.change(profile=profile)
            self._messages.say(mode_sentence(profile.mode, self._drawing.view.held), "warn")

    def hear(self, fact: Fact) -> None:
        """Take in one fact from below."""
        match fact:
            case Arrived(user_id=user, keys=keys, arrived=arrived):
                self._state.first_loaded |= frozenset(keys) - frozenset(arrived)
                # At the first look at a user, and in an empty list, there is nothing to hold still.
                (self._fill if user in self._unseen or self._state.is_empty else self._count_waiting)()
            case Polled(user_id=user, changed=changed):
                self._unseen.discard(user)
                is_awaited = user in self._asked
                self._asked.discard(user)
                if not self._asked:
                    self._messages.be_silent(About.ASKING)
                elif is_awaited and self._messages.about is About.ASKING:
                    self._messages.say(self._progress(), about=About.ASKING)
                if not self._unseen and self._drawing.view.overview.users:
                    run_in_background(self._node, "names", self._name_watched)
                if changed:
                    self._list.read_again()
                self._redraw()
                if user == self._state.scope.user_id and not self._drawing.view.overview.cached.all:
                    look = partial(self._look_up_empty, user)
                    run_in_background(self._node, "look-up-empty", look, is_latest_only=True)
            case Compared():
                self._redraw()
            case HealthChanged():
                self._redraw()
                self._preview.fill()
            case MarksChanged() | TriageChanged() | WrittenElsewhere():
                self._marks_are_stale = True
                run_in_background(self._node, "marks", self._follow_marks)
            case TeamChanged(keys=keys):
                self._marks_are_stale = True
                if any(not key.id for key in keys):
                    self._redraw()
                if not keys:
                    self._node.set_timer(TROUBLE_PAUSE, self._tell_team_trouble)
                run_in_background(self._node, "marks", self._follow_marks)
                self._preview.fill()
            case MarksSent(count=count):
                self._tell_sent(count)
            case WatchListChanged(more=more, fewer=fewer):
                self._messages.say(change_sentence(more, fewer))
                self._redraw()
            case Troubled(error=error):
                self._messages.say(self._drawing.explain(error), "warn")

    async def _look_up_empty(self, user_id: str) -> None:
        """Ask whether the user exists at all: a user unknown to Neptune is not one with an empty inbox."""
        if await self._session.people.refresh_contact(user_id):
            await self._list.redraw_overview()
            # Rows may have come meanwhile: nobody else is asked about while this answer is waited for.
            self._preview.fill()

    async def _name_watched(self) -> None:
        """Ask once what the watched users are called, after all of them were looked at."""
        if self._is_named:
            return
        self._is_named = True
        try:
            if await self._session.people.name_watched(self._drawing.view.overview.users):
                await self._list.redraw_overview()
                self._list.read_again()
        except StoreProblem as problem:
            self._messages.say(self._drawing.explain(problem), "error")

    async def _follow_marks(self) -> None:
        """Read the marks again, once for all that changed meanwhile: no key waits in this screen for the disk."""
        if self._is_following:
            return
        self._is_following = True
        try:
            while self._marks_are_stale:
                self._marks_are_stale = False
                await self._list.redraw_marks()
                self._messages.tick(self._session.now())
                self._run_countdown()
                await asyncio.sleep(REDRAW_PAUSE if self._drawing.view.held > MANY else 0)
        except StoreProblem as problem:
            self._messages.say(self._drawing.explain(problem), "error")
        finally:
            self._is_following = False

    def _tell_team_trouble(self) -> None:
        """Say what keeps the team's database from us, where that has not passed meanwhile."""
        sharing = self._session.team.sharing() if self._session.team is not None else Sharing()
        if sharing.state in (SharingState.SLOW, SharingState.TROUBLED):
            self._messages.say(sharing_words(sharing), "warn")

    def _tell_sent(self, count: int) -> None:
        """Messages about marks that could be taken back are over; marks sent together are reported together."""
        about = self._messages.about
        if about not in (About.SENT, About.MARKS):
            return
        self._sent = count + (self._sent if about is About.SENT else 0)
        self._messages.say(f"{plural(self._sent, 'mark')} sent; that cannot be taken back.", about=About.SENT)

    def _redraw(self) -> None:
        run_in_background(self._node, "overview", self._list.redraw_overview, is_latest_only=True)

    def _fill(self) -> None:
        run_in_background(self._node, "fill", self._list.fill, is_latest_only=True)

    def _count_waiting(self) -> None:
        run_in_background(self._node, "waiting", self._list.waiting.count, is_latest_only=True)

    def _run_countdown(self) -> None:
        if self._countdown is not None:
            (self._countdown.resume if self._drawing.view.held else self._countdown.pause)()
