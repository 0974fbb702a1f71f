"""The last look counts in the next start as well, however soon after another it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from neptune_inbox.model import Filter, JsonObject
from neptune_inbox.model.notifications import Sighting
from neptune_inbox.model.team import TeamSighting
from neptune_inbox.presentation.timeline import bell_sentences, why
from neptune_inbox.presentation.times import local
from neptune_inbox.sandbox import rows
from neptune_inbox.sandbox.records import NotificationRecord
from neptune_inbox.sync.evidence import narrowed
from neptune_inbox.sync.timeline.history import Bell, BellAsOf, as_of
from tests.builders import ENVIRONMENT, HOUR, MINUTE, NOON, SECOND, FakeClock, Office


class Bells:
    """One customer, asked for now and then by programs that each end at once."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder=folder, clock=FakeClock())

    async def look(self, kind: Filter = Filter.UNREAD) -> int:
        """Ask the service; when that was."""
        session, at = await self.office.open(), self.office.clock.at
        await session.inbox.refresh("u-1", kind)
        await session.close()
        return at

    async def at(self, moment: int) -> BellAsOf:
        """What the bell held then."""
        session = await self.office.open()
        bell = as_of(await session.timelines.of("u-1"), moment)
        await session.close()
        return bell


@pytest.fixture
def bells(tmp_path: Path) -> Bells:
    return Bells(tmp_path)


async def test_a_look_soon_after_another_is_the_last_one(bells: Bells) -> None:
    bells.office.arrive(1)
    await bells.look()
    bells.office.clock.advance(20)
    last = await bells.look()
    bells.office.clock.advance(3_600)
    bell = await bells.at(bells.office.clock.at)
    assert bell.looked_at == last
    assert f"The last look known here began {local(last)}" in " ".join(bell_sentences(bell))


async def test_between_two_looks_that_showed_it_unread_it_was_unread_however_the_service_answers(
    bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rows.notification_row

    def silent(record: NotificationRecord) -> JsonObject:
        """A row that does not say whether it is read: the list that it is in does."""
        return {name: value for name, value in real(record).items() if name not in ("read_at", "is_read")}

    monkeypatch.setattr("neptune_inbox.sandbox.dialects.notification_row", silent)
    bells.office.arrive(1)
    first = await bells.look(Filter.ALL)
    bells.office.clock.advance(600)
    await bells.look(Filter.UNREAD)
    bell = await bells.at(first + 300 * SECOND)
    assert [each.state for each in bell.rows] == [Bell.UNREAD]


async def test_where_it_is_not_known_the_looks_on_both_sides_are_named(
    bells: Bells, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = rows.notification_row

    def without_time(record: NotificationRecord) -> JsonObject:
        told = {name: value for name, value in real(record).items() if name != "read_at"}
        return {**told, "is_read": record.read_at is not None}

    monkeypatch.setattr("neptune_inbox.sandbox.dialects.notification_row", without_time)
    [id] = bells.office.arrive(1)
    before = await bells.look()
    bells.office.clock.advance(600)
    bells.office.sandbox_state.mark_read(ENVIRONMENT, id)
    after = await bells.look(Filter.ALL)
    [row] = (await bells.at(before + 300 * SECOND)).rows
    assert row.state is Bell.UNKNOWN
    assert why(row) == f"last seen unread {local(before)}, first seen read {local(after)}"


def test_what_a_colleague_saw_unread_was_unread_here_too() -> None:
    own, theirs = Sighting(NOON, NOON), TeamSighting(read_after=NOON + HOUR, read_before=NOON + HOUR + MINUTE)
    seen = narrowed(own, theirs, 0)
    assert seen is not None
    assert seen.last_seen_unread_at == NOON + HOUR
