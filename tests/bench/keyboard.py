"""Presses keys in an app without a terminal, and times what they do until the screen shows it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.events import Key
from textual.message_pump import MessagePump


class Keyboard:
    """The keys of one app."""

    def __init__(self, app: App[Any], limit: float = 60.0) -> None:
        """`limit` is how many seconds anything may take."""
        self._app = app
        self._limit = limit

    async def until(self, is_done: Callable[[], bool], wait: float = 0) -> None:
        """Look every `wait` seconds whether it is done; at every turn of the event loop without any."""
        end = time.monotonic() + self._limit
        while not is_done():
            assert time.monotonic() < end
            await asyncio.sleep(wait)

    def press(self, key: str) -> None:
        """Press a key, and go on at once."""
        self._app.post_message(Key(key, key if len(key) == 1 else None))

    async def step(self, key: str, where: Callable[[], object], drawn_by: MessagePump) -> float:
        """Milliseconds until a key has moved what `where` tells, and the screen shows it."""
        before, drawn, began = where(), asyncio.Event(), time.perf_counter()
        self.press(key)
        await self.until(lambda: where() != before)
        drawn_by.call_after_refresh(drawn.set)
        await drawn.wait()
        return (time.perf_counter() - began) * 1000
