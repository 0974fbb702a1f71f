"""Fetching a customer: an idle look is one request, odd answers wipe nothing, older pages come on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from neptune_inbox.errors import NotNeptune, Throttled
from neptune_inbox.model import Counts, Filter, Key, Page
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync.fetch import fetcher
from neptune_inbox.sync.fetch.fetched import Fetched
from neptune_inbox.sync.fetch.freshness import WRITE_FRESHNESS_EVERY
from tests.builders import ENVIRONMENT
from tests.unit.fetch_setup import ALL, READ, UNREAD, FetchSetup, Meddled


@pytest.fixture
async def triage_store() -> AsyncIterator[FetchSetup]:
    triage_store = FetchSetup()
    yield triage_store
    await triage_store.close()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "PER_PAGE", 5)


# -- the first look ----------------------------------------------------------------------------------------------


async def test_the_first_look_at_a_customer_with_few_notifications_is_one_request(triage_store: FetchSetup) -> None:
    ids = triage_store.office.arrive(7)
    triage_store.office.read_elsewhere(*ids[:3])
    fetched = await triage_store.poll()
    assert fetched.requests == triage_store.office.requests == 1
    assert [key.id for key in fetched.new] == ids[::-1]
    assert await triage_store.has_everything()
    assert triage_store.users.counts(["u-1"])["u-1"] == Counts(all=7, unread=4, read=3)


@pytest.mark.usefixtures("small_pages")
async def test_the_first_look_at_a_full_inbox_loads_some_pages_of_each_kind_and_says_how_far(
    triage_store: FetchSetup,
) -> None:
    ids = triage_store.office.arrive(60)
    triage_store.office.read_elsewhere(*ids[10:])
    fetched = await triage_store.poll()
    assert fetched.requests == 4 + 2, "four pages of all; the unread ones are on two"
    assert triage_store.cached() == {*ids[40:], *ids[:10]}
    assert (
        await triage_store.complete_back_to()
        == triage_store.office.sandbox_state.notification(ENVIRONMENT, ids[40]).created_at
    )
    assert not await triage_store.has_everything()


@pytest.mark.usefixtures("small_pages")
async def test_a_first_look_that_broke_off_is_done_again(triage_store: FetchSetup) -> None:
    ids = triage_store.office.arrive(12)
    triage_store.break_page(1, Kind.BROKEN)
    await triage_store.poll_badly()
    assert triage_store.cached() == set(ids[7:])
    await triage_store.poll()
    assert triage_store.cached() == set(ids)
    assert await triage_store.has_everything()


async def test_a_customer_without_notifications_is_complete_and_costs_one_request(triage_store: FetchSetup) -> None:
    assert (await triage_store.poll()).requests == 1
    assert await triage_store.has_everything()
    assert (await triage_store.poll()).requests == 1


# -- an idle poll ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", [UNREAD, ALL, READ])
@pytest.mark.parametrize("is_on_screen", [True, False])
@pytest.mark.parametrize("count", [0, 3, 50, 120, 260])
async def test_a_poll_with_nothing_new_is_one_request_and_no_write(
    triage_store: FetchSetup, kind: Filter, is_on_screen: bool, count: int
) -> None:
    ids = triage_store.office.arrive(count)
    triage_store.office.read_elsewhere(*ids[: count // 3])
    await triage_store.poll()
    await triage_store.poll(kind, is_on_screen=is_on_screen)
    requests, writes = triage_store.office.requests, triage_store.writes()
    fetched = await triage_store.poll(kind, is_on_screen=is_on_screen)
    assert (fetched.requests, fetched.changed, fetched.new) == (1, False, ())
    assert triage_store.office.requests == requests + 1
    assert triage_store.writes() == writes


async def test_how_fresh_a_customer_is_lives_in_memory_and_is_written_once_a_minute(triage_store: FetchSetup) -> None:
    triage_store.office.arrive(3)
    await triage_store.poll()
    await triage_store.poll()
    writes = triage_store.writes()
    triage_store.office.clock.advance(WRITE_FRESHNESS_EVERY / 1000)
    await triage_store.poll()
    assert triage_store.writes() > writes
    assert (await triage_store.fetcher.freshness(["u-1"]))["u-1"].fetched_at == triage_store.office.clock.now()


# -- odd answers -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", [UNREAD, ALL, READ])
@pytest.mark.parametrize("count", [8, 130])
async def test_a_list_that_is_empty_all_of_a_sudden_wipes_nothing(
    triage_store: FetchSetup, kind: Filter, count: int
) -> None:
    ids = triage_store.office.arrive(count)
    await triage_store.poll()
    await triage_store.poll(kind)
    before = await triage_store.complete_back_to()
    triage_store.office.faults.set(Kind.EMPTY)
    await triage_store.poll(kind)
    await triage_store.fetcher.load_older("u-1", ALL)
    assert triage_store.cached(is_read=False) == set(ids)
    assert await triage_store.complete_back_to() == before
    triage_store.office.faults.clear()
    new = triage_store.office.arrive(2)
    await triage_store.poll(kind if kind is not READ else UNREAD)
    assert triage_store.cached() == {*ids, *new}


async def test_an_empty_answer_to_the_first_look_is_corrected_later(triage_store: FetchSetup) -> None:
    ids = triage_store.office.arrive(120)
    triage_store.office.faults.set(Kind.EMPTY, times=1)
    await triage_store.poll()
    assert triage_store.cached() == set()
    await triage_store.poll(ALL)
    await triage_store.poll(ALL)
    assert triage_store.cached() == set(ids)
    assert await triage_store.has_everything()


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
async def test_trouble_keeps_the_cache_and_is_told_as_the_age_of_the_data(
    triage_store: FetchSetup, fault: Kind
) -> None:
    ids = triage_store.office.arrive(8)
    await triage_store.poll()
    fetched_at = (await triage_store.fetcher.freshness(["u-1"]))["u-1"].fetched_at
    triage_store.office.faults.set(fault)
    error = await triage_store.poll_badly()
    fresh = (await triage_store.fetcher.freshness(["u-1"]))["u-1"]
    assert (fresh.problem, fresh.fetched_at) == (error.sentence, fetched_at)
    assert triage_store.cached(is_read=False) == set(ids)
    writes = triage_store.writes()
    await triage_store.poll_badly()
    assert triage_store.writes() == writes, "the same trouble again is no news"
    triage_store.office.faults.clear()
    await triage_store.poll()
    assert (await triage_store.fetcher.freshness(["u-1"]))["u-1"].problem == ""


async def test_a_refusal_keeps_its_name(triage_store: FetchSetup) -> None:
    triage_store.office.faults.set(Kind.THROTTLED, retry_after=7, times=1)
    throttled = await triage_store.poll_badly()
    assert isinstance(throttled, Throttled)
    assert throttled.retry_after == 7
    triage_store.office.faults.set(Kind.CAPTIVE, times=1)
    assert isinstance(await triage_store.poll_badly(), NotNeptune)


class Oblivious(Meddled):
    """A server that ignores the page number and tells neither total nor page size."""

    async def app_notifications(self, user_id: str, kind: Filter, *, page: int = 1, per_page: int = 50) -> Page:
        answer = await super().app_notifications(user_id, kind, page=1, per_page=per_page)
        return Page(answer.rows, None)


async def test_a_server_that_ignores_the_page_number_is_not_asked_for_ever(triage_store: FetchSetup) -> None:
    triage_store.office.arrive(80)
    triage_store.client.__class__ = Oblivious
    assert (await triage_store.poll()).requests <= 6
    assert (await triage_store.poll(is_on_screen=True)).requests <= 3, "the totals are asked for once"
    assert (await triage_store.poll(is_on_screen=True)).requests == 1


class Capped(Meddled):
    """A server that gives fewer rows on a page than it was asked for."""

    async def app_notifications(self, user_id: str, kind: Filter, *, page: int = 1, per_page: int = 50) -> Page:
        return await super().app_notifications(user_id, kind, page=page, per_page=min(10, per_page))


async def test_older_pages_are_reached_also_where_the_server_caps_the_page(triage_store: FetchSetup) -> None:
    ids = triage_store.office.arrive(130)
    triage_store.client.__class__ = Capped
    await triage_store.poll()
    assert triage_store.cached() == set(ids[90:])
    await triage_store.fetcher.load_older("u-1", ALL)
    assert triage_store.cached() == set(ids[50:])
    await triage_store.fetcher.load_older("u-1", ALL)
    await triage_store.fetcher.load_older("u-1", ALL)
    assert triage_store.cached() == set(ids)
    assert await triage_store.has_everything()


# -- older pages, counts -----------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("kind", [ALL, UNREAD, READ])
async def test_older_pages_load_until_there_are_no_more_also_after_a_restart(
    triage_store: FetchSetup, kind: Filter
) -> None:
    ids = triage_store.office.arrive(120)
    triage_store.office.read_elsewhere(*ids[::2])
    await triage_store.poll()
    for number in range(12):
        await triage_store.fetcher.load_older("u-1", kind)
        triage_store.office.arrive(2)
        await triage_store.poll()
        if number == 3:
            triage_store.restart()
    assert triage_store.cached() >= triage_store.on_server(kind)
    if kind is ALL:
        assert await triage_store.has_everything()


async def test_the_totals_are_asked_for_when_something_differs_on_screen(triage_store: FetchSetup) -> None:
    triage_store.office.arrive(260)
    await triage_store.poll()
    assert (await triage_store.poll(is_on_screen=True)).requests == 3
    assert triage_store.users.counts(["u-1"])["u-1"] == Counts(all=260, unread=260, read=0)
    triage_store.office.arrive(1)
    assert (await triage_store.poll(is_on_screen=True)).requests == 3
    assert (await triage_store.poll(is_on_screen=False)).requests == 1
    triage_store.office.arrive(1)
    assert (await triage_store.poll(is_on_screen=False)).requests == 1, "only for the customer on screen"


async def test_another_instance_is_believed_after_forgetting(triage_store: FetchSetup) -> None:
    triage_store.office.arrive(3)
    await triage_store.poll()
    other = triage_store.make_fetcher()
    seen = (await other.freshness(["u-1"]))["u-1"].fetched_at
    triage_store.office.clock.advance(120)
    await triage_store.poll()
    assert (await other.freshness(["u-1"]))["u-1"].fetched_at == seen
    other.forget()
    assert (await other.freshness(["u-1"]))["u-1"].fetched_at == triage_store.office.clock.now()


@pytest.mark.slow
@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("kind", list(Filter))
async def test_another_instance_may_take_over_between_any_two_pages(triage_store: FetchSetup, kind: Filter) -> None:
    """Forgetting comes whenever the lock is lost, also while somebody waits for this very customer."""
    triage_store.office.arrive(23)
    triage_store.client.before_page = lambda: triage_store.fetcher.forget()
    await triage_store.poll(kind, is_on_screen=True)
    triage_store.office.arrive(40)
    await triage_store.poll(kind)
    await triage_store.fetcher.load_older("u-1", kind)
    triage_store.client.before_page = lambda: None
    for _ in range(3):
        await triage_store.poll(ALL)
    while not await triage_store.has_everything():
        await triage_store.fetcher.load_older("u-1", ALL)
    assert triage_store.cached() == triage_store.on_server()


async def test_two_polls_of_one_customer_do_not_run_into_each_other(triage_store: FetchSetup) -> None:
    triage_store.office.arrive(10)
    both = await asyncio.gather(triage_store.poll(), triage_store.poll(ALL))
    assert sorted(len(fetched.new) for fetched in both) == [0, 10]


def test_keys_of_new_rows_name_their_user() -> None:
    assert Fetched((Key("u-1", "a"),), requests=1) + Fetched(changed=True, skipped=2) == Fetched(
        (Key("u-1", "a"),), (), True, 1, 2
    )


async def test_counts_that_are_told_together_are_of_one_look(triage_store: FetchSetup) -> None:
    triage_store.office.arrive(40)
    await triage_store.poll(is_on_screen=True)
    seen: list[Counts] = []

    def note() -> None:
        seen.append(triage_store.users.counts(["u-1"])["u-1"].reconciled())

    triage_store.client.before_page = note
    triage_store.office.read_elsewhere(*sorted(triage_store.on_server(UNREAD))[:25])
    await triage_store.poll(is_on_screen=True)
    note()
    assert set(map(str, seen)) == {str(Counts(40, 40, 0)), str(Counts(40, 15, 25))}


async def test_totals_between_which_something_was_read_are_asked_for_again(triage_store: FetchSetup) -> None:
    triage_store.office.arrive(10)
    await triage_store.poll(is_on_screen=True)
    triage_store.office.arrive(1)
    unread = sorted(triage_store.on_server(UNREAD))
    pages = iter(range(99))

    def read_between() -> None:
        if next(pages) == 2:
            triage_store.office.read_elsewhere(*unread[:4])

    triage_store.client.before_page = read_between
    await triage_store.poll(is_on_screen=True)
    assert triage_store.users.counts(["u-1"])["u-1"] == Counts(11, 7, 4)
