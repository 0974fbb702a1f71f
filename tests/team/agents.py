"""Agents of a team: each with files of their own on one machine, and a sharer to the team's database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from neptune_inbox.model import Instant, Key
from neptune_inbox.model.team import FactKind, TeamState, fold
from neptune_inbox.postgres.link import PostgresLink
from neptune_inbox.postgres.target import target_of
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.team.facts import TeamStore
from neptune_inbox.store.team.ids import FactIds
from neptune_inbox.sync.team.sharer import Link, Sharer
from neptune_inbox.text import CleanText
from neptune_inbox.wiring.workspace import wall_clock
from tests.team.cluster import PASSWORD, TeamDatabase, wait_until

TENANT = "acme"


class Agent:
    """One agent at one machine."""

    def __init__(
        self,
        name: str,
        database: TeamDatabase,
        *,
        folder: Path | None = None,
        clock: Callable[[], Instant] = wall_clock,
        password: str = PASSWORD,
        dsn: str = "",
        connect: Callable[[], Link] | None = None,
        seed: int = 0,
    ) -> None:
        self.name = name
        self.file = open_state(folder / f"{name}.db" if folder else None, clock)
        self.store = TeamStore(self.file, TENANT, agent=CleanText(name), now=clock, new_id=FactIds(clock))
        self.news: list[Key] = []
        self._target = target_of(dsn or database.dsn(), {})
        self._password = password
        self.sharer = Sharer(
            store=self.store,
            connect=connect or self.link,
            instance=f"{name}-1",
            now=clock,
            rng=Random(seed),
            changed=self.news.extend,
        )

    def link(self) -> PostgresLink:
        return PostgresLink.open(self._target, self._password, TENANT)

    def share(self) -> None:
        """Share once, here and now."""
        link = self.link()
        try:
            self.store.ahead = link.ahead(self.store._now)
            self.sharer.share_once(link)
        finally:
            link.close()

    def tell(self, kind: FactKind, *keys: Key) -> None:
        self.store.tell(kind, keys)
        self.sharer.wake()

    def state(self, key: Key) -> TeamState:
        return self.store.states([key]).get(key, TeamState())

    def folded(self, now: Instant) -> dict[Key, TeamState]:
        return fold(self.store.all(), now)

    def sees(self, met: Callable[[], bool]) -> None:
        wait_until(met)

    def leave(self) -> None:
        self.sharer.stop()
        self.file.close()

    def file_count(self) -> int:
        """How many facts this machine has, shared ones alone."""
        with self.file.reading() as connection:
            found = connection.execute("SELECT count(*) FROM team_fact WHERE shared_at IS NOT NULL")
            return int(found.fetchone()[0])
