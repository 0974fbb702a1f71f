"""All that is kept of one tenant, opened together."""

from __future__ import annotations

from neptune_inbox.codes import NO_MASK, CodeMask
from neptune_inbox.model import Now
from neptune_inbox.store.cache.cache import Cache
from neptune_inbox.store.cache.users import UserCache
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.hooks.hooks import HookStore
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.kept import KeptStore
from neptune_inbox.store.outbox.outbox import Outbox
from neptune_inbox.store.team.facts import TeamStore
from neptune_inbox.store.team.ids import FactIds
from neptune_inbox.store.triage import TriageStore
from neptune_inbox.store.watch_rule import WatchRuleStore
from neptune_inbox.text import CleanText


class TenantData:
    """Cache, outbox, triage, hooks and team facts of one tenant, and the journal, which all tenants share."""

    def __init__(
        self,
        *,
        cache_file: Database,
        state_file: Database,
        journal: Journal,
        tenant: str,
        now: Now,
        agent: CleanText | None = None,
        codes: CodeMask = NO_MASK,
    ) -> None:
        """`agent` is the agent's name in the team; None where they work alone."""
        self.tenant = tenant
        self.team: TeamStore | None = None
        if agent is not None:
            self.team = TeamStore(state_file, tenant, agent=agent, now=now, new_id=FactIds(now))
        self._files = (cache_file, state_file)
        self.hooks = HookStore(state_file, tenant, now)
        self.cache = Cache(cache_file, tenant, now, codes, self.hooks)
        self.users = UserCache(cache_file, tenant)
        self.outbox = Outbox(state_file, journal, tenant, now, self.team)
        self.triage = TriageStore(state_file, tenant, now, self.team)
        self.kept = KeptStore(state_file, tenant, now)
        self.watch_rule = WatchRuleStore(state_file, tenant, now)
        self.journal = journal

    def written_elsewhere(self) -> int:
        """Another number after another process wrote to `state.db`; our own writes leave it. Raises StoreProblem."""
        return self._files[1].version_elsewhere()

    def version(self) -> tuple[int, ...]:
        """Another one after anybody else wrote to the files, whichever tenant it was about. Raises StoreProblem."""
        return tuple(file.version() for file in self._files)
