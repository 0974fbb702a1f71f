"""Marking read for the customer: what is held, what is taken back, and what can no longer be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.errors import DiskFull, ObserveOnly
from neptune_inbox.model import Filter, Key, Mark, MarkState, Mode, Receipt, Row
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.store.cache import among
from neptune_inbox.sync.events import MarksChanged
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.marking.marking import plan_mark_all, resumable
from neptune_inbox.sync.session import Session
from neptune_inbox.text import CleanText
from tests.builders import NOON, Listener, Office, keys, settled

HELD, SENDING, SENT, FAILED, UNDONE = (
    MarkState(name) for name in ("held", "sending", "accepted", "failed", "undone")
)


async def fetch(office: Office, session: Session, count: int = 3, user_id: str = "u-1") -> list[str]:
    ids = office.arrive(count, user_id)
    await session.inbox.refresh(user_id, Filter.UNREAD)
    return ids


async def send_everything(office: Office, session: Session) -> None:
    """Time passes until nothing more is to be sent."""
    office.clock.advance(3600)
    await settled(session.sender.flush())


# -- mark all ----------------------------------------------------------------------------------------------------


async def test_mark_all_marks_exactly_what_was_shown_when_the_key_was_pressed(
    office: Office, session: Session
) -> None:
    shown = await fetch(office, session, 5)
    snapshot = await session.inbox.open(Scope())
    since = await fetch(office, session, 4)
    plan = await session.marking.plan(snapshot)
    waiting = await session.inbox.waiting(Scope(), snapshot)
    receipt = await session.marking.hold(await session.marking.keys(plan), label="5 shown", left_alone=waiting)
    await send_everything(office, session)
    assert set(office.marked) == set(shown)
    assert receipt.left_alone == 4
    assert not any(office.sandbox_state.notification("staging", id).read_at for id in since)


async def test_a_plan_leaves_out_what_is_read_or_under_way(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 5)
    await fetch(office, session, 1, "u-2")
    await session.inbox.watch("u-2")
    await session.marking.hold(keys(ids[:2]), label="2 shown")
    office.read_elsewhere(ids[2])
    await session.inbox.refresh("u-1", Filter.UNREAD)
    plan = await session.marking.plan(await session.inbox.open(Scope(kind=Filter.ALL)))
    assert plan.users == ("u-1", "u-2")
    assert {key.id for key in await session.marking.keys(plan)} & set(ids) == set(ids[3:])
    assert plan.count == 3
    assert plan.pending == 2
    assert plan.oldest == office.sandbox_state.notification("staging", ids[3]).created_at
    assert plan.newest is not None
    assert plan.newest > plan.oldest


async def test_a_long_list_is_planned_as_a_short_one_is(
    office: Office, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await fetch(office, session, 9)
    await fetch(office, session, 4, "u-2")
    await session.inbox.watch("u-2")
    await session.marking.hold(keys(ids[:2]), label="2 shown")
    office.read_elsewhere(ids[2])
    await session.inbox.refresh("u-1", Filter.UNREAD)
    for scope in (Scope(kind=Filter.ALL), Scope("u-1", Filter.ALL), Scope("u-3")):
        snapshot = await session.inbox.open(scope)
        await fetch(office, session, 2)
        sight = snapshot.ids[:3]
        short = await session.marking.plan(snapshot, sight)
        with monkeypatch.context() as patch:
            patch.setattr(among, "FEW", 0)
            assert await session.marking.plan(snapshot, sight) == short
        by_rows = plan_mark_all(snapshot.rows())
        assert (short.rowids, short.users, short.pending) == (by_rows.rowids, by_rows.users, by_rows.pending)
        assert (short.oldest, short.newest) == (by_rows.oldest, by_rows.newest)
        assert short.in_sight <= len(sight)


states = st.sampled_from([None, *MarkState])


def a_row(number: int, is_read: bool, state: MarkState | None) -> Row:
    mark = None if state is None else Mark("u-1", f"n-{number}", state, NOON, NOON)
    return Row(number, "u-1", f"n-{number}", CleanText("Hello"), CleanText(""), NOON + number, is_read, mark=mark)


@given(st.lists(st.tuples(st.booleans(), states), max_size=40))
def test_a_plan_holds_unread_rows_of_the_list_only_and_each_once(rows: list[tuple[bool, MarkState | None]]) -> None:
    listed = [a_row(number, *row) for number, row in enumerate(rows)]
    plan = plan_mark_all(listed)
    by_rowid = {row.rowid: row for row in listed}
    assert set(plan.rowids) <= set(by_rowid)
    assert len(set(plan.rowids)) == plan.count
    assert all(by_rowid[rowid].counts_as_unread for rowid in plan.rowids)
    assert plan.pending == sum(not row.is_read and not row.counts_as_unread for row in listed)
    assert plan.count + plan.pending + sum(row.is_read for row in listed) == len(listed)


async def test_marking_twice_holds_once(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 3)
    await session.marking.hold(keys(ids[:2]), label="2 shown")
    second = await session.marking.hold(keys(ids), label="3 shown")
    assert len(second.marks) == 3
    undone = await session.marking.undo()
    assert undone is not None
    assert [mark.id for mark in undone.undone] == ids[2:], "what the first act holds stays that act's"
    await send_everything(office, session)
    assert sorted(office.marked) == sorted(ids[:2])


# -- the other verbs ---------------------------------------------------------------------------------------------


async def test_send_now_ends_the_windows_and_overrules_the_back_off(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 2)
    office.faults.set(Kind.THROTTLED, retry_after=3600, times=1)
    await session.poller.step()
    await session.marking.hold(keys(ids), label="2 shown")
    assert await session.marking.send_now() == 2
    await session.sender.flush()
    assert sorted(office.marked) == sorted(ids)
    assert await session.marking.send_now() == 0


async def test_dropping_forgets_what_was_not_sent(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 3)
    await session.marking.hold(keys(ids), label="3 shown")
    assert len((await session.marking.drop(keys(ids[:1]))).marks) == 1
    await send_everything(office, session)
    assert sorted(office.marked) == sorted(ids[1:])


async def test_the_failed_marks_of_an_act_can_be_tried_again(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 2)
    receipt = await session.marking.hold(keys(ids), label="2 shown")
    office.faults.set(Kind.INVALID, method="POST", times=1)
    await send_everything(office, session)
    settled_receipt = await session.marking.receipt(receipt.id)
    assert settled_receipt is not None
    failed = resumable(settled_receipt)
    assert len(failed) == 1
    counts = await session.marking.counts()
    assert (counts.held, counts.sending, counts.failed) == (0, 0, 1)
    assert await session.marking.retry(failed) == 1
    await session.sender.flush()
    assert sorted(office.marked) == sorted(ids)


async def test_everything_of_a_customer_on_the_server_is_sent_now_and_journalled(
    office: Office, session: Session
) -> None:
    ids = office.arrive(3)
    await session.marking.mark_everything_on_server("u-1")
    assert all(office.sandbox_state.notification("staging", id).read_at for id in ids)
    entries = await session.evidence.entries(user_id="u-1")
    assert [(entry.verb, entry.outcome) for entry in entries] == [
        ("mark-server-all", "trying"),
        ("mark-server-all", "sent"),
    ]
    assert await session.marking.unsettled() == []


async def test_each_verb_tells_that_marks_changed(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 1)
    listener = Listener.on(session.bus)
    await session.marking.hold(keys(ids), label="1 shown")
    await session.marking.undo()
    await session.marking.undo()
    assert listener.all(MarksChanged) == [MarksChanged(keys(ids))] * 2


# -- what is not allowed, what cannot be saved -------------------------------------------------------------------


async def test_what_is_only_observed_cannot_be_marked_in_any_way(office: Office) -> None:
    office = Office(mode=Mode.OBSERVE)
    session = await office.open()
    ids = await fetch(office, session, 1)
    for attempt in (
        session.marking.hold(keys(ids), label="1 shown"),
        session.marking.send_now(),
        session.marking.retry(),
        session.marking.mark_everything_on_server("u-1"),
    ):
        with pytest.raises(ObserveOnly) as caught:
            await attempt
        assert "`acme` is only observed" in caught.value.sentence
        assert caught.value.remedy
    assert office.faults.count_writes() == 0
    assert await session.evidence.entries() == []
    await session.close()


async def test_what_could_not_be_saved_is_not_shown_as_marked(
    office: Office, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await fetch(office, session, 1)

    def full(*_: object, **__: object) -> None:
        raise DiskFull("The disk is full.")

    listener = Listener.on(session.bus)
    with monkeypatch.context() as patch:
        patch.setattr(office.stores.state_file, "write", full)
        with pytest.raises(DiskFull):
            await session.marking.hold(keys(ids), label="1 shown")
    row = await session.inbox.row(Key("u-1", ids[0]))
    assert row is not None
    assert row.mark is None
    assert listener.facts == []
    await send_everything(office, session)
    assert office.marked == []


# -- time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slow", [0.0, 0.05, 1.6, 30.0])
async def test_the_window_begins_when_the_marks_are_on_disk(office: Office, session: Session, slow: float) -> None:
    ids = await fetch(office, session)
    hold = office.stores.of(session.tenant).outbox.hold

    def slowly(*args: Any, **kwargs: Any) -> Receipt:
        receipt = hold(*args, **kwargs)
        office.clock.advance(slow)
        return receipt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(office.stores.of(session.tenant).outbox, "hold", slowly)
        receipt = await session.marking.hold(keys(ids), label="all")
    left = min(mark.due_at for mark in receipt.marks) - office.clock.now()
    assert left >= 0.95 * session.undo_ms
    office.clock.advance(0.94 * session.undo_ms / 1000)
    await session.sender.send_due()
    assert office.marked == []
    await send_everything(office, session)
    assert sorted(office.marked) == sorted(ids)


async def test_a_key_that_came_in_time_counts_however_long_the_disk_takes(office: Office, session: Session) -> None:
    ids = await fetch(office, session)
    await session.marking.hold(keys(ids), label="all")
    office.clock.advance(session.undo_ms / 1000 - 0.1)
    # The key is pressed now; what is before it takes longer than the window lasts.
    go_on = session.sender.stand_back()
    office.clock.advance(60)
    await session.sender.send_due()
    undone = await session.marking.undo()
    go_on()
    assert undone is not None
    assert {mark.id for mark in undone.undone} == set(ids)
    await send_everything(office, session)
    assert office.marked == []
