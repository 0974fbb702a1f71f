"""The state of a notification for the customer: decided here once, and worded by every front end from it.

Plain words and no imports, as the first page and `list --cached` are drawn before the model is loaded.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from neptune_inbox.model import Instant

    class MarkTold(Protocol):
        """What a mark must provide; `model.Mark` does."""

        @property
        def state(self) -> str: ...
        @property
        def made_at(self) -> Instant: ...
        @property
        def confirmed_at(self) -> Instant | None: ...
        @property
        def error(self) -> str: ...
        @property
        def contradicted_at(self) -> Instant | None: ...

    class RowTold(Protocol):
        """What a row must provide; `model.Row` does."""

        @property
        def is_read(self) -> bool: ...
        @property
        def read_at(self) -> Instant | None: ...
        @property
        def mark(self) -> MarkTold | None: ...
        @property
        def is_read_by_team(self) -> bool: ...


READ = "read"
READ_BY_US = "read by us"
UNREAD = "unread"
HELD = "held"
SENDING = "sending"
ACCEPTED = "accepted"
CONTRADICTED = "contradicted"
UNREAD_AGAIN = "unread again"
"""A list showed it read after our mark, and a later one unread."""
REFUSED = "refused"

SENT = ("accepted", "confirmed", "contradicted")
_OF_MARK = {
    "held": HELD,
    "sending": SENDING,
    "accepted": ACCEPTED,
    "contradicted": CONTRADICTED,
    "failed": REFUSED,
}
PENDING = (HELD, SENDING)
WORDS = {
    READ: "read",
    READ_BY_US: "read by us",
    UNREAD: "unread",
    HELD: "unread, being marked",
    SENDING: "unread, being marked",
    ACCEPTED: "accepted, not yet confirmed",
    CONTRADICTED: "accepted, still unread there",
    UNREAD_AGAIN: "accepted, unread there again",
    REFUSED: "unread, our mark was refused",
}
"""Each state in words; a front end may say more of what is under way."""
SIGNS = {
    UNREAD: "●",
    CONTRADICTED: "●",
    UNREAD_AGAIN: "●",
    READ: "○",
    READ_BY_US: "○",
    HELD: "◷",
    SENDING: "◷",
    ACCEPTED: "◐",
    REFUSED: "!",
}
"""Each state in one cell."""
SHORT = {ACCEPTED: "accepted", CONTRADICTED: "accepted, unread", UNREAD_AGAIN: "accepted, unread"}
"""The same where there is room for sixteen cells."""
LABELS = {**WORDS, READ_BY_US: "read", HELD: "pending", SENDING: "pending", REFUSED: "refused"}
"""The same in a table of the command line."""


def row_state(row: RowTold) -> str:
    """The state of a row: the server's last word decides whether it is read, never our own mark."""
    mark = row.mark
    if row.is_read and row.is_read_by_team:
        return READ_BY_US
    if mark is None:
        return READ if row.is_read else UNREAD
    if row.is_read:
        was_first = row.read_at is not None and row.read_at < mark.made_at
        # What was unread after our mark was accepted, and is read now, may have been read by the customer.
        is_ours = mark.state in SENT and mark.contradicted_at is None and not was_first
        return READ_BY_US if is_ours else READ
    return state_of(row.is_read, mark.state, was_confirmed=mark.confirmed_at is not None)


def is_read_by_us(row: RowTold) -> bool:
    """Whether we or the team marked it before it was read."""
    return row_state(row) == READ_BY_US


def state_words(row: RowTold) -> str:
    """The state of a row in words, with the reason where our mark was refused."""
    state = row_state(row)
    return f"{WORDS[state]}: {row.mark.error}" if row.mark is not None and state == REFUSED else WORDS[state]


def label_of(row: RowTold) -> str:
    """The state of a row in a table of the command line."""
    return LABELS[row_state(row)]


def state_of(is_read: bool, mark: str, *, was_confirmed: bool = False) -> str:
    """The same without asking who read it; `mark` is the state of the newest mark not taken back, or empty."""
    if is_read:
        return READ
    if mark == "confirmed" or (mark == "contradicted" and was_confirmed):
        return UNREAD_AGAIN
    return _OF_MARK.get(mark, UNREAD)
