"""Writes that do not wait in the outbox leave a line before they are tried and one after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from neptune_inbox.errors import Invalid, ObserveOnly, Offline, ServerTrouble, Throttled
from neptune_inbox.model import Mode
from neptune_inbox.store.cache.schema import open_cache
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.tenant import TenantData
from neptune_inbox.sync.marking.audit import AuditLog
from neptune_inbox.sync.store_thread import StoreThread
from neptune_inbox.sync.tenant_store import TenantStore
from tests.builders import FakeClock, profile


class Book:
    """A recorder and the journal that it writes into."""

    def __init__(self, mode: Mode = Mode.ACT) -> None:
        self.clock = FakeClock()
        self.store_thread = StoreThread()
        self.journal = Journal(None, actor="ann")
        data = TenantData(
            cache_file=open_cache(None, self.clock.now),
            state_file=open_state(None, self.clock.now),
            journal=self.journal,
            tenant="acme-dev",
            now=self.clock.now,
        )
        self.audit_log = AuditLog(
            store=TenantStore(data, self.store_thread),
            profile=profile(mode),
            actor="ann",
            now=self.clock.now,
        )

    def outcomes(self) -> list[tuple[str, str]]:
        return [(entry.outcome, entry.detail) for entry in self.journal.read()]


@pytest.fixture
def book() -> Iterator[Book]:
    book = Book()
    yield book
    book.store_thread.close()


async def test_a_write_that_went_well(book: Book) -> None:
    async def write() -> str:
        assert book.outcomes() == [("trying", "a name")], "written down before it is tried"
        book.clock.advance(2)
        return "the answer"

    assert await book.audit_log.record("user-create", write, user_id="u-1", id="x", detail="a name") == "the answer"
    first, last = book.journal.read()
    assert (first.outcome, last.outcome, last.at - first.at) == ("trying", "sent", 2000)
    assert (last.actor, last.profile, last.tenant, last.environment) == ("ann", "acme", "acme-dev", "dev")
    assert (last.verb, last.user_id, last.id, last.detail) == ("user-create", "u-1", "x", "a name")


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (Invalid("The name is taken."), "failed"),
        (Throttled("Too many requests."), "failed"),
        (Offline("Connection refused.").identified("connection_refused"), "failed"),
        (Offline("Lost the connection.").identified("connection_broke"), "unknown"),
        (ServerTrouble("The server broke."), "unknown"),
    ],
    ids=["refused", "throttled", "never sent", "lost", "broken"],
)
async def test_a_write_that_failed_is_told_and_raised(book: Book, error: Exception, outcome: str) -> None:
    async def write() -> None:
        raise error

    with pytest.raises(type(error)):
        await book.audit_log.record("user-create", write)
    assert book.outcomes() == [("trying", ""), (outcome, str(error).partition(".")[0] + ".")]


async def test_a_write_that_was_cut_off_stays_as_tried(book: Book) -> None:
    async def write() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await book.audit_log.record("user-create", write)
    assert book.outcomes() == [("trying", "")]


async def test_where_i_only_observe_nothing_is_tried_and_nothing_is_written_down() -> None:
    book = Book(Mode.OBSERVE)

    async def write() -> None:
        raise AssertionError("it was tried")

    with pytest.raises(ObserveOnly, match="`acme` is only observed"):
        await book.audit_log.record("user-create", write)
    assert book.outcomes() == []
    book.store_thread.close()
