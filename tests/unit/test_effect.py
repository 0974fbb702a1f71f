"""Whether a mark had an effect: a server that takes marks and does nothing is told as that, and never as read."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from neptune_inbox.model import Filter, Key, MarkState, Row
from neptune_inbox.presentation.json import evidence_json
from neptune_inbox.presentation.row_state import ACCEPTED, CONTRADICTED, READ, READ_BY_US, UNREAD_AGAIN, row_state
from neptune_inbox.presentation.sentences import read_sentence, receipt_sum
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.store.outbox.schema import MIGRATIONS
from neptune_inbox.sync.evidence import ReadBy
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.session import Session
from tests.builders import ENVIRONMENT, Office, shown
from tests.unit.sender_setup import hold, send_all
from tests.unit.store_helpers import Office as Desk


async def look(office: Office, session: Session, kind: Filter = Filter.UNREAD) -> None:
    office.clock.advance(1)
    await session.inbox.refresh("u-1", kind)


async def row_of(session: Session, id: str) -> Row:
    row = await session.inbox.row(Key("u-1", id))
    assert row is not None
    return row


async def mark_without_effect(office: Office, session: Session) -> str:
    """The server takes the mark with 200 and keeps the row unread."""
    (id,) = await hold(office, session)
    office.faults.set(Kind.EMPTY, method="POST")
    await send_all(office, session)
    return id


@pytest.mark.parametrize("kind", [Filter.UNREAD, Filter.ALL])
async def test_what_had_no_effect_counts_as_unread_everywhere(office: Office, session: Session, kind: Filter) -> None:
    id = await mark_without_effect(office, session)
    assert row_state(await row_of(session, id)) == ACCEPTED
    await look(office, session, kind)
    row = await row_of(session, id)
    assert (row_state(row), row.counts_as_unread, row.is_read) == (CONTRADICTED, True, False)
    assert await shown(session, Scope("u-1", Filter.UNREAD)) == [id]
    assert await shown(session, Scope("u-1", Filter.READ)) == []
    (receipt,) = await session.marking.receipts()
    assert receipt_sum(receipt) == "1 contradicted"
    assert [mark.id for mark in await session.marking.unsettled()] == [id], "it is in the outbox"
    proof = await session.evidence.of(Key("u-1", id))
    assert proof is not None
    assert proof.read_by is ReadBy.NOBODY
    assert read_sentence(proof) == "not read: accepted, still unread there"
    told = evidence_json(proof)
    assert (told["read"], told["read_by"]) == (False, "nobody")
    assert isinstance(told["mark"], dict)
    assert told["mark"]["state"] == "contradicted"
    assert (await session.insights.over(["u-1"], 7)).left_out == 0


async def test_a_new_start_says_the_same(office: Office, session: Session) -> None:
    id = await mark_without_effect(office, session)
    await look(office, session)
    again = await office.open()
    assert row_state(await row_of(again, id)) == CONTRADICTED
    await look(office, again)
    assert row_state(await row_of(again, id)) == CONTRADICTED
    await again.close()


async def test_a_list_that_was_asked_for_before_the_answer_contradicts_nothing(
    office: Office, session: Session
) -> None:
    (id,) = await hold(office, session)
    asked_at = office.clock.now()
    office.clock.advance(1)
    await send_all(office, session)
    key = Key("u-1", id)
    assert office.stores.of(session.tenant).outbox.note_effect(read=[], unread=[key], asked_at=asked_at) == ()
    assert row_state(await row_of(session, id)) == ACCEPTED


async def test_it_can_be_tried_again_and_is_confirmed_when_a_list_shows_it(office: Office, session: Session) -> None:
    id = await mark_without_effect(office, session)
    await look(office, session)
    office.faults.clear()
    assert await session.marking.retry() == 1
    await send_all(office, session)
    await look(office, session)
    row = await row_of(session, id)
    assert row.is_read
    assert row.mark is not None
    assert row.mark.state is MarkState.CONFIRMED
    assert await session.marking.unsettled() == []


async def test_it_can_be_dropped(office: Office, session: Session) -> None:
    id = await mark_without_effect(office, session)
    await look(office, session)
    assert len((await session.marking.drop()).marks) == 1
    row = await row_of(session, id)
    assert (row.mark, row.counts_as_unread) == (None, True)


async def test_a_row_that_the_customer_reads_later_is_not_claimed_as_ours(office: Office, session: Session) -> None:
    id = await mark_without_effect(office, session)
    await look(office, session)
    office.faults.clear()
    office.read_elsewhere(id)
    await look(office, session)
    row = await row_of(session, id)
    assert row_state(row) == READ
    proof = await session.evidence.of(Key("u-1", id))
    assert proof is not None
    assert proof.read_by is ReadBy.UNSURE
    (receipt,) = await session.marking.receipts()
    assert receipt_sum(receipt) == "1 confirmed"


async def test_a_row_that_the_server_makes_unread_again_is_unread_again(office: Office, session: Session) -> None:
    (id,) = await hold(office, session)
    await send_all(office, session)
    await look(office, session)
    assert row_state(await row_of(session, id)) == READ_BY_US
    records = office.sandbox_state.notifications(ENVIRONMENT, "u-1", Filter.ALL)
    for record in records:
        record.read_at = None
    await look(office, session)
    row = await row_of(session, id)
    assert (row_state(row), row.counts_as_unread) == (UNREAD_AGAIN, True)


async def test_an_idle_look_writes_nothing_about_marks(office: Office, session: Session) -> None:
    await mark_without_effect(office, session)
    await look(office, session)
    lines = len(await session.evidence.entries())
    for _ in range(3):
        await look(office, session)
    assert len(await session.evidence.entries()) == lines


def test_a_store_of_the_version_before_is_upgraded(tmp_path: Path) -> None:
    triage_store = Desk(tmp_path)
    triage_store.hold("sent", "waiting", "taken back")
    triage_store.database.close()
    _as_version_1(triage_store.state_file)
    triage_store.open()
    found = {mark.id: mark for mark in triage_store.outbox.marks(unsettled_only=False)}
    assert {id: str(mark.state) for id, mark in found.items()} == {
        "sent": "accepted",
        "waiting": "held",
        "taken back": "undone",
    }
    assert triage_store.database.quarantined is None
    triage_store.database.close()
    triage_store.open()
    assert triage_store.database.quarantined is None, "every row fits its new seal"
    triage_store.clock.advance(10)
    assert triage_store.send() == ["waiting"]


def test_a_damaged_store_of_the_version_before_sends_nothing_twice_and_loses_nothing_held(tmp_path: Path) -> None:
    office = Desk(tmp_path)
    office.hold("sent")
    office.clock.advance(10)
    assert office.send() == ["sent"]
    office.hold("waiting")
    office.hold("taken back")
    office.outbox.undo()
    office.database.close()
    _as_version_1(office.state_file)
    content = office.state_file.read_bytes()
    assert b"waiting" in content
    office.state_file.write_bytes(content.replace(b"waiting", b"waiving"))
    assert office.reopen() == 1
    assert office.database.quarantined is not None
    assert office.pending() == ["waiting"]
    office.clock.advance(10)
    assert office.send() == ["waiting"]
    assert office.reopen() == 0
    assert office.pending() == []


def _as_version_1(path: Path) -> None:
    """Rewrite a store as the version before left it."""
    from neptune_inbox.store.database.open import connect
    from neptune_inbox.store.outbox.schema import SEALED_IN_1

    connection = connect(path)
    rows = connection.execute(f"SELECT serial, {SEALED_IN_1} FROM mark ORDER BY serial").fetchall()
    assert isinstance(connection, sqlite3.Connection)
    later = (
        *("kept", "team_fact", "team_known", "team_read", "mark", "posted_field", "journal_file", "journal_block"),
        *("arriving", "arrival", "hook"),
    )
    connection.execute("ALTER TABLE mine DROP COLUMN noted_at")
    for statement in ("DROP VIEW unsound", *(f"DROP TABLE {table}" for table in later)):
        connection.execute(statement)
    for statement in MIGRATIONS[0]:
        if " mark" in statement.split("(")[0] or "unsound" in statement:
            connection.execute(statement)
    names = SEALED_IN_1.split(", ")
    for row, state in zip(rows, ("sent", "held", "undone"), strict=True):
        values = dict(zip(["serial", *[name.strip() for name in names]], row, strict=True))
        values |= {"state": state, "settled_at": None if state == "held" else values["made_at"]}
        sealed = [values[name.strip()] for name in names]
        marks = ", ".join("?" for _ in sealed)
        connection.execute(
            f"INSERT INTO mark (serial, {SEALED_IN_1}, seal) VALUES (?, {marks}, seal({marks}))",
            [values["serial"], *sealed, *sealed],
        )
    connection.execute("UPDATE sentinel SET version = 1")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
