"""Writes that do not wait in the outbox leave a line before they are tried and one after."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from neptune_inbox.errors import Invalid, ObserveOnly, Offline
from neptune_inbox.model import Mode
from neptune_inbox.store.journal import Journal
from neptune_inbox.sync.disk import Disk
from neptune_inbox.sync.record import Recorder
from tests.builders import FakeClock, profile


class Book:
    """A recorder and the journal that it writes into."""

    def __init__(self, mode: Mode = Mode.ACT) -> None:
        self.clock = FakeClock()
        self.disk = Disk()
        self.journal = Journal(None, actor="ann")
        self.recorder = Recorder(
            journal=self.journal,
            disk=self.disk,
            profile=profile(mode),
            place="acme-dev",
            actor="ann",
            now=self.clock.now,
        )

    def outcomes(self) -> list[tuple[str, str]]:
        return [(entry.outcome, entry.detail) for entry in self.journal.read()]


@pytest.fixture
def book() -> Iterator[Book]:
    book = Book()
    yield book
    book.disk.close()


async def test_a_write_that_went_well(book: Book) -> None:
    async def write() -> str:
        assert book.outcomes() == [("trying", "a name")], "written down before it is tried"
        book.clock.advance(2)
        return "the answer"

    assert await book.recorder.around("user-create", write, user_id="u-1", id="x", detail="a name") == "the answer"
    first, last = book.journal.read()
    assert (first.outcome, last.outcome, last.at - first.at) == ("trying", "sent", 2000)
    assert (last.actor, last.profile, last.place, last.environment) == ("ann", "acme", "acme-dev", "dev")
    assert (last.verb, last.user_id, last.id, last.detail) == ("user-create", "u-1", "x", "a name")


@pytest.mark.parametrize("error", [Invalid("The name is taken."), Offline("There is no connection.")])
async def test_a_write_that_failed_is_told_and_raised(book: Book, error: Exception) -> None:
    async def write() -> None:
        raise error

    with pytest.raises(type(error)):
        await book.recorder.around("user-create", write)
    assert book.outcomes() == [("trying", ""), ("failed", str(error).partition(".")[0] + ".")]


async def test_a_write_that_was_cut_off_stays_as_tried(book: Book) -> None:
    async def write() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await book.recorder.around("user-create", write)
    assert book.outcomes() == [("trying", "")]


async def test_where_i_only_observe_nothing_is_tried_and_nothing_is_written_down() -> None:
    book = Book(Mode.OBSERVE)

    async def write() -> None:
        raise AssertionError("it was tried")

    with pytest.raises(ObserveOnly, match="`acme` is only observed"):
        await book.recorder.around("user-create", write)
    assert book.outcomes() == []
    book.disk.close()
