"""Notifications, as the server sent them, and what is known about when they came and were read."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from neptune_inbox.model.values import Instant
from neptune_inbox.text import NO_TEXT, CleanText

EVERYONE = ""
"""The scope of all watched users at once."""


class Filter(StrEnum):
    """The API's own `type` parameter."""

    ALL = "all"
    UNREAD = "unread"
    READ = "read"


class Key(NamedTuple):
    """Which notification: the user it belongs to and its uuid."""

    user_id: str
    id: str


class Candidate(Struct, frozen=True):
    """An id in a row that `/read` may take for it (neptune-api.md, Identity)."""

    field: str
    """Its name as on the wire: `notification_deliveries*uuid`, `notification.uuid`, `uuid`."""
    value: str


class Notification(Struct, frozen=True):
    """One app notification of one user, as the server last sent it."""

    id: str
    """The local key: no other row of the user has it. What is posted is one of the candidates."""
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
    identifiers: tuple[Candidate, ...] | None = None
    """Every id in the row that may be its own, in the order of preference; None where that was never looked at."""
    candidates: tuple[Candidate, ...] = ()
    """The identifiers that may be posted: no other row has their value, and their field distinguishes rows."""
    extras: dict[str, str | int | bool] = {}
    """The values of the fields that `notification_fields` declares without an attribute of their own."""
    hides_codes: bool = False
    """One-time codes were taken out of it; no row from the server is so."""
    says_read: bool = True
    """The row came in a list that proves its read state, or says so itself; otherwise `is_read` is a guess."""

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
    is_short_of_request: bool = False
    """That page size only repeats the one asked for; a server that gives fewer rows at once may do so too."""
    repeated: frozenset[str] = frozenset()
    """Fields of ids whose value repeats on rows that differ, so that they name no row."""
    distinct: frozenset[str] = frozenset()
    """Fields of ids that are different on every one of many rows."""
    has_more_than_total: bool = False
    """More rows came than the server's own total, which is not believed then."""
    requests: int = 1
    """How many requests it took."""
    tells_read: bool = False
    """A row itself says that it is read, so that one that says nothing is not."""
    hides_read: bool = False
    """A row of the list of read ones does not say itself that it is read, so that in `all` silence means nothing."""
    contradicts_list: bool = False
    """A row's own fields say the opposite of the list that it came in, so in `all` they prove nothing."""


class Counts(Struct, frozen=True):
    """How many notifications a user has on the server; None where it is not known."""

    all: int | None = None
    unread: int | None = None
    read: int | None = None

    def of(self, kind: Filter) -> int | None:
        return {Filter.ALL: self.all, Filter.UNREAD: self.unread, Filter.READ: self.read}[kind]

    def reconciled(self) -> Counts:
        """The counts made to add up: everything is read or unread, and the unread count is the newest of the three.

        What arrived or was read since the other two were fetched is then included. Where a count is missing, all stay
        as they are.
        """
        if self.all is None or self.unread is None or self.read is None:
            return self
        everything = max(self.all, self.unread + self.read)
        return Counts(everything, self.unread, everything - self.unread)


class Remark(StrEnum):
    """What is odd about how a server answers, where it bears on the numbers or on how far they reach."""

    NO_TOTALS = "no_totals"
    """It names no totals, so that numbers come from reading to the end."""
    TOTAL_TOO_LOW = "total_too_low"
    """More rows came than it says that there are."""
    PAGES_REPEAT = "pages_repeat"
    """Every page is the same, so that what is older cannot be reached."""


class Freshness(Struct, frozen=True):
    """How old our knowledge of one user is, and what went wrong last time."""

    user_id: str
    fetched_at: Instant | None = None
    """The last good answer."""
    problem: str = ""
    """The sentence of the last failure, empty when the last poll went well."""
    complete_back_to: Instant | None = None
    """Everything created since then is in the cache; None when nothing was loaded yet."""
    has_everything: bool = False
    """The server has no older rows than the cache."""
    skipped: int = 0
    """Rows of the last look that could not be read."""
    unnamed: int = 0
    """Rows of the last look that no id of their own names, so that they cannot be marked."""
    remarks: tuple[Remark, ...] = ()
    """What was odd about the answers of the last look."""
    looked_at: Instant | None = None
    """When the last look began that would have shown whatever is unread; None where there was none."""


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
