"""A clock that is set, forward or back, while marks wait: each is sent once, no later than was said."""

from __future__ import annotations

from pathlib import Path

import pytest

from neptune_inbox.sync.clock_watch import ClockWatch, Standstill
from neptune_inbox.sync.session import Session
from tests.builders import FakeClock, Office
from tests.unit.sender_setup import hold

DAY, HOUR_LONG = 86_400.0, 3_600.0
STEPS = [-DAY, -HOUR_LONG, -2.0, 2.0, HOUR_LONG, DAY]
"""Seconds."""


class TwoClocks:
    """The wall clock, which can be set, and one that runs with it and cannot."""

    def __init__(self) -> None:
        self.wall = FakeClock()
        self.set_by = 0.0

    def steady(self) -> int:
        return self.wall.at - round(self.set_by * 1000)

    def set(self, seconds: float) -> None:
        self.set_by += seconds
        self.wall.at += round(seconds * 1000)


def test_a_step_is_told_once_and_slewing_never() -> None:
    clocks = TwoClocks()
    watch = ClockWatch(clocks.wall.now, clocks.steady)
    clocks.wall.advance(100)
    assert watch.step() == 0
    clocks.set(0.4)
    assert watch.step() == 0
    clocks.set(-DAY)
    assert watch.step() == -86_399_600
    assert watch.step() == 0


async def office_with(clocks: TwoClocks, folder: Path) -> tuple[Office, Session]:
    office = Office(clock=clocks.wall, folder=folder)
    office.builder.steady = clocks.steady
    session = await office.open()
    await session.sender.send_due()
    return office, session


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
async def test_a_mark_is_sent_when_it_was_said_whatever_becomes_of_the_clock(tmp_path: Path, step: float) -> None:
    clocks = TwoClocks()
    office, session = await office_with(clocks, tmp_path)
    ids = await hold(office, session, 3, is_due=False)
    clocks.wall.advance(2)
    clocks.set(step)
    await session.sender.send_due()
    assert office.marked == [], "the window is not over"
    counts = await session.marking.counts()
    assert counts.next_due_at is not None
    assert abs(counts.next_due_at - clocks.wall.now() - 3_000) <= 1_000
    clocks.wall.advance(3.1)
    while await session.sender.send_due() == 0:
        pass
    assert sorted(office.marked) == sorted(ids)
    await session.close()


@pytest.mark.parametrize("stopped", [3.0, 60.0, DAY])
async def test_a_window_that_runs_out_while_nobody_can_see_it_is_shown_again_for_its_rest(
    tmp_path: Path, stopped: float
) -> None:
    clocks = TwoClocks()
    office, session = await office_with(clocks, tmp_path)
    ids = await hold(office, session, 3, is_due=False)
    clocks.wall.advance(2)
    session.sender._standstill.beat()
    clocks.wall.advance(stopped)
    await session.sender.send_due()
    assert office.marked == [], "the window was not over when the process was stopped"
    counts = await session.marking.counts()
    assert counts.next_due_at == clocks.wall.now() + 3_000
    for _ in range(4):
        clocks.wall.advance(0.8)
        session.sender._standstill.beat()
    while await session.sender.send_due() == 0:
        pass
    assert sorted(office.marked) == sorted(ids)
    await session.close()


async def test_what_was_due_before_the_stop_waits_no_longer_for_it(tmp_path: Path) -> None:
    clocks = TwoClocks()
    office, session = await office_with(clocks, tmp_path)
    ids = await hold(office, session, 2, is_due=False)
    session.sender._standstill.beat()
    clocks.wall.advance(0.9)
    session.sender._standstill.beat()
    await session.marking.send_now()
    clocks.wall.advance(3_600)
    while await session.sender.send_due() == 0:
        pass
    assert sorted(office.marked) == sorted(ids)
    await session.close()


def test_a_busy_moment_is_no_standstill_and_a_stop_is_told_once() -> None:
    clocks = TwoClocks()
    standstill = Standstill(clocks.steady)
    clocks.wall.advance(50)
    assert standstill.take_missed() == 0, "nobody gave a sign of life before"
    for _ in range(8):
        standstill.beat()
        clocks.wall.advance(0.9)
    assert standstill.take_missed() == 0
    clocks.wall.advance(40)
    assert standstill.take_missed() == 40_000
    assert standstill.take_missed() == 0


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
async def test_after_a_restart_no_mark_waits_longer_than_its_window(tmp_path: Path, step: float) -> None:
    clocks = TwoClocks()
    office, session = await office_with(clocks, tmp_path)
    ids = await hold(office, session, 3, is_due=False)
    await session.close()
    clocks.set(step)
    session = await office.open()
    await session.sender.send_due()
    clocks.wall.advance(session.undo_ms / 1000)
    while await session.sender.send_due() == 0:
        pass
    assert sorted(office.marked) == sorted(ids)
    await session.close()


@pytest.mark.slow
@pytest.mark.parametrize("step", [-DAY, DAY])
async def test_what_was_put_off_is_tried_again_within_minutes(tmp_path: Path, step: float) -> None:
    clocks = TwoClocks()
    office, session = await office_with(clocks, tmp_path)
    ids = await hold(office, session, 1)
    office.faults.set("500", method="POST", times=1)
    await session.sender.send_due()
    clocks.set(step)
    for _ in range(400):
        await session.sender.send_due()
        clocks.wall.advance(1)
    assert office.marked == ids
    await session.close()
