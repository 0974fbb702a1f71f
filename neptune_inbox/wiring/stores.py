"""The files of this machine's user, opened: cache, outbox, journal and triage."""

from __future__ import annotations

import getpass
from contextlib import suppress
from typing import TYPE_CHECKING

from neptune_inbox.codes import NO_MASK
from neptune_inbox.errors import StoreProblem
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.store.cache.schema import open_cache
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.journal.index import JournalIndex
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.outbox.recovery import refill
from neptune_inbox.store.outbox.schema import open_state
from neptune_inbox.store.profiles import ProfileStore
from neptune_inbox.store.tenant import TenantData

if TYPE_CHECKING:
    from pathlib import Path

    from neptune_inbox.codes import CodeMask
    from neptune_inbox.model import Now
    from neptune_inbox.paths import Paths
    from neptune_inbox.text import CleanText


class Stores:
    """The files of one machine's user, opened; all profiles share them."""

    def __init__(
        self, paths: Paths | None, now: Now, agent: CleanText | None = None, codes: CodeMask = NO_MASK
    ) -> None:
        """Open them; without paths they are in memory. `agent` is the name in a team. Raises StoreProblem."""
        self.closed: tuple[Path, ...] = ()
        """Folders that were open to others until now."""
        if paths is not None:
            self.closed = paths.close_open_folders()
            # Where the home cannot be written, the stores live in memory and say so.
            with suppress(StoreProblem):
                paths.create()
        self.cache_file: Database = open_cache(paths.cache_db if paths else None, now)
        self.state_file: Database = open_state(paths.state_db if paths else None, now)
        keeps_journal = paths is not None and not self.state_file.is_memory
        self.journal = Journal(
            paths.journal if paths and keeps_journal else None,
            actor=local_user(),
            refusal=self.state_file.problem,
            index=JournalIndex(self.state_file),
        )
        self.profiles = ProfileStore(self.state_file)
        self._now = now
        self._agent = agent
        self._codes = codes
        self._tenants: dict[str, TenantData] = {}

    def of(self, tenant: str) -> TenantData:
        """What is kept of one tenant, always the same object."""
        if tenant not in self._tenants:
            self._tenants[tenant] = TenantData(
                cache_file=self.cache_file,
                state_file=self.state_file,
                journal=self.journal,
                tenant=tenant,
                now=self._now,
                agent=self._agent,
                codes=self._codes,
            )
        return self._tenants[tenant]

    def notices(self) -> tuple[str, ...]:
        """What the user must know about the files; marks that were lost come back from the journal first."""
        notices = [file.problem for file in (self.cache_file, self.state_file) if file.problem]
        notices += [f"{folder} was open to other users; it is now closed to them." for folder in self.closed]
        refilled = refill(self.state_file, self.journal, self._now())
        if self.state_file.quarantined is not None:
            notices.append(f"state.db was damaged and set aside as {self.state_file.quarantined.name}.")
        if self.cache_file.quarantined is not None:
            notices.append("The cache was damaged and is being fetched again.")
        if refilled:
            notices.append(f"{plural(refilled, 'unsettled mark')} came back from the journal.")
        return tuple(notices)

    def close(self) -> None:
        """Close the files; what is only in memory lives on, for the next session of this process."""
        # Damage or a full disk found only now is for the next start to mend.
        with suppress(StoreProblem):
            for data in self._tenants.values():
                data.cache.checkpoint()
        # Without a state on disk these same stores are used again (`Builder.stores`).
        if not self.state_file.is_memory:
            self.cache_file.close()
            self.state_file.close()


def local_user() -> str:
    """The name of this machine's user, for the journal."""
    try:
        return getpass.getuser()
    except (KeyError, ImportError, OSError):
        return "unknown"
