"""Verbs are done in the order of their keys, and none is left hanging when the list goes."""

from __future__ import annotations

import asyncio
import gc
import inspect
import warnings

from neptune_inbox.errors import InboxError, UsageProblem
from neptune_inbox.tui.inbox.verb_queue import VerbQueue


class Bench:
    """A queue, and what became of its verbs."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failed: list[InboxError] = []
        self.rested = asyncio.Event()
        self.queue = VerbQueue(fail=self.failed.append, rest=self.rested.set)

    async def verb(self, name: str) -> None:
        await asyncio.sleep(0)
        self.done.append(name)

    async def wrong(self) -> None:
        raise UsageProblem("That is not a valid time.")


async def test_verbs_are_done_in_their_order_and_one_that_fails_stops_none() -> None:
    bench = Bench()
    for verb in (bench.verb("one"), bench.wrong(), bench.verb("two")):
        bench.queue.put(verb)
    worker = asyncio.create_task(bench.queue.work())
    await bench.rested.wait()
    worker.cancel()
    assert bench.done == ["one", "two"]
    assert [error.sentence for error in bench.failed] == ["That is not a valid time."]


async def test_what_is_dropped_is_closed_and_never_done() -> None:
    bench = Bench()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bench.queue.put(bench.verb("queued"))
        bench.queue.close()
        late = bench.verb("late")
        bench.queue.put(late)
        gc.collect()
    assert inspect.getcoroutinestate(late) == inspect.CORO_CLOSED, "a verb that comes later is dropped too"
    worker = asyncio.create_task(bench.queue.work())
    await asyncio.sleep(0)
    worker.cancel()
    assert bench.done == []


async def test_it_is_idle_once_the_verb_that_is_being_done_is_over() -> None:
    bench = Bench()
    answered = asyncio.Event()

    async def ask() -> None:
        await answered.wait()
        bench.done.append("answered")

    bench.queue.put(ask())
    worker = asyncio.create_task(bench.queue.work())
    idle = asyncio.create_task(bench.queue.until_idle())
    await asyncio.sleep(0)
    assert not idle.done()
    answered.set()
    await idle
    worker.cancel()
    assert bench.done == ["answered"]
