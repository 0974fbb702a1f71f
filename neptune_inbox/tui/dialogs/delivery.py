"""Waiting for the notification that an event becomes: says how long it took, and leads to it. Nothing is held up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from neptune_inbox.errors import InboxError
from neptune_inbox.model import Event, Now
from neptune_inbox.presentation.keymap import Where
from neptune_inbox.presentation.remedies import in_the_app
from neptune_inbox.tui.bindings import live_actions
from neptune_inbox.tui.dialogs.base import Dialog, has_gone, line
from neptune_inbox.tui.widgets.key_line import KeyLine

if TYPE_CHECKING:
    from neptune_inbox.sync.customers.events import Delivery

REDRAW_EVERY = 0.5
"""Seconds."""


class DeliveryDialog(Dialog[str]):
    """Answers `go` (to what arrived) or `keep` (the event as a template); the waiting continues while it is
    closed."""

    where = Where.DELIVERY

    def __init__(self, event: Event, waiting: asyncio.Task[Delivery | None], *, since: int, within: float, now: Now):
        super().__init__()
        self._event = event
        self._waiting = waiting
        self._since = since
        self._within = within
        self._now = now

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield line(f"{self._event.event_type} was sent", "sheet-title")
            yield Static(id="arrival", classes="sheet-line")
            yield line("", "sheet-problem")
            yield KeyLine("")

    def on_mount(self) -> None:
        self._draw()
        self.set_interval(REDRAW_EVERY, self._draw)
        self._wait()

    @work(group="arrival")
    async def _wait(self) -> None:
        # Shielded: leaving the sheet must not end what another one keeps watching.
        await asyncio.wait([self._waiting])
        self._draw()

    def action_go(self) -> None:
        if self._waiting.done():
            self.dismiss("go" if self._outcome() is not None else None)

    def action_keep(self) -> None:
        self.dismiss("keep")

    def _outcome(self) -> Delivery | None:
        return self._waiting.result() if self._waiting.done() and not self._trouble() else None

    def _trouble(self) -> str:
        error = self._waiting.exception() if self._waiting.done() else None
        return in_the_app(error, live_actions(self.app)) if isinstance(error, InboxError) else ""

    def _draw(self) -> None:
        if has_gone(self):
            return
        user, arrival = self._event.user_id, self._outcome()
        if arrival is not None:
            words = Content.styled(f"It arrived at {user} after {arrival.seconds:.1f} s.", "$success")
        elif self._trouble():
            words = Content.styled(
                f"It was sent, but it is not known whether it arrived. {self._trouble()}", "$warning"
            )
        elif self._waiting.done():
            words = Content.styled(
                f"Nothing new arrived at {user} within {self._within:.0f} s. It may still arrive; is there a"
                f" template for {self._event.event_type}?",
                "$warning",
            )
        else:
            passed = max(0, self._now() - self._since) // 1000
            words = Content(f"Waiting for it to arrive at {user}: {passed} s of {self._within:.0f} s …")
        self.query_one("#arrival", Static).update(words)
        go = ("delivery.go",) if arrival else ()
        self.query_one(KeyLine).tell(self.key_line(*go, "delivery.keep", "dialog.back"))
