"""The clockwork: within the budget, one request where nothing is new, silent where it must be."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from neptune_inbox.errors import DiskFull, StoreProblem
from neptune_inbox.model import EVERYONE, Filter, Key
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync.events import Arrived, MarksSent, Polled, Troubled
from neptune_inbox.sync.polling import poller as poller_module
from neptune_inbox.sync.polling.health import State
from neptune_inbox.sync.session import Session
from tests.builders import HOUR, MINUTE, SECOND, Listener, Office, shown, until

ALL, UNREAD, READ = Filter.ALL, Filter.UNREAD, Filter.READ


async def run(office: Office, session: Session, seconds: float) -> list[float | None]:
    """Let the poller live for so long; the pauses that it asked for."""
    end, pauses = office.clock.at + round(seconds * 1000), list[float | None]()
    while office.clock.at < end:
        pause = await session.poller.step()
        pauses.append(pause)
        if pause is None:
            break
        office.clock.advance(pause)
    return pauses


async def test_what_arrived_is_told_once(office: Office, session: Session) -> None:
    listener = Listener.on(session.bus)
    office.arrive(2)
    await session.poller.step()
    ids = office.arrive(3)
    await run(office, session, 60)
    arrived = listener.all(Arrived)
    assert [len(fact.keys) for fact in arrived] == [2, 3]
    assert {key.id for key in arrived[1].keys} == set(ids)
    assert (await shown(session))[:3] == ids[::-1]


async def test_an_idle_poll_is_one_request_and_says_that_nothing_changed(office: Office, session: Session) -> None:
    office.arrive(5)
    await run(office, session, 60)
    listener, requests = Listener.on(session.bus), office.requests
    await session.poller.poll("u-1")
    assert office.requests == requests + 1
    assert listener.all(Polled) == [Polled("u-1", changed=False)]


async def test_once_a_mark_is_sent_its_customer_is_counted_again_at_once(office: Office, session: Session) -> None:
    first, _ = office.arrive(2)
    await session.set_visible("u-1", UNREAD)
    await run(office, session, 60)
    await session.marking.hold([Key("u-1", first)], label="one")
    await session.sender.flush()
    office.clock.advance(5)
    assert (await session.inbox.overview("u-1")).counts["u-1"].unread == 2
    while await session.poller.step() == 0.0:
        pass
    await session.sender.flush()
    await run(office, session, 3)
    assert (await session.inbox.overview("u-1")).counts["u-1"].unread == 1


async def test_sending_much_stays_within_the_budget() -> None:
    office = Office(budget=30)
    ids = office.arrive(60)
    session = await office.open()
    await run(office, session, 60)
    listener, requests = Listener.on(session.bus), office.requests
    await session.marking.hold([Key("u-1", id) for id in ids], label="all")
    office.clock.advance(5)
    await session.sender.flush()
    assert len(office.marked) == 60
    await run(office, session, 60)
    assert len(listener.all(MarksSent)) > 1
    assert office.requests - requests - 60 <= 30 + 1
    await session.close()


@pytest.mark.slow
async def test_an_hour_with_fifty_customers_stays_within_the_budget() -> None:
    users = tuple(f"u-{number}" for number in range(50))
    office = Office(users=users, budget=30)
    for user in users:
        office.arrive(1, user, every=0)
        office.arrive(1, user, every=0, is_read=True)
    session = await office.open()
    await session.set_visible("u-7", UNREAD)
    polled: dict[str, list[int]] = {user: [] for user in users}

    def note(fact: object) -> None:
        if isinstance(fact, Polled):
            polled[fact.user_id].append(office.clock.at)

    session.bus.listen(note)
    start = office.clock.at
    await run(office, session, HOUR / 1000)
    assert office.requests <= 30 * 60 + 4
    for user, times in polled.items():
        moments = [start, *times, start + HOUR]
        longest = max(after - before for before, after in pairwise(moments))
        assert longest <= 2 * 50 / 30 * MINUTE + 20 * SECOND, user
    assert len(polled["u-7"]) > 4 * len(polled["u-8"])
    await session.close()


# -- the token, and trouble --------------------------------------------------------------------------------------


async def test_a_refused_token_is_tried_rarely_at_once_when_asked_and_a_new_one_ends_it(
    office: Office, session: Session
) -> None:
    await run(office, session, 60)
    office.faults.set(Kind.UNAUTHENTICATED)
    requests = office.requests
    await run(office, session, 600)
    assert session.health.state is State.SIGNED_OUT
    assert 2 <= office.requests - requests <= 20, "further and further apart"
    requests = office.requests
    session.poller.refresh("u-1")
    await session.poller.step()
    assert office.requests == requests + 1
    office.faults.clear()
    office.use_token(session, office.new_token())
    await run(office, session, 60)
    assert office.requests > requests + 1
    assert str(session.health.state) == "online"


async def test_a_token_that_was_refused_for_a_while_is_good_again_by_itself(office: Office, session: Session) -> None:
    await run(office, session, 60)
    office.faults.set(Kind.UNAUTHENTICATED, times=3)
    await run(office, session, 120)
    assert str(session.health.state) == "online"


async def test_the_servers_wish_to_wait_is_honoured(office: Office, session: Session) -> None:
    await run(office, session, 60)
    office.faults.set(Kind.THROTTLED, retry_after=600, times=1)
    requests = office.requests
    await session.poller.poll("u-1")
    assert await session.poller.step() == 600
    await run(office, session, 599)
    assert office.requests == requests + 1
    await run(office, session, 60)
    assert office.requests > requests + 1
    assert session.health.state is State.ONLINE


async def test_the_pauses_grow_up_to_five_minutes_while_the_service_is_away(office: Office, session: Session) -> None:
    office.faults.set(Kind.OFFLINE)
    pauses = [pause or 0.0 for pause in await run(office, session, 6 * 3600)]
    assert max(pauses[:6]) < 64
    assert 150 < max(pauses) <= poller_module.LONGEST_PAUSE
    assert office.requests < 6 * 3600 / 60, "not even one a minute, on average"
    assert session.health.state is State.OFFLINE


async def test_the_refresh_key_tries_at_once(office: Office, session: Session) -> None:
    office.faults.set(Kind.THROTTLED, retry_after=3600)
    await session.poller.step()
    assert await session.poller.step() == 3600
    office.faults.clear()
    requests = office.requests
    session.poller.refresh("u-1")
    assert await session.poller.step() == 0
    assert office.requests > requests


async def test_a_customer_who_is_refused_does_not_hold_up_the_others() -> None:
    office = Office(users=("u-1", "u-2"), budget=120)
    office.arrive(1, "u-2")
    session = await office.open()
    listener = Listener.on(session.bus)
    office.faults.set(Kind.FORBIDDEN, times=1)
    await run(office, session, 20)
    assert [fact.error.name for fact in listener.all(Troubled)] == ["access_denied"]
    assert len(listener.all(Arrived)) == 1
    assert session.health.state is State.ONLINE
    await session.close()


async def test_a_full_disk_is_told_and_polling_goes_on_slowly(
    office: Office, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.arrive(3)

    def full(*_: object, **__: object) -> None:
        raise DiskFull("The disk is full.")

    monkeypatch.setattr(office.stores.of(session.tenant).cache, "merge", full)
    with pytest.raises(StoreProblem):
        await session.poller.step()
    assert await session.poller.step() != 0.0, "not again and again"
    listener = Listener.on(session.bus)
    office.clock.advance(60)
    running = asyncio.ensure_future(session.poller.run())
    await until(lambda: bool(listener.all(Troubled)))
    monkeypatch.undo()
    for _ in range(3):
        office.clock.advance(60)
        await until(lambda: office.requests >= 2)
    running.cancel()
    assert len(listener.all(Troubled)) == 1


# -- who is looked at, and how -----------------------------------------------------------------------------------


async def test_the_customer_on_screen_is_polled_with_what_is_shown_and_with_all_totals(
    office: Office, session: Session
) -> None:
    office.arrive(2)
    await run(office, session, 60)
    await session.set_visible("u-1", ALL)
    new = office.arrive(1, is_read=True)
    await session.poller.poll("u-1")
    overview = await session.inbox.overview("u-1")
    assert (overview.counts["u-1"].all, overview.counts["u-1"].unread, overview.counts["u-1"].read) == (3, 2, 1)
    assert await session.inbox.notification(Key("u-1", new[0])) is not None


async def test_a_customer_whom_nobody_watches_is_polled_while_on_screen(office: Office, session: Session) -> None:
    await session.set_visible("u-9", UNREAD)
    listener = Listener.on(session.bus)
    await run(office, session, 60)
    assert {fact.user_id for fact in listener.all(Polled)} == {"u-1", "u-9"}
    await session.set_visible(EVERYONE, UNREAD)
    listener.facts.clear()
    await run(office, session, 60)
    assert {fact.user_id for fact in listener.all(Polled)} == {"u-1"}


async def test_while_the_read_ones_are_shown_new_ones_are_noticed_too(office: Office, session: Session) -> None:
    await session.set_visible("u-1", READ)
    await session.poller.poll("u-1")
    ids = office.arrive(2)
    await session.poller.poll("u-1")
    await session.poller.poll("u-1")
    assert await shown(session) == ids[::-1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [UNREAD, ALL])
async def test_now_and_then_the_other_list_is_looked_at_too(
    office: Office, session: Session, monkeypatch: pytest.MonkeyPatch, kind: Filter
) -> None:
    monkeypatch.setattr(poller_module, "RECONCILE_EVERY", 3)
    ids = office.arrive(60)
    await session.set_visible("u-1", kind)
    for _ in range(2):
        await session.poller.poll("u-1")
    office.arrive(1, is_read=True)
    office.read_elsewhere(ids[0])
    for _ in range(4):
        await session.poller.poll("u-1")
    overview = await session.inbox.overview("u-1")
    assert (overview.cached.all, overview.cached.unread) == (61, 59)


async def test_without_focus_it_goes_slower_and_catches_up_when_it_is_back(office: Office, session: Session) -> None:
    await run(office, session, 120)
    before = office.requests
    await run(office, session, 1200)
    awake = office.requests - before
    session.poller.set_focus(False)
    await run(office, session, 120)
    before = office.requests
    await run(office, session, 1200)
    assert office.requests - before <= awake / 3
    await session.poller.step()
    requests = office.requests
    session.poller.set_focus(True)
    assert await session.poller.step() == 0
    assert office.requests == requests + 1
    session.poller.set_focus(True)
    assert await session.poller.step() != 0, "having focus is no news"


# -- two instances -----------------------------------------------------------------------------------------------


async def test_of_two_instances_only_one_asks_and_both_see(tmp_path: Path) -> None:
    office = Office(folder=tmp_path)
    office.arrive(3)
    first, second = await office.open(), await office.open()
    listener = Listener.on(second.bus)
    await first.poller.step()
    requests = office.requests
    assert await second.poller.step() == poller_module.WITHOUT_LOCK
    second.poller.refresh(EVERYONE)
    assert await second.poller.step() == poller_module.WITHOUT_LOCK
    assert office.requests == requests
    assert listener.all(Polled)[0] == Polled("u-1", changed=True), "so that the screen looks into the shared cache"
    assert len(await shown(second)) == 3
    told = len(listener.all(Polled))
    await second.poller.step()
    assert len(listener.all(Polled)) == told, "nothing was written since, so there is nothing to look at"
    office.clock.advance(120)
    await first.poller.step()
    await second.poller.step()
    overview = await second.inbox.overview(EVERYONE)
    assert overview.freshness["u-1"].fetched_at == office.clock.now()
    await first.close()
    office.clock.advance(120)
    requests = office.requests
    assert poller_module.WITHOUT_LOCK <= 3
    await second.poller.step()
    assert office.requests == requests + 1, "the one that is left takes over"
    await second.close()


async def test_the_clockwork_itself_runs_sleeps_and_wakes(office: Office, session: Session) -> None:
    office.arrive(1, is_read=True)
    running = asyncio.ensure_future(session.poller.run())
    await until(lambda: office.requests == 1 and len(office.clock.slept) == 1)
    office.clock.advance(61)
    await until(lambda: office.requests == 2)
    await until(lambda: len(office.clock.slept) >= 2)
    session.poller.refresh(EVERYONE)
    await until(lambda: office.requests == 3)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
