"""the sender at size: disk work for many marks at once, as many posts at once as the server bears, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from neptune_inbox.api.client import Client
from neptune_inbox.errors import DiskFull
from neptune_inbox.model import JournalEntry
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.journal.segments import ByteRange
from neptune_inbox.store.outbox.settling import Outcome
from neptune_inbox.sync.events import MarksChanged, MarksSent
from neptune_inbox.sync.marking.pace import AT_ONCE, MOST_AT_ONCE
from neptune_inbox.sync.marking.sender import LEASE
from neptune_inbox.sync.session import Session
from tests.builders import Listener, Office, until
from tests.unit.sender_setup import SENT, hold, send_all, states

MANY = 120


@pytest.fixture(autouse=True)
async def online(session: Session) -> None:
    """The service answered before, so that nothing is held back for a probe."""
    await session.poller.step()


class Rounds:
    """How many marks were posted in each turn of the sender."""

    def __init__(self, office: Office) -> None:
        self.sizes: list[int] = []
        self._office = office

    async def send(self, session: Session) -> None:
        """One turn after the other until there is nothing due."""
        while True:
            before = len(self._office.marked)
            pause = await session.sender.send_due()
            if pause is None:
                return
            self.sizes.append(len(self._office.marked) - before)
            self._office.clock.advance(pause)


async def test_a_server_that_bears_it_gets_more_at_once_turn_by_turn(office: Office, session: Session) -> None:
    await hold(office, session, MANY)
    rounds = Rounds(office)
    await rounds.send(session)
    assert rounds.sizes[:4] == [AT_ONCE, 2 * AT_ONCE, MOST_AT_ONCE, MOST_AT_ONCE]
    assert max(rounds.sizes) == MOST_AT_ONCE
    assert set((await states(session)).values()) == {SENT}


async def test_a_server_that_has_enough_gets_one_at_a_time_and_then_more_again(
    office: Office, session: Session
) -> None:
    await hold(office, session, MANY)
    rounds = Rounds(office)
    for _ in range(3):
        await session.sender.send_due()
    office.faults.set(Kind.THROTTLED, method="POST", retry_after=30, times=1)
    assert await session.sender.send_due() == 0
    assert await session.sender.send_due() == 30, "the server said when"
    office.clock.advance(30)
    await rounds.send(session)
    assert rounds.sizes[:6] == [1, 2, 4, 8, 16, 16]
    assert set((await states(session)).values()) == {SENT}


async def test_the_disk_is_written_once_for_all_that_answered_together(
    office: Office, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hold(office, session, MANY)
    syncs: list[int] = []
    append = Journal.append

    def counted(journal: Journal, entries: list[JournalEntry]) -> ByteRange:
        syncs.extend([len(entries)] if entries else [])
        return append(journal, entries)

    monkeypatch.setattr(Journal, "append", counted)
    listener = Listener.on(session.bus)
    await send_all(office, session)
    assert sum(syncs) == MANY
    assert len(syncs) < MANY / 4
    assert sum(fact.count for fact in listener.all(MarksSent)) == MANY, "what is settled is what was sent"
    assert len(listener.all(MarksChanged)) < MANY / 2


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The first mark that is posted is answered only when this is set."""
    answers, came = asyncio.Event(), False
    mark_read = Client.mark_read

    async def wait_first(client: Client, id: str) -> str:
        nonlocal came
        is_first, came = not came, True
        if is_first:
            await answers.wait()
        return await mark_read(client, id)

    monkeypatch.setattr(Client, "mark_read", wait_first)
    return answers


async def settled(session: Session, count: int) -> None:
    """Wait until so many marks are sent."""
    async with asyncio.timeout(5):
        while list((await states(session)).values()).count(SENT) < count:  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0)


async def test_an_answer_does_not_wait_for_one_that_hangs(
    office: Office, session: Session, late: asyncio.Event
) -> None:
    await hold(office, session, 4)
    sending = asyncio.ensure_future(session.sender.send_due())
    await settled(session, 3)
    late.set()
    await sending
    assert set((await states(session)).values()) == {SENT}


async def test_what_was_answered_when_the_sender_is_stopped_is_not_sent_again(
    office: Office, session: Session, late: asyncio.Event
) -> None:
    ids = await hold(office, session, 4)
    sending = asyncio.ensure_future(session.sender.run())
    await until(lambda: len(office.marked) == 3)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    late.set()
    office.clock.advance(LEASE / 1000)
    await send_all(office, session)
    assert sorted(office.marked) == sorted(ids), "each once"


async def test_a_disk_without_room_for_some_answers_takes_them_with_the_next(
    office: Office, session: Session, late: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await hold(office, session, 3)
    outbox = office.stores.of(session.tenant).outbox
    settle, refusals = outbox.settle, iter([True])

    def full_once(outcomes: Sequence[Outcome]) -> list[bool]:
        if next(refusals, False):
            late.set()
            raise DiskFull("The disk is full.")
        return settle(outcomes)

    monkeypatch.setattr(outbox, "settle", full_once)
    await session.sender.send_due()
    assert sorted(office.marked) == sorted(ids), "each once"
    assert set((await states(session)).values()) == {SENT}
