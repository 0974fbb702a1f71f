"""Triage: local, told at once, and never sent to anybody."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Filter, Key, Mode, Triage
from neptune_inbox.sync.events import TriageChanged
from neptune_inbox.sync.session import Session
from tests.builders import HOUR, Listener, Office, keys
from tests.unit.store_helpers import prune


@pytest.fixture
def office() -> Office:
    return Office(mode=Mode.OBSERVE)


async def triage(session: Session, id: str) -> Triage:
    row = await session.inbox.row(Key("u-1", id))
    assert row is not None
    return row.triage


async def test_every_verb_shows_at_once_is_told_and_can_be_taken_back(office: Office, session: Session) -> None:
    ids = office.arrive(2)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    listener, both, now = Listener.on(session.bus), keys(ids), office.clock.now()
    await session.triage.set_done(both, True)
    await session.triage.snooze(both, now + HOUR)
    await session.triage.star(both, True)
    await session.triage.note(both[0], "called back")
    assert await triage(session, ids[0]) == Triage(now, now + HOUR, True, "called back")
    assert await triage(session, ids[1]) == Triage(now, now + HOUR, True, "")
    await session.triage.set_done(both, False)
    await session.triage.snooze(both, None)
    await session.triage.star(both, False)
    await session.triage.note(both[0], "")
    assert await triage(session, ids[0]) == Triage()
    assert listener.all(TriageChanged) == [TriageChanged(both)] * 3 + [TriageChanged(both[:1])] + (
        [TriageChanged(both)] * 3 + [TriageChanged(both[:1])]
    )


async def test_my_plane_is_mine_also_where_i_only_observe_and_nothing_is_sent(
    office: Office, session: Session
) -> None:
    ids = office.arrive(1)
    requests = office.requests
    await session.triage.set_done(keys(ids), True)
    await session.triage.note(Key("u-1", ids[0]), "seen")
    assert office.requests == requests
    assert await session.evidence.entries() == []


async def test_a_host_is_asked_about_once(session: Session) -> None:
    assert not await session.triage.is_host_confirmed("acme.example")
    await session.triage.confirm_host("acme.example")
    assert await session.triage.is_host_confirmed("acme.example")
    assert not await session.triage.is_host_confirmed("evil.example")


async def test_my_plane_outlives_a_lost_cache_row(office: Office, session: Session) -> None:
    ids = office.arrive(1)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    await session.triage.star(keys(ids), True)
    prune(office.stores.of(session.tenant).cache, office.clock.now() + HOUR, [])
    await session.inbox.refresh("u-1", Filter.ALL)
    assert (await triage(session, ids[0])).is_starred
