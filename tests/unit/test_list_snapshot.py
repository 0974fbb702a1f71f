"""A frozen list: positions never shift, rows tell their newest state, whatever happens behind it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import pytest

from neptune_inbox.model import Filter, Horizon, Key, MarkState, Row
from neptune_inbox.sync.inbox import list_snapshot as window_module
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot, RowReader
from neptune_inbox.sync.session import Session
from tests.builders import Office, keys
from tests.unit.store_helpers import prune

PAGE = window_module.PAGE


async def a_window(office: Office, session: Session, count: int) -> tuple[ListSnapshot, list[str]]:
    """A list of so many unread rows, and their ids in its order."""
    ids = office.arrive(count)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    snapshot = await session.inbox.open(Scope())
    await reread(session, snapshot)
    return snapshot, ids[::-1]


async def reread(session: Session, snapshot: ListSnapshot) -> None:
    """Have all rows say what they say now."""
    await session.inbox.pages.reload(snapshot, [range(len(snapshot))])


async def test_rows_are_at_their_positions_and_found_by_their_keys(office: Office, session: Session) -> None:
    snapshot, ids = await a_window(office, session, 150)
    assert len(snapshot) == 150
    assert [snapshot.row(index).id for index in range(150)] == ids
    assert [row.id for row in snapshot.rows()] == ids
    assert [snapshot.index_of(Key("u-1", id)) for id in (ids[0], ids[PAGE], ids[-1])] == [0, PAGE, 149]
    assert snapshot.index_of(Key("u-1", "unheard of")) is None
    assert snapshot.index_of(Key("u-2", ids[0])) is None


async def test_arrivals_do_not_move_anything(office: Office, session: Session) -> None:
    snapshot, ids = await a_window(office, session, 20)
    before = [snapshot.row(index) for index in range(20)]
    new = office.arrive(30)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    await reread(session, snapshot)
    assert [snapshot.row(index) for index in range(20)] == before
    assert len(snapshot) == 20
    assert snapshot.index_of(Key("u-1", new[0])) is None
    assert snapshot.index_of(Key("u-1", ids[5])) == 5


async def test_a_row_that_was_acted_on_stays_and_tells_its_new_state(office: Office, session: Session) -> None:
    snapshot, ids = await a_window(office, session, 3)
    assert snapshot.row(1).counts_as_unread
    await session.marking.hold(keys([ids[1]]), label="1 shown")
    await session.triage.star(keys([ids[2]]), True)
    assert snapshot.row(1).mark is None, "read from the page that is kept"
    await reread(session, snapshot)
    marked, starred = snapshot.row(1), snapshot.row(2)
    assert marked.mark is not None
    assert marked.mark.state is MarkState.HELD
    assert not marked.counts_as_unread
    assert starred.triage.is_starred
    office.clock.advance(5)
    await session.sender.flush()
    await reread(session, snapshot)
    accepted = snapshot.row(1)
    assert accepted.mark is not None
    assert (accepted.mark.state, accepted.counts_as_unread) == (MarkState.ACCEPTED, False)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    await reread(session, snapshot)
    assert snapshot.row(1).is_read
    assert len(snapshot) == 3


async def test_a_refresh_does_not_unmark_what_is_pending(office: Office, session: Session) -> None:
    snapshot, ids = await a_window(office, session, 2)
    await session.marking.hold(keys([ids[0]]), label="1 shown")
    await session.inbox.refresh("u-1", Filter.UNREAD)
    await reread(session, snapshot)
    assert not snapshot.row(0).counts_as_unread
    drawn_anew = await session.inbox.open(Scope("u-1", Filter.UNREAD))
    assert Key("u-1", ids[0]) in await session.inbox.keys(drawn_anew), "it is listed until the server has it"


async def test_what_the_cache_forgot_leaves_an_empty_line_and_shifts_nothing(
    office: Office, session: Session
) -> None:
    snapshot, ids = await a_window(office, session, 6)
    middle = office.sandbox_state.notification("staging", ids[3]).created_at
    office.stores.of(session.tenant).cache.note_read([Key("u-1", id) for id in ids[4:]], office.clock.now())
    prune(office.stores.of(session.tenant).cache, middle, [])
    await reread(session, snapshot)
    assert [snapshot.row(index).id for index in range(6)] == [*ids[:4], "", ""]
    assert snapshot.row(5).title == "no longer kept here"
    assert not snapshot.row(5).counts_as_unread
    assert [row.id for row in snapshot.rows()] == ids[:4]
    plan = await session.marking.plan(snapshot)
    assert [key.id for key in await session.marking.keys(plan)] == ids[:4]


async def test_the_next_unread_row_is_found_in_both_directions(office: Office, session: Session) -> None:
    snapshot, ids = await a_window(office, session, 6)
    await session.marking.hold(keys([ids[1], ids[2], ids[4]]), label="3 shown")
    await reread(session, snapshot)
    assert [snapshot.find(start, 1) for start in range(7)] == [0, 3, 3, 3, 5, 5, None]
    assert [snapshot.find(start, -1) for start in range(-1, 6)] == [None, 0, 0, 0, 3, 3, 5]


async def test_only_so_many_pages_are_kept(office: Office, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "PAGE", 10)
    monkeypatch.setattr(window_module, "PAGES_KEPT", 3)
    _, ids = await a_window(office, session, 100)
    snapshot = await session.inbox.open(Scope())
    for at in (*range(100), *range(99, -1, -1)):
        await session.inbox.pages.load(snapshot, [range(at, at + 1)])
        assert snapshot.row(at).id == ids[at]
    assert len(snapshot._pages) == 4


def test_before_anything_was_opened_the_list_is_empty() -> None:
    snapshot = ListSnapshot.empty()
    assert len(snapshot) == 0
    assert list(snapshot.rows()) == []
    assert snapshot.index_of(Key("u-1", "n-1")) is None
    assert snapshot.find(0, 1) is None
    assert snapshot.horizon.newest_rowid == 0


def test_rows_that_came_since_have_a_higher_number_than_the_newest_shown() -> None:
    assert ListSnapshot(array("q", [4, 9, 2]), None).horizon.newest_rowid == 9
    assert ListSnapshot(array("q", [4, 9, 2]), None, horizon=Horizon(30)).horizon.newest_rowid == 30


@pytest.mark.parametrize("count", [100, 1_000])
async def test_what_of_a_selection_is_still_there_is_one_look_however_large_it_is(
    office: Office, session: Session, count: int
) -> None:
    snapshot, ids = await a_window(office, session, 130)
    selected = frozenset(keys(ids)) | {Key("u-1", f"gone {number}") for number in range(count)}
    statements: list[str] = []
    office.stores.cache_file._reader.set_trace_callback(statements.append)
    assert snapshot.members(selected) == frozenset(keys(ids))
    assert sum("json_each" in statement for statement in statements) == 1
    assert len(statements) <= 5


async def test_of_a_long_list_only_the_selected_rows_are_read(
    office: Office, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot, ids = await a_window(office, session, 150)
    read: list[int] = []
    rows = RowReader.rows

    def counted(reader: RowReader, rowids: Sequence[int]) -> list[Row]:
        read.extend(rowids)
        return rows(reader, rowids)

    monkeypatch.setattr(RowReader, "rows", counted)
    chosen = keys([ids[140], ids[3], ids[70], "gone"])
    assert [row.id for row in await session.inbox.rows(snapshot, chosen)] == [ids[3], ids[70], ids[140]]
    assert len(read) == 3


async def test_a_range_and_the_whole_list_are_one_look_and_read_no_row(office: Office, session: Session) -> None:
    _, ids = await a_window(office, session, 150)
    unread = await session.inbox.open(Scope())
    assert await session.inbox.keys(unread) == list(keys(ids))
    assert await session.inbox.keys(unread, 20, 140) == list(keys(ids[20:140]))
    assert not unread._pages


async def test_what_is_not_loaded_is_an_empty_line_that_belongs_to_nobody(office: Office, session: Session) -> None:
    office.arrive(3 * PAGE)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    snapshot = await session.inbox.open(Scope())
    assert not snapshot.is_loaded(0)
    assert (snapshot.row(0).user_id, snapshot.row(0).title, snapshot.row(0).counts_as_unread) == ("", "…", False)
    assert await session.inbox.pages.load(snapshot, [range(-9, 5), range(3 * PAGE - 1, 9 * PAGE)])
    assert [snapshot.is_loaded(at) for at in (0, PAGE, 2 * PAGE)] == [True, False, True]
    assert not await session.inbox.pages.load(snapshot, [range(-9, 5), range(3 * PAGE - 1, 9 * PAGE)])


async def test_the_next_unread_row_is_looked_for_beyond_what_is_loaded(office: Office, session: Session) -> None:
    ids = office.arrive(3 * PAGE)[::-1]
    await session.inbox.refresh("u-1", Filter.UNREAD)
    snapshot = await session.inbox.open(Scope())
    await session.marking.hold(keys(ids[1 : 2 * PAGE + 5]), label="shown")
    await session.inbox.pages.load(snapshot, [range(1)])
    assert snapshot.find(1, 1) == PAGE, "not loaded"
    assert await session.inbox.pages.find_unread(snapshot, 1, 1) == 2 * PAGE + 5
    assert await session.inbox.pages.find_unread(snapshot, 2 * PAGE + 4, -1) == 0
    assert await session.inbox.pages.find_unread(snapshot, -1, -1) is None
    assert await session.inbox.pages.positions(snapshot, keys([ids[2 * PAGE], "gone"])) == {
        keys([ids[2 * PAGE]])[0]: 2 * PAGE
    }
