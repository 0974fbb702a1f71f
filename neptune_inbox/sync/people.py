"""Customers: who they are, how they can be reached, and which environments there are."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from neptune_inbox.model import ContactInfo, Environment, JsonObject, Now, User
from neptune_inbox.sync.disk import Disk

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.store.cache import Cache
    from neptune_inbox.sync.record import Recorder


class People:
    """The users of one place; reads are kept in the cache, writes go into the journal."""

    def __init__(self, *, client: Client, cache: Cache, recorder: Recorder, disk: Disk, place: str, now: Now) -> None:
        self._client = client
        self._cache = cache
        self._recorder = recorder
        self._disk = disk
        self._place = place
        self._now = now

    async def environments(self) -> tuple[Environment, ...]:
        return await self._client.environments()

    async def known(self) -> list[User]:
        """The users in the cache; no request."""
        return await self._disk.run(self._cache.users, self._place)

    async def known_user(self, user_id: str) -> User | None:
        return await self._disk.run(self._cache.user, self._place, user_id)

    async def list(self, *, page: int = 1, per_page: int = 50) -> tuple[tuple[User, ...], int | None, bool]:
        """One page of the server's users: the users, the total if told, and whether it was the last page."""
        answer = await self._client.users(page=page, per_page=per_page)
        for user in answer.rows:
            await self._keep(await self._with_contacts(user))
        return answer.rows, answer.total, answer.is_last

    async def get(self, user_id: str) -> User:
        """One user with contact infos, from the server."""
        return await self._keep(await self._client.user(user_id))

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

    async def _keep(self, user: User) -> User:
        await self._disk.run(self._cache.save_user, self._place, user, self._now())
        return user


def _short(meta: JsonObject) -> str:
    return json.dumps(meta)[:300]
