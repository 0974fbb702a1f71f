"""Old rows go and the journal is indexed in short turns, while nobody waits, and from where it stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from neptune_inbox.model import Filter, Key, Mode
from neptune_inbox.store.cache.prune import Pruning
from neptune_inbox.sync import housekeeping as module
from neptune_inbox.sync.session import Session
from tests.builders import HOUR, Office, until

DAY = 24 * HOUR


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    for name in ("store.cache.prune.AT_ONCE", "store.cache.prune.WALKED"):
        monkeypatch.setattr(f"neptune_inbox.{name}", 3)
    return Office(mode=Mode.OBSERVE)


async def with_old_rows(office: Office) -> tuple[Session, list[str]]:
    """A session whose customer has ten read notifications, and two unread ones, of which all are old by now."""
    session = await office.open()
    ids = office.arrive(10, is_read=True) + office.arrive(2)
    await session.inbox.refresh("u-1", Filter.ALL)
    office.clock.at += 100 * DAY
    return session, ids


async def cached(session: Session, ids: list[str]) -> list[str]:
    return [id for id in ids if await session.inbox.row(Key("u-1", id))]


async def test_what_was_read_long_ago_goes_a_few_rows_a_turn_and_what_is_mine_or_unread_stays(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, ids = await with_old_rows(office)
    await session.triage.star([Key("u-1", ids[3])], True)
    await session.triage.note(Key("u-1", ids[4]), "called back")
    monkeypatch.setattr(module, "TURN", 0.0)
    steps: list[bool] = []
    step = Pruning.step

    def noted(pruning: Pruning) -> bool:
        steps.append(True)
        return step(pruning)

    monkeypatch.setattr(Pruning, "step", noted)

    assert await session.housekeeping.is_due()
    turns = 0
    while await session.housekeeping.turn():
        turns += 1
        assert len(steps) == turns < 50, "one turn is one step where a step takes as long as a turn"
    assert turns > 2
    monkeypatch.undo()

    assert await cached(session, ids) == [*ids[3:5], *ids[10:]]
    assert not await session.housekeeping.is_due(), "once a day is enough"
    await session.close()


async def test_a_turn_begins_only_when_no_key_was_pressed_for_a_while(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, ids = await with_old_rows(office)
    is_quiet = False
    looks = 0

    async def sleep(_: float) -> None:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)

    monkeypatch.setattr("neptune_inbox.sync.store_thread.StoreThread.is_quiet", lambda self, seconds: is_quiet)
    monkeypatch.setattr(session.housekeeping, "_sleep", sleep)
    running = asyncio.ensure_future(session.housekeeping.run())
    await until(lambda: looks > 20)
    assert await cached(session, ids) == ids
    is_quiet = True
    cache = office.stores.of(session.tenant).cache
    await until(lambda: len(cache.rowids([Key("u-1", id) for id in ids])) == 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await session.close()


async def test_closing_prunes_nothing_and_the_next_session_goes_on(office: Office) -> None:
    session, ids = await with_old_rows(office)
    await session.close()
    session = await office.open()
    assert await cached(session, ids) == ids
    await session.housekeeping.finish(60)
    assert await cached(session, ids) == ids[10:]
    await session.close()


async def test_the_journal_of_a_home_is_indexed_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neptune_inbox.store.journal.segments.BLOCK", 512)
    monkeypatch.setattr("neptune_inbox.store.journal.index.BLOCK", 512)
    monkeypatch.setattr("neptune_inbox.store.journal.journal.BEHIND", 512)
    office = Office(folder=tmp_path)
    session = await office.open()
    ids = office.arrive(5)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    await session.marking.hold([Key("u-1", id) for id in ids], label="five")
    await session.housekeeping.finish(60)
    assert not await session.housekeeping.is_due()
    evidence = await session.evidence.of(Key("u-1", ids[2]))
    assert evidence is not None
    assert [entry.id for entry in evidence.journal] == [ids[2]]
    await session.close()
