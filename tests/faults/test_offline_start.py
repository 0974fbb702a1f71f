"""Starting without a network: everything that was there is there, its age is told, and marking works."""

from __future__ import annotations

import time
from pathlib import Path

from neptune_inbox.model import Filter, MarkState
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.polling.health import State
from tests.builders import HOUR, Office
from tests.speed import units

ROWS = 5_000
WEEK = 7 * 24 * HOUR
ALL = Scope("u-1", Filter.ALL)


async def everything_is_fetched(office: Office) -> list[str]:
    """All rows arrive and are loaded, and the inbox is left; their ids, oldest first."""
    ids = office.arrive(ROWS)
    session = await office.open()
    await session.inbox.refresh("u-1", Filter.ALL)
    while (await session.inbox.load_older("u-1", Filter.ALL)).new:
        pass
    await session.close()
    return ids


async def test_after_a_week_offline_all_5000_rows_are_there_and_a_mark_is_sent_once_the_network_is_back(
    tmp_path: Path,
) -> None:
    office = Office(folder=tmp_path)
    ids = await everything_is_fetched(office)
    fetched_at = office.clock.now()

    office.clock.advance(WEEK / 1000)
    office.faults.set(Kind.OFFLINE)
    began = time.process_time()
    session = await office.open()
    snapshot = await session.inbox.open(ALL)
    first = (await session.inbox.page(snapshot, 0, 1))[0]
    seconds = time.process_time() - began

    assert [row.id for row in await session.inbox.rows(snapshot)] == ids[::-1]
    assert first.id == ids[-1]
    assert units(seconds) < 60

    await session.poller.step()
    overview = await session.inbox.overview("u-1")
    assert overview.freshness["u-1"].fetched_at == fetched_at, "a week old, and it says so"
    assert overview.freshness["u-1"].problem
    assert overview.freshness["u-1"].has_everything
    assert len(await session.inbox.open(ALL)) == ROWS, "trouble takes nothing away"

    receipt = await session.marking.hold([first.key], label="one")
    assert receipt.count(MarkState.HELD) == 1
    for _ in range(8):
        office.clock.advance(HOUR / 1000)
        await session.sender.flush()
    assert session.health.state is State.OFFLINE
    assert office.marked == []
    (mark,) = await session.marking.unsettled()
    assert mark.error, "the row tells why it is still waiting"

    office.faults.clear()
    office.clock.advance(HOUR / 1000)
    for _ in range(3):
        await session.sender.flush()
    assert office.marked == [first.id]
    assert await session.marking.unsettled() == []
    await session.inbox.refresh("u-1", Filter.READ)
    row = await session.inbox.row(first.key)
    assert row is not None
    assert row.is_read, "a list has shown it"
    await session.close()


async def test_a_restart_while_offline_keeps_the_mark(tmp_path: Path) -> None:
    office = Office(folder=tmp_path)
    ids = office.arrive(3)
    session = await office.open()
    await session.inbox.refresh("u-1", Filter.ALL)
    await session.close()
    office.faults.set(Kind.OFFLINE)
    session = await office.open()
    snapshot = await session.inbox.open(ALL)
    await session.marking.hold(await session.inbox.keys(snapshot, 1, 2), label="one")
    await session.close()

    office.clock.advance(WEEK / 1000)
    office.faults.clear()
    session = await office.open()
    await session.sender.flush()

    assert office.marked == [ids[1]]
    await session.close()
