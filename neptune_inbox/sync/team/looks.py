"""What the team's programs saw of customers: reported after each poll, and compared with the local cache.

Where a colleague's program saw the same, the customer counts as asked now: nothing else would come of asking again.
Where it saw something else, they are to be asked from here, as titles are never shared; until then only the number is
known, and is shown as told by somebody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import blake2s
from typing import TYPE_CHECKING, Final

from neptune_inbox.errors import StoreProblem
from neptune_inbox.model import Instant, Key, Now
from neptune_inbox.model.team import Look
from neptune_inbox.sync.events import Bus, Compared, Fact, Looked
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from neptune_inbox.store.team.facts import TeamStore
    from neptune_inbox.sync.fetch.fetcher import Fetcher
    from neptune_inbox.sync.tenant_store import TenantStore

NEWEST: Final = 50
"""How many unread notifications a digest is of: what arrives is among them, and what is read changes the count."""


class LookBook:
    """The looks of one tenant's team, from the side of one of its programs."""

    def __init__(
        self,
        *,
        store: TenantStore,
        facts: TeamStore,
        fetcher: Fetcher,
        bus: Bus,
        now: Now,
        tell: Callable[[Look, Instant], None],
        is_asking: Callable[[], bool],
    ) -> None:
        """`tell` lets colleagues have a look of ours; `is_asking` is whether this program asks the service."""
        self._store = store
        self._facts = facts
        self._fetcher = fetcher
        self._bus = bus
        self._now = now
        self._tell = tell
        self._is_asking = is_asking
        self._news: asyncio.Queue[Looked | tuple[Look, ...]] = asyncio.Queue()
        self.is_open = False
        """What is seen from now on is told, and what is told is compared."""
        bus.listen(self._hear)

    def take(self, looks: tuple[Look, ...]) -> None:
        """Colleagues' programs told these; called on the event loop."""
        if self.is_open:
            self._news.put_nowait(looks)

    async def run(self) -> None:
        """Tell and compare for as long as this is not cancelled."""
        self.is_open = True
        while True:
            await self._take_in(await self._news.get())

    async def settle(self) -> None:
        """Tell and compare what has come; for a program that does not run for long."""
        while not self._news.empty():
            await self._take_in(self._news.get_nowait())

    async def _take_in(self, news: Looked | tuple[Look, ...]) -> None:
        # What cannot be read now is asked for as if nobody else had looked.
        with suppress(StoreProblem):
            if isinstance(news, Looked):
                await self._tell_look(news)
            elif self._is_asking():
                await self._compare(news)

    def _hear(self, fact: Fact) -> None:
        if isinstance(fact, Looked) and self.is_open:
            self._news.put_nowait(fact)

    async def _tell_look(self, looked: Looked) -> None:
        found = await self._here([looked.user_id])
        self._facts.told.pop(looked.user_id, None)
        if found:
            self._tell(found[0][0], looked.at)

    async def _compare(self, looks: Sequence[Look]) -> None:
        now = self._now()
        known = await self._fetcher.freshness([look.user_id for look in looks])
        times = {look.user_id: now - look.age_ms for look in looks}
        # What was asked from here since is newer; whom nobody here ever asked for has no rows here.
        newer = {
            look.user_id: look
            for look in looks
            if (fetched := known[look.user_id].fetched_at) is not None and fetched < times[look.user_id]
        }
        same: dict[str, Instant] = {}
        others = dict(newer)
        for own, keys in await self._here([*newer]):
            theirs = newer[own.user_id]
            if (own.unread, own.digest) == (theirs.unread, theirs.digest):
                await self._fetcher.note_seen(own.user_id, keys, times[own.user_id])
                same[own.user_id] = times[own.user_id]
                del others[own.user_id]
        self._facts.told = {
            **{user: count for user, count in self._facts.told.items() if user not in same},
            **{user: look.unread for user, look in others.items()},
        }
        if newer:
            self._bus.publish(Compared(same, frozenset(others)))

    @on_thread
    def _here(self, user_ids: Sequence[str]) -> list[tuple[Look, list[Key]]]:
        """What is here of each of these as a look, and whose digest it is; those without a count are left out."""
        found = []
        counts = self._store.data.users.counts(user_ids)
        for user_id in user_ids:
            known = counts.get(user_id)
            if known is not None and known.unread is not None:
                ids = self._store.data.cache.newest_unread(user_id, NEWEST)
                digest = blake2s("\n".join(sorted(ids)).encode("utf-8", "replace"), digest_size=16).hexdigest()
                found.append((Look(user_id, known.unread, digest), [Key(user_id, id) for id in ids]))
        return found
