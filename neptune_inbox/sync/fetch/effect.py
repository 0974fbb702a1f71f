"""Whether our accepted marks had an effect: what the customer's lists say of them, and who is to hear of it.

A 2xx only says that the server took a mark. It is confirmed by a list that shows the row read, or unread no longer,
and contradicted by one that was asked for later and shows it unread (neptune-api.md, "Was the mark effective?").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.model import Instant, Key, Now, Page
from neptune_inbox.sync.events import Bus, MarksChanged
from neptune_inbox.sync.fetch.paging import PageWalk
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from neptune_inbox.sync.tenant_store import TenantStore


class EffectCheck:
    """Lays the lists of one tenant over its marks."""

    def __init__(self, *, store: TenantStore, bus: Bus, now: Now) -> None:
        self._store = store
        self._bus = bus
        self._now = now

    async def awaits_look(self, user_id: str) -> bool:
        """Whether marks of a user were accepted that no list has confirmed or contradicted. Raises StoreProblem."""
        return await self._store.outbox.awaits_look(user_id)

    async def note_page(self, page: Page, asked_at: Instant) -> None:
        """Take in one page of a list that was asked for at an instant. Raises StoreProblem."""
        read = [row.key for row in page.rows if row.says_read and row.is_read]
        unread = [row.key for row in page.rows if row.says_read and not row.is_read]
        self._tell(await self._store.outbox.note_effect(read=read, unread=unread, asked_at=asked_at))

    async def note_unread_list(self, user_id: str, walk: PageWalk, asked_at: Instant) -> None:
        """Take in a walk down a user's unread list that began at an instant: what is not in it is unread no longer.

        Where the walk ended above the end of the list, that is said only of what was created after the last row seen.
        Raises StoreProblem.
        """
        if walk.is_whole:
            self._tell(await self._note_absent(user_id, walk, asked_at))

    @on_thread
    def _note_absent(self, user_id: str, walk: PageWalk, asked_at: Instant) -> tuple[Key, ...]:
        unconfirmed = self._store.data.outbox.unconfirmed(user_id)
        absent = [key for key, at in unconfirmed.items() if at <= asked_at and key not in walk.seen]
        if not walk.has_end:
            absent = [key for key in absent if self._is_above(key, walk.oldest)]
        changed = self._store.data.outbox.note_effect(read=absent, unread=[], asked_at=asked_at)
        self._store.data.cache.note_read(changed, self._now())
        return changed

    def _is_above(self, key: Key, oldest: Instant | None) -> bool:
        row = self._store.data.cache.row(key)
        return row is not None and None not in (row.created_at, oldest) and (row.created_at or 0) > (oldest or 0)

    def _tell(self, changed: tuple[Key, ...]) -> None:
        if changed:
            self._bus.publish(MarksChanged(changed))
