"""Notifications, as the server told them, and what is known about when they came and were read."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from neptune_inbox.model.values import Instant
from neptune_inbox.text import NO_TEXT, CleanText

EVERYONE = ""
"""The scope that stands for all watched users at once."""


class Filter(StrEnum):
    """The API's own `type` parameter."""

    ALL = "all"
    UNREAD = "unread"
    READ = "read"


class Key(NamedTuple):
    """Which notification: the user it belongs to and its uuid."""

    user_id: str
    id: str


class Notification(Struct, frozen=True):
    """One app notification of one user, as the server last told it."""

    id: str
    user_id: str
    title: CleanText
    body: CleanText = NO_TEXT
    """Markdown; HTML bodies were turned into it at decode."""
    event_type: CleanText = NO_TEXT
    created_at: Instant | None = None
    is_read: bool = False
    read_at: Instant | None = None
    """When it was read, where the server says so; `is_read` may be true without it."""
    status: CleanText = NO_TEXT
    link: CleanText = NO_TEXT
    """The raw target; it is checked by `text.check_link` before anything opens it."""
    data: str = "{}"
    """The payload as ASCII JSON text."""
    raw: str = "{}"
    """The whole row as it came, as ASCII JSON text."""

    @property
    def key(self) -> Key:
        return Key(self.user_id, self.id)


class Page(Struct, frozen=True):
    """One page of a list as the server gave it."""

    rows: tuple[Notification, ...]
    total: int | None
    """`meta.total`, or None where the server does not say."""
    skipped: int = 0
    """Rows that could not be read (no id) and were left out."""
    is_last: bool = False
    """The page came back shorter than what the server calls its page size, or empty."""


class Counts(Struct, frozen=True):
    """How many notifications a user has on the server; None where it was never told."""

    all: int | None = None
    unread: int | None = None
    read: int | None = None

    def of(self, kind: Filter) -> int | None:
        return {Filter.ALL: self.all, Filter.UNREAD: self.unread, Filter.READ: self.read}[kind]

    def together(self) -> Counts:
        """The counts as they add up: all are read or unread, and the unread ones are asked for most often.

        What arrived or was read since the other two were told is in them then; with any of them untold nothing is.
        """
        if self.all is None or self.unread is None or self.read is None:
            return self
        everything = max(self.all, self.unread + self.read)
        return Counts(everything, self.unread, everything - self.unread)


class Freshness(Struct, frozen=True):
    """How old what we know of one user is, and what stood in the way last time."""

    user_id: str
    fetched_at: Instant | None = None
    """The last good answer."""
    problem: str = ""
    """The sentence of the last failure, empty when the last poll went well."""
    complete_back_to: Instant | None = None
    """Everything created since then is in the cache; None when nothing was loaded yet."""
    has_everything: bool = False
    """The server has no older rows than the cache."""


class Sighting(Struct, frozen=True):
    """What we know about when one notification was there, and when it became read."""

    first_seen_at: Instant
    last_seen_unread_at: Instant | None = None
    first_seen_read_at: Instant | None = None
    """It became read in the interval (last_seen_unread_at, first_seen_read_at]."""


class Lifetime(Struct, frozen=True):
    """When one notification came, and when it was read as far as that is known."""

    key: Key
    event_type: CleanText
    created_at: Instant
    is_read: bool
    read_after: Instant | None
    read_before: Instant | None
    """It became read in (read_after, read_before]; both are the same where the server says when."""
