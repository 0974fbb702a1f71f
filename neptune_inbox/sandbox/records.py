"""What the sandbox keeps, as plain mutable records, and the keys of a place within it."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct, field

from neptune_inbox.model import Instant, JsonObject

CONTACT_TYPES = ("email", "mobile_number", "firebase_token")


class ContactKey(NamedTuple):
    """What makes a contact info unique within one user."""

    type: str
    value: str


class ContactRecord(Struct):
    """One way to reach a user."""

    type: str
    value: str
    filterable: str = ""
    meta: JsonObject = field(default_factory=dict)

    @property
    def key(self) -> ContactKey:
        return ContactKey(self.type, self.value)


class UserRecord(Struct):
    """A customer of the fictional team."""

    uuid: str
    user_id: str
    meta: JsonObject
    created_at: Instant
    updated_at: Instant
    contacts: dict[ContactKey, ContactRecord] = field(default_factory=dict)


class NotificationRecord(Struct):
    """One app notification; `number` counts up and breaks ties between equal times."""

    uuid: str
    number: int
    user_id: str
    event_type: str
    title: str
    body: str
    link: str
    data: JsonObject
    status: str
    created_at: Instant
    message_id: str = ""
    tags: tuple[str, ...] = ()
    occurred_at: Instant | None = None
    """When the sender says that the event happened; `created_at` is when we made the notification of it."""
    read_at: Instant | None = None
    row: tuple[tuple[object, ...], JsonObject] | None = None
    """The row that was last made of it, behind what it was made from."""


class EnvironmentRecord(Struct, frozen=True):
    """An environment of the team; a mocked one renders and sends nothing."""

    identifier: str
    name: str
    is_mocked: bool = False


ENVIRONMENTS = (
    EnvironmentRecord("dev", "Development", is_mocked=True),
    EnvironmentRecord("staging", "Staging"),
    EnvironmentRecord("production", "Production"),
)


MESSAGES_KEPT = 20_000
EVENTS_KEPT = 10_000
WRITES_KEPT = 10_000
EXCHANGES_KEPT = 500


class Counts(NamedTuple):
    """How many notifications there are, and how many of them are unread."""

    all: int
    unread: int


class Ingested(Struct, frozen=True):
    """What became of an event: `notification` is None without a user, and for a message that was already known."""

    message_id: str
    notification: NotificationRecord | None = None
    is_duplicate: bool = False


class Write(Struct, frozen=True):
    """One write that was asked of the sandbox, with the status it was answered with; tokens are masked."""

    method: str
    route: str
    """The route's pattern, such as `/app_notifications/{environment}/read`."""
    environment: str
    user_id: str
    body: JsonObject
    status: int
    path: str = ""
    """What was asked for, as it was written, without its query."""
    at: Instant = 0


class Exchange(Struct, frozen=True):
    """One request of any kind, as it is shown to people."""

    number: int
    at: Instant
    method: str
    path: str
    status: int
