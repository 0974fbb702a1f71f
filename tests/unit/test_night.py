"""Eight hours with the window closed: a poller, or a cron that polls once, knows each read as exactly as it looks.

The service does not say when something was read, so that only the looks bound it.
"""

from __future__ import annotations

from bisect import bisect_left
from pathlib import Path
from random import Random

import pytest

from neptune_inbox.model import Instant, JsonObject, Key
from neptune_inbox.sandbox import rows
from neptune_inbox.sandbox.records import NotificationRecord
from neptune_inbox.sync.events import Polled
from neptune_inbox.sync.polling.poller import RECONCILE_EVERY
from neptune_inbox.sync.session import Session
from neptune_inbox.sync.unattended import Unattended
from tests.builders import ENVIRONMENT, HOUR, MINUTE, SECOND, FakeClock, Office

pytestmark = pytest.mark.slow

HOURS = 8
USERS = tuple(f"u-{number}" for number in range(1, 5))
EVERY = 5 * MINUTE
"""Milliseconds between two runs of the cron."""
LONGEST = 2 * 33_000
"""Milliseconds: one customer is asked every 30 s and a tenth; beside three others it may be twice as long."""


@pytest.fixture(autouse=True)
def says_no_read_time(monkeypatch: pytest.MonkeyPatch) -> None:
    real = rows.notification_row

    def without(record: NotificationRecord) -> JsonObject:
        return {name: value for name, value in real(record).items() if name != "read_at"} | {
            "is_read": record.read_at is not None
        }

    monkeypatch.setattr("neptune_inbox.sandbox.dialects.notification_row", without)


class Night:
    """What the customers get and read while nobody looks, and when each of them was looked at."""

    def __init__(self, office: Office, seed: int) -> None:
        self._office = office
        rng = Random(seed)
        start, end = office.clock.at, office.clock.at + HOURS * HOUR
        self.end = end
        self.ids: dict[Key, Instant] = {}
        """When each was read."""
        self.unseen: set[Key] = set()
        """What came and was read between two looks: no unread list ever showed it."""
        self.looks: dict[str, list[Instant]] = {user: [] for user in USERS}
        self._due: list[tuple[Instant, str, int]] = []
        for number in range(120):
            came = rng.randrange(start, end - HOUR)
            user = rng.choice(USERS)
            self._due += [
                (came, user, number),
                (came + rng.randrange(SECOND, rng.choice((MINUTE, HOUR))), user, number),
            ]
        self._due.sort()
        self._made: dict[int, str] = {}

    def turn_to(self, at: Instant) -> None:
        """Let time pass, with all that happens in it."""
        clock, state = self._office.clock, self._office.sandbox_state
        while self._due and self._due[0][0] <= at:
            then, user, number = self._due.pop(0)
            clock.advance((then - clock.at) / 1000)
            if number in self._made:
                state.mark_read(ENVIRONMENT, self._made[number])
                self.ids[Key(user, self._made[number])] = then
            else:
                self._made[number] = state.add_notification(ENVIRONMENT, user, f"Number {number}").uuid
        clock.advance((at - clock.at) / 1000)

    def watch(self, session: Session) -> None:
        def hear(fact: object) -> None:
            if isinstance(fact, Polled):
                self.looks[fact.user_id].append(self._office.clock.at)

        session.bus.listen(hear)

    async def widths(self, session: Session) -> dict[Key, tuple[int, int]]:
        """How wide the interval of each read is, and how long nobody looked about when it was read."""
        found = {}
        for key, read_at in self.ids.items():
            evidence = await session.evidence.of(key)
            assert evidence is not None, "everything that came was seen"
            after, before = evidence.read_between
            assert after is not None
            assert before is not None, "everything that was read was seen to be"
            assert after <= read_at <= before, "an interval that does not hold the moment is a lie"
            looks = self.looks[key.user_id]
            place = bisect_left(looks, read_at)
            if (evidence.notification.created_at or 0) > looks[place - 1]:
                self.unseen.add(key)
            found[key] = (before - after, looks[place] - looks[place - 1])
        return found


@pytest.mark.parametrize("seed", [1])
async def test_with_a_poller(tmp_path: Path, seed: int) -> None:
    office = Office(users=USERS, folder=tmp_path, clock=FakeClock())
    night = Night(office, seed)
    session = await office.open()
    night.watch(session)
    while office.clock.at < night.end:
        pause = await session.poller.step()
        assert pause is not None
        night.turn_to(office.clock.at + round(pause * 1000))
    widths = await night.widths(session)
    await session.close()
    assert len(widths) == 120
    assert [key for key, (width, interval) in widths.items() if width > interval and key not in night.unseen] == []
    assert max(width for key, (width, _) in widths.items() if key not in night.unseen) <= LONGEST
    assert max(widths[key][0] for key in night.unseen) <= RECONCILE_EVERY * LONGEST


@pytest.mark.parametrize("seed", [1, 2])
async def test_with_a_cron_that_polls_once(tmp_path: Path, seed: int) -> None:
    office = Office(users=USERS, folder=tmp_path, clock=FakeClock())
    night = Night(office, seed)

    async def keep(_: object) -> None:
        """Nobody reads it."""

    while office.clock.at < night.end:
        session = await office.open()
        night.watch(session)
        done = await Unattended(session, keep).once(30)
        assert (done.asked, done.left, done.tally.error) == (len(USERS), 0, None)
        await session.close()
        night.turn_to(office.clock.at + EVERY)
    session = await office.open()
    night.watch(session)
    await Unattended(session, keep).once(30)
    widths = await night.widths(session)
    await session.close()
    assert len(widths) == 120
    assert [key for key, (width, interval) in widths.items() if width > interval] == []
    assert max(width for width, _ in widths.values()) <= EVERY
    assert night.unseen
