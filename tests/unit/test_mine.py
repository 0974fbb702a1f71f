"""My plane: local, told at once, and never sent to anybody."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from neptune_inbox.model import Filter, Key, Mine, Mode
from neptune_inbox.sync.facts import MineChanged
from neptune_inbox.sync.session import Session
from tests.builders import HOUR, Listener, Office, keys


@pytest.fixture
def office() -> Office:
    return Office(mode=Mode.OBSERVE)


@pytest.fixture
async def session(office: Office) -> AsyncIterator[Session]:
    session = await office.open()
    yield session
    await session.close()


async def mine(session: Session, id: str) -> Mine:
    row = await session.inbox.row(Key("u-1", id))
    assert row is not None
    return row.mine


async def test_every_verb_shows_at_once_is_told_and_can_be_taken_back(office: Office, session: Session) -> None:
    ids = office.arrive(2)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    listener, both, now = Listener.on(session.bus), keys(ids), office.clock.now()
    await session.mine.set_done(both, True)
    await session.mine.snooze(both, now + HOUR)
    await session.mine.star(both, True)
    await session.mine.note(both[0], "called back")
    assert await mine(session, ids[0]) == Mine(now, now + HOUR, True, "called back")
    assert await mine(session, ids[1]) == Mine(now, now + HOUR, True, "")
    await session.mine.set_done(both, False)
    await session.mine.snooze(both, None)
    await session.mine.star(both, False)
    await session.mine.note(both[0], "")
    assert (await mine(session, ids[0])).is_blank
    assert listener.all(MineChanged) == [MineChanged(both)] * 3 + [MineChanged(both[:1])] + (
        [MineChanged(both)] * 3 + [MineChanged(both[:1])]
    )


async def test_my_plane_is_mine_also_where_i_only_observe_and_nothing_is_sent(
    office: Office, session: Session
) -> None:
    ids = office.arrive(1)
    requests = office.requests
    await session.mine.set_done(keys(ids), True)
    await session.mine.note(Key("u-1", ids[0]), "seen")
    assert office.requests == requests
    assert await session.evidence.entries() == []


async def test_a_host_is_asked_about_once(session: Session) -> None:
    assert not await session.mine.is_host_confirmed("acme.example")
    await session.mine.confirm_host("acme.example")
    assert await session.mine.is_host_confirmed("acme.example")
    assert not await session.mine.is_host_confirmed("evil.example")


async def test_my_plane_outlives_a_lost_cache_row(office: Office, session: Session) -> None:
    ids = office.arrive(1)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    await session.mine.star(keys(ids), True)
    office.stores.cache.prune(session.place, office.clock.now() + HOUR, [])
    await session.inbox.refresh("u-1", Filter.ALL)
    assert (await mine(session, ids[0])).is_starred
