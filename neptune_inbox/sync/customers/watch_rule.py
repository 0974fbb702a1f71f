"""Watching by rule: the list of a CRM is read again as it changes, and who is watched follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.errors import InboxError, StoreProblem, UsageProblem
from neptune_inbox.model import Now
from neptune_inbox.store.watch_rule import RuleState
from neptune_inbox.sync.customers.watch_source import REMEDY, ids_of
from neptune_inbox.sync.events import Bus, Troubled, WatchListChanged

if TYPE_CHECKING:
    from neptune_inbox.sync.customers.watch_source import WatchSource
    from neptune_inbox.sync.polling.poller import Poller
    from neptune_inbox.sync.polling.wakeable import Sleep
    from neptune_inbox.sync.tenant_store import TenantStore

LOOK_EVERY = 5.0
"""Seconds between two looks whether the list is to be read again, or another process changed who is watched."""


class WatchRule:
    """The watch list of one profile; whichever process is there first reads it, and the others follow."""

    def __init__(
        self,
        *,
        store: TenantStore,
        source: WatchSource,
        profile: str,
        every_ms: int,
        poller: Poller,
        bus: Bus,
        now: Now,
        sleep: Sleep,
    ) -> None:
        self._store = store
        self._source = source
        self._profile = profile
        self._every_ms = every_ms
        self._poller = poller
        self._bus = bus
        self._now = now
        self._sleep = sleep
        self._followed: tuple[str, ...] | None = None

    async def state(self) -> RuleState:
        """What became of the list when it was read last. Raises StoreProblem."""
        return await self._store.watch_rule.state(self._profile)

    async def refresh(self) -> RuleState:
        """Read the list where it is time to, and watch whom it names; why it could not be read is in the answer.

        Raises StoreProblem.
        """
        before = await self.state()
        source = self._source.fingerprint()
        passed = self._now() - before.read_at
        if before.source == source and 0 <= passed < self._every_ms:
            return before
        try:
            ids, refused = ids_of(await self._source.read())
            if not ids:
                first = f" {refused[0]}" if refused else ""
                raise UsageProblem(f"The watch list names no customers.{first}", REMEDY)
        except UsageProblem as problem:
            if problem.sentence != before.problem:
                self._bus.publish(Troubled(problem))
            return await self._store.watch_rule.note_problem(self._profile, source, problem.sentence)
        return await self._store.watch_rule.apply(self._profile, source, ids, refused)

    async def run(self) -> None:
        """Keep who is watched and polled as the list has it; ends only by being cancelled."""
        while True:
            try:
                # Whom the first reading adds is news to a window and a poller that have begun without them.
                if self._followed is None:
                    self._followed = tuple(await self._store.triage.watched())
                await self.refresh()
                await self._follow(self._followed)
            except StoreProblem as error:
                self._tell(error)
            await self._sleep(LOOK_EVERY)

    async def _follow(self, before: tuple[str, ...]) -> None:
        watched = self._followed = tuple(await self._store.triage.watched())
        if watched != before:
            self._poller.watch(watched)
            self._bus.publish(WatchListChanged(len({*watched} - {*before}), len({*before} - {*watched})))

    def _tell(self, error: InboxError) -> None:
        self._bus.publish(Troubled(error))
