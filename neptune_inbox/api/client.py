"""One short method per endpoint of the Neptune API; all of them raise what `Transport.call` raises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from msgspec.structs import replace

from neptune_inbox.api import decode_notifications, decode_users, encode
from neptune_inbox.api.decode_users import UserPage
from neptune_inbox.api.parts import Parts
from neptune_inbox.api.status_errors import embedded_error
from neptune_inbox.api.transport import ApiResponse, Transport
from neptune_inbox.doors import is_id
from neptune_inbox.errors import Invalid
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
from neptune_inbox.text import clean_line

T = TypeVar("T")

MOST_PAGES: Final = 40
"""A list of environments with more pages than this is not a list of environments."""
_THREAD_BYTES: Final = 4_096
"""Answers from this size on are decoded in a thread: one HTML body may take longer than a frame."""


class Client:
    """The API of one environment."""

    def __init__(self, transport: Transport, environment: str) -> None:
        self._transport = transport
        self._environment = environment
        self._parts: dict[tuple[str, Filter], Parts] = {}

    def expect_token(self) -> None:
        """Announce that a token is being fetched: requests wait for `use_token`."""
        self._transport.expect_token()

    def use_token(
        self, token: Token | None, *, remedy: str = "", on_accepted: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Send this token from the next request on, None when there is none; `remedy` is for when it is refused.

        `on_accepted` is awaited once, at the first answer which shows that the server takes the token.
        """
        self._transport.use_token(token, remedy=remedy, on_accepted=on_accepted)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def app_notifications(self, user_id: str, kind: Filter, *, page: int = 1, per_page: int = 50) -> Page:
        """One page of a user's notifications, newest first; the server may cap `per_page`.

        A page that is too large is asked for in smaller ones, and a row that is too large is one that says so.
        """
        _refuse_no_id(user_id)
        parts = self._parts.setdefault(
            (user_id, kind), Parts(lambda number, size: self._one_page(user_id, kind, number, size), user_id, kind)
        )
        before = parts.requests
        found = await parts.page(page, per_page)
        return found if (made := parts.requests - before) == 1 else replace(found, requests=made)

    async def raw_list(self, user_id: str, kind: Filter, *, page: int = 1, per_page: int = 50) -> JsonValue:
        """One page of a user's notifications as it came, for `doctor`."""
        _refuse_no_id(user_id)
        return (await self._list(user_id, kind, page, per_page)).value

    async def _one_page(self, user_id: str, kind: Filter, page: int, per_page: int) -> Page:
        return await _decoded(
            await self._list(user_id, kind, page, per_page),
            lambda value: decode_notifications.decode_page(
                value, user_id=user_id, page=page, per_page=per_page, kind=kind
            ),
        )

    async def _list(self, user_id: str, kind: Filter, page: int, per_page: int) -> ApiResponse:
        return await self._transport.call(
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
            subject=_all_of(user_id),
        )

    async def mark_read(self, id: str) -> str:
        """Mark one notification read for the customer; the answer is the server's name for the request, or empty."""
        _refuse_no_id(id)
        return await self._mark({"type": "notification", "id": id}, f"notification {id}")

    async def mark_user_read(self, user_id: str) -> str:
        """Mark everything of a user read, seen or not; the answer is the server's name for the request, or empty."""
        _refuse_no_id(user_id)
        return await self._mark({"type": "user", "id": user_id}, _all_of(user_id))

    async def environments(self) -> tuple[Environment, ...]:
        """The environments of the token's team, from all pages of the list."""
        found: dict[str, Environment] = {}
        for page in range(1, MOST_PAGES + 1):
            answer = await self._transport.call(
                "GET",
                "api",
                ("environments",),
                params={} if page == 1 else {"page": page},
                is_write=False,
                subject="the environments",
            )
            more, is_last = decode_users.decode_environments(answer.value, page=page)
            new = [each for each in more if each.name not in found]
            found |= {each.name: each for each in new}
            if is_last or not new:
                break
        return tuple(found.values())

    async def server_time(self) -> Instant | None:
        """What the server's clock says, in whole seconds, by the cheapest read; None where it does not say."""
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
        return await _decoded(answer, lambda value: decode_users.decode_users(value, page=page, per_page=per_page))

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
        return decode_users.decode_one_user(answer.value, user_id)

    async def create_user(self, user_id: str, meta: JsonObject) -> User:
        """Create a user; returns what the server answers, or what was sent where it answers nothing."""
        _refuse_no_id(user_id)
        segments = (self._environment, "users")
        answer = await self._write("POST", segments, {"user_id": user_id, "meta": meta}, f"user {user_id}")
        return decode_users.decode_written_user(answer.value, user_id, meta)

    async def update_user(self, user_id: str, meta: JsonObject) -> User:
        """Replace a user's meta; returns what the server answers, or what was sent where it answers nothing."""
        answer = await self._write("PUT", self._user(user_id), {"meta": meta}, f"user {user_id}")
        return decode_users.decode_written_user(answer.value, user_id, meta)

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
        """The body that `ingest` sends, with the token masked. Raises Invalid where `data` is not an object."""
        return encode.encode_event(event, self._environment)

    async def _mark(self, body: JsonObject, subject: str) -> str:
        answer = await self._write("POST", ("app_notifications", self._environment, "read"), body, subject)
        return answer.request_id

    def contact_request(self, method: str, user_id: str, contact: ContactInfo) -> tuple[tuple[str, ...], JsonObject]:
        """The segments of the path, and the body, of a request about a contact info. Raises Invalid."""
        body = encode.encode_contact(contact, with_meta=method != "DELETE")
        return (*self._user(user_id), "contacts_info"), body

    async def _contact(self, method: str, user_id: str, contact: ContactInfo) -> None:
        segments, body = self.contact_request(method, user_id, contact)
        await self._write(method, segments, body, f"{contact.type} {contact.value} of {user_id}")

    async def _write(
        self, method: str, segments: tuple[str, ...], body: JsonObject | None, subject: str
    ) -> ApiResponse:
        answer = await self._transport.call(method, "api", segments, body=body, is_write=True, subject=subject)
        _prove(answer, subject)
        return answer

    def _user(self, user_id: str) -> tuple[str, ...]:
        _refuse_no_id(user_id)
        return self._environment, "users", user_id


def _all_of(user_id: str) -> str:
    """What a request about all notifications of a user is about."""
    return f"the notifications of {user_id}"


def _refuse_no_id(id: str) -> None:
    """The last line of defence: an empty id could mean everybody. Raises Invalid."""
    if not is_id(id):
        raise Invalid(
            f"`{clean_line(id, 60)}` is not an id that can be sent, so nothing was sent.",
            "Name the customer or the notification.",
        )


def _prove(answer: ApiResponse, subject: str) -> None:
    refused = embedded_error(answer.value, subject)
    if refused is not None:
        raise refused


async def _decoded(answer: ApiResponse, decode: Callable[[JsonValue], T]) -> T:
    if answer.size < _THREAD_BYTES:
        return decode(answer.value)
    return await asyncio.to_thread(decode, answer.value)
