"""Customers: who they are, how they can be reached, and which environments there are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec.structs import replace

from neptune_inbox.errors import InboxError, NotFound
from neptune_inbox.model import ContactInfo, Environment, Instant, JsonObject, Now, User
from neptune_inbox.sync.disk import Disk
from neptune_inbox.sync.reach import HOUR, Reach, note_asked, read_reach

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.store.cache import Cache
    from neptune_inbox.sync.record import Recorder

LOOK_UP_EVERY = HOUR
"""Milliseconds: unasked, nobody is looked up more often than this."""


class People:
    """The users of one place; reads are kept in the cache, writes go into the journal."""

    def __init__(self, *, client: Client, cache: Cache, recorder: Recorder, disk: Disk, place: str, now: Now) -> None:
        self._client = client
        self._cache = cache
        self._recorder = recorder
        self._disk = disk
        self._place = place
        self._now = now
        self._looked_up: dict[str, Instant] = {}
        self._is_looking_up = False

    async def environments(self) -> tuple[Environment, ...]:
        return await self._client.environments()

    async def known(self) -> list[User]:
        """The users in the cache; no request."""
        return await self._disk.run(self._cache.users, self._place)

    async def known_user(self, user_id: str) -> User | None:
        return await self._disk.run(self._cache.user, self._place, user_id)

    async def reach(self, user_id: str) -> Reach:
        """How a user can be reached, as far as it is known here; no request."""
        return await self._disk.run(read_reach, self._cache, self._place, user_id)

    async def look_up(self, user_id: str) -> bool:
        """Ask about a user whom nobody asked about for an hour; whether a request was made.

        One at a time, so that a slow service is not asked for everybody whom the cursor passed. What goes wrong
        is not told: nobody asked for it, and `get` tells.
        """
        if user_id not in self._looked_up and (asked_at := (await self.reach(user_id)).asked_at) is not None:
            self._looked_up[user_id] = asked_at
        last = self._looked_up.get(user_id)
        is_due = last is None or not 0 <= self._now() - last < LOOK_UP_EVERY
        if self._is_looking_up or not is_due:
            return False
        self._is_looking_up = True
        self._looked_up[user_id] = self._now()
        try:
            await self.get(user_id)
        except InboxError:
            return True
        finally:
            self._is_looking_up = False
        return True

    async def list(self, *, page: int = 1, per_page: int = 50) -> tuple[tuple[User, ...], int | None, bool]:
        """One page of the server's users: the users, the total if told, and whether it was the last page."""
        answer = await self._client.users(page=page, per_page=per_page)
        for user in answer.rows:
            await self._keep(await self._with_contacts(user))
        return answer.rows, answer.total, answer.is_last

    async def get(self, user_id: str) -> User:
        """One user with contact infos, from the server; one that it does not know is forgotten here too."""
        try:
            user = await self._keep(await self._client.user(user_id))
        except NotFound:
            await self._forget(user_id)
            raise
        await self._disk.run(note_asked, self._cache, self._place, user_id, self._now())
        return user

    async def create(self, user_id: str, meta: JsonObject) -> User:
        return await self._keep(
            await self._recorder.around(
                "user-create",
                lambda: self._client.create_user(user_id, meta),
                user_id=user_id,
                detail=_short(meta),
            )
        )

    async def update(self, user_id: str, meta: JsonObject) -> User:
        updated = await self._recorder.around(
            "user-update", lambda: self._client.update_user(user_id, meta), user_id=user_id, detail=_short(meta)
        )
        return await self._keep(await self._with_contacts(updated))

    async def delete(self, user_id: str) -> None:
        await self._recorder.around("user-delete", lambda: self._client.delete_user(user_id), user_id=user_id)
        await self._forget(user_id)

    async def add_contact(self, user_id: str, contact: ContactInfo) -> None:
        await self._recorder.around(
            "contact-add",
            lambda: self._client.add_contact(user_id, contact),
            user_id=user_id,
            detail=f"{contact.type} {contact.value}",
        )

    async def update_contact(self, user_id: str, contact: ContactInfo) -> None:
        await self._recorder.around(
            "contact-update",
            lambda: self._client.update_contact(user_id, contact),
            user_id=user_id,
            detail=f"{contact.type} {contact.value}",
        )

    async def delete_contact(self, user_id: str, contact: ContactInfo) -> None:
        await self._recorder.around(
            "contact-delete",
            lambda: self._client.delete_contact(user_id, contact),
            user_id=user_id,
            detail=f"{contact.type} {contact.value}",
        )

    async def _with_contacts(self, user: User) -> User:
        """The user with the contact infos that are known, where the answer carries none: lists and updates do not."""
        known = None if user.contacts else await self.known_user(user.user_id)
        return replace(user, contacts=known.contacts) if known is not None else user

    async def _forget(self, user_id: str) -> None:
        await self._disk.run(self._cache.forget_user, self._place, user_id)
        await self._disk.run(note_asked, self._cache, self._place, user_id, self._now())

    async def _keep(self, user: User) -> User:
        await self._disk.run(self._cache.save_user, self._place, user, self._now())
        return user


def _short(meta: JsonObject) -> str:
    return json.dumps(meta)[:300]
