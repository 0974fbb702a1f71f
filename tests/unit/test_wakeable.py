"""Waiting ends when the time is up or when somebody rings, whichever comes first."""

from __future__ import annotations

import asyncio

import pytest

from neptune_inbox.sync.polling.wakeable import Wakeable
from tests.builders import FakeClock, settled


async def ticks(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_the_wait_ends_when_the_time_is_up() -> None:
    clock = FakeClock()
    waiting = asyncio.ensure_future(Wakeable(clock.sleep).wait(5))
    await ticks()
    clock.advance(4.9)
    await ticks()
    assert not waiting.done()
    clock.advance(0.1)
    await settled(asyncio.wait_for(waiting, 1))


async def test_a_ring_ends_the_wait_early() -> None:
    clock = FakeClock()
    wakeable = Wakeable(clock.sleep)
    waiting = asyncio.ensure_future(wakeable.wait(3600))
    await ticks()
    wakeable.wake()
    await settled(asyncio.wait_for(waiting, 1))
    assert clock.slept == [3600]


async def test_a_ring_before_the_wait_is_not_lost_and_counts_once() -> None:
    wakeable = Wakeable(FakeClock().sleep)
    wakeable.wake()
    wakeable.wake()
    await settled(wakeable.wait(3600))
    again = asyncio.ensure_future(wakeable.wait(3600))
    await ticks()
    assert not again.done(), "two rings before one wait are one reason to look"
    again.cancel()


async def test_without_a_time_only_a_ring_ends_the_wait() -> None:
    clock = FakeClock()
    wakeable = Wakeable(clock.sleep)
    waiting = asyncio.ensure_future(wakeable.wait(None))
    await ticks()
    clock.advance(1e6)
    await ticks()
    assert not waiting.done()
    assert clock.slept == []
    wakeable.wake()
    await settled(asyncio.wait_for(waiting, 1))


async def test_a_cancelled_wait_leaves_nothing_behind() -> None:
    waiting = asyncio.ensure_future(Wakeable(FakeClock().sleep).wait(60))
    await ticks()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert asyncio.all_tasks() == {asyncio.current_task()}
