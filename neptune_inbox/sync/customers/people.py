"""Customers: who they are, how they can be reached, and which environments there are."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from neptune_inbox.errors import InboxError, NotFound
from neptune_inbox.model import AddressChange, ContactInfo, Environment, Instant, JsonObject, Now, User
from neptune_inbox.sync.customers.contact_status import ContactStatus, note_asked, read_contact_status
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from neptune_inbox.api.client import Client
    from neptune_inbox.api.decode_users import UserPage
    from neptune_inbox.sync.marking.audit import AuditLog
    from neptune_inbox.sync.tenant_store import TenantStore

REFRESH_EVERY = 3_600_000
"""Milliseconds: no user is looked up automatically more often than this."""
NAMES_A_PAGE = 100
"""How many users are on the one page that is fetched automatically."""


class People:
    """The users of one tenant; reads are kept in the cache, writes go into the journal."""

    def __init__(self, *, store: TenantStore, client: Client, audit_log: AuditLog, now: Now) -> None:
        self._store = store
        self._client = client
        self._audit_log = audit_log
        self._now = now
        self._looked_up: dict[str, Instant] = {}
        self._is_looking_up = False

    async def environments(self) -> tuple[Environment, ...]:
        return await self._client.environments()

    async def known(self) -> list[User]:
        """The users in the cache; no request."""
        return await self._store.users.all()

    async def known_user(self, user_id: str) -> User | None:
        return await self._store.users.get(user_id)

    @on_thread
    def contact_status(self, user_id: str) -> ContactStatus:
        """How a user can be reached, as far as it is known here; no request."""
        return read_contact_status(self._store.data, user_id)

    async def refresh_contact(self, user_id: str) -> bool:
        """Look up a user who was not looked up for an hour; returns whether a request was made.

        One at a time, so that a slow service is not asked about every user the cursor passed. Failures are not
        reported: this lookup is automatic, and `get` reports them.
        """
        if user_id not in self._looked_up and (asked_at := (await self.contact_status(user_id)).asked_at) is not None:
            self._looked_up[user_id] = asked_at
        last = self._looked_up.get(user_id)
        is_due = last is None or not 0 <= self._now() - last < REFRESH_EVERY
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

    async def name_watched(self, users: Iterable[str]) -> bool:
        """Ask for one page of the server's users where one of these has no name here; whether a request was made.

        Once an hour at the most, whatever comes of it: nobody asked for it. A watch list of some dozens mostly stands
        on that page; whoever does not is named when they are looked at. Raises StoreProblem.
        """
        if not await self._names_are_due(tuple(users)):
            return False
        with suppress(InboxError):
            await self.page(per_page=NAMES_A_PAGE)
        return True

    @on_thread
    def _names_are_due(self, users: tuple[str, ...]) -> bool:
        data, key = self._store.data, f"names {self._store.tenant}"
        asked_at, now = data.cache.recall(key), self._now()
        if (asked_at and 0 <= now - int(asked_at) < REFRESH_EVERY) or not set(users) - data.users.names(users).keys():
            return False
        data.cache.remember(key, str(now))
        return True

    async def list(self, *, page: int = 1, per_page: int = 50) -> tuple[tuple[User, ...], int | None, bool]:
        """One page of the server's users: the users, the total if given, and whether it was the last page."""
        answer = await self.page(page=page, per_page=per_page)
        return answer.rows, answer.total, answer.is_last

    async def page(self, *, page: int = 1, per_page: int = 50) -> UserPage:
        """One page of the server's users, kept here, with how many of its rows could not be read."""
        answer = await self._client.users(page=page, per_page=per_page)
        await self._store.users.save_profiles(answer.rows, self._now())
        return answer

    async def get(self, user_id: str) -> User:
        """One user with contact infos, from the server; one that it does not know is forgotten here too."""
        try:
            user = await self._keep(await self._client.user(user_id))
        except NotFound:
            await self._forget(user_id)
            raise
        await self._note_asked(user_id)
        return user

    async def create(self, user_id: str, meta: JsonObject) -> User:
        return await self._keep(
            await self._audit_log.record(
                "user-create",
                lambda: self._client.create_user(user_id, meta),
                user_id=user_id,
                detail=_short(meta),
            )
        )

    async def update(self, user_id: str, meta: JsonObject) -> User:
        updated = await self._audit_log.record(
            "user-update", lambda: self._client.update_user(user_id, meta), user_id=user_id, detail=_short(meta)
        )
        await self._store.users.save_profiles((updated,), self._now())
        return await self.known_user(user_id) or updated

    async def delete(self, user_id: str) -> None:
        await self._audit_log.record("user-delete", lambda: self._client.delete_user(user_id), user_id=user_id)
        await self._forget(user_id)

    async def add_contact(self, user_id: str, contact: ContactInfo) -> None:
        await self._audit_log.record(
            "contact-add",
            lambda: self._client.add_contact(user_id, contact),
            user_id=user_id,
            detail=f"{contact.type} {contact.value}",
        )

    async def update_contact(self, user_id: str, contact: ContactInfo) -> None:
        await self._audit_log.record(
            "contact-update",
            lambda: self._client.update_contact(user_id, contact),
            user_id=user_id,
            detail=f"{contact.type} {contact.value}",
        )

    async def delete_contact(self, user_id: str, contact: ContactInfo) -> None:
        await self._audit_log.record(
            "contact-delete",
            lambda: self._client.delete_contact(user_id, contact),
            user_id=user_id,
            detail=f"{contact.type} {contact.value}",
        )

    def change_requests(self, user_id: str, change: AddressChange) -> tuple[str, str]:
        """The two requests that change an address, each as its method, its path and its body. Raises Invalid."""
        add, delete = (
            self._request(method, user_id, contact)
            for method, contact in (("POST", change.after), ("DELETE", change.before))
        )
        return add, delete

    def _request(self, method: str, user_id: str, contact: ContactInfo) -> str:
        segments, body = self._client.contact_request(method, user_id, contact)
        return f"{method} /{'/'.join(segments)} {json.dumps(body, ensure_ascii=False)}"

    @on_thread
    def note_change(self, user_id: str, change: AddressChange | None) -> None:
        """Keep that a change of an address was begun; None where none is under way."""
        text = "" if change is None else msgspec.json.encode(change).decode()
        self._store.data.cache.remember(f"address {self._store.tenant} {user_id}", text)

    @on_thread
    def noted_change(self, user_id: str) -> AddressChange | None:
        """The change of an address that was begun last, if it was not finished."""
        text = self._store.data.cache.recall(f"address {self._store.tenant} {user_id}")
        return msgspec.json.decode(text, type=AddressChange) if text else None

    async def _forget(self, user_id: str) -> None:
        await self._store.users.forget(user_id)
        await self._note_asked(user_id)

    @on_thread
    def _note_asked(self, user_id: str) -> None:
        note_asked(self._store.data, user_id, self._now())

    async def _keep(self, user: User) -> User:
        await self._store.users.save(user, self._now())
        return user


def _short(meta: JsonObject) -> str:
    return json.dumps(meta)[:300]
