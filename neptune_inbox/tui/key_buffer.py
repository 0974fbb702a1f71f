"""What is typed while a sheet is about to open belongs to the sheet, never to the list below it.

Apart from the app and the sheets because both need it: `@ m e i` typed fast looks for Mei and marks nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from textual import on
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.events import Event, Key
from textual.message import Message
from textual.timer import Timer

from neptune_inbox.presentation.keymap import Action

PATIENCE = 1.0
"""Seconds: a sheet that takes longer (it asks the server first) gets only what is typed into it."""

T = TypeVar("T")


class KeysAwaited(Message):
    """Whoever was to open is open, or will not: the keys may go where the focus is."""


class TypeAheadApp(App[T]):
    """Holds keys back from the moment something was asked to open until it has the focus."""

    def __init__(self, actions: Sequence[Action], *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.actions = actions
        """Every action, with the keys that the user has set."""
        self._held: list[Key] = []
        self._last: Key | None = None
        """The key that ended typing: it comes back from the line to do so."""
        self.is_holding = False
        self._patience: Timer | None = None

    def hold_keys(self) -> None:
        """Keep what is typed from now on."""
        self.is_holding = True
        if self._patience is not None:
            self._patience.stop()
        self._patience = self.set_timer(PATIENCE, self.release_keys)

    def hold_typed(self, text: str) -> None:
        """Hold what was typed before there was an app, ahead of everything else."""
        self._held += [event for event in XTermParser().feed(text) if isinstance(event, Key)]
        if self._held:
            self.hold_keys()

    def forget_keys(self) -> None:
        """Let go of what was typed and is still held: it was typed at something that nobody had seen yet."""
        self._held.clear()

    def release_keys(self) -> None:
        """Give back what was typed, in order, behind a change of focus that was asked for before."""
        self.post_message(KeysAwaited())

    def keys_are_actions(self) -> bool:
        """Whether no widget on the screen wants keys for itself."""
        return False

    def ends_typing(self, key: Key) -> bool:
        """Whether this key will take the focus from a line back to where keys are actions."""
        return False

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and self.is_holding and event is not self._last:
            self._held.append(event)
            event.stop()
        elif isinstance(event, Key) and not event.is_forwarded and self.keys_are_actions():
            # Not by way of the focused widget: the next key must not set out before this one has acted.
            if not await self._check_bindings(event.key, priority=True):
                await self._check_bindings(event.key)
        else:
            await super().on_event(event)
            if isinstance(event, Key) and self.ends_typing(event):
                self._last = event
                self.hold_keys()

    @on(KeysAwaited)
    async def _give_back(self) -> None:
        if not self.is_holding:
            return
        self.is_holding = False
        if self._patience is not None:
            self._patience.stop()
        held, self._held = self._held, []
        for key in held:
            await self.on_event(Key(key.key, key.character))


def hold_keys(app: App[object]) -> None:
    """Have this app keep what is typed."""
    if isinstance(app, TypeAheadApp):
        app.hold_keys()


def forget_keys(app: App[object]) -> None:
    """Have this app forget what was typed and not heard yet."""
    if isinstance(app, TypeAheadApp):
        app.forget_keys()


def release_keys(app: App[object]) -> None:
    """Have this app give back what was typed."""
    if isinstance(app, TypeAheadApp):
        app.release_keys()
