"""One thread touches the disk: in order, off the event loop, and it never keeps the program from quitting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from neptune_inbox.errors import DiskFull, StoreProblem
from neptune_inbox.sync.store_thread import StoreThread
from tests.builders import settled


@pytest.fixture
def store_thread() -> Iterator[StoreThread]:
    store_thread = StoreThread()
    yield store_thread
    store_thread.close()


async def test_calls_run_one_after_the_other_in_one_other_thread(store_thread: StoreThread) -> None:
    log: list[tuple[int, int]] = []

    def note(number: int) -> None:
        log.append((number, threading.get_ident()))

    await asyncio.gather(*(store_thread.run(note, number) for number in range(50)))
    assert [number for number, _ in log] == list(range(50))
    assert len({thread for _, thread in log}) == 1
    assert log[0][1] != threading.get_ident()


async def test_arguments_and_the_answer_pass_through(store_thread: StoreThread) -> None:
    assert await store_thread.run(int, "ff", base=16) == 255


async def test_an_error_is_raised_where_it_is_awaited_and_the_thread_goes_on(store_thread: StoreThread) -> None:
    def full() -> None:
        raise DiskFull("The disk is full.")

    with pytest.raises(DiskFull):
        await store_thread.run(full)
    assert await store_thread.run(lambda: "still here") == "still here"


async def test_the_event_loop_goes_on_while_the_disk_is_busy(store_thread: StoreThread) -> None:
    gate = threading.Event()
    slow = asyncio.ensure_future(store_thread.run(gate.wait, 5))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not slow.done()
    gate.set()
    assert await settled(asyncio.wait_for(slow, 5))


async def test_a_call_whose_waiter_gave_up_is_done_all_the_same(store_thread: StoreThread) -> None:
    gate, log = threading.Event(), list[str]()
    blocker = asyncio.ensure_future(store_thread.run(gate.wait, 5))
    hold = asyncio.ensure_future(store_thread.run(log.append, "held"))
    await asyncio.sleep(0)
    hold.cancel()
    gate.set()
    await blocker
    await store_thread.run(lambda: None)
    assert log == ["held"]


async def test_closing_finishes_what_is_queued() -> None:
    store_thread, log = StoreThread(), list[int]()
    pending = [asyncio.ensure_future(store_thread.run(log.append, number)) for number in range(5)]
    await asyncio.sleep(0)
    store_thread.close()
    assert log == [0, 1, 2, 3, 4]
    await settled(asyncio.wait_for(asyncio.gather(*pending), 5))


async def test_after_closing_nothing_waits_for_ever() -> None:
    store_thread = StoreThread()
    store_thread.close()
    store_thread.close()
    with pytest.raises(StoreProblem, match="closed"):
        await settled(store_thread.run(lambda: 1))


def test_a_disk_that_hangs_does_not_keep_the_loop_from_ending() -> None:
    store_thread, gate = StoreThread(), threading.Event()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(store_thread.run(gate.wait, 5), 0.01)

    asyncio.run(give_up())
    gate.set()
    store_thread.close()
    assert not any(thread.name == "disk" and not thread.daemon for thread in threading.enumerate())


async def test_what_a_key_asked_for_goes_ahead_of_what_runs_in_the_background(store_thread: StoreThread) -> None:
    gate, log = threading.Event(), list[str]()
    blocker = asyncio.ensure_future(store_thread.run(gate.wait, 5))
    await asyncio.sleep(0)
    background = [asyncio.ensure_future(store_thread.run(log.append, f"poll {number}")) for number in range(3)]
    await asyncio.sleep(0)
    undo = asyncio.ensure_future(store_thread.foreground.run(log.append, "undo"))
    await asyncio.sleep(0)
    gate.set()
    for task in (blocker, undo, *background):
        await asyncio.wait_for(task, 5)
    assert log == ["undo", "poll 0", "poll 1", "poll 2"]


async def test_what_only_shows_something_is_left_out_where_nobody_waits_for_it_any_more(
    store_thread: StoreThread,
) -> None:
    gate, log = threading.Event(), list[str]()
    blocker = asyncio.ensure_future(store_thread.run(gate.wait, 5))
    previews = [asyncio.ensure_future(store_thread.read(log.append, f"preview {number}")) for number in range(5)]
    await asyncio.sleep(0)
    for preview in previews[:-1]:
        preview.cancel()
    await asyncio.sleep(0)
    gate.set()
    for task in (blocker, previews[-1]):
        await asyncio.wait_for(task, 5)
    assert log == ["preview 4"]
