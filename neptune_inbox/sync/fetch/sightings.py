"""What looking shares with the team: when one of us first saw a notification, and between which looks it became read.

Only what the server does not say is shared, and nothing that a colleague has shared as exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.model import Instant, Key, Notification, Page
from neptune_inbox.model.team import FactDetails, FactKind, TeamFact, TeamSighting
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from neptune_inbox.store.cache.merge import Merged
    from neptune_inbox.store.team.facts import TeamStore
    from neptune_inbox.sync.tenant_store import TenantStore

RECENT = 3_600_000
"""Milliseconds: what is older when it is first seen here was there before anybody looked."""


class Sightings:
    """Tells the team of one tenant what its lists showed."""

    def __init__(self, store: TenantStore) -> None:
        self._store = store

    async def tell(self, page: Page, merged: Merged, at: Instant) -> None:
        """A page that was asked for at `at` was laid over the cache."""
        if self._store.data.team is not None and (merged.new or merged.became_read):
            await self._tell(self._store.data.team, page, merged, at)

    @on_thread
    def _tell(self, team: TeamStore, page: Page, merged: Merged, at: Instant) -> None:
        rows = {row.id: row for row in page.rows}
        read = [key for key in merged.became_read if key.id in rows and rows[key.id].read_at is None]
        new = [key for key in merged.new if key.id in rows and _is_recent(rows[key.id], at)]
        states = team.states([*read, *new]) if read or new else {}
        facts: list[TeamFact] = []
        for key in read:
            if details := self._became_read(
                key, states[key].sighting if key in states else TeamSighting(), team.ahead
            ):
                facts.append(team.make(FactKind.SEEN, key, details))
        for key in new:
            if key not in states or states[key].sighting.first_seen_at is None:
                facts.append(team.make(FactKind.SEEN, key, FactDetails(seen_at=at + team.ahead)))
        team.save(facts)

    def _became_read(self, key: Key, known: TeamSighting, ahead: int) -> FactDetails | None:
        seen = self._store.data.cache.sighting(key)
        if seen is None or seen.first_seen_read_at is None:
            return None
        before = seen.first_seen_read_at + ahead
        after = None if seen.last_seen_unread_at is None else seen.last_seen_unread_at + ahead
        is_news = known.read_before is None or before < known.read_before or (after or 0) > (known.read_after or 0)
        return FactDetails(read_after=after, read_before=before) if is_news else None


def _is_recent(row: Notification, at: Instant) -> bool:
    return row.created_at is not None and at - row.created_at < RECENT
