"""the sender when it must not send, when the program died, and when it runs twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from neptune_inbox.errors import DiskFull, StoreProblem, TokenUnproven
from neptune_inbox.model import Mode
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync.events import Troubled
from neptune_inbox.sync.marking.pace import AT_ONCE
from neptune_inbox.sync.marking.sender import LEASE, LOCK_RETRY
from neptune_inbox.sync.polling.health import State
from neptune_inbox.sync.session import Session
from tests.builders import Listener, Office, until
from tests.unit.sender_setup import HELD, SENT, hold, send_all, states

# -- no token, no right ------------------------------------------------------------------------------------------


async def test_a_refused_token_pauses_and_keeps_the_marks_until_there_is_a_new_one(
    office: Office, session: Session
) -> None:
    ids = await hold(office, session, 9)
    office.faults.set(Kind.UNAUTHENTICATED)
    before = office.requests
    assert await session.sender.send_due() == 0
    assert (await session.sender.send_due() or 0) > 0
    await session.sender.flush()
    assert office.requests - before <= AT_ONCE
    assert session.health.state is State.SIGNED_OUT
    assert {mark.state for mark in await session.marking.unsettled()} == {HELD}
    office.faults.clear()
    office.use_token(session, office.new_token())
    await send_all(office, session)
    assert sorted(office.marked) == sorted(ids)


async def test_marks_that_wait_for_a_token_that_was_refused_for_a_while_are_sent_by_themselves(
    office: Office, session: Session
) -> None:
    ids = await hold(office, session, 9)
    office.faults.set(Kind.UNAUTHENTICATED, times=2)
    await send_all(office, session)
    assert sorted(office.accepted) == sorted(ids)
    assert session.health.state is State.ONLINE


async def test_send_now_tries_a_refused_token_at_once(office: Office, session: Session) -> None:
    ids = await hold(office, session, 2)
    office.faults.set(Kind.UNAUTHENTICATED)
    await session.sender.send_due()
    assert session.health.state is State.SIGNED_OUT
    office.faults.clear()
    await session.marking.send_now()
    await session.sender.flush()
    assert sorted(office.accepted) == sorted(ids)


async def test_what_is_only_observed_is_never_sent(office: Office) -> None:
    writer = await office.open()
    await hold(office, writer, 2)
    await writer.close()
    office.profile = Office(mode=Mode.OBSERVE).profile
    observer = await office.open()
    assert len(await observer.marking.unsettled()) == 2, "held before the profile was only observed"
    assert await observer.sender.send_due() is None
    await observer.sender.flush()
    assert office.faults.count_writes() == 0
    await observer.close()


async def test_another_teams_token_does_not_send_our_marks(office: Office) -> None:
    session = await office.open()
    await hold(office, session, 2)
    await session.close()
    other = Office()
    other.sandbox_state.team = "umbrella"
    office.builder.vault = other.builder.vault
    office.builder.vault.hold(office.profile, other.new_token())
    # The server does not know that team: its token is not used, and what waits is not sent.
    with pytest.raises(TokenUnproven):
        await office.open()
    assert office.faults.count_writes() == 0
    session = await office.open(is_signed_in=False)
    await session.sender.flush()
    assert office.faults.count_writes() == 0
    await session.close()


# -- crashes and instances ---------------------------------------------------------------------------------------


async def test_a_mark_whose_sender_died_is_sent_again_after_its_lease(office: Office, session: Session) -> None:
    (id,) = await hold(office, session)
    office.stores.of(session.tenant).outbox.claim(owner="the dead", limit=9, lease_ms=LEASE)
    assert await session.sender.send_due() == LEASE / 1000
    assert office.marked == []
    office.clock.advance(LEASE / 1000)
    await send_all(office, session)
    assert office.marked == [id]
    assert await states(session) == {id: SENT}


async def test_marks_survive_the_end_of_the_program(tmp_path: Path) -> None:
    office = Office(folder=tmp_path)
    session = await office.open()
    ids = await hold(office, session, 2, is_due=False)
    await session.close()
    office.clock.advance(3600)
    session = await office.open()
    await session.sender.flush()
    assert sorted(office.marked) == sorted(ids)
    await session.close()


async def test_of_two_instances_one_sends(tmp_path: Path) -> None:
    office = Office(folder=tmp_path)
    first, second = await office.open(), await office.open()
    await first.sender.send_due()
    ids = await hold(office, second, 3)
    assert await second.sender.send_due() == LOCK_RETRY
    assert office.marked == []
    await first.sender.flush()
    assert sorted(office.marked) == sorted(ids)
    await first.close()
    ids = await hold(office, second, 1)
    await second.sender.flush()
    assert office.marked[-1] == ids[0], "the one that is left takes over"
    await second.close()


async def test_a_disk_that_is_full_when_a_mark_settles_is_told_and_nothing_is_lost(
    office: Office, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await hold(office, session, 1)

    def full(*_: object, **__: object) -> None:
        raise DiskFull("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(office.stores.of(session.tenant).outbox, "settle", full)
        with pytest.raises(StoreProblem):
            await session.sender.send_due()
        listener = Listener.on(session.bus)
        office.clock.advance(LEASE / 1000)
        running = asyncio.ensure_future(session.sender.run())
        await until(lambda: listener.all(Troubled))
        running.cancel()
    office.clock.advance(LEASE / 1000)
    await send_all(office, session)
    assert set(office.marked) == set(ids)
    assert set((await states(session)).values()) == {SENT}
