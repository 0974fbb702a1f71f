"""What is typed while a sheet is about to open belongs to the sheet, never to the list below it.

Apart from the app and the sheets because both need it: `@ m e i` typed fast looks for Mei and marks nothing.
"""

from __future__ import annotations

from typing import TypeVar

from textual import on
from textual.app import App
from textual.events import Event, Key
from textual.message import Message
from textual.timer import Timer

PATIENCE = 0.3
"""Seconds: a sheet that takes longer (it asks the server first) gets only what is typed into it."""

T = TypeVar("T")


class KeysAwaited(Message):
    """Whoever was to open is open, or will not: the keys may go where the focus is."""


class TypeAheadApp(App[T]):
    """Holds keys back from the moment something was asked to open until it has the focus."""

    _is_holding = False
    _patience: Timer | None = None

    def hold_keys(self) -> None:
        """Keep what is typed from now on."""
        if not self._is_holding:
            self._is_holding = True
            self._held: list[Key] = []
        if self._patience is not None:
            self._patience.stop()
        self._patience = self.set_timer(PATIENCE, self.release_keys)

    def release_keys(self) -> None:
        """Give back what was typed, in order, behind a change of focus that was asked for before."""
        self.post_message(KeysAwaited())

    async def on_event(self, event: Event) -> None:
        # A key that comes back from the focused widget was of no use to it, and would run an action.
        if self._is_holding and isinstance(event, Key) and event.is_forwarded:
            self._held.append(event)
            event.stop()
        else:
            await super().on_event(event)

    @on(KeysAwaited)
    async def _give_back(self) -> None:
        if not self._is_holding:
            return
        self._is_holding = False
        if self._patience is not None:
            self._patience.stop()
        for key in self._held:
            await super().on_event(Key(key.key, key.character))


def hold_keys(app: App[object]) -> None:
    """Have this app keep what is typed."""
    if isinstance(app, TypeAheadApp):
        app.hold_keys()


def release_keys(app: App[object]) -> None:
    """Have this app give back what was typed."""
    if isinstance(app, TypeAheadApp):
        app.release_keys()
