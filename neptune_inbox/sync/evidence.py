"""What can be proved about one notification: created, first seen, read when and by whom, and what we did."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.model import Instant, JournalEntry, Key, Mark, MarkState, Mine, Notification, Now, Sighting
from neptune_inbox.sync.disk import Disk
from neptune_inbox.sync.reach import Reach, read_reach
from neptune_inbox.sync.record import SERVER_ALL

if TYPE_CHECKING:
    from neptune_inbox.store.cache import Cache
    from neptune_inbox.store.desk import Desk
    from neptune_inbox.store.journal import Journal
    from neptune_inbox.store.outbox import Outbox


class ReadBy(StrEnum):
    """Who made it read, as far as we can know."""

    NOBODY = "nobody"
    US = "us"
    NOT_US = "not us"


class Evidence(Struct, frozen=True):
    """Everything known about one notification."""

    notification: Notification
    sighting: Sighting | None
    read_by: ReadBy
    read_between: tuple[Instant | None, Instant | None]
    """After the first and not after the second it became read; both None while it is unread."""
    marks: tuple[Mark, ...]
    journal: tuple[JournalEntry, ...]
    mine: Mine
    reach: Reach
    gathered_at: Instant


class EvidenceBook:
    """Gathers evidence from cache, outbox, desk and journal; no request."""

    def __init__(
        self, *, cache: Cache, outbox: Outbox, desk: Desk, journal: Journal, disk: Disk, place: str, now: Now
    ) -> None:
        self._cache = cache
        self._outbox = outbox
        self._desk = desk
        self._journal = journal
        self._disk = disk
        self._place = place
        self._now = now

    async def of(self, key: Key) -> Evidence | None:
        """The evidence of one notification, or None when it is not in the cache."""
        return await self._disk.run(self._gather, key)

    async def entries(self, *, user_id: str | None = None, limit: int | None = None) -> list[JournalEntry]:
        """The journal, oldest first: all of it or one user's, the last `limit` lines."""
        return await self._disk.run(self._journal.read, user_id=user_id, limit=limit)

    def _gather(self, key: Key) -> Evidence | None:
        notification = self._cache.notification(self._place, key)
        if notification is None:
            return None
        sighting = self._cache.sighting(self._place, key)
        marks = tuple(self._outbox.history(self._place, key))
        sent = [mark for mark in marks if mark.state is MarkState.SENT]
        return Evidence(
            notification=notification,
            sighting=sighting,
            read_by=_read_by(
                notification, sighting, [*(mark.made_at for mark in sent), *self._server_alls(notification)]
            ),
            read_between=_read_between(notification, sighting),
            marks=marks,
            journal=tuple(self._journal.read(user_id=key.user_id, id=key.id)),
            mine=self._desk.mine(self._place, [key]).get(key, Mine()),
            reach=read_reach(self._cache, self._place, key.user_id),
            gathered_at=self._now(),
        )

    def _server_alls(self, notification: Notification) -> list[Instant]:
        """When we had the server mark everything of the user, this one among it; the start of each request."""
        times, began = [], None
        for entry in self._journal.read(user_id=notification.user_id):
            if (entry.verb, entry.place) != (SERVER_ALL, self._place):
                continue
            if entry.outcome == "sent" and began is not None and entry.at >= (notification.created_at or 0):
                times.append(began)
            began = entry.at if entry.outcome == "trying" else None
        return times


def _read_between(notification: Notification, sighting: Sighting | None) -> tuple[Instant | None, Instant | None]:
    if not notification.is_read:
        return None, None
    if notification.read_at is not None:
        return notification.read_at, notification.read_at
    if sighting is None:
        return None, None
    return sighting.last_seen_unread_at or notification.created_at, sighting.first_seen_read_at


def _read_by(notification: Notification, sighting: Sighting | None, ours: list[Instant]) -> ReadBy:
    """Ours if it was not read before our first write about it; the server's own time decides where there is one."""
    if not notification.is_read:
        return ReadBy.NOBODY
    if not ours:
        return ReadBy.NOT_US
    earliest, latest = _read_between(notification, sighting)
    read_at = notification.read_at or latest or earliest
    return ReadBy.NOT_US if read_at is not None and read_at < min(ours) else ReadBy.US
