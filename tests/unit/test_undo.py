"""Taking back: in time it was never sent; afterwards it is said that it is too late."""

from __future__ import annotations

from neptune_inbox.model import Filter, Key, MarkState
from neptune_inbox.presentation.verb_sentences import undo_sentence
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.session import Session
from tests.builders import Office, keys, settled

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


async def test_what_is_taken_back_in_time_is_never_sent(office: Office, session: Session) -> None:
    ids = await fetch(office, session)
    receipt = await session.marking.hold(keys(ids[:1]), label="1 shown")
    office.clock.advance(4.9)
    await session.sender.flush()
    undone = await session.marking.undo()
    assert undone is not None
    assert [mark.id for mark in undone.undone] == ids[:1]
    assert undone.receipt.id == receipt.id
    assert undone.milliseconds_left == 100
    await send_everything(office, session)
    assert office.marked == []
    row = await session.inbox.row(Key("u-1", ids[0]))
    assert row is not None
    assert row.counts_as_unread
    assert [entry.outcome for entry in await session.evidence.entries()] == ["held", "undone"]


async def test_a_mark_all_is_taken_back_as_one(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 40)
    plan = await session.marking.plan(await session.inbox.open(Scope()))
    await session.marking.hold(await session.marking.keys(plan), label="40 shown")
    undone = await session.marking.undo()
    assert undone is not None
    assert {mark.id for mark in undone.undone} == set(ids)
    assert undone.too_late == ()
    await send_everything(office, session)
    assert office.marked == []


async def test_undo_takes_back_the_newest_act_first_and_then_the_one_before(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 2)
    for id in ids:
        await session.marking.hold(keys([id]), label="1 shown")
    first = await session.marking.undo()
    second = await session.marking.undo()
    assert first is not None
    assert second is not None
    assert [mark.id for mark in (*first.undone, *second.undone)] == ids[::-1]
    third = await session.marking.undo()
    assert third is None or third.undone == ()


async def test_a_named_act_can_be_taken_back_out_of_turn(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 2)
    receipts = [await session.marking.hold(keys([id]), label="1 shown") for id in ids]
    undone = await session.marking.undo(receipts[0].id)
    assert undone is not None
    assert [mark.id for mark in undone.undone] == ids[:1]
    await send_everything(office, session)
    assert office.marked == ids[1:]


async def test_what_was_sent_is_too_late_to_take_back_and_that_is_said(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 2)
    await session.marking.hold(keys(ids), label="2 shown")
    await send_everything(office, session)
    undone = await session.marking.undo()
    assert undone is not None
    assert undone.undone == ()
    assert {mark.id for mark in undone.too_late} == set(ids)
    assert undone.milliseconds_left == 0


async def test_what_was_tried_may_have_been_seen_by_the_server_and_is_too_late(
    office: Office, session: Session
) -> None:
    ids = await fetch(office, session, 1)
    await session.marking.hold(keys(ids), label="1 shown")
    office.faults.set(Kind.RESET_AFTER, method="POST", times=1)
    office.clock.advance(5)
    await session.sender.send_due()
    undone = await session.marking.undo()
    assert undone is not None
    assert undone.undone == ()
    assert office.sandbox_state.notification("staging", ids[0]).read_at is not None


async def test_of_an_act_half_sent_the_rest_is_taken_back(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 9)
    await session.marking.hold(keys(ids), label="9 shown")
    office.clock.advance(5)
    await session.sender.send_due()
    sent = set(office.marked)
    undone = await session.marking.undo()
    assert undone is not None
    assert {mark.id for mark in undone.undone} == set(ids) - sent
    assert {mark.id for mark in undone.too_late} == sent
    await send_everything(office, session)
    assert set(office.marked) == sent


async def test_of_an_act_what_was_sent_and_what_was_tried_are_told_apart(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 20)
    await session.marking.hold(keys(ids), label="20 shown")
    office.clock.advance(5)
    await session.sender.send_due()
    office.faults.set(Kind.RESET_AFTER, method="POST", times=1)
    await session.sender.send_due()
    undone = await session.marking.undo()
    assert undone is not None
    assert len(undone.tried) == 1
    taken, sent = len(undone.undone), len(undone.too_late) - 1
    assert taken
    assert sent
    words = undo_sentence(undone)
    assert words.startswith(f"Taken back: {taken} of 20 shown, not sent yet. {sent} were sent already.")
    assert words.endswith("1 was tried with unknown outcome. What was tried is still in the outbox.")


async def test_nothing_to_take_back(session: Session) -> None:
    assert await session.marking.undo() is None


async def test_without_a_window_a_mark_goes_at_once(office: Office) -> None:
    office = Office(undo_seconds=0)
    session = await office.open()
    ids = await fetch(office, session, 1)
    await session.marking.hold(keys(ids), label="1 shown")
    await session.sender.flush()
    assert office.marked == ids
    await session.close()


async def test_the_command_line_asked_before_so_its_marks_are_due_now(office: Office, session: Session) -> None:
    ids = await fetch(office, session, 2)
    await session.marking.hold(keys(ids), label="2 named", is_due_now=True)
    await session.sender.flush()
    assert sorted(office.marked) == sorted(ids)
