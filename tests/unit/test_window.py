"""A frozen list: positions never shift, rows tell their newest state, whatever happens behind it."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator

import pytest

from neptune_inbox.model import Filter, Key, MarkState
from neptune_inbox.sync import window as window_module
from neptune_inbox.sync.inbox import Scope
from neptune_inbox.sync.session import Session
from neptune_inbox.sync.window import Window
from tests.builders import Office, keys

PAGE = window_module.PAGE


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def session(office: Office) -> AsyncIterator[Session]:
    session = await office.open()
    yield session
    await session.close()


async def a_window(office: Office, session: Session, count: int) -> tuple[Window, list[str]]:
    """A list of so many unread rows, and their ids in its order."""
    ids = office.arrive(count)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    return await session.inbox.open(Scope()), ids[::-1]


async def test_rows_are_at_their_positions_and_found_by_their_keys(office: Office, session: Session) -> None:
    window, ids = await a_window(office, session, 150)
    assert len(window) == 150
    assert [window.row(index).id for index in range(150)] == ids
    assert [row.id for row in window.rows()] == ids
    assert [window.index_of(Key("u-1", id)) for id in (ids[0], ids[PAGE], ids[-1])] == [0, PAGE, 149]
    assert window.index_of(Key("u-1", "unheard of")) is None
    assert window.index_of(Key("u-2", ids[0])) is None


async def test_arrivals_do_not_move_anything(office: Office, session: Session) -> None:
    window, ids = await a_window(office, session, 20)
    before = [window.row(index) for index in range(20)]
    new = office.arrive(30)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    window.forget()
    assert [window.row(index) for index in range(20)] == before
    assert len(window) == 20
    assert window.index_of(Key("u-1", new[0])) is None
    assert window.index_of(Key("u-1", ids[5])) == 5


async def test_a_row_that_was_acted_on_stays_and_tells_its_new_state(office: Office, session: Session) -> None:
    window, ids = await a_window(office, session, 3)
    assert window.row(1).counts_as_unread
    await session.marking.hold(keys([ids[1]]), label="1 shown")
    await session.mine.star(keys([ids[2]]), True)
    assert window.row(1).mark is None, "read from the page that is kept"
    window.forget()
    marked, starred = window.row(1), window.row(2)
    assert marked.mark is not None
    assert marked.mark.state is MarkState.HELD
    assert not marked.counts_as_unread
    assert starred.mine.is_starred
    office.clock.advance(5)
    await session.courier.flush()
    window.forget()
    assert window.row(1).is_read
    assert len(window) == 3


async def test_a_refresh_does_not_unmark_what_is_pending(office: Office, session: Session) -> None:
    window, ids = await a_window(office, session, 2)
    await session.marking.hold(keys([ids[0]]), label="1 shown")
    await session.inbox.refresh("u-1", Filter.UNREAD)
    window.forget()
    assert not window.row(0).counts_as_unread


async def test_what_the_cache_forgot_leaves_an_empty_line_and_shifts_nothing(
    office: Office, session: Session
) -> None:
    window, ids = await a_window(office, session, 6)
    middle = office.world.notification("staging", ids[3]).created_at
    office.stores.cache.note_read(session.place, [Key("u-1", id) for id in ids[4:]], office.clock.now())
    office.stores.cache.prune(session.place, middle, [])
    assert [window.row(index).id for index in range(6)] == [*ids[:4], "", ""]
    assert window.row(5).title == "no longer kept here"
    assert not window.row(5).counts_as_unread
    assert [row.id for row in window.rows()] == ids[:4]
    assert [key.id for key in (await session.marking.plan(window)).keys] == ids[:4]


async def test_the_next_unread_row_is_found_in_both_directions(office: Office, session: Session) -> None:
    window, ids = await a_window(office, session, 6)
    await session.marking.hold(keys([ids[1], ids[2], ids[4]]), label="3 shown")
    window.forget()
    assert [window.find(start, 1) for start in range(7)] == [0, 3, 3, 3, 5, 5, None]
    assert [window.find(start, -1) for start in range(-1, 6)] == [None, 0, 0, 0, 3, 3, 5]


async def test_only_so_many_pages_are_kept(office: Office, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "PAGE", 10)
    monkeypatch.setattr(window_module, "PAGES_KEPT", 3)
    window, ids = await a_window(office, session, 100)
    assert [window.row(index).id for index in range(100)] == ids
    assert [window.row(index).id for index in range(99, -1, -1)] == ids[::-1]
    assert len(window._pages) == 3


def test_before_anything_was_opened_the_list_is_empty() -> None:
    window = Window.empty()
    assert len(window) == 0
    assert list(window.rows()) == []
    assert window.index_of(Key("u-1", "n-1")) is None
    assert window.find(0, 1) is None
    assert window.newest_rowid == 0


def test_rows_that_came_since_have_a_higher_number_than_the_newest_shown() -> None:
    assert Window(array("q", [4, 9, 2]), None).newest_rowid == 9
    assert Window(array("q", [4, 9, 2]), None, newest_rowid=30).newest_rowid == 30
