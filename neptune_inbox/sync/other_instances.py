"""Notices what another instance on the same home did to the outbox, or to what is mine: the screen follows it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from neptune_inbox.errors import StoreProblem
from neptune_inbox.sync.events import Bus, WrittenElsewhere
from neptune_inbox.sync.store_thread import read_on_thread

if TYPE_CHECKING:
    from neptune_inbox.sync.polling.wakeable import Sleep
    from neptune_inbox.sync.tenant_store import TenantStore

EVERY: Final = 1.0
"""Seconds between two looks; each costs a number that SQLite keeps in memory."""


class OtherInstances:
    """Looks whether `state.db` was written to by another process, and says so."""

    def __init__(self, *, store: TenantStore, bus: Bus, sleep: Sleep) -> None:
        self._store = store
        self._bus = bus
        self._sleep = sleep
        self._seen: int | None = None

    async def run(self) -> None:
        """Look for as long as this is not cancelled."""
        while True:
            await self.look()
            await self._sleep(EVERY)

    async def look(self) -> None:
        """Look once; what is found is published. The first look only remembers."""
        # Trouble with the file is told where something is wanted of it.
        with suppress(StoreProblem):
            before, self._seen = self._seen, await self._version()
            if before is not None and self._seen != before:
                self._bus.publish(WrittenElsewhere())

    @read_on_thread
    def _version(self) -> int:
        return self._store.data.written_elsewhere()
