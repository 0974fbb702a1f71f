"""A customer's bell over a simulated time, and what no look at it could know: the measure of `timeline --as-of`.

The service's own records are the truth. Each answer of a list is noted with when it was asked for and answered; time
passes, things arrive and are read between the two as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any
from unittest.mock import patch

from neptune_inbox.api.client import Client
from neptune_inbox.errors import InboxError
from neptune_inbox.model import Filter, Instant, JsonObject, Key, Page
from neptune_inbox.sandbox.records import NotificationRecord
from neptune_inbox.sandbox.rows import notification_row
from neptune_inbox.sync.session import Session
from neptune_inbox.sync.timeline.history import Bell, History, as_of
from tests.builders import ENVIRONMENT, Office

USER = "u-1"
STEPS = 40


@dataclass
class Looked:
    """What the answers showed of one notification."""

    unread_until: Instant | None = None
    read_from: Instant | None = None
    is_time_told: bool = False


@dataclass
class Story:
    """What happened, what was shown of it, and what the product knows."""

    seed: int
    began_at: Instant
    records: dict[str, tuple[Instant, Instant | None]]
    """When each was created and read, by the service's own records."""
    looked: dict[str, Looked]
    history: History
    compared: int = 0
    """Rows of the moments that were checked."""
    unknown: int = 0
    """Those of them that were not known."""

    def check(self, at: Instant) -> None:
        """Compare every row of the bell at a moment; raises AssertionError."""
        told = {each.row.id: each.state for each in as_of(self.history, at).rows}
        where = f"seed {self.seed} at {at}"
        expected = {id for id in self.looked if self.records[id][0] <= at}
        assert told.keys() == expected, where
        self.compared += len(told)
        for id, state in told.items():
            read_at, look = self.records[id][1], self.looked[id]
            if state is Bell.UNKNOWN:
                self.unknown += 1
                assert not could_know(look, at), f"{where}: {id} could be known"
            else:
                assert (state is Bell.READ) == (read_at is not None and read_at <= at), f"{where}: {id} is wrong"


def could_know(look: Looked, at: Instant) -> bool:
    """Whether what the answers showed tells how it stood."""
    if look.is_time_told:
        return True
    is_before = look.unread_until is not None and at < look.unread_until
    return is_before or (look.read_from is not None and at >= look.read_from)


async def tell(seed: int, *, steps: int = STEPS) -> Story:
    """Live through some hours at random."""
    chance = Random(seed)
    tells_time = chance.random() < 0.4
    office = Office(undo_seconds=chance.choice((0, 5)))
    began_at = office.clock.now()
    looked: dict[str, Looked] = {}
    with _watched(office, chance, looked, tells_time=tells_time):
        session = await office.open()
        for _ in range(steps):
            office.clock.advance(chance.choice((0.001, 0.5, 7, 60, 600, 5_000)))
            await _step(office, session, chance)
        history = await session.timelines.of(USER)
        await session.close()
    records = office.sandbox_state.notifications(ENVIRONMENT, USER)
    truth = {each.uuid: (each.created_at, each.read_at) for each in records}
    return Story(seed, began_at, truth, looked, history)


async def check(seed: int, moments: int) -> Story:
    """Live through one story and compare so many random moments of it; raises AssertionError."""
    story, chance = await tell(seed), Random(seed)
    edges = [at for pair in story.records.values() for at in pair if at is not None]
    edges += [at for each in story.looked.values() for at in (each.unread_until, each.read_from) if at is not None]
    for _ in range(moments):
        if edges and chance.random() < 0.3:
            story.check(min(story.history.at, chance.choice(edges) + chance.choice((-1, 0, 1))))
        else:
            story.check(chance.randint(story.began_at, story.history.at))
    return story


async def _step(office: Office, session: Session, chance: Random) -> None:
    match chance.randrange(8):
        case 0 | 1:
            office.arrive(chance.randint(1, 4), every=chance.choice((0.01, 3, 100)))
        case 2:
            _somebody_reads(office, chance)
        case 3 | 4:
            await session.inbox.refresh(USER, Filter.UNREAD)
        case 5:
            await session.inbox.refresh(USER, chance.choice((Filter.ALL, Filter.READ)))
        case 6:
            await session.inbox.load_older(USER, chance.choice(list(Filter)))
        case _:
            await _we_mark(office, session, chance)


async def _we_mark(office: Office, session: Session, chance: Random) -> None:
    snapshot = [each.row for each in (await session.timelines.of(USER)).rows if not each.row.is_read]
    if snapshot:
        row = chance.choice(snapshot)
        try:
            await session.marking.hold((Key(USER, row.id),), label="1 shown")
        except InboxError:
            return
        office.clock.advance(6)
        await session.sender.flush()


def _somebody_reads(office: Office, chance: Random) -> None:
    unread = office.sandbox_state.notifications(ENVIRONMENT, USER, Filter.UNREAD)
    if unread:
        office.read_elsewhere(chance.choice(unread).uuid)


@contextmanager
def _watched(office: Office, chance: Random, looked: dict[str, Looked], *, tells_time: bool) -> Iterator[None]:
    """Every answer takes time, in which the world goes on, and is noted; rows tell when they were read, or not."""
    asked = Client.app_notifications

    async def answer(client: Client, user_id: str, kind: Filter, **how: Any) -> Page:
        asked_at = office.clock.now()
        _meanwhile(office, chance)
        page = await asked(client, user_id, kind, **how)
        _meanwhile(office, chance)
        if how.get("per_page", 50) > 1:
            _note(looked, page, asked_at, office.clock.now())
        return page

    def row(record: NotificationRecord) -> JsonObject:
        told = notification_row(record)
        if not tells_time:
            told["is_read"] = told.pop("read_at", None) is not None
        return told

    with (
        patch.object(Client, "app_notifications", answer),
        patch("neptune_inbox.sandbox.dialects.notification_row", row),
    ):
        yield


def _meanwhile(office: Office, chance: Random) -> None:
    office.clock.advance(chance.choice((0, 0, 0.02, 1.5)))
    if chance.random() < 0.15:
        _somebody_reads(office, chance)
    if chance.random() < 0.1:
        office.arrive(1, every=0.01)


def _note(looked: dict[str, Looked], page: Page, asked_at: Instant, answered_at: Instant) -> None:
    for row in page.rows:
        known = looked.setdefault(row.id, Looked())
        if row.is_read:
            known.read_from = min(answered_at, known.read_from or answered_at)
            known.is_time_told |= row.read_at is not None
        else:
            known.unread_until = max(asked_at, known.unread_until or asked_at)
