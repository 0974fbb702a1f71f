"""Writes that do not wait in the outbox: each is journalled before it is tried and after it is settled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from neptune_inbox.errors import InboxError, ObserveOnly
from neptune_inbox.model import JournalEntry, Mode, Now, Profile
from neptune_inbox.sync.disk import Disk

if TYPE_CHECKING:
    from neptune_inbox.store.journal import Journal

T = TypeVar("T")
SERVER_ALL = "mark-server-all"
"""The verb for the API's own mark-all of one user."""


def check_mode(profile: Profile) -> None:
    """Raise ObserveOnly where nothing may be written."""
    if profile.mode is Mode.OBSERVE:
        raise ObserveOnly(f"`{profile.name}` is only observed: nothing was sent.")


class Recorder:
    """Puts every write of one place into the journal."""

    def __init__(self, *, journal: Journal, disk: Disk, profile: Profile, place: str, actor: str, now: Now) -> None:
        self._journal = journal
        self._disk = disk
        self._profile = profile
        self._place = place
        self._actor = actor
        self._now = now

    async def around(
        self, verb: str, write: Callable[[], Awaitable[T]], *, user_id: str = "", id: str = "", detail: str = ""
    ) -> T:
        """Do one write between two lines of the journal; raises what the write raises, and ObserveOnly."""
        check_mode(self._profile)
        await self._note(verb, "trying", user_id, id, detail)
        try:
            answer = await write()
        except InboxError as error:
            await self._note(verb, "failed", user_id, id, error.sentence)
            raise
        await self._note(verb, "sent", user_id, id, detail)
        return answer

    async def _note(self, verb: str, outcome: str, user_id: str, id: str, detail: str) -> None:
        entry = JournalEntry(
            at=self._now(),
            actor=self._actor,
            profile=self._profile.name,
            place=self._place,
            environment=self._profile.environment,
            verb=verb,
            outcome=outcome,
            user_id=user_id,
            id=id,
            detail=detail,
        )
        await self._disk.run(self._journal.append, [entry])
