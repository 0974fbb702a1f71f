"""Laying a page of the server over the cache: what is new, what became read, and no write where nothing differs.

Rows are the server's word. One exception: a page that was asked for before our own mark was confirmed is older than
the mark, so it does not make the row unread again.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from neptune_inbox.model import Instant, Key, Notification, Page
from neptune_inbox.notification_fields import Kind, extra_fields, standard_fields
from neptune_inbox.store.cache.identity import identifiers_text, name_rows, note_fields, recognised
from neptune_inbox.store.cache.ids import make_account, make_events, make_tenant
from neptune_inbox.store.database.errors import contradiction

SHORTEST = 3
"""Characters; the index is made of runs of three, so shorter words are looked for in the narrow columns."""

_SEARCHED = [field for field in standard_fields() if field.is_searched]
_WORDS = ", ".join(field.name for field in _SEARCHED)
_MARKS = ", ".join("?" for _ in _SEARCHED)
_STORED = (
    f"SELECT n.seq, {', '.join(field.stored for field in _SEARCHED)}, x.words"
    " FROM notification n JOIN content c ON c.seq = n.seq LEFT JOIN extra x ON x.seq = n.seq"
    " JOIN event e ON e.ref = n.event JOIN account a ON a.ref = n.account"
    " WHERE n.seq IN (SELECT value FROM json_each(?))"
)


def add_words(connection: sqlite3.Connection, seqs: Sequence[int]) -> None:
    """Make these stored rows findable."""
    connection.executemany(
        f"INSERT INTO words (rowid, {_WORDS}) VALUES (?, {_MARKS})",
        _stored(connection, seqs),
    )


def forget_words(connection: sqlite3.Connection, seqs: Sequence[int]) -> None:
    """Make these rows unfindable; called before their stored columns change or go."""
    connection.executemany(
        f"INSERT INTO words (words, rowid, {_WORDS}) VALUES ('delete', ?, {_MARKS})",
        _stored(connection, seqs),
    )


def _stored(connection: sqlite3.Connection, seqs: Sequence[int]) -> list[tuple[object, ...]]:
    found = connection.execute(_STORED, (json.dumps(list(seqs)),)).fetchall()
    return [(seq, *_words_of(values, extra)) for seq, *values, extra in found]


def _words_of(values: Sequence[str], extra: str | None) -> Iterator[str]:
    """What the full-text index is given for each searched field; the words of extras are found with the payload's."""
    for field, value in zip(_SEARCHED, values, strict=True):
        if field.kind is Kind.PAYLOAD:
            yield decode_escapes(value) + (f"\n{extra}" if extra else "")
        else:
            yield value


def decode_escapes(data: str) -> str:
    r"""A payload with its `\u00e9` turned into é, as people type it."""
    if "\\u" not in data:
        return data
    try:
        text = json.dumps(json.loads(data), ensure_ascii=False)
    except (ValueError, RecursionError):
        return data
    return text.encode("utf-8", "replace").decode("utf-8")


def match_expression(texts: Iterable[str]) -> str:
    """The query that finds rows with every one of these texts somewhere, letter for letter but for the case."""
    return " AND ".join('"' + text.replace('"', '""') + '"' for text in texts)


def like_pattern(text: str) -> str:
    r"""The LIKE pattern for a text anywhere, with `\` as escape."""
    for sign in "\\%_":
        text = text.replace(sign, "\\" + sign)
    return f"%{text}%"


class Merged(Struct, frozen=True):
    """What a page changed in the cache."""

    new: tuple[Key, ...] = ()
    arrived: tuple[Key, ...] = ()
    """Those of `new` that were not there before, and not merely not loaded."""
    became_read: tuple[Key, ...] = ()
    """Known as unread before, and read by the page's word; our own confirmed marks are not among them."""
    changed: int = 0
    """How many rows were added or differ in anything."""
    renamed: dict[str, str] = {}
    """Ids of rows of the page that are cached under another key, and that key."""


class _Known(Struct, frozen=True):
    seq: int
    is_read: bool
    read_at: Instant | None
    marked_at: Instant | None
    last_seen_unread_at: Instant | None
    digest: int


class Plan(Struct):
    """What is to be written for one page."""

    fresh: list[Notification] = msgspec.field(default_factory=list)
    rewritten: list[tuple[int, Notification]] = msgspec.field(default_factory=list)
    became_read: list[tuple[_Known, Notification]] = msgspec.field(default_factory=list)
    became_unread: list[tuple[_Known, Notification]] = msgspec.field(default_factory=list)
    read_times: list[tuple[_Known, Notification]] = msgspec.field(default_factory=list)
    """Rows that are read on both sides, and the server now says when."""
    still_unread: list[int] = msgspec.field(default_factory=list)

    @property
    def changed(self) -> int:
        touched = {seq for seq, _ in self.rewritten}
        touched |= {known.seq for known, _ in (*self.became_read, *self.became_unread, *self.read_times)}
        return len(self.fresh) + len(touched)


def merge(
    connection: sqlite3.Connection,
    tenant: str,
    user_id: str,
    page: Page,
    *,
    seen_at: Instant,
    answered_at: Instant,
    seen_unread: Mapping[int, Instant],
) -> tuple[Merged, list[int]]:
    """Write what differs; the answer is what changed, and the rowids that were seen unread just now.

    `seen_unread` is when rows were last seen unread since that was last written.
    """
    if not page.rows:
        return Merged(), []
    account, place_number = make_account(connection, tenant, user_id), make_tenant(connection, tenant)
    note_fields(connection, place_number, page)
    asked, page = page, recognised(connection, place_number, account, page)
    renamed = {before.id: row.id for before, row in zip(asked.rows, page.rows, strict=True) if before.id != row.id}
    plan = _compare(page.rows, _known(connection, account, page.rows), seen_at)
    new_seqs = _write(connection, plan, place_number, account, seen_at, answered_at) if plan.changed else []
    _write_read_state(connection, plan, seen_at, answered_at, seen_unread)
    merged = Merged(
        new=tuple(Key(user_id, row.id) for row in reversed(plan.fresh)),
        became_read=tuple(Key(user_id, row.id) for _, row in plan.became_read),
        changed=plan.changed,
        renamed=renamed,
    )
    unread = [seq for seq, row in zip(new_seqs, plan.fresh, strict=True) if not row.is_read and row.says_read]
    return merged, plan.still_unread + unread + [known.seq for known, _ in plan.became_unread]


def digest(row: Notification) -> int:
    """A number that differs when anything the server said differs, but for the read state (64 bits, signed)."""
    said = (row.title, row.body, row.event_type, row.created_at, row.status, row.link, row.data, row.raw)
    hashed = hashlib.blake2b(
        repr((*said, *row.extras.items())).encode("utf-8", "surrogatepass"), digest_size=8
    ).digest()
    return int.from_bytes(hashed, "big", signed=True)


def _known(connection: sqlite3.Connection, account: int, rows: Iterable[Notification]) -> dict[str, _Known]:
    found = connection.execute(
        "SELECT id, seq, is_read, read_at, marked_at, last_seen_unread_at, digest FROM notification"
        " WHERE account = ? AND id IN (SELECT value FROM json_each(?))",
        (account, json.dumps([row.id for row in rows])),
    )
    known = {
        id: _Known(seq, bool(is_read), read_at, marked_at, last, digest)
        for id, seq, is_read, read_at, marked_at, last, digest in found
    }
    # Lists read a row by its number: damaged there, it would be in none, and never be fetched again.
    in_table = connection.execute(
        "SELECT n.id, n.seq FROM json_each(?) s CROSS JOIN notification n ON n.seq = s.value WHERE +n.account = ?",
        (json.dumps([row.seq for row in known.values()]), account),
    )
    if set(in_table) != {(id, row.seq) for id, row in known.items()}:
        raise contradiction()
    return known


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
        if not row.says_read:
            continue
        if row.is_read and not old.is_read:
            plan.became_read.append((old, row))
        elif row.is_read and row.read_at is not None and row.read_at != old.read_at:
            plan.read_times.append((old, row))
        elif not row.is_read and not old.is_read:
            plan.still_unread.append(old.seq)
        elif not row.is_read and (old.marked_at is None or seen_at > old.marked_at):
            plan.became_unread.append((old, row))
    return plan


def _write(
    connection: sqlite3.Connection, plan: Plan, tenant: int, account: int, seen_at: Instant, answered_at: Instant
) -> list[int]:
    """Add the new rows and rewrite the changed ones; the rowids of the new ones."""
    changed = [row for _, row in plan.rewritten]
    events = make_events(connection, tenant, (row.event_type for row in (*plan.fresh, *changed)))
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
                tenant,
                account,
                row.id,
                row.title,
                events[row.event_type],
                row.created_at,
                seen_at if row.created_at is None else row.created_at,
                row.is_read,
                row.read_at if row.is_read else None,
                bool(row.link),
                answered_at,
                None if row.is_read or not row.says_read else seen_at,
                answered_at if row.is_read else None,
                digest(row),
            )
            for seq, row in added
        ],
    )
    _write_content(connection, tenant, (*added, *plan.rewritten))
    add_words(connection, [*rewritten, *(seq for seq, _ in added)])
    return [seq for seq, _ in added]


def _write_content(connection: sqlite3.Connection, tenant: int, rows: Iterable[tuple[int, Notification]]) -> None:
    rows = tuple(rows)
    connection.executemany(
        "INSERT OR REPLACE INTO content VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(seq, row.body, row.status, row.link, row.data, row.raw, identifiers_text(row)) for seq, row in rows],
    )
    _write_extras(connection, rows)
    name_rows(connection, tenant, rows)


def _write_extras(connection: sqlite3.Connection, rows: Iterable[tuple[int, Notification]]) -> None:
    searched = [each.name for each in extra_fields() if each.is_searched]
    connection.executemany("DELETE FROM extra WHERE seq = ?", [(seq,) for seq, row in rows if not row.extras])
    connection.executemany(
        "INSERT OR REPLACE INTO extra VALUES (?, ?, ?)",
        [
            (seq, json.dumps(row.extras), "\n".join(str(row.extras[name]) for name in searched if name in row.extras))
            for seq, row in rows
            if row.extras
        ],
    )


def _write_read_state(
    connection: sqlite3.Connection,
    plan: Plan,
    seen_at: Instant,
    answered_at: Instant,
    seen_unread: Mapping[int, Instant],
) -> None:
    connection.executemany(
        "UPDATE notification SET is_read = 1, read_at = ?, first_seen_read_at = ?, last_seen_unread_at = ?"
        " WHERE seq = ?",
        [
            (row.read_at, answered_at, _last_seen(known, seen_unread, seen_at), known.seq)
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


def _last_seen(known: _Known, seen_unread: Mapping[int, Instant], before: Instant) -> Instant | None:
    """When it was last seen unread, at the latest `before`; None where nothing ever proved that it was."""
    times = [time for time in (known.last_seen_unread_at, seen_unread.get(known.seq)) if time is not None]
    return min(before, max(times)) if times else None
