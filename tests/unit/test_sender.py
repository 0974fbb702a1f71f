"""the sender: each mark settles by itself, nothing is lost, and flushing ends in any weather."""

from __future__ import annotations

import asyncio

import pytest

from neptune_inbox.model import Filter, Key, Mark, MarkState
from neptune_inbox.sandbox.faults import Asked, Kind
from neptune_inbox.sync.events import MarksChanged
from neptune_inbox.sync.marking.pace import MOST_AT_ONCE
from neptune_inbox.sync.polling.health import State
from neptune_inbox.sync.session import Session
from tests.builders import ENVIRONMENT, Listener, Office, keys, settled, until
from tests.unit.sender_setup import FAILED, HELD, READ_ROUTE, SENT, hold, send_all, states

# -- well --------------------------------------------------------------------------------------------------------


async def test_nothing_is_sent_before_the_undo_window_is_over(office: Office, session: Session) -> None:
    ids = await hold(office, session, 2, is_due=False)
    assert await session.sender.send_due() == 5
    office.clock.advance(4.999)
    assert await session.sender.send_due() == pytest.approx(0.05)
    assert office.marked == []
    office.clock.advance(0.001)
    await send_all(office, session)
    assert office.marked == ids


async def test_what_was_sent_is_accepted_and_read_when_a_list_shows_it(office: Office, session: Session) -> None:
    (id,) = await hold(office, session)
    listener = Listener.on(session.bus)
    await send_all(office, session)
    row = await session.inbox.row(Key("u-1", id))
    assert row is not None
    assert row.mark is not None
    assert (row.is_read, row.counts_as_unread, row.mark.state) == (False, False, SENT)
    assert listener.all(MarksChanged) == [MarksChanged((Key("u-1", id),))] * 2, "claimed, then settled"
    office.clock.advance(1)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    row = await session.inbox.row(Key("u-1", id))
    assert row is not None
    assert row.mark is not None
    assert (row.is_read, row.mark.state) == (True, MarkState.CONFIRMED)
    outcomes = [(entry.outcome, entry.request_id != "") for entry in await session.evidence.entries()]
    assert outcomes == [("held", False), ("accepted", True), ("confirmed", False)]
    assert len(listener.all(MarksChanged)) == 3


async def test_many_marks_go_a_few_at_a_time_and_longest_due_first(office: Office, session: Session) -> None:
    ids = await hold(office, session, 23)
    under_way = most = 0
    meet = office.faults.meet

    def counting(asked: Asked) -> object:
        nonlocal under_way, most
        under_way += asked.route == READ_ROUTE
        most = max(most, under_way)
        return meet(asked)

    office.faults.meet = counting  # type: ignore[method-assign, assignment]

    def note(fact: object) -> None:
        nonlocal under_way
        under_way = 0 if isinstance(fact, MarksChanged) and len(fact.keys) > 1 else under_way

    session.bus.listen(note)
    await send_all(office, session)
    assert sorted(office.marked) == sorted(ids)
    assert set(office.marked[:1]) == {ids[0]}
    assert most <= MOST_AT_ONCE


async def test_a_poke_sends_at_once_what_became_due(office: Office, session: Session) -> None:
    running = asyncio.ensure_future(session.sender.run())
    ids = await hold(office, session, 2, is_due=False)
    await session.marking.send_now()
    await until(lambda: sorted(office.marked) == sorted(ids))
    running.cancel()


async def test_the_courier_wakes_by_itself_when_the_window_is_over(office: Office, session: Session) -> None:
    running = asyncio.ensure_future(session.sender.run())
    ids = await hold(office, session, 1, is_due=False)
    await until(lambda: 5 in office.clock.slept)
    assert office.marked == []
    office.clock.advance(5)
    await until(lambda: office.marked == ids)
    running.cancel()


# -- refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Kind.MISSING, "Notification not found"),
        (Kind.FORBIDDEN, "No Access"),
        (Kind.INVALID, "The selected id is invalid."),
    ],
)
async def test_a_refusal_fails_that_mark_in_the_servers_words_and_no_other(
    office: Office, session: Session, fault: Kind, words: str
) -> None:
    ids = await hold(office, session, 6)
    office.faults.set(fault, method="POST", times=1)
    await send_all(office, session)
    marks = {mark.id: mark for mark in (await session.marking.receipts())[0].marks}
    assert [mark.state for mark in marks.values()].count(SENT) == 5
    (failed,) = [mark for mark in marks.values() if mark.state is FAILED]
    assert words in failed.error
    assert sorted(office.marked) == sorted(set(ids) - {failed.id})
    assert session.health.state is State.ONLINE
    assert await session.sender.send_due() is None, "it is not tried again by itself"


async def test_a_failed_mark_can_be_tried_again_or_dropped(office: Office, session: Session) -> None:
    ids = await hold(office, session, 2)
    office.faults.set(Kind.MISSING, method="POST", times=2)
    await send_all(office, session)
    assert set((await states(session)).values()) == {FAILED}
    assert await session.marking.retry(keys(ids[:1])) == 1
    await send_all(office, session)
    assert len((await session.marking.drop()).marks) == 1
    assert office.marked == ids[:1]
    assert await session.marking.unsettled() == []


# -- put off -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        Kind.OFFLINE,
        Kind.TIMEOUT,
        Kind.BROKEN,
        Kind.UNAVAILABLE,
        Kind.THROTTLED,
        Kind.CAPTIVE,
        Kind.CUT,
        Kind.REDIRECT,
    ],
)
async def test_trouble_puts_off_and_keeps_everything(office: Office, session: Session, fault: Kind) -> None:
    ids = await hold(office, session, 5)
    office.faults.set(fault)
    before = office.requests
    await send_all(office, session, patience=1800)
    tries = office.requests - before
    assert 5 <= tries <= 1800 / 10, "one probe at a time, further and further apart"
    assert {mark.state for mark in await session.marking.unsettled()} == {HELD}
    office.faults.clear()
    office.clock.advance(3600)
    await send_all(office, session)
    assert set(office.marked) == set(ids)
    assert set((await states(session)).values()) == {SENT}


async def test_without_a_good_answer_yet_one_mark_is_the_probe(office: Office) -> None:
    session = await office.open()
    await hold(office, session, 5, is_due=False)
    await session.close()
    session = await office.open()
    office.clock.advance(5)
    office.faults.set(Kind.OFFLINE)
    before = office.requests
    await session.sender.send_due()
    assert office.requests == before + 1
    await session.close()


async def test_a_broken_answer_after_the_write_is_sent_again_and_harms_nothing(
    office: Office, session: Session
) -> None:
    ids = await hold(office, session, 3)
    office.faults.set(Kind.RESET_AFTER, method="POST", times=2)
    await send_all(office, session)
    assert set((await states(session)).values()) == {SENT}
    assert sorted(set(office.marked)) == sorted(ids)
    assert len(office.marked) == 5, "at least once"


async def test_retry_after_is_honoured_to_the_second(office: Office, session: Session) -> None:
    await hold(office, session, 1)
    office.faults.set(Kind.THROTTLED, method="POST", retry_after=90, times=1)
    assert await session.sender.send_due() == 0
    assert await session.sender.send_due() == 90
    (mark,) = await session.marking.unsettled()
    assert mark.due_at == office.clock.now() + 90_000
    assert mark.error
    office.clock.advance(90)
    await send_all(office, session)
    assert len(office.marked) == 1


async def test_tries_are_spread_and_not_all_at_the_same_time(office: Office, session: Session) -> None:
    await session.poller.step()
    await hold(office, session, 4)
    office.faults.set(Kind.BROKEN, method="POST")
    await session.sender.send_due()
    due = {mark.due_at for mark in await session.marking.unsettled()}
    assert len(due) == 4


# -- flush -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("fault", [None, *Kind])
async def test_flush_ends_in_any_weather(office: Office, session: Session, fault: Kind | None) -> None:
    ids = await hold(office, session, 3)
    hanging = fault is Kind.HANG
    if fault is not None and not hanging:
        office.faults.set(fault, seconds=0)
    if fault is Kind.SLOW:
        office.faults.clear()
    await settled(session.sender.flush())
    marks = [mark for receipt in await session.marking.receipts() for mark in receipt.marks]
    assert {mark.state for mark in marks} <= {HELD, SENT, FAILED}
    if fault is None:
        assert sorted(office.marked) == sorted(ids)


async def test_flush_leaves_what_is_not_due_yet(office: Office, session: Session) -> None:
    await hold(office, session, 1, is_due=False)
    await settled(session.sender.flush())
    assert office.marked == []


async def test_two_couriers_at_once_send_each_mark_once(office: Office, session: Session) -> None:
    ids = await hold(office, session, 12)
    await asyncio.gather(session.sender.flush(), session.sender.flush())
    assert sorted(office.marked) == sorted(ids)


async def test_a_mark_says_how_often_it_was_tried(office: Office, session: Session) -> None:
    await hold(office, session, 1)
    office.faults.set(Kind.BROKEN, method="POST", times=3)
    tries: list[Mark] = []
    for _ in range(3):
        await session.sender.send_due()
        tries += await session.marking.unsettled()
        office.clock.advance(600)
    assert [mark.attempts for mark in tries] == [1, 2, 3]
    await send_all(office, session)
    assert office.sandbox_state.notification(ENVIRONMENT, tries[0].id).read_at is not None
