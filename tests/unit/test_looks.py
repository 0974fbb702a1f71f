"""What one program of a team saw of a customer counts for the others too, exactly where they would see the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from msgspec.structs import replace

from neptune_inbox.api.client import Client
from neptune_inbox.model import Filter, Instant, Key
from neptune_inbox.model.team import Look
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.team.facts import TeamStore
from neptune_inbox.store.team.ids import FactIds
from neptune_inbox.sync.events import Bus, Compared, Looked
from neptune_inbox.sync.fetch.effect import EffectCheck
from neptune_inbox.sync.fetch.fetcher import Fetcher
from neptune_inbox.sync.store_thread import StoreThread
from neptune_inbox.sync.team.looks import LookBook
from neptune_inbox.sync.tenant_store import TenantStore
from neptune_inbox.text import CleanText
from tests.builders import FakeClock, Listener, Office, until

TENANT, USER = "place", "u-1"


class Program:
    """One program of the team: files of its own, and the one service."""

    def __init__(self, name: str, service: Office) -> None:
        self._now = service.clock.now
        self.client = Client(
            service.builder.make_client(service.profile, service.new_token())._transport, service.profile.environment
        )
        self.thread = StoreThread()
        self.store = TenantStore(Office(clock=service.clock).stores.of(TENANT), self.thread)
        self.bus = Bus()
        self.heard = Listener.on(self.bus)
        effects = EffectCheck(store=self.store, bus=self.bus, now=self._now)
        self.fetcher = Fetcher(store=self.store, client=self.client, effects=effects, now=self._now)
        self.facts = TeamStore(
            open_state(None, self._now),
            TENANT,
            agent=CleanText(name),
            now=self._now,
            new_id=FactIds(self._now),
        )
        self.told: list[tuple[Look, Instant]] = []
        self.is_asking = True
        self.book = LookBook(
            store=self.store,
            facts=self.facts,
            fetcher=self.fetcher,
            bus=self.bus,
            now=self._now,
            tell=lambda look, at: self.told.append((look, at)),
            is_asking=lambda: self.is_asking,
        )
        self.running = asyncio.ensure_future(self.book.run())

    async def ask(self) -> tuple[Look, Instant]:
        """Ask the service, as the poller does; what colleagues are told of it."""
        at, before = self._now(), len(self.told)
        await self.fetcher.poll(USER, Filter.UNREAD)
        self.bus.publish(Looked(USER, at))
        await until(lambda: len(self.told) > before)
        return self.told[-1]

    def take(self, told: tuple[Look, Instant]) -> None:
        """A colleague's program told this."""
        look, at = told
        self.book.take((replace(look, age_ms=self._now() - at),))

    async def hears(self, told: tuple[Look, Instant]) -> Compared:
        """Take what a colleague's program told; what came of comparing it."""
        before = len(self.heard.all(Compared))
        self.take(told)
        await until(lambda: len(self.heard.all(Compared)) > before)
        return self.heard.all(Compared)[-1]

    async def fetched_at(self) -> Instant | None:
        return (await self.fetcher.freshness([USER]))[USER].fetched_at

    async def close(self) -> None:
        self.running.cancel()
        with suppress(asyncio.CancelledError):
            await self.running
        self.thread.close()


class Pair:
    """Rita's and Omar's programs, which both have asked once."""

    def __init__(self) -> None:
        self.service = Office(clock=FakeClock(sleeps_at_once=True))
        self.rita, self.omar = Program("rita", self.service), Program("omar", self.service)
        self.ids = self.service.arrive(3)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    pair = Pair()
    # As both do before either runs: each needs the rows.
    await asyncio.sleep(0)
    for program in (pair.rita, pair.omar):
        await program.ask()
    pair.service.clock.advance(60)
    yield pair
    for program in (pair.rita, pair.omar):
        await program.close()


async def test_whoever_would_see_the_same_need_not_ask(pair: Pair) -> None:
    told = await pair.rita.ask()
    asked, (_, at) = pair.service.requests, told
    pair.service.clock.advance(5)

    assert await pair.omar.hears(told) == Compared({USER: at}, frozenset())
    assert pair.service.requests == asked
    assert await pair.omar.fetched_at() == at
    sighting = pair.omar.store.data.cache.sighting(Key(USER, pair.ids[0]))
    assert sighting is not None
    assert sighting.last_seen_unread_at == at, "one of us saw it unread then"
    assert pair.omar.facts.told == {}


async def test_where_something_else_was_seen_only_its_number_is_known_until_it_is_asked_for(pair: Pair) -> None:
    [_] = pair.service.arrive(1)
    before = await pair.omar.fetched_at()

    assert await pair.omar.hears(await pair.rita.ask()) == Compared({}, frozenset({USER}))
    assert pair.omar.facts.told == {USER: 4}
    assert await pair.omar.fetched_at() == before, "its list is as old as it was"

    pair.service.clock.advance(1)
    told = await pair.omar.ask()
    assert pair.omar.facts.told == {}
    assert (await pair.rita.hears(told)).same == {USER: told[1]}


async def test_the_same_number_of_others_is_not_the_same(pair: Pair) -> None:
    pair.service.arrive(1)
    pair.service.read_elsewhere(pair.ids[0])

    assert (await pair.omar.hears(await pair.rita.ask())).differing == {USER}
    assert pair.omar.facts.told == {USER: 3}


async def test_what_was_asked_for_here_since_is_newer(pair: Pair) -> None:
    old = await pair.rita.ask()
    pair.service.clock.advance(1)
    pair.service.arrive(1)
    await pair.omar.ask()
    pair.service.clock.advance(1)
    pair.omar.take(old)
    new = await pair.rita.ask()

    await pair.omar.hears(new)
    assert [fact.same for fact in pair.omar.heard.all(Compared)] == [{USER: new[1]}], "the first was no news"


async def test_a_program_that_leaves_asking_to_another_compares_nothing(pair: Pair) -> None:
    told = await pair.rita.ask()
    pair.omar.is_asking = False
    pair.omar.take(told)
    # Taken in turn: once this is told, what came before was looked at.
    await pair.omar.ask()

    assert pair.omar.heard.all(Compared) == []
