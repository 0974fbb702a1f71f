"""My plane: done, snoozed, starred, noted. Local, and never sent to anybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.model import Instant, Key
from neptune_inbox.sync.disk import Disk
from neptune_inbox.sync.facts import Bus, MineChanged

if TYPE_CHECKING:
    from neptune_inbox.store.desk import Desk


class MyPlane:
    """The verbs of my plane in one place."""

    def __init__(self, *, desk: Desk, disk: Disk, bus: Bus, place: str) -> None:
        self._desk = desk
        self._disk = disk
        self._bus = bus
        self._place = place

    async def set_done(self, keys: Sequence[Key], is_done: bool) -> None:
        """Put notifications away, or back into my queue."""
        await self._disk.run(self._desk.set_done, self._place, keys, is_done)
        self._bus.tell(MineChanged(tuple(keys)))

    async def snooze(self, keys: Sequence[Key], until: Instant | None) -> None:
        """Hide notifications until an instant; None wakes them."""
        await self._disk.run(self._desk.snooze, self._place, keys, until)
        self._bus.tell(MineChanged(tuple(keys)))

    async def star(self, keys: Sequence[Key], is_starred: bool) -> None:
        await self._disk.run(self._desk.star, self._place, keys, is_starred)
        self._bus.tell(MineChanged(tuple(keys)))

    async def note(self, key: Key, text: str) -> None:
        """Write (or with an empty text remove) my note on one notification."""
        await self._disk.run(self._desk.note, self._place, key, text)
        self._bus.tell(MineChanged((key,)))

    async def is_host_confirmed(self, host: str) -> bool:
        """Whether the agent has agreed to open links of this host before."""
        return await self._disk.run(self._desk.is_host_confirmed, self._place, host)

    async def confirm_host(self, host: str) -> None:
        await self._disk.run(self._desk.confirm_host, self._place, host)
