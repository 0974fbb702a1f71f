"""Writes that do not wait in the outbox: each is journalled before it is tried and after it is settled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from neptune_inbox import debug_trace
from neptune_inbox.errors import InboxError, ObserveOnly, may_have_acted
from neptune_inbox.model import JournalEntry, Mode, Now, Profile
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from neptune_inbox.sync.tenant_store import TenantStore

T = TypeVar("T")
SERVER_ALL = "mark-server-all"
"""The verb for the API's own mark-all of one user."""
UNKNOWN = "unknown"
"""The outcome of a write whose answer never came: the service may have acted."""


def check_mode(profile: Profile) -> None:
    """Raise ObserveOnly where nothing may be written."""
    if profile.mode is Mode.OBSERVE:
        raise ObserveOnly(f"`{profile.name}` is only observed: nothing was sent.")


class AuditLog:
    """Puts every write of one tenant into the journal."""

    def __init__(
        self,
        *,
        store: TenantStore,
        profile: Profile,
        actor: str,
        now: Now,
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        """`may_write` says, on the disk's thread, whether the settings still let this profile write."""
        self._store = store
        self._profile = profile
        self._actor = actor
        self._now = now
        self.last_outcome = ""
        """What the last line says: `trying`, `sent`, `failed`, or `unknown` for a write whose answer never came."""
        self._may_write = may_write

    async def check(self) -> None:
        """Raise ObserveOnly where nothing may be written, by the settings as they are now."""
        check_mode(self._profile)
        if not await self._is_writable():
            check_mode(replace(self._profile, mode=Mode.OBSERVE))

    @on_thread
    def _is_writable(self) -> bool:
        return self._may_write()

    async def record(
        self, verb: str, write: Callable[[], Awaitable[T]], *, user_id: str = "", id: str = "", detail: str = ""
    ) -> T:
        """Do one write between two lines of the journal; raises what the write raises, and ObserveOnly."""
        await self.check()
        await self._note(verb, "trying", user_id, id, detail)
        try:
            answer = await write()
        except InboxError as error:
            await self._note(verb, UNKNOWN if may_have_acted(error) else "failed", user_id, id, error.sentence)
            raise
        except asyncio.CancelledError:
            await self._note(verb, UNKNOWN, user_id, id, detail)
            raise
        await self._note(verb, "sent", user_id, id, detail)
        return answer

    async def _note(self, verb: str, outcome: str, user_id: str, id: str, detail: str) -> None:
        entry = JournalEntry(
            at=self._now(),
            actor=self._actor,
            profile=self._profile.name,
            tenant=self._store.tenant,
            environment=self._profile.environment,
            verb=verb,
            outcome=outcome,
            user_id=user_id,
            id=id,
            detail=detail,
        )
        self.last_outcome = outcome
        debug_trace.note("write", verb=verb, outcome=outcome, user_id=user_id, id=id)
        await self._store.journal.append([entry])
