"""One thread touches the disk: in order, off the event loop, and it never keeps the program from quitting."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from neptune_inbox.errors import DiskFull, StoreProblem
from neptune_inbox.sync.disk import Disk
from tests.builders import settled


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    yield disk
    disk.close()


async def test_calls_run_one_after_the_other_in_one_other_thread(disk: Disk) -> None:
    log: list[tuple[int, int]] = []

    def note(number: int) -> None:
        log.append((number, threading.get_ident()))

    await asyncio.gather(*(disk.run(note, number) for number in range(50)))
    assert [number for number, _ in log] == list(range(50))
    assert len({thread for _, thread in log}) == 1
    assert log[0][1] != threading.get_ident()


async def test_arguments_and_the_answer_pass_through(disk: Disk) -> None:
    assert await disk.run(int, "ff", base=16) == 255


async def test_an_error_is_raised_where_it_is_awaited_and_the_thread_goes_on(disk: Disk) -> None:
    def full() -> None:
        raise DiskFull("The disk is full.")

    with pytest.raises(DiskFull):
        await disk.run(full)
    assert await disk.run(lambda: "still here") == "still here"


async def test_the_event_loop_goes_on_while_the_disk_is_busy(disk: Disk) -> None:
    gate = threading.Event()
    slow = asyncio.ensure_future(disk.run(gate.wait, 5))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not slow.done()
    gate.set()
    assert await settled(asyncio.wait_for(slow, 5))


async def test_a_call_whose_waiter_gave_up_is_done_all_the_same(disk: Disk) -> None:
    gate, log = threading.Event(), list[str]()
    blocker = asyncio.ensure_future(disk.run(gate.wait, 5))
    hold = asyncio.ensure_future(disk.run(log.append, "held"))
    await asyncio.sleep(0)
    hold.cancel()
    gate.set()
    await blocker
    await disk.run(lambda: None)
    assert log == ["held"]


async def test_closing_finishes_what_is_queued() -> None:
    disk, log = Disk(), list[int]()
    pending = [asyncio.ensure_future(disk.run(log.append, number)) for number in range(5)]
    await asyncio.sleep(0)
    disk.close()
    assert log == [0, 1, 2, 3, 4]
    await settled(asyncio.wait_for(asyncio.gather(*pending), 5))


async def test_after_closing_nothing_waits_for_ever() -> None:
    disk = Disk()
    disk.close()
    disk.close()
    with pytest.raises(StoreProblem, match="closed"):
        await settled(disk.run(lambda: 1))


def test_a_disk_that_hangs_does_not_keep_the_loop_from_ending() -> None:
    disk, gate = Disk(), threading.Event()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(disk.run(gate.wait, 5), 0.01)

    asyncio.run(give_up())
    gate.set()
    disk.close()
    assert not any(thread.name == "disk" and not thread.daemon for thread in threading.enumerate())
