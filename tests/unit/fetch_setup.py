"""What the tests of fetching share: a fetcher over the sandbox, with things happening between its pages."""

from __future__ import annotations

from collections.abc import Callable

from neptune_inbox.api.client import Client
from neptune_inbox.api.transport import Transport
from neptune_inbox.errors import InboxError
from neptune_inbox.model import Filter, Page, Search
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync.events import Bus
from neptune_inbox.sync.fetch.effect import EffectCheck
from neptune_inbox.sync.fetch.fetched import Fetched
from neptune_inbox.sync.fetch.fetcher import Fetcher
from neptune_inbox.sync.store_thread import StoreThread
from neptune_inbox.sync.tenant_store import TenantStore
from tests.builders import ENVIRONMENT, Office

TENANT = "place"
ALL, UNREAD, READ = Filter.ALL, Filter.UNREAD, Filter.READ


def nothing() -> None:
    """Nothing happens."""


class Meddled(Client):
    """The production client, while something happens on the server before each page is read."""

    def __init__(self, transport: Transport, environment: str) -> None:
        super().__init__(transport, environment)
        self.before_page: Callable[[], None] = nothing

    async def app_notifications(self, user_id: str, kind: Filter, *, page: int = 1, per_page: int = 50) -> Page:
        self.before_page()
        return await super().app_notifications(user_id, kind, page=page, per_page=per_page)


class FetchSetup:
    """A fetcher of one user over the sandbox, and what it has in its cache."""

    def __init__(self) -> None:
        self.office = Office()
        self.store_thread = StoreThread()
        self.store = TenantStore(self.office.stores.of(TENANT), self.store_thread)
        self.cache, self.users = self.store.data.cache, self.store.data.users
        plain = self.office.builder.make_client(self.office.profile, self.office.new_token())
        self.client = Meddled(plain._transport, ENVIRONMENT)
        self.restart()

    def restart(self) -> None:
        """The program starts again: memory is empty, the cache is not."""
        self.fetcher = self.make_fetcher()

    def make_fetcher(self) -> Fetcher:
        """A fetcher over the same cache, as another instance has one."""
        now = self.office.clock.now
        effects = EffectCheck(store=self.store, bus=Bus(), now=now)
        return Fetcher(store=self.store, client=self.client, effects=effects, now=now)

    async def poll(self, kind: Filter = UNREAD, *, is_on_screen: bool = False) -> Fetched:
        self.office.clock.advance(10)
        return await self.fetcher.poll("u-1", kind, is_on_screen=is_on_screen)

    async def poll_badly(self, kind: Filter = UNREAD) -> InboxError:
        try:
            await self.poll(kind)
        except InboxError as error:
            return error
        raise AssertionError("the poll went well")

    def cached(self, *, is_read: bool | None = None) -> set[str]:
        rows = self.cache.rows(self.cache.snapshot(Search(("u-1",))))
        return {row.id for row in rows if is_read is None or row.is_read is is_read}

    def on_server(self, kind: Filter = ALL) -> set[str]:
        return {record.uuid for record in self.office.sandbox_state.notifications(ENVIRONMENT, "u-1", kind)}

    async def complete_back_to(self) -> int | None:
        return (await self.fetcher.freshness(["u-1"]))["u-1"].complete_back_to

    async def has_everything(self) -> bool:
        return (await self.fetcher.freshness(["u-1"]))["u-1"].has_everything

    def break_page(self, number: int, fault: Kind) -> None:
        """The page that is read after `number` others meets a fault."""
        calls = iter(range(99))

        def break_one() -> None:
            if next(calls) == number:
                self.office.faults.set(fault, times=1)

        self.client.before_page = break_one

    def writes(self) -> int:
        """How many rows SQLite has changed so far."""
        return self.office.stores.cache_file._writer.total_changes

    async def close(self) -> None:
        self.store_thread.close()
        await self.client.aclose()
