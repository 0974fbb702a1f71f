"""Triage: done, snoozed, starred, noted. Local, and never sent to anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from neptune_inbox.errors import refuse_token
from neptune_inbox.model import Instant, Key, Triage
from neptune_inbox.sync.events import Bus, TriageChanged

if TYPE_CHECKING:
    from neptune_inbox.sync.tenant_store import TenantStore


class TriageService:
    """The verbs of triage in one tenant."""

    def __init__(self, *, store: TenantStore, bus: Bus) -> None:
        self._store = store
        self._bus = bus

    async def set_done(self, keys: Sequence[Key], is_done: bool, *, known: str = "") -> None:
        """Put notifications away, or back into my queue; `known` is whose claim was shown before."""
        await self._store.triage.set_done(keys, is_done, known)
        self._bus.publish(TriageChanged(tuple(keys)))

    async def snooze(self, keys: Sequence[Key], until: Instant | None) -> None:
        """Hide notifications until an instant; None wakes them."""
        await self._store.triage.snooze(keys, until)
        self._bus.publish(TriageChanged(tuple(keys)))

    async def star(self, keys: Sequence[Key], is_starred: bool) -> None:
        await self._store.triage.star(keys, is_starred)
        self._bus.publish(TriageChanged(tuple(keys)))

    async def note(self, key: Key, text: str) -> None:
        """Write (or with an empty text remove) my note on one notification. Raises TokenMisplaced."""
        refuse_token("The note", text)
        await self._store.triage.note(key, text)
        self._bus.publish(TriageChanged((key,)))

    async def triage(self, keys: Sequence[Key]) -> dict[Key, Triage]:
        """What is mine of each of these."""
        known = await self._store.triage.triage(keys)
        return {key: known.get(key) or Triage() for key in keys}

    async def restore(self, changed: Mapping[Key, tuple[Triage, Triage]]) -> None:
        """Put back what an act changed: of each, what was mine before it and after it."""
        await self._store.triage.restore(changed)
        self._bus.publish(TriageChanged(tuple(changed)))

    async def is_host_confirmed(self, host: str) -> bool:
        """Whether the agent has agreed to open links of this host before."""
        return await self._store.triage.is_host_confirmed(host)

    async def confirm_host(self, host: str) -> None:
        await self._store.triage.confirm_host(host)
