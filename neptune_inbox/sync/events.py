"""Sending one event, and seeing the notification that it becomes arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.model import Event, Filter, JsonObject, Key, Now
from neptune_inbox.sync.alarm import Sleep

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.sync.fetch import Fetcher
    from neptune_inbox.sync.record import Recorder

LOOK_EVERY = 1.0
"""Seconds between two looks for the notification."""


class Arrival(Struct, frozen=True):
    """The notification that came after an event was sent."""

    key: Key
    seconds: float


class Events:
    """Events of one place."""

    def __init__(self, *, client: Client, fetcher: Fetcher, recorder: Recorder, now: Now, sleep: Sleep) -> None:
        self._client = client
        self._fetcher = fetcher
        self._recorder = recorder
        self._now = now
        self._sleep = sleep

    def request(self, event: Event) -> JsonObject:
        """Exactly what would be sent, with the token masked."""
        return self._client.ingest_request(event)

    async def send(self, event: Event) -> JsonObject:
        """Send one event; the answer is the server's."""
        return await self._recorder.around(
            "event-send",
            lambda: self._client.ingest(event),
            user_id=event.user_id,
            id=event.message_id,
            detail=event.event_type,
        )

    async def look_first(self, user_id: str) -> frozenset[Key]:
        """Bring the user up to date; the answer is what is unread now, so that what comes is known as new."""
        await self._fetcher.poll(user_id, Filter.UNREAD)
        return await self._fetcher.unread(user_id)

    async def wait_for_arrival(self, user_id: str, known: frozenset[Key], *, within: float = 30.0) -> Arrival | None:
        """Look at the user's inbox until something that is not `known` is there; None when nothing came in time.

        `known` is what `look_first` gave before the event was sent; `within` is in seconds. The poller may have
        fetched it first, so the cache decides, not what this poll brought.
        """
        started = self._now()
        while (self._now() - started) / 1000 < within:
            await self._fetcher.poll(user_id, Filter.UNREAD)
            if new := await self._fetcher.unread(user_id) - known:
                return Arrival(next(iter(new)), (self._now() - started) / 1000)
            await self._sleep(LOOK_EVERY)
        return None
