"""Reading pages of a frozen list on the store's thread, for whoever draws it and must not wait."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from neptune_inbox.sync.store_thread import read_on_thread

if TYPE_CHECKING:
    from neptune_inbox.model import Key, Row
    from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
    from neptune_inbox.sync.tenant_store import TenantStore


class ListPages:
    """Which part of a list is loaded, and the positions of its notifications. Every method raises StoreProblem."""

    def __init__(self, store: TenantStore) -> None:
        self._store = store

    async def load(self, snapshot: ListSnapshot, positions: Sequence[range]) -> bool:
        """Read what of these positions of a window is not loaded; whether anything was read."""
        numbers = snapshot.missing(positions)
        if numbers:
            snapshot.take(await self._pages(snapshot, numbers), snapshot.pages_of(positions))
        return bool(numbers)

    async def reload(self, snapshot: ListSnapshot, positions: Sequence[range]) -> None:
        """Read these positions of a window again, and forget the others: rows may say something else by now."""
        snapshot.take_only(await self._pages(snapshot, snapshot.pages_of(positions)))

    async def load_around(
        self, snapshot: ListSnapshot, keys: Collection[Key], positions: Sequence[range], margin: int
    ) -> None:
        """Read so many rows on either side of each of these notifications, and what else of a window is wanted."""
        found = (await self.positions(snapshot, keys)).values() if keys else ()
        await self.load(snapshot, [*(range(index - margin, index + margin) for index in found), *positions])

    @read_on_thread
    def _pages(self, snapshot: ListSnapshot, numbers: Collection[int]) -> dict[int, list[Row]]:
        return snapshot.read(numbers)

    @read_on_thread
    def positions(self, snapshot: ListSnapshot, keys: Collection[Key]) -> dict[Key, int]:
        """The positions of these notifications in a window; those not in it are left out."""
        return snapshot.positions(keys)

    @read_on_thread
    def find_unread(self, snapshot: ListSnapshot, start: int, step: int) -> int | None:
        """The next position of a window from `start` on, in steps of 1 or -1, whose row counts as unread."""
        return snapshot.find_unread(start, step)
