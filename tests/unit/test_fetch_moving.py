"""Fetching a list that moves meanwhile: nothing is missed, and nothing is believed too early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neptune_inbox.errors import InboxError
from neptune_inbox.model import Filter
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync.fetch import fetcher
from tests.builders import ENVIRONMENT
from tests.unit.fetch_setup import ALL, UNREAD, FetchSetup, nothing

pytestmark = pytest.mark.slow


@pytest.fixture
async def triage_store() -> AsyncIterator[FetchSetup]:
    triage_store = FetchSetup()
    yield triage_store
    await triage_store.close()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "PER_PAGE", 5)


# -- what is new -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("count", [1, 4, 5, 6, 23])
async def test_new_ones_are_followed_down_to_known_ground(triage_store: FetchSetup, count: int) -> None:
    triage_store.office.arrive(30)
    await triage_store.poll()
    await triage_store.poll()
    before = await triage_store.complete_back_to()
    ids = triage_store.office.arrive(count)
    fetched = await triage_store.poll()
    assert {key.id for key in fetched.new} == set(ids)
    assert fetched.requests == count // 5 + 1
    assert await triage_store.complete_back_to() == before


@pytest.mark.usefixtures("small_pages")
async def test_too_many_new_ones_leave_a_gap_that_is_admitted_and_can_be_filled(
    triage_store: FetchSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "MOST_PAGES", 6)
    triage_store.office.arrive(10)
    await triage_store.poll()
    ids = triage_store.office.arrive(60)
    await triage_store.poll()
    oldest = triage_store.office.sandbox_state.notification(ENVIRONMENT, ids[30]).created_at
    assert await triage_store.complete_back_to() == oldest
    assert not await triage_store.has_everything()
    assert (await triage_store.poll()).requests == 1, "the gap is admitted, not walked again and again"
    for _ in range(4):
        await triage_store.fetcher.load_older("u-1", ALL)
    assert triage_store.cached() == triage_store.on_server()
    assert await triage_store.has_everything()


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("fault", [Kind.BROKEN, Kind.TIMEOUT, Kind.CAPTIVE, Kind.CUT, Kind.OFFLINE])
async def test_a_walk_that_broke_off_is_made_good_by_the_next_poll(triage_store: FetchSetup, fault: Kind) -> None:
    triage_store.office.arrive(20)
    await triage_store.poll()
    before = await triage_store.complete_back_to()
    triage_store.office.arrive(18)
    triage_store.break_page(2, fault)
    await triage_store.poll_badly()
    admitted = await triage_store.complete_back_to()
    assert admitted is not None
    assert before is not None
    assert admitted > before, "what is not there is not claimed"
    await triage_store.poll()
    assert triage_store.cached() == triage_store.on_server()
    assert await triage_store.complete_back_to() == before
    assert await triage_store.has_everything()


@pytest.mark.usefixtures("small_pages")
async def test_a_kill_in_the_middle_of_a_walk_leaves_an_honest_gap(triage_store: FetchSetup) -> None:
    triage_store.office.arrive(20)
    await triage_store.poll()
    triage_store.office.arrive(18)
    triage_store.break_page(2, Kind.BROKEN)
    await triage_store.poll_badly()
    triage_store.restart()
    await triage_store.poll()
    admitted = await triage_store.complete_back_to()
    assert admitted is not None
    since = {
        row.uuid
        for row in triage_store.office.sandbox_state.notifications(ENVIRONMENT, "u-1")
        if row.created_at >= admitted
    }
    assert since <= triage_store.cached()
    for _ in range(3):
        await triage_store.fetcher.load_older("u-1", ALL)
    assert triage_store.cached() == triage_store.on_server()


@pytest.mark.usefixtures("small_pages")
async def test_what_was_read_at_once_between_unread_ones_is_found_too(triage_store: FetchSetup) -> None:
    triage_store.office.arrive(20)
    await triage_store.poll()
    await triage_store.poll(ALL)
    triage_store.office.arrive(7, is_read=True)
    triage_store.office.arrive(12)
    await triage_store.poll(UNREAD)
    await triage_store.poll(ALL)
    assert triage_store.cached() == triage_store.on_server()


# -- what became read --------------------------------------------------------------------------------------------


async def test_what_the_customer_read_is_looked_up_before_it_is_believed(triage_store: FetchSetup) -> None:
    ids = triage_store.office.arrive(10)
    await triage_store.poll()
    await triage_store.poll()
    triage_store.office.read_elsewhere(*ids[2:4])
    fetched = await triage_store.poll()
    assert fetched.changed
    assert fetched.requests == 2, "one page of unread, one of read"
    assert triage_store.cached(is_read=True) == set(ids[2:4])


@pytest.mark.usefixtures("small_pages")
async def test_what_was_read_deep_in_a_long_unread_list_is_found_by_the_count(triage_store: FetchSetup) -> None:
    ids = triage_store.office.arrive(20)
    await triage_store.poll()
    await triage_store.poll()
    triage_store.office.read_elsewhere(ids[2])
    await triage_store.poll()
    assert triage_store.cached(is_read=True) == {ids[2]}


@pytest.mark.usefixtures("small_pages")
async def test_the_search_for_a_row_far_down_the_read_list_goes_on_over_several_polls(
    triage_store: FetchSetup,
) -> None:
    ids = triage_store.office.arrive(60)
    triage_store.office.read_elsewhere(*ids[2:])
    await triage_store.poll()
    await triage_store.poll()
    triage_store.office.read_elsewhere(ids[0])
    costs = []
    while ids[0] not in triage_store.cached(is_read=True):
        costs.append((await triage_store.poll()).requests)
    assert max(costs) <= 1 + fetcher.PROOF_PAGES
    assert len(costs) <= 5
    assert (await triage_store.poll()).requests == 1


async def test_what_is_gone_from_the_server_stays_unread_and_is_not_searched_for_ever(
    triage_store: FetchSetup,
) -> None:
    ids = triage_store.office.arrive(5)
    await triage_store.poll()
    await triage_store.poll()
    space = triage_store.office.sandbox_state._space(ENVIRONMENT)
    space.by_user["u-1"] = [row for row in space.by_user["u-1"] if row.uuid != ids[1]]
    await triage_store.poll()
    assert triage_store.cached(is_read=False) == set(ids), "a missing row proves nothing"
    assert (await triage_store.poll()).requests == 1
    triage_store.office.read_elsewhere(ids[3])
    await triage_store.poll()
    assert triage_store.cached(is_read=True) == {ids[3]}


# -- whatever happens --------------------------------------------------------------------------------------------

meddling = st.lists(
    st.one_of(
        st.tuples(st.just("arrive"), st.integers(1, 12)),
        st.tuples(st.just("arrive read"), st.integers(1, 7)),
        st.tuples(st.just("read newest"), st.integers(1, 12)),
        st.tuples(st.just("read oldest"), st.integers(1, 12)),
        st.tuples(st.just("break"), st.just(1)),
        st.tuples(st.just("nothing"), st.just(0)),
    ),
    max_size=14,
)
POLLS = st.lists(st.sampled_from(["unread", "all", "read", "older", "restart"]), min_size=1, max_size=6)


def meddle(triage_store: FetchSetup, what: str, count: int) -> None:
    unread = sorted(
        triage_store.office.sandbox_state.notifications(ENVIRONMENT, "u-1", UNREAD), key=lambda row: row.created_at
    )
    match what:
        case "arrive" | "arrive read":
            triage_store.office.arrive(count, is_read=what == "arrive read")
        case "read newest":
            triage_store.office.read_elsewhere(*(row.uuid for row in unread[-count:]))
        case "read oldest":
            triage_store.office.read_elsewhere(*(row.uuid for row in unread[:count]))
        case "break":
            triage_store.office.faults.set(Kind.BROKEN, times=1)


async def live(first: int, polls: list[str], script: list[tuple[str, int]]) -> None:
    """Poll while things happen between any two pages; then let it come to rest and compare with the server."""
    triage_store = FetchSetup()
    try:
        triage_store.office.arrive(first)
        steps = iter(script)
        triage_store.client.before_page = lambda: meddle(triage_store, *next(steps, ("nothing", 0)))
        for poll in polls:
            there = triage_store.on_server()
            try:
                if poll == "restart":
                    triage_store.restart()
                elif poll == "older":
                    await triage_store.fetcher.load_older("u-1", ALL)
                else:
                    await triage_store.poll(Filter(poll))
            except InboxError:
                continue
            if poll == "all":
                await assert_complete(triage_store, there)
        triage_store.client.before_page = nothing
        triage_store.office.faults.clear()
        for _ in range(2):
            await triage_store.poll(UNREAD)
            await triage_store.poll(ALL)
        await assert_complete(triage_store, triage_store.on_server())
        while not await triage_store.has_everything():
            await triage_store.fetcher.load_older("u-1", ALL)
        for _ in range(30):
            if triage_store.cached(is_read=False) != triage_store.on_server(UNREAD):
                await triage_store.poll(UNREAD)
        assert triage_store.cached() == triage_store.on_server()
        assert triage_store.cached(is_read=False) == triage_store.on_server(UNREAD)
        assert (await triage_store.poll()).requests == 1
    finally:
        await triage_store.close()


async def assert_complete(triage_store: FetchSetup, ids: set[str]) -> None:
    """Of what was there, everything is cached that is said to be."""
    back_to = await triage_store.complete_back_to()
    has_everything = await triage_store.has_everything()
    if back_to is None and not has_everything:
        return
    rows = [triage_store.office.sandbox_state.notification(ENVIRONMENT, id) for id in ids]
    claimed = {row.uuid for row in rows if has_everything or row.created_at >= (back_to or 0)}
    assert claimed <= triage_store.cached()


@settings(max_examples=40)
@given(first=st.integers(0, 40), polls=POLLS, script=meddling)
def test_nothing_is_missed_whatever_happens_between_two_pages(
    first: int, polls: list[str], script: list[tuple[str, int]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetcher, "PER_PAGE", 5)
        asyncio.run(live(first, polls, script))
