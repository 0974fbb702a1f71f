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
from neptune_inbox.sync import fetch
from tests.builders import ENVIRONMENT
from tests.unit.fetch_desk import ALL, UNREAD, Desk, nothing


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.close()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PER_PAGE", 5)


# -- what is new -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("count", [1, 4, 5, 6, 23])
async def test_new_ones_are_followed_down_to_known_ground(desk: Desk, count: int) -> None:
    desk.office.arrive(30)
    await desk.poll()
    await desk.poll()
    before = await desk.complete_back_to()
    ids = desk.office.arrive(count)
    fetched = await desk.poll()
    assert {key.id for key in fetched.new} == set(ids)
    assert fetched.requests == count // 5 + 1
    assert await desk.complete_back_to() == before


@pytest.mark.usefixtures("small_pages")
async def test_too_many_new_ones_leave_a_gap_that_is_admitted_and_can_be_filled(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "MOST_PAGES", 6)
    desk.office.arrive(10)
    await desk.poll()
    ids = desk.office.arrive(60)
    await desk.poll()
    oldest = desk.office.world.notification(ENVIRONMENT, ids[30]).created_at
    assert await desk.complete_back_to() == oldest
    assert not await desk.has_everything()
    assert (await desk.poll()).requests == 1, "the gap is admitted, not walked again and again"
    for _ in range(4):
        await desk.fetcher.load_older("u-1", ALL)
    assert desk.cached() == desk.on_server()
    assert await desk.has_everything()


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("fault", [Kind.BROKEN, Kind.TIMEOUT, Kind.CAPTIVE, Kind.CUT, Kind.OFFLINE])
async def test_a_walk_that_broke_off_is_made_good_by_the_next_poll(desk: Desk, fault: Kind) -> None:
    desk.office.arrive(20)
    await desk.poll()
    before = await desk.complete_back_to()
    desk.office.arrive(18)
    desk.break_page(2, fault)
    await desk.poll_badly()
    admitted = await desk.complete_back_to()
    assert admitted is not None
    assert before is not None
    assert admitted > before, "what is not there is not claimed"
    await desk.poll()
    assert desk.cached() == desk.on_server()
    assert await desk.complete_back_to() == before
    assert await desk.has_everything()


@pytest.mark.usefixtures("small_pages")
async def test_a_kill_in_the_middle_of_a_walk_leaves_an_honest_gap(desk: Desk) -> None:
    desk.office.arrive(20)
    await desk.poll()
    desk.office.arrive(18)
    desk.break_page(2, Kind.BROKEN)
    await desk.poll_badly()
    desk.restart()
    await desk.poll()
    admitted = await desk.complete_back_to()
    assert admitted is not None
    since = {row.uuid for row in desk.office.world.notifications(ENVIRONMENT, "u-1") if row.created_at >= admitted}
    assert since <= desk.cached()
    for _ in range(3):
        await desk.fetcher.load_older("u-1", ALL)
    assert desk.cached() == desk.on_server()


@pytest.mark.usefixtures("small_pages")
async def test_what_was_read_at_once_between_unread_ones_is_found_too(desk: Desk) -> None:
    desk.office.arrive(20)
    await desk.poll()
    await desk.poll(ALL)
    desk.office.arrive(7, is_read=True)
    desk.office.arrive(12)
    await desk.poll(UNREAD)
    await desk.poll(ALL)
    assert desk.cached() == desk.on_server()


# -- what became read --------------------------------------------------------------------------------------------


async def test_what_the_customer_read_is_looked_up_before_it_is_believed(desk: Desk) -> None:
    ids = desk.office.arrive(10)
    await desk.poll()
    await desk.poll()
    desk.office.read_elsewhere(*ids[2:4])
    fetched = await desk.poll()
    assert fetched.changed
    assert fetched.requests == 2, "one page of unread, one of read"
    assert desk.cached(is_read=True) == set(ids[2:4])


@pytest.mark.usefixtures("small_pages")
async def test_what_was_read_deep_in_a_long_unread_list_is_found_by_the_count(desk: Desk) -> None:
    ids = desk.office.arrive(20)
    await desk.poll()
    await desk.poll()
    desk.office.read_elsewhere(ids[2])
    await desk.poll()
    assert desk.cached(is_read=True) == {ids[2]}


@pytest.mark.usefixtures("small_pages")
async def test_the_search_for_a_row_far_down_the_read_list_goes_on_over_several_polls(desk: Desk) -> None:
    ids = desk.office.arrive(60)
    desk.office.read_elsewhere(*ids[2:])
    await desk.poll()
    await desk.poll()
    desk.office.read_elsewhere(ids[0])
    costs = []
    while ids[0] not in desk.cached(is_read=True):
        costs.append((await desk.poll()).requests)
    assert max(costs) <= 1 + fetch.PROOF_PAGES
    assert len(costs) <= 5
    assert (await desk.poll()).requests == 1


async def test_what_is_gone_from_the_server_stays_unread_and_is_not_searched_for_ever(desk: Desk) -> None:
    ids = desk.office.arrive(5)
    await desk.poll()
    await desk.poll()
    space = desk.office.world._space(ENVIRONMENT)
    space.by_user["u-1"] = [row for row in space.by_user["u-1"] if row.uuid != ids[1]]
    await desk.poll()
    assert desk.cached(is_read=False) == set(ids), "a missing row proves nothing"
    assert (await desk.poll()).requests == 1
    desk.office.read_elsewhere(ids[3])
    await desk.poll()
    assert desk.cached(is_read=True) == {ids[3]}


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


def meddle(desk: Desk, what: str, count: int) -> None:
    unread = sorted(desk.office.world.notifications(ENVIRONMENT, "u-1", UNREAD), key=lambda row: row.created_at)
    match what:
        case "arrive" | "arrive read":
            desk.office.arrive(count, is_read=what == "arrive read")
        case "read newest":
            desk.office.read_elsewhere(*(row.uuid for row in unread[-count:]))
        case "read oldest":
            desk.office.read_elsewhere(*(row.uuid for row in unread[:count]))
        case "break":
            desk.office.faults.set(Kind.BROKEN, times=1)


async def live(first: int, polls: list[str], script: list[tuple[str, int]]) -> None:
    """Poll while things happen between any two pages; then let it come to rest and compare with the server."""
    desk = Desk()
    try:
        desk.office.arrive(first)
        steps = iter(script)
        desk.client.before_page = lambda: meddle(desk, *next(steps, ("nothing", 0)))
        for poll in polls:
            there = desk.on_server()
            try:
                if poll == "restart":
                    desk.restart()
                elif poll == "older":
                    await desk.fetcher.load_older("u-1", ALL)
                else:
                    await desk.poll(Filter(poll))
            except InboxError:
                continue
            if poll == "all":
                await assert_complete(desk, there)
        desk.client.before_page = nothing
        desk.office.faults.clear()
        for _ in range(2):
            await desk.poll(UNREAD)
            await desk.poll(ALL)
        await assert_complete(desk, desk.on_server())
        while not await desk.has_everything():
            await desk.fetcher.load_older("u-1", ALL)
        for _ in range(30):
            if desk.cached(is_read=False) != desk.on_server(UNREAD):
                await desk.poll(UNREAD)
        assert desk.cached() == desk.on_server()
        assert desk.cached(is_read=False) == desk.on_server(UNREAD)
        assert (await desk.poll()).requests == 1
    finally:
        await desk.close()


async def assert_complete(desk: Desk, ids: set[str]) -> None:
    """Of what was there, everything is cached that is said to be."""
    back_to = await desk.complete_back_to()
    has_everything = await desk.has_everything()
    if back_to is None and not has_everything:
        return
    rows = [desk.office.world.notification(ENVIRONMENT, id) for id in ids]
    claimed = {row.uuid for row in rows if has_everything or row.created_at >= (back_to or 0)}
    assert claimed <= desk.cached()


@settings(max_examples=40)
@given(first=st.integers(0, 40), polls=POLLS, script=meddling)
def test_nothing_is_missed_whatever_happens_between_two_pages(
    first: int, polls: list[str], script: list[tuple[str, int]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch, "PER_PAGE", 5)
        asyncio.run(live(first, polls, script))
