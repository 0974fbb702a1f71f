"""Laying a page of the server over the cache: what is new, what became read, and no write where nothing differs.

Rows are the server's word. One exception: a page that was asked for before our own mark was confirmed is older than
the mark, so it does not make the row unread again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from neptune_inbox.model import Instant, Key, Notification, Page
from neptune_inbox.store.cache_names import make_account, make_events, make_place
from neptune_inbox.store.cache_text import add_words, forget_words


class Merged(Struct, frozen=True):
    """What a page changed in the cache."""

    new: tuple[Key, ...] = ()
    became_read: tuple[Key, ...] = ()
    """Known as unread before, and read by the page's word; our own confirmed marks are not among them."""
    changed: int = 0
    """How many rows were added or differ in anything."""


class _Known(Struct, frozen=True):
    seq: int
    is_read: bool
    read_at: Instant | None
    marked_at: Instant | None
    last_seen_unread_at: Instant | None
    digest: int


class Plan(Struct):
    """What is to be written for one page."""

    fresh: list[Notification] = field(default_factory=list)
    rewritten: list[tuple[int, Notification]] = field(default_factory=list)
    became_read: list[tuple[_Known, Notification]] = field(default_factory=list)
    became_unread: list[tuple[_Known, Notification]] = field(default_factory=list)
    read_times: list[tuple[_Known, Notification]] = field(default_factory=list)
    """Rows that are read on both sides, and the server now says when."""
    still_unread: list[int] = field(default_factory=list)

    @property
    def changed(self) -> int:
        touched = {seq for seq, _ in self.rewritten}
        touched |= {known.seq for known, _ in (*self.became_read, *self.became_unread, *self.read_times)}
        return len(self.fresh) + len(touched)


def merge(
    connection: sqlite3.Connection,
    place: str,
    user_id: str,
    page: Page,
    *,
    seen_at: Instant,
    seen_unread: Mapping[int, Instant],
) -> tuple[Merged, list[int]]:
    """Write what differs; the answer is what changed, and the rowids that were seen unread just now.

    `seen_unread` is when rows were last seen unread since that was last written.
    """
    account = make_account(connection, place, user_id) if page.rows else 0
    plan = _compare(page.rows, _known(connection, account, page.rows), seen_at)
    new_seqs = _write(connection, plan, make_place(connection, place), account, seen_at) if plan.changed else []
    _write_read_state(connection, plan, seen_at, seen_unread)
    merged = Merged(
        tuple(Key(user_id, row.id) for row in reversed(plan.fresh)),
        tuple(Key(user_id, row.id) for _, row in plan.became_read),
        plan.changed,
    )
    unread = [seq for seq, row in zip(new_seqs, plan.fresh, strict=True) if not row.is_read]
    return merged, plan.still_unread + unread + [known.seq for known, _ in plan.became_unread]


def digest(row: Notification) -> int:
    """A number that differs when anything the server said differs, but for the read state (64 bits, signed)."""
    said = (row.title, row.body, row.event_type, row.created_at, row.status, row.link, row.data, row.raw)
    hashed = hashlib.blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(hashed, "big", signed=True)


def _known(connection: sqlite3.Connection, account: int, rows: Iterable[Notification]) -> dict[str, _Known]:
    found = connection.execute(
        "SELECT id, seq, is_read, read_at, marked_at, last_seen_unread_at, digest FROM notification"
        " WHERE account = ? AND id IN (SELECT value FROM json_each(?))",
        (account, json.dumps([row.id for row in rows])),
    )
    return {
        id: _Known(seq, bool(is_read), read_at, marked_at, last, digest)
        for id, seq, is_read, read_at, marked_at, last, digest in found
    }


def _compare(rows: Iterable[Notification], known: Mapping[str, _Known], seen_at: Instant) -> Plan:
    plan = Plan()
    # The page is newest first; rows are numbered oldest first, so that equal times keep the server's order.
    for row in reversed(list({row.id: row for row in rows}.values())):
        old = known.get(row.id)
        if old is None:
            plan.fresh.append(row)
            continue
        if old.digest != digest(row):
            plan.rewritten.append((old.seq, row))
        if row.is_read and not old.is_read:
            plan.became_read.append((old, row))
        elif row.is_read and row.read_at is not None and row.read_at != old.read_at:
            plan.read_times.append((old, row))
        elif not row.is_read and not old.is_read:
            plan.still_unread.append(old.seq)
        elif not row.is_read and (old.marked_at is None or seen_at > old.marked_at):
            plan.became_unread.append((old, row))
    return plan


def _write(connection: sqlite3.Connection, plan: Plan, place: int, account: int, seen_at: Instant) -> list[int]:
    """Add the new rows and rewrite the changed ones; the rowids of the new ones."""
    changed = [row for _, row in plan.rewritten]
    events = make_events(connection, place, (row.event_type for row in (*plan.fresh, *changed)))
    rewritten = [seq for seq, _ in plan.rewritten]
    forget_words(connection, rewritten)
    connection.executemany(
        "UPDATE notification SET title = ?, event = ?, created_at = ?, sorted_at = COALESCE(?, first_seen_at),"
        " has_link = ?, digest = ? WHERE seq = ?",
        [
            (row.title, events[row.event_type], row.created_at, row.created_at, bool(row.link), digest(row), seq)
            for seq, row in plan.rewritten
        ],
    )
    first = (
        1 + (connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'notification'").fetchone() or (0,))[0]
    )
    added = list(enumerate(plan.fresh, first))
    connection.executemany(
        "INSERT INTO notification VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?)",
        [
            (
                seq,
                place,
                account,
                row.id,
                row.title,
                events[row.event_type],
                row.created_at,
                seen_at if row.created_at is None else row.created_at,
                row.is_read,
                row.read_at if row.is_read else None,
                bool(row.link),
                seen_at,
                None if row.is_read else seen_at,
                seen_at if row.is_read else None,
                digest(row),
            )
            for seq, row in added
        ],
    )
    connection.executemany(
        "INSERT OR REPLACE INTO content VALUES (?, ?, ?, ?, ?, ?)",
        [(seq, row.body, row.status, row.link, row.data, row.raw) for seq, row in (*added, *plan.rewritten)],
    )
    add_words(connection, [*rewritten, *(seq for seq, _ in added)])
    return [seq for seq, _ in added]


def _write_read_state(
    connection: sqlite3.Connection, plan: Plan, seen_at: Instant, seen_unread: Mapping[int, Instant]
) -> None:
    connection.executemany(
        "UPDATE notification SET is_read = 1, read_at = ?, first_seen_read_at = ?, last_seen_unread_at = ?"
        " WHERE seq = ?",
        [
            (row.read_at, seen_at, min(seen_at, _last_seen(known, seen_unread, seen_at)), known.seq)
            for known, row in plan.became_read
        ],
    )
    connection.executemany(
        "UPDATE notification SET is_read = 0, read_at = NULL, first_seen_read_at = NULL, marked_at = NULL,"
        " last_seen_unread_at = ? WHERE seq = ?",
        [(seen_at, known.seq) for known, _ in plan.became_unread],
    )
    connection.executemany(
        "UPDATE notification SET read_at = ? WHERE seq = ?",
        [(row.read_at, known.seq) for known, row in plan.read_times],
    )


def _last_seen(known: _Known, seen_unread: Mapping[int, Instant], otherwise: Instant) -> Instant:
    times = [time for time in (known.last_seen_unread_at, seen_unread.get(known.seq)) if time is not None]
    return max(times, default=otherwise)
