"""What the product talks about, as frozen values: no I/O, no JSON, no colours.

Instants are whole milliseconds since 1970 in UTC (`Instant`), so that they compare and store as integers.
Text that came from outside is `CleanText`: it went through `text.py` when it was decoded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, NoReturn, TypeAlias

from neptune_inbox.text import CleanText

Instant: TypeAlias = int
Now: TypeAlias = "Callable[[], Instant]"
JsonValue: TypeAlias = "None | bool | int | float | str | list[JsonValue] | dict[str, JsonValue]"
JsonObject: TypeAlias = "dict[str, JsonValue]"

EVERYONE = ""
"""The scope that stands for all watched users at once."""


class Filter(StrEnum):
    """The API's own `type` parameter."""

    ALL = "all"
    UNREAD = "unread"
    READ = "read"


class Mode(StrEnum):
    """What a profile lets the agent write."""

    OBSERVE = "observe"
    ASK = "ask"
    ACT = "act"


class MarkState(StrEnum):
    """Where a mark stands; a held mark whose window has passed is due."""

    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNDONE = "undone"
    """Taken back before any request was made."""
    DROPPED = "dropped"
    """Given up by the agent after it may have been tried, or while it was failed."""


class Key(NamedTuple):
    """Which notification: the user it belongs to and its uuid."""

    user_id: str
    id: str


class Token:
    """The API token in a box that shows it to nobody: no repr, no pickle, no comparison by value."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The token itself; called only where the request is built and where the keyring is written."""
        return self.__value

    def __repr__(self) -> str:
        return "Token(••••)"

    __str__ = __repr__

    def __reduce__(self) -> NoReturn:
        raise TypeError("a token is never pickled")


@dataclass(frozen=True, slots=True)
class Profile:
    """A named place; the token is kept apart from it, in the keyring."""

    name: str
    api_base: str
    edge_base: str
    environment: str
    mode: Mode = Mode.ACT
    colour: str = ""
    users: tuple[str, ...] = ()
    token_command: tuple[str, ...] = ()

    @property
    def is_production(self) -> bool:
        """Whether the environment is named like production."""
        return looks_like_production(self.environment)


def looks_like_production(environment: str) -> bool:
    """Whether an environment's name says that real customers are behind it."""
    words = environment.lower().replace("-", "_").split("_")
    return any(word in {"production", "prod", "live"} for word in words)


@dataclass(frozen=True, slots=True)
class Notification:
    """One app notification of one user, as the server last told it."""

    id: str
    user_id: str
    title: CleanText
    body: CleanText = CleanText("")
    """Markdown; HTML bodies were turned into it at decode."""
    event_type: CleanText = CleanText("")
    created_at: Instant | None = None
    is_read: bool = False
    read_at: Instant | None = None
    """When it was read, where the server says so; `is_read` may be true without it."""
    status: CleanText = CleanText("")
    link: CleanText = CleanText("")
    """The raw target; it is checked by `text.check_link` before anything opens it."""
    data: str = "{}"
    """The payload as ASCII JSON text."""
    raw: str = "{}"
    """The whole row as it came, as ASCII JSON text."""

    @property
    def key(self) -> Key:
        return Key(self.user_id, self.id)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list as the server gave it."""

    rows: tuple[Notification, ...]
    total: int | None
    """`meta.total`, or None where the server does not say."""
    skipped: int = 0
    """Rows that could not be read (no id) and were left out."""
    is_last: bool = False
    """The page came back shorter than what the server calls its page size, or empty."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many notifications a user has on the server; None where it was never told."""

    all: int | None = None
    unread: int | None = None
    read: int | None = None

    def of(self, kind: Filter) -> int | None:
        return {Filter.ALL: self.all, Filter.UNREAD: self.unread, Filter.READ: self.read}[kind]


@dataclass(frozen=True, slots=True)
class Freshness:
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


@dataclass(frozen=True, slots=True)
class Mine:
    """My plane for one notification: local, never sent."""

    done_at: Instant | None = None
    snoozed_until: Instant | None = None
    is_starred: bool = False
    note: str = ""

    @property
    def is_blank(self) -> bool:
        return self == Mine()


@dataclass(frozen=True, slots=True)
class Mark:
    """The wish to make one notification read for the customer, and what became of it."""

    user_id: str
    id: str
    state: MarkState
    made_at: Instant
    due_at: Instant
    """Not sent before this; after a failed try, when the next one may come."""
    attempts: int = 0
    error: str = ""
    """The last refusal or trouble, in the user's words."""
    receipt_id: str = ""
    settled_at: Instant | None = None
    serial: int = 0
    """Which row of the outbox this is; 0 for a mark that did not come out of it."""

    @property
    def key(self) -> Key:
        return Key(self.user_id, self.id)

    @property
    def is_settled(self) -> bool:
        return self.state not in (MarkState.HELD, MarkState.SENDING)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one act of marking did: the frozen set of ids, each with its outcome."""

    id: str
    made_at: Instant
    label: str
    """What was asked, in words: `3 shown of u-4711`."""
    marks: tuple[Mark, ...]
    left_alone: int = 0
    """How many came after the list was drawn and were not touched."""

    def count(self, *states: MarkState) -> int:
        return sum(mark.state in states for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: the cache with the outbox and my plane laid over it."""

    rowid: int
    user_id: str
    id: str
    title: CleanText
    event_type: CleanText
    created_at: Instant | None
    is_read: bool
    read_at: Instant | None = None
    has_link: bool = False
    mark: Mark | None = None
    mine: Mine = field(default_factory=Mine)

    @property
    def key(self) -> Key:
        return Key(self.user_id, self.id)

    @property
    def counts_as_unread(self) -> bool:
        """Unread for the customer, and no wish of ours under way to change it."""
        pending = self.mark is not None and self.mark.state in (MarkState.HELD, MarkState.SENDING)
        return not self.is_read and not pending


@dataclass(frozen=True, slots=True)
class Clause:
    """One word of a search: `field` is text, event, user, since, before, has or is."""

    field: str
    value: str = ""
    """The words to find, a glob for `event`, the flag for `is` and `has`."""
    instant: Instant | None = None
    """The bound for `since` and `before`."""
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What a list shows: whose, which of the API's three kinds, and the clauses that must all hold."""

    users: tuple[str, ...]
    """The user ids in scope, in no order; empty shows nothing."""
    kind: Filter = Filter.ALL
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What we know about when one notification was there, and when it became read."""

    first_seen_at: Instant
    last_seen_unread_at: Instant | None = None
    first_seen_read_at: Instant | None = None
    """It became read in the interval (last_seen_unread_at, first_seen_read_at]."""


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal: a write that we caused, or decided not to cause."""

    at: Instant
    actor: str
    """The OS user."""
    profile: str
    """The profile's name, for people."""
    place: str
    """The place key that outbox rows are bound to."""
    environment: str
    verb: str
    """`mark`, `mark-server-all`, `user-create`, `contact-add`, `event-send`, …"""
    outcome: str
    """`held`, `undone`, `sent`, `failed`, `dropped`, `retried`."""
    user_id: str = ""
    id: str = ""
    receipt_id: str = ""
    detail: str = ""
    """The server's words, or what was written; never a token."""
    request_id: str = ""
    due_at: Instant | None = None
    """For a mark that is held or retried: not sent before this."""


@dataclass(frozen=True, slots=True)
class ContactInfo:
    """One way to reach a user; within one user `<type, value>` is unique."""

    type: str
    value: str
    filterable: str = ""
    meta: str = "{}"
    """ASCII JSON text."""


@dataclass(frozen=True, slots=True)
class User:
    """A customer as Neptune knows them."""

    user_id: str
    name: CleanText = CleanText("")
    """The best name that `meta` offers, or empty."""
    meta: str = "{}"
    """ASCII JSON text."""
    contacts: tuple[ContactInfo, ...] = ()


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment of the team."""

    name: str
    label: CleanText = CleanText("")


@dataclass(frozen=True, slots=True)
class Event:
    """An event to ingest; a notification is made of it by the service."""

    event_type: str
    data: str = "{}"
    """ASCII JSON text of an object."""
    user_id: str = ""
    contact_infos: tuple[ContactInfo, ...] = ()
    timestamp: int | None = None
    """Unix seconds."""
    message_id: str = ""
    tags: tuple[str, ...] = ()
    ignore_user_contacts: bool = False
