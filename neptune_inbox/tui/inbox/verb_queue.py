"""Verbs that wait for something are done one after the other, in the order of their keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from inspect import iscoroutine

from neptune_inbox.errors import InboxError


class LeftAlone(Exception):
    """The agent said no, so that a verb ends without a word."""


class VerbQueue:
    """Awaitables in their order; `fail` hears what went wrong with one, `rest` when none is left."""

    def __init__(self, *, fail: Callable[[InboxError], None], rest: Callable[[], None]) -> None:
        self._queue: asyncio.Queue[Awaitable[None]] = asyncio.Queue()
        self._fail = fail
        self._rest = rest
        self._is_closed = False

    def put(self, verb: Awaitable[None]) -> None:
        """Have a verb done behind those before it; once closed it is dropped."""
        if self._is_closed:
            _drop(verb)
        else:
            self._queue.put_nowait(verb)

    async def work(self) -> None:
        """Do what is queued until cancelled; what goes wrong with one keeps none behind it from being done."""
        while True:
            verb = await self._queue.get()
            try:
                with suppress(LeftAlone):
                    await verb
            except InboxError as error:
                self._fail(error)
            finally:
                self._queue.task_done()
            if self._queue.empty():
                self._rest()

    async def until_idle(self) -> None:
        """Wait until nothing is queued and nothing is being done; one that waits for an answer is being done."""
        await self._queue.join()

    def close(self) -> None:
        """Drop what is queued, and whatever comes: the list that it was meant for is gone."""
        self._is_closed = True
        while not self._queue.empty():
            _drop(self._queue.get_nowait())
            self._queue.task_done()


def _drop(verb: Awaitable[None]) -> None:
    # One that was never begun would be complained about when it is collected.
    if iscoroutine(verb):
        verb.close()
