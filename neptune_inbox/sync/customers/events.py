"""Sending one event, and seeing the notification that it becomes arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.model import Event, Filter, JsonObject, Key, Now
from neptune_inbox.sync.polling.wakeable import Sleep

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.sync.fetch.fetcher import Fetcher
    from neptune_inbox.sync.marking.audit import AuditLog

LOOK_EVERY = 1.0
"""Seconds between two looks for the notification."""


class Delivery(Struct, frozen=True):
    """The notification that came after an event was sent."""

    key: Key
    seconds: float


def is_duplicate(answer: JsonObject) -> bool:
    """Whether the server says that it had an event of this message id already (neptune-api.md, ingest)."""
    inner = answer.get("data")
    levels = (answer, inner) if isinstance(inner, dict) else (answer,)
    names = ("is_duplicate", "isDuplicate", "duplicate")
    return any(str(level.get(name)).lower() in ("true", "1") for level in levels for name in names)


class Events:
    """Events of one tenant."""

    def __init__(self, *, client: Client, fetcher: Fetcher, audit_log: AuditLog, now: Now, sleep: Sleep) -> None:
        self._client = client
        self._fetcher = fetcher
        self._audit_log = audit_log
        self._now = now
        self._sleep = sleep

    def request(self, event: Event) -> JsonObject:
        """Exactly what would be sent, with the token masked."""
        return self._client.ingest_request(event)

    async def send(self, event: Event) -> JsonObject:
        """Send one event; the answer is the server's."""
        return await self._audit_log.record(
            "event-send",
            lambda: self._client.ingest(event),
            user_id=event.user_id,
            id=event.message_id,
            detail=event.event_type,
        )

    async def unread_snapshot(self, user_id: str) -> frozenset[Key]:
        """Bring the user up to date; the answer is what is unread now, so that what comes is known as new."""
        await self._fetcher.poll(user_id, Filter.UNREAD)
        return await self._fetcher.unread(user_id)

    async def wait_for_delivery(
        self, user_id: str, known: frozenset[Key], *, within: float = 30.0
    ) -> Delivery | None:
        """Look at the user's inbox until something that is not `known` is there; None when nothing came in time.

        `known` is what `unread_snapshot` gave before the event was sent; `within` is in seconds. The poller may have
        fetched it first, so the cache decides, not what this poll brought.
        """
        started = self._now()
        while (self._now() - started) / 1000 < within:
            await self._fetcher.poll(user_id, Filter.UNREAD)
            if new := await self._fetcher.unread(user_id) - known:
                return Delivery(next(iter(new)), (self._now() - started) / 1000)
            await self._sleep(LOOK_EVERY)
        return None
