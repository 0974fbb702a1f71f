"""`state.db` comes to harm: the inbox opens all the same, and every unsettled mark is back, with the count told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from neptune_inbox.model import MarkState
from neptune_inbox.paths import Paths
from neptune_inbox.sandbox.faults import Kind
from tests.builders import HOUR, Office, keys

SENT, UNDONE, TRIED, WAITING = 30, 10, 5, 25


def empty(state: Path) -> None:
    state.write_bytes(b"")


def cut_to_one_page(state: Path) -> None:
    state.write_bytes(state.read_bytes()[:4096])


def cut_to_100_bytes(state: Path) -> None:
    state.write_bytes(state.read_bytes()[:100])


def overwrite_with_zeros(state: Path) -> None:
    state.write_bytes(bytes(state.stat().st_size))


def garble_the_header(state: Path) -> None:
    content = bytearray(state.read_bytes())
    content[:100] = b"captive portal: please sign in".ljust(100, b"?")
    state.write_bytes(content)


def replace_with_text(state: Path) -> None:
    state.write_text("<html>Sign in to the network</html>\n" * 500)


def lose(state: Path) -> None:
    state.unlink()


HARMS = [
    empty,
    cut_to_one_page,
    cut_to_100_bytes,
    overwrite_with_zeros,
    garble_the_header,
    replace_with_text,
    lose,
]


class Day:
    """An office after a day's work: some marks sent, some undone, some tried in vain, some waiting."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.office = Office(folder=folder)
        self.tried: list[str] = []
        self.waiting: list[str] = []
        self.undone: list[str] = []

    @property
    def state(self) -> Path:
        assert self.office.builder.paths is not None
        return self.office.builder.paths.state_db

    async def work(self, copy: Path | None = None) -> None:
        """Live through the day; with `copy`, the files are copied as they stand while the program runs."""
        office = self.office
        session = await office.open()
        sent, self.undone = office.arrive(SENT), office.arrive(UNDONE)
        self.tried, self.waiting = office.arrive(TRIED), office.arrive(WAITING)
        await session.marking.hold(keys(sent), label="sent", is_due_now=True)
        await session.sender.flush()
        await session.marking.hold(keys(self.undone), label="undone")
        await session.marking.undo()
        await session.marking.hold(keys(self.tried), label="tried", is_due_now=True)
        office.faults.set(Kind.RESET_AFTER)
        for _ in range(TRIED):
            session.health.try_now()
            await session.sender.flush()
        await session.marking.hold(keys(self.waiting), label="waiting")
        assert sorted(office.marked) == sorted([*sent, *self.tried])
        if copy is not None:
            shutil.copytree(self.folder, copy)
            office.builder.paths = Paths.under(copy)
        await session.close()
        office.sandbox_state.writes.clear()

    async def check_that_all_is_back(self) -> None:
        """Open the inbox anew, read what it says, and let it send."""
        office = self.office
        session = await office.open()
        marks = await session.marking.unsettled()
        assert sorted(mark.id for mark in marks) == sorted([*self.tried, *self.waiting])
        assert f"{TRIED + WAITING} unsettled marks came back from the journal." in session.notices
        assert {mark.state for mark in marks} == {MarkState.HELD}
        office.faults.clear()
        office.clock.advance(HOUR / 1000)
        session.health.try_now()
        await session.sender.flush()
        assert sorted(office.marked) == sorted([*self.tried, *self.waiting])
        assert await session.marking.unsettled() == []
        await session.close()


@pytest.mark.parametrize("harm", HARMS)
async def test_after_a_quit_every_unsettled_mark_is_back(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    day = Day(tmp_path / "home")
    await day.work()
    harm(day.state)

    await day.check_that_all_is_back()


@pytest.mark.parametrize("harm", HARMS)
async def test_after_a_crash_every_unsettled_mark_is_back(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    """The log that SQLite left beside the file does not fit it any more."""
    day = Day(tmp_path / "home")
    await day.work(copy=tmp_path / "crashed")
    assert day.state.with_name("state.db-wal").stat().st_size > 0
    harm(day.state)

    session = await day.office.open()
    marks = await session.marking.unsettled()
    assert sorted(mark.id for mark in marks) == sorted([*day.tried, *day.waiting])
    day.office.faults.clear()
    day.office.clock.advance(HOUR / 1000)
    session.health.try_now()
    await session.sender.flush()
    assert sorted(day.office.marked) == sorted([*day.tried, *day.waiting])
    await session.close()


@pytest.mark.parametrize("harm", [harm for harm in HARMS if harm is not lose])
async def test_the_damaged_file_is_kept_and_named(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    day = Day(tmp_path / "home")
    await day.work()
    harm(day.state)
    damaged = day.state.read_bytes()

    session = await day.office.open()

    (kept,) = [path for path in day.state.parent.glob("state.db.bad-*") if not path.name.endswith("-wal")]
    assert kept.read_bytes() == damaged
    assert f"state.db was damaged and set aside as {kept.name}." in session.notices
    await session.close()


async def test_what_came_back_can_still_be_undone_within_its_window_and_is_then_never_sent(tmp_path: Path) -> None:
    day = Day(tmp_path / "home")
    await day.work()
    empty(day.state)
    session = await day.office.open()

    undone = await session.marking.undo()

    assert undone is not None
    assert sorted(mark.id for mark in undone.undone) == sorted(day.waiting)
    day.office.faults.clear()
    day.office.clock.advance(HOUR / 1000)
    session.health.try_now()
    await session.sender.flush()
    assert sorted(day.office.marked) == sorted(day.tried), "what was tried may have arrived, so it is sent again"
    await session.close()


async def test_it_may_happen_every_morning(tmp_path: Path) -> None:
    day = Day(tmp_path / "home")
    await day.work()
    for _ in range(4):
        overwrite_with_zeros(day.state)
        day.office.clock.advance(1)
        session = await day.office.open()
        assert len(await session.marking.unsettled()) == TRIED + WAITING
        await session.close()
    overwrite_with_zeros(day.state)
    await day.check_that_all_is_back()
