"""Fetching a customer: an idle look is one request, odd answers wipe nothing, older pages come on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from neptune_inbox.errors import NotNeptune, Throttled
from neptune_inbox.model import Counts, Filter, Key, Page
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync import fetch
from neptune_inbox.sync.fetch import Fetched, Fetcher
from neptune_inbox.sync.known import WRITE_FRESHNESS_EVERY
from tests.builders import ENVIRONMENT
from tests.unit.fetch_desk import ALL, PLACE, READ, UNREAD, Desk, Meddled


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.close()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PER_PAGE", 5)


# -- the first look ----------------------------------------------------------------------------------------------


async def test_the_first_look_at_a_customer_with_few_notifications_is_one_request(desk: Desk) -> None:
    ids = desk.office.arrive(7)
    desk.office.read_elsewhere(*ids[:3])
    fetched = await desk.poll()
    assert fetched.requests == desk.office.requests == 1
    assert [key.id for key in fetched.new] == ids[::-1]
    assert await desk.has_everything()
    assert desk.cache.counts(PLACE, ["u-1"])["u-1"] == Counts(all=7, unread=4, read=3)


@pytest.mark.usefixtures("small_pages")
async def test_the_first_look_at_a_full_inbox_loads_some_pages_of_each_kind_and_says_how_far(desk: Desk) -> None:
    ids = desk.office.arrive(60)
    desk.office.read_elsewhere(*ids[10:])
    fetched = await desk.poll()
    assert fetched.requests == 4 + 2, "four pages of all; the unread ones are on two"
    assert desk.cached() == {*ids[40:], *ids[:10]}
    assert await desk.complete_back_to() == desk.office.world.notification(ENVIRONMENT, ids[40]).created_at
    assert not await desk.has_everything()


@pytest.mark.usefixtures("small_pages")
async def test_a_first_look_that_broke_off_is_done_again(desk: Desk) -> None:
    ids = desk.office.arrive(12)
    desk.break_page(1, Kind.BROKEN)
    await desk.poll_badly()
    assert desk.cached() == set(ids[7:])
    await desk.poll()
    assert desk.cached() == set(ids)
    assert await desk.has_everything()


async def test_a_customer_without_notifications_is_complete_and_costs_one_request(desk: Desk) -> None:
    assert (await desk.poll()).requests == 1
    assert await desk.has_everything()
    assert (await desk.poll()).requests == 1


# -- an idle poll ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [UNREAD, ALL, READ])
@pytest.mark.parametrize("is_on_screen", [True, False])
@pytest.mark.parametrize("count", [0, 3, 50, 120, 260])
async def test_a_poll_with_nothing_new_is_one_request_and_no_write(
    desk: Desk, kind: Filter, is_on_screen: bool, count: int
) -> None:
    ids = desk.office.arrive(count)
    desk.office.read_elsewhere(*ids[: count // 3])
    await desk.poll()
    await desk.poll(kind, is_on_screen=is_on_screen)
    requests, writes = desk.office.requests, desk.writes()
    fetched = await desk.poll(kind, is_on_screen=is_on_screen)
    assert (fetched.requests, fetched.changed, fetched.new) == (1, False, ())
    assert desk.office.requests == requests + 1
    assert desk.writes() == writes


async def test_how_fresh_a_customer_is_lives_in_memory_and_is_written_once_a_minute(desk: Desk) -> None:
    desk.office.arrive(3)
    await desk.poll()
    await desk.poll()
    writes = desk.writes()
    desk.office.clock.advance(WRITE_FRESHNESS_EVERY / 1000)
    await desk.poll()
    assert desk.writes() > writes
    assert (await desk.fetcher.freshness(["u-1"]))["u-1"].fetched_at == desk.office.clock.now()


# -- odd answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [UNREAD, ALL, READ])
@pytest.mark.parametrize("count", [8, 130])
async def test_a_list_that_is_empty_all_of_a_sudden_wipes_nothing(desk: Desk, kind: Filter, count: int) -> None:
    ids = desk.office.arrive(count)
    await desk.poll()
    await desk.poll(kind)
    before = await desk.complete_back_to()
    desk.office.faults.set(Kind.EMPTY)
    await desk.poll(kind)
    await desk.fetcher.load_older("u-1", ALL)
    assert desk.cached(is_read=False) == set(ids)
    assert await desk.complete_back_to() == before
    desk.office.faults.clear()
    new = desk.office.arrive(2)
    await desk.poll(kind if kind is not READ else UNREAD)
    assert desk.cached() == {*ids, *new}


async def test_an_empty_answer_to_the_first_look_is_corrected_later(desk: Desk) -> None:
    ids = desk.office.arrive(120)
    desk.office.faults.set(Kind.EMPTY, times=1)
    await desk.poll()
    assert desk.cached() == set()
    await desk.poll(ALL)
    await desk.poll(ALL)
    assert desk.cached() == set(ids)
    assert await desk.has_everything()


@pytest.mark.parametrize(
    "fault",
    [
        Kind.CAPTIVE,
        Kind.CUT,
        Kind.CUT_QUIETLY,
        Kind.REDIRECT,
        Kind.BROKEN,
        Kind.TIMEOUT,
        Kind.OFFLINE,
        Kind.FORBIDDEN,
    ],
)
async def test_trouble_keeps_the_cache_and_is_told_as_the_age_of_the_data(desk: Desk, fault: Kind) -> None:
    ids = desk.office.arrive(8)
    await desk.poll()
    fetched_at = (await desk.fetcher.freshness(["u-1"]))["u-1"].fetched_at
    desk.office.faults.set(fault)
    error = await desk.poll_badly()
    fresh = (await desk.fetcher.freshness(["u-1"]))["u-1"]
    assert (fresh.problem, fresh.fetched_at) == (error.sentence, fetched_at)
    assert desk.cached(is_read=False) == set(ids)
    writes = desk.writes()
    await desk.poll_badly()
    assert desk.writes() == writes, "the same trouble again is no news"
    desk.office.faults.clear()
    await desk.poll()
    assert (await desk.fetcher.freshness(["u-1"]))["u-1"].problem == ""


async def test_a_refusal_keeps_its_name(desk: Desk) -> None:
    desk.office.faults.set(Kind.THROTTLED, retry_after=7, times=1)
    throttled = await desk.poll_badly()
    assert isinstance(throttled, Throttled)
    assert throttled.retry_after == 7
    desk.office.faults.set(Kind.CAPTIVE, times=1)
    assert isinstance(await desk.poll_badly(), NotNeptune)


class Oblivious(Meddled):
    """A server that ignores the page number and tells neither total nor page size."""

    async def app_notifications(self, user_id: str, kind: Filter, *, page: int = 1, per_page: int = 50) -> Page:
        answer = await super().app_notifications(user_id, kind, page=1, per_page=per_page)
        return Page(answer.rows, None)


async def test_a_server_that_ignores_the_page_number_is_not_asked_for_ever(desk: Desk) -> None:
    desk.office.arrive(80)
    desk.client.__class__ = Oblivious
    assert (await desk.poll()).requests <= 6
    assert (await desk.poll(is_on_screen=True)).requests <= 3, "the totals are asked for once"
    assert (await desk.poll(is_on_screen=True)).requests == 1


class Capped(Meddled):
    """A server that gives fewer rows on a page than it was asked for."""

    async def app_notifications(self, user_id: str, kind: Filter, *, page: int = 1, per_page: int = 50) -> Page:
        return await super().app_notifications(user_id, kind, page=page, per_page=min(10, per_page))


async def test_older_pages_are_reached_also_where_the_server_caps_the_page(desk: Desk) -> None:
    ids = desk.office.arrive(130)
    desk.client.__class__ = Capped
    await desk.poll()
    assert desk.cached() == set(ids[90:])
    await desk.fetcher.load_older("u-1", ALL)
    assert desk.cached() == set(ids[50:])
    await desk.fetcher.load_older("u-1", ALL)
    await desk.fetcher.load_older("u-1", ALL)
    assert desk.cached() == set(ids)
    assert await desk.has_everything()


# -- older pages, counts -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("kind", [ALL, UNREAD, READ])
async def test_older_pages_load_until_there_are_no_more_also_after_a_restart(desk: Desk, kind: Filter) -> None:
    ids = desk.office.arrive(120)
    desk.office.read_elsewhere(*ids[::2])
    await desk.poll()
    for number in range(12):
        await desk.fetcher.load_older("u-1", kind)
        desk.office.arrive(2)
        await desk.poll()
        if number == 3:
            desk.restart()
    assert desk.cached() >= desk.on_server(kind)
    if kind is ALL:
        assert await desk.has_everything()


async def test_the_totals_are_asked_for_when_something_differs_on_screen(desk: Desk) -> None:
    desk.office.arrive(260)
    await desk.poll()
    assert (await desk.poll(is_on_screen=True)).requests == 3
    assert desk.cache.counts(PLACE, ["u-1"])["u-1"] == Counts(all=260, unread=260, read=0)
    desk.office.arrive(1)
    assert (await desk.poll(is_on_screen=True)).requests == 3
    assert (await desk.poll(is_on_screen=False)).requests == 1
    desk.office.arrive(1)
    assert (await desk.poll(is_on_screen=False)).requests == 1, "only for the customer on screen"


async def test_another_instance_is_believed_after_forgetting(desk: Desk) -> None:
    desk.office.arrive(3)
    await desk.poll()
    other = Fetcher(client=desk.client, cache=desk.cache, disk=desk.disk, place=PLACE, now=desk.office.clock.now)
    seen = (await other.freshness(["u-1"]))["u-1"].fetched_at
    desk.office.clock.advance(120)
    await desk.poll()
    assert (await other.freshness(["u-1"]))["u-1"].fetched_at == seen
    other.forget()
    assert (await other.freshness(["u-1"]))["u-1"].fetched_at == desk.office.clock.now()


async def test_two_polls_of_one_customer_do_not_run_into_each_other(desk: Desk) -> None:
    desk.office.arrive(10)
    both = await asyncio.gather(desk.poll(), desk.poll(ALL))
    assert sorted(len(fetched.new) for fetched in both) == [0, 10]


def test_keys_of_new_rows_name_their_user() -> None:
    assert Fetched((Key("u-1", "a"),), requests=1) + Fetched(changed=True, skipped=2) == Fetched(
        (Key("u-1", "a"),), True, 1, 2
    )
