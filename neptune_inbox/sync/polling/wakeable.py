"""Waiting that can be cut short: the clockwork of sender and poller."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

Sleep: TypeAlias = Callable[[float], Awaitable[None]]


class Wakeable:
    """Sleeps until the time is up or somebody rings."""

    def __init__(self, sleep: Sleep) -> None:
        self._sleep = sleep
        self._rung = asyncio.Event()

    def wake(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float | None) -> None:
        """Return after `seconds` (None: never by itself), or as soon as it is rung."""
        waits: list[asyncio.Future[bool]] = [asyncio.ensure_future(self._rung.wait())]
        if seconds is not None:
            waits.append(asyncio.ensure_future(self._nap(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        self._rung.clear()

    async def _nap(self, seconds: float) -> bool:
        await self._sleep(seconds)
        return True
