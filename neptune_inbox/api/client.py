"""One short method per endpoint of the Neptune API; all of them raise what `Transport.call` raises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from neptune_inbox.api import encode, wire, wire_people
from neptune_inbox.api.refusals import unproven
from neptune_inbox.api.transport import Answer, Transport
from neptune_inbox.api.wire_people import UserPage
from neptune_inbox.model import (
    ContactInfo,
    Environment,
    Event,
    Filter,
    Instant,
    JsonObject,
    JsonValue,
    Page,
    Token,
    User,
)

T = TypeVar("T")

_THREAD_BYTES: Final = 4_096
"""Answers from this size on are decoded in a thread: one HTML body may take longer than a frame."""


class Client:
    """The API of one environment."""

    def __init__(self, transport: Transport, environment: str) -> None:
        self._transport = transport
        self._environment = environment

    def expect_token(self) -> None:
        """A token is being looked for: requests wait for `use_token`."""
        self._transport.expect_token()

    def use_token(self, token: Token | None) -> None:
        """Send this token from the next request on; None when there is none."""
        self._transport.use_token(token)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def app_notifications(self, user_id: str, kind: Filter, *, page: int = 1, per_page: int = 50) -> Page:
        """One page of a user's notifications, newest first; the server may cap `per_page`."""
        answer = await self._transport.call(
            "GET",
            "api",
            ("app_notifications", self._environment),
            params={
                "user_id": user_id,
                "type": kind.value,
                "page": page,
                "per_page": per_page,
                "sort_column": "notification_deliveries*created_at",
                "sort_order": "desc",
            },
            is_write=False,
            subject=f"the notifications of {user_id}",
        )
        return await _decoded(answer, lambda value: wire.decode_page(value, user_id=user_id, page=page))

    async def mark_read(self, id: str) -> str:
        """Mark one notification read for the customer; the answer is the server's name for the request, or empty."""
        return await self._mark({"type": "notification", "id": id}, f"notification {id}")

    async def mark_user_read(self, user_id: str) -> str:
        """Mark everything of a user read, seen or not; the answer is the server's name for the request, or empty."""
        return await self._mark({"type": "user", "id": user_id}, f"the notifications of {user_id}")

    async def environments(self) -> tuple[Environment, ...]:
        """The environments of the token's team."""
        answer = await self._transport.call(
            "GET", "api", ("environments",), is_write=False, subject="the environments"
        )
        return wire_people.decode_environments(answer.value)

    async def server_time(self) -> Instant | None:
        """What the server's clock says, in whole seconds, by the cheapest read; None where it does not tell."""
        answer = await self._transport.call(
            "GET",
            "api",
            ("app_notifications", self._environment),
            params={"user_id": "neptune-inbox", "type": Filter.UNREAD.value, "page": 1, "per_page": 1},
            is_write=False,
            subject="the time",
        )
        return answer.server_date

    async def users(self, *, page: int = 1, per_page: int = 50) -> UserPage:
        """One page of the users of the environment; the server may cap `per_page`."""
        answer = await self._transport.call(
            "GET",
            "api",
            (self._environment, "users"),
            params={"page": page, "per_page": per_page},
            is_write=False,
            subject=f"the users of {self._environment}",
        )
        return await _decoded(answer, lambda value: wire_people.decode_users(value, page=page))

    async def user(self, user_id: str) -> User:
        """One user with contact infos."""
        answer = await self._transport.call(
            "GET",
            "api",
            self._user(user_id),
            params={"includes": "contact_infos"},
            is_write=False,
            subject=f"user {user_id}",
        )
        return wire_people.decode_one_user(answer.value, user_id)

    async def create_user(self, user_id: str, meta: JsonObject) -> User:
        """Make a user known; what the server answers, or what was sent where it answers nothing."""
        segments = (self._environment, "users")
        answer = await self._write("POST", segments, {"user_id": user_id, "meta": meta}, f"user {user_id}")
        return wire_people.decode_written_user(answer.value, user_id, meta)

    async def update_user(self, user_id: str, meta: JsonObject) -> User:
        """Replace a user's meta; what the server answers, or what was sent where it answers nothing."""
        answer = await self._write("PUT", self._user(user_id), {"meta": meta}, f"user {user_id}")
        return wire_people.decode_written_user(answer.value, user_id, meta)

    async def delete_user(self, user_id: str) -> None:
        """Delete a user."""
        await self._write("DELETE", self._user(user_id), None, f"user {user_id}")

    async def add_contact(self, user_id: str, contact: ContactInfo) -> None:
        """Add a contact info to a user."""
        await self._contact("POST", user_id, contact)

    async def update_contact(self, user_id: str, contact: ContactInfo) -> None:
        """Change the contact info that has this type and value."""
        await self._contact("PUT", user_id, contact)

    async def delete_contact(self, user_id: str, contact: ContactInfo) -> None:
        """Delete the contact info that has this type and value."""
        await self._contact("DELETE", user_id, contact)

    async def ingest(self, event: Event) -> JsonObject:
        """Send one event; the answer is the server's, empty where it says nothing."""
        answer = await self._transport.call(
            "POST",
            "edge",
            ("events", "ingest"),
            body=self.ingest_request(event),
            is_write=True,
            subject=f"event {event.event_type}",
        )
        _prove(answer, f"event {event.event_type}")
        if answer.value is None:
            return {}
        return answer.value if isinstance(answer.value, dict) else {"answer": answer.value}

    def ingest_request(self, event: Event) -> JsonObject:
        """Exactly the body that `ingest` sends, with the token masked. Raises Invalid where the data is no object."""
        return encode.encode_event(event, self._environment)

    async def _mark(self, body: JsonObject, subject: str) -> str:
        answer = await self._write("POST", ("app_notifications", self._environment, "read"), body, subject)
        return answer.request_id

    async def _contact(self, method: str, user_id: str, contact: ContactInfo) -> None:
        body = encode.encode_contact(contact, with_meta=method != "DELETE")
        subject = f"{contact.type} {contact.value} of {user_id}"
        await self._write(method, (*self._user(user_id), "contacts_info"), body, subject)

    async def _write(self, method: str, segments: tuple[str, ...], body: JsonObject | None, subject: str) -> Answer:
        answer = await self._transport.call(method, "api", segments, body=body, is_write=True, subject=subject)
        _prove(answer, subject)
        return answer

    def _user(self, user_id: str) -> tuple[str, ...]:
        return self._environment, "users", user_id


def _prove(answer: Answer, subject: str) -> None:
    refused = unproven(answer.value, subject)
    if refused is not None:
        raise refused


async def _decoded(answer: Answer, decode: Callable[[JsonValue], T]) -> T:
    if answer.size < _THREAD_BYTES:
        return decode(answer.value)
    return await asyncio.to_thread(decode, answer.value)
