"""What the server sent, on disk so that a start shows it at once: disposable, and never written for nothing."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from neptune_inbox.codes import NO_MASK, CodeMask, hide_in_json, may_hold_code
from neptune_inbox.model import (
    Candidate,
    ColumnValues,
    Instant,
    Key,
    Lifetime,
    Notification,
    Now,
    Page,
    Row,
    Search,
    SeenRow,
    Sighting,
)
from neptune_inbox.model.incidents import Grouping, Incident, find_incidents
from neptune_inbox.notification_fields import Kind, extra_fields, standard_fields
from neptune_inbox.store.cache import identity
from neptune_inbox.store.cache.among import Among, unread_among
from neptune_inbox.store.cache.arrivals import arrivals_together
from neptune_inbox.store.cache.extras import hidden_extra, stored_extras
from neptune_inbox.store.cache.ids import (
    account_ref,
    account_refs,
    keys_beginning,
    rowids,
    tenant_ref,
    unique_lengths,
)
from neptune_inbox.store.cache.merge import Merged, merge
from neptune_inbox.store.cache.payload import SAMPLED, names_in
from neptune_inbox.store.cache.prune import Pruning
from neptune_inbox.store.cache.search import Found, find
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.database.errors import wrong_type
from neptune_inbox.store.hooks.hooks import HookStore
from neptune_inbox.text import NO_TEXT, CleanText

if TYPE_CHECKING:
    from neptune_inbox.code_hiding import Codes

__all__ = ["Cache", "Merged"]

_FROM = " FROM notification n JOIN account a ON a.ref = n.account JOIN event e ON e.ref = n.event"
_NAME = " LEFT JOIN user u ON u.account = n.account"
_EXTRA = " LEFT JOIN extra x ON x.seq = n.seq"
_LINE = "n.seq, a.user_id, n.id, n.title, e.name, n.created_at, n.is_read, n.read_at, n.has_link, u.name"
_FIELDS = standard_fields()
_NAMES = tuple(field.name for field in _FIELDS)
_FLAGS = tuple(index for index, field in enumerate(_FIELDS) if field.kind is Kind.FLAG)
_RAW = _NAMES.index("raw")
_WHOLE = f"{', '.join(field.stored for field in _FIELDS)}, x.fields{_FROM} JOIN content c ON c.seq = n.seq{_EXTRA}"
_PARTS = (
    f"SELECT n.seq, e.name, n.title, c.body, c.link, c.status, c.data, c.raw, x.fields{_FROM}"
    f" JOIN content c ON c.seq = n.seq{_EXTRA} WHERE n.seq IN (SELECT value FROM json_each(?))"
)
"""Where a code of a row may be."""
_BY_KEY = " WHERE a.place = ? AND a.user_id = ? AND n.id = ?"


class Cache:
    """The cached rows of one tenant. Raises StoreProblem."""

    def __init__(
        self, database: Database, tenant: str, now: Now, codes: CodeMask = NO_MASK, hooks: HookStore | None = None
    ) -> None:
        """`codes` hides one-time codes in every row that is read, but for the one that is `revealed`.

        `hooks` gets what arrives.
        """
        self._database = database
        self._tenant = tenant
        self._now = now
        self._codes = codes
        self._hooks = hooks
        self.revealed: Key | None = None
        """The notification whose codes are shown."""
        self._seen_unread: dict[int, Instant] = {}
        """When rows were last seen unread, since that was last written: an idle poll writes nothing."""

    def merge(
        self,
        user_id: str,
        page: Page,
        *,
        seen_at: Instant,
        answered_at: Instant | None = None,
        has_arrived: Callable[[Notification], bool] = lambda row: False,
    ) -> Merged:
        """Lay a page of one user over the cache, in one transaction.

        `seen_at` is when the page was asked for: what was read by our own mark since then stays read. What it shows
        unread was so then; what it shows at all, and read, was so by `answered_at`; the same where not given.
        `has_arrived` judges the rows that are new here: one that was merely not loaded before did not arrive.
        """
        with self._database.transaction() as connection:
            merged, unread = merge(
                connection,
                self._tenant,
                user_id,
                page,
                seen_at=seen_at,
                answered_at=seen_at if answered_at is None else answered_at,
                seen_unread=self._seen_unread,
            )
            if merged.new:
                by_id = {merged.renamed.get(row.id, row.id): row for row in page.rows}
                merged = replace(merged, arrived=tuple(key for key in merged.new if has_arrived(by_id[key.id])))
                if self._hooks is not None:
                    new = {key.id: by_id[key.id].created_at for key in reversed(merged.new)}
                    self._hooks.note(user_id, new, [key.id for key in reversed(merged.arrived)])
        self._seen_unread.update(dict.fromkeys(unread, seen_at))
        return merged

    def note_read(self, keys: Collection[Key], read_at: Instant) -> None:
        """Our own marks were confirmed: these are read now."""
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE notification SET is_read = 1, read_at = COALESCE(read_at, ?1), first_seen_read_at = ?1,"
                " marked_at = ?1, last_seen_unread_at = max(COALESCE(last_seen_unread_at, 0), ?2)"
                " WHERE seq = ?3 AND is_read = 0",
                [
                    (read_at, min(read_at, self._seen_unread.get(seq, 0)), seq)
                    for seq in rowids(connection, self._tenant, keys)
                ],
            )

    def snapshot(
        self,
        search: Search,
        *,
        only: Collection[Key] | None = None,
        without: Collection[Key] = (),
        limit: int | None = None,
        newer_than: int | None = None,
    ) -> array[int]:
        """The rowids that a search shows, newest first; rows without a created time are sorted by when they were
        first seen.

        Of the `is` clauses only read and unread are judged here; the others are to be given as `only` and `without`.
        `newer_than` leaves only rows that were cached after that rowid.
        """
        with self._database.searching() as connection:
            return find(
                connection, self._tenant, search, only=only, without=without, limit=limit, newer_than=newer_than
            ).rowids

    def glance(self, search: Search, *, only: Collection[Key] | None, without: Collection[Key], limit: int) -> Found:
        """The first rows of a search, as `snapshot`; fewer where some are known at once and all take long to find."""
        with self._database.searching() as connection:
            return find(connection, self._tenant, search, only=only, without=without, limit=limit, may_glance=True)

    @property
    def problem(self) -> str:
        """Why this cache is in memory and holds nothing of earlier times; empty where it is on disk."""
        return self._database.problem if self._database.is_memory else ""

    def newest_rowid(self) -> int:
        """What every row that is cached from now on has a higher rowid than, whoever it belongs to."""
        with self._database.reading() as connection:
            (newest,) = connection.execute("SELECT max(seq) FROM notification").fetchone()
        return int(newest or 0)

    def rows(self, rowids: Sequence[int]) -> list[Row]:
        """The rows with these rowids, in this order; those that are no longer cached are left out."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT {_lines()} WHERE n.seq IN (SELECT value FROM json_each(?))", (json.dumps(list(rowids)),)
            )
            by_rowid = {fields[0]: fields for fields in found}
            return self._masked(connection, [_line(by_rowid[rowid]) for rowid in rowids if rowid in by_rowid])

    def column_values(self, rowids: Sequence[int]) -> ColumnValues:
        """The values in the columns of these rows."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT DISTINCT a.user_id, u.name, e.name{_FROM}{_NAME}"
                " WHERE n.seq IN (SELECT value FROM json_each(?))",
                (json.dumps(list(rowids)),),
            ).fetchall()
        users, names, event_types = (
            (tuple(dict.fromkeys(filter(None, each))) for each in zip(*found, strict=True)) if found else ((), (), ())
        )
        return ColumnValues(users, names, event_types)

    def rowids(self, keys: Collection[Key]) -> dict[Key, int]:
        """The rowid of each of these notifications that is cached."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT a.user_id, n.id, n.seq FROM json_each(?) k"
                " CROSS JOIN account a ON a.place = ? AND a.user_id = json_extract(k.value, '$[0]')"
                " CROSS JOIN notification n ON n.account = a.ref AND n.id = json_extract(k.value, '$[1]')",
                (json.dumps(list(keys)), tenant_ref(connection, self._tenant)),
            )
            return {Key(user_id, id): int(seq) for user_id, id, seq in found}

    def missing(self, keys: Collection[Key]) -> set[Key]:
        """Those of these that are not cached, and that no page that is being written brings."""
        if found := {*keys} - self.rowids(keys).keys():
            # Whoever writes a page holds the write lock from before it notes an arrival.
            with self._database.transaction():
                pass
            found -= self.rowids(found).keys()
        return found

    def keys(self, rowids: Sequence[int]) -> list[Key]:
        """The notifications with these rowids, in this order; those that are no longer cached are left out."""
        with self._database.searching() as connection:
            found = connection.execute(
                "SELECT a.user_id, n.id FROM json_each(?) k CROSS JOIN notification n ON n.seq = k.value"
                " CROSS JOIN account a ON a.ref = n.account ORDER BY k.key",
                (json.dumps(list(rowids)),),
            )
            return [Key(user_id, id) for user_id, id in found]

    def unread_among(self, rowids: Sequence[int], without: Collection[int] = ()) -> Among:
        """Those of these rows that are unread, newest first, and what of those is in `without`; no row is read."""
        with self._database.searching() as connection:
            return unread_among(connection, tenant_ref(connection, self._tenant), rowids, without)

    def row(self, key: Key) -> Row | None:
        """One row, or None when it is not cached."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT {_lines()}{_BY_KEY}", (tenant_ref(connection, self._tenant), *key)
            ).fetchone()
            return self._masked(connection, [_line(found)])[0] if found else None

    def notification(self, key: Key) -> Notification | None:
        """One notification with all that the server sent, or None when it is not cached."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT {_WHOLE}{_BY_KEY}", (tenant_ref(connection, self._tenant), *key)
            ).fetchone()
            whole = _notification(found) if found is not None else None
            return self._hide_codes(whole, whole.raw) if whole is not None else None

    def notifications(self, rowids: Sequence[int]) -> dict[int, Notification]:
        """The notifications with these rowids, without their rows as they came; others are left out."""
        with self._database.reading() as connection:
            found = connection.execute(
                f"SELECT n.seq, {_WHOLE} WHERE n.seq IN (SELECT value FROM json_each(?))", (json.dumps(list(rowids)),)
            )
            return {seq: self._hide_codes(_notification(fields, raw=""), fields[_RAW]) for seq, *fields in found}

    def _masked(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> list[Row]:
        """The rows without codes in their titles; all of a notification is read only where its title may hold one."""
        if not self._codes.is_on:
            return [*rows]
        suspects = [row.rowid for row in rows if may_hold_code(row.title) and row.key != self.revealed]
        if not suspects:
            return [*rows]
        codes_of = {
            seq: self._codes_of(*parts) for seq, *parts in connection.execute(_PARTS, (json.dumps(suspects),))
        }
        return [
            replace(row, title=CleanText(title), hides_codes=True)
            if (codes := codes_of.get(row.rowid)) and (title := codes.hide(row.title)) != row.title
            else row
            for row in rows
        ]

    def _codes_of(
        self, event: str, title: str, body: str, link: str, status: str, data: str, raw: str, extras: str | None
    ) -> Codes | None:
        """The codes in any part of a notification."""
        return self._codes.find(event, title, body, (link, status), (data, raw, extras) if extras else (data, raw))

    def _hide_codes(self, row: Notification, raw: str) -> Notification:
        """A notification without codes; `raw` is its row as it came, which may tell of them and need not be kept."""
        if not self._codes.is_on or row.key == self.revealed:
            return row
        extras = json.dumps(row.extras) if row.extras else None
        codes = self._codes_of(row.event_type, row.title, row.body, row.link, row.status, row.data, raw, extras)
        if codes is None:
            return row
        hidden = replace(
            row,
            title=CleanText(codes.hide(row.title)),
            body=CleanText(codes.hide(row.body)),
            status=CleanText(codes.hide(row.status)),
            link=CleanText(codes.hide(row.link)),
            data=hide_in_json(codes, row.data),
            raw=hide_in_json(codes, row.raw),
            extras={name: hidden_extra(codes, name, value) for name, value in row.extras.items()},
        )
        return row if hidden == row else replace(hidden, hides_codes=True)

    def candidates(self, keys: Collection[Key]) -> dict[Key, tuple[Candidate, ...]]:
        """What may be posted to mark each of these, the likeliest first; empty where nothing identifies a row.

        Left out are notifications that are not cached. Of a row that was cached before its ids were looked at, the
        one candidate is its key, in a field without a name.
        """
        with self._database.reading() as connection:
            return identity.candidates(connection, self._tenant, keys)

    def keys_named(self, user_ids: Collection[str], value: str) -> list[Key]:
        """The notifications of these users that carry this id, whatever key they are cached under."""
        with self._database.reading() as connection:
            return identity.keys_named(connection, self._tenant, user_ids, value)

    def keys_beginning(self, user_ids: Collection[str], beginning: str, limit: int) -> list[Key]:
        """The first `limit` notifications of these users whose ids begin so, in the order of users and ids."""
        with self._database.reading() as connection:
            return keys_beginning(connection, self._tenant, user_ids, beginning, limit)

    def unique_lengths(self, user_ids: Collection[str], ids: Collection[str]) -> dict[str, int]:
        """How many characters of each id it takes so that no other id of these users begins with them."""
        with self._database.reading() as connection:
            return unique_lengths(connection, self._tenant, user_ids, ids)

    def sighting(self, key: Key) -> Sighting | None:
        """When one notification was seen, and how; None when it is not cached."""
        with self._database.reading() as connection:
            found = _sighting(connection, self._tenant, key)
        if found is None:
            return None
        seq, is_read, sighting = found
        seen_since = self._seen_unread.get(seq)
        if is_read or seen_since is None:
            return sighting
        return replace(sighting, last_seen_unread_at=max(seen_since, sighting.last_seen_unread_at or 0))

    def unread_keys(self, user_id: str) -> list[Key]:
        """The notifications of one user that are cached as unread, newest first."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT id FROM notification INDEXED BY by_account WHERE account = ? AND is_read = 0"
                " ORDER BY sorted_at DESC, seq DESC",
                (account_ref(connection, self._tenant, user_id),),
            )
            return [Key(user_id, id) for (id,) in found]

    def newest_unread(self, user_id: str, limit: int) -> list[str]:
        """The ids of the newest notifications of one user that are cached as unread, in an order that all share."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT id FROM notification INDEXED BY by_account WHERE account = ? AND is_read = 0"
                " ORDER BY sorted_at DESC, id LIMIT ?",
                (account_ref(connection, self._tenant, user_id), limit),
            )
            return [str(id) for (id,) in found]

    def note_seen_unread(self, keys: Collection[Key], at: Instant) -> None:
        """A colleague's program saw these unread at this instant."""
        for seq in self.rowids(keys).values():
            self._seen_unread[seq] = max(at, self._seen_unread.get(seq, 0))

    def lifetimes(self, user_ids: Collection[str], since: Instant) -> list[Lifetime]:
        """When what these users were sent since an instant came and was read, oldest first."""
        with self._database.searching() as connection:
            accounts = list(account_refs(connection, self._tenant, user_ids).values())
            found = connection.execute(
                "SELECT a.user_id, n.id, e.name, n.created_at, n.is_read, n.read_at, n.last_seen_unread_at,"
                " n.first_seen_read_at FROM notification n"
                " JOIN account a ON a.ref = n.account JOIN event e ON e.ref = n.event"
                " WHERE n.account IN (SELECT value FROM json_each(?)) AND n.created_at >= ? ORDER BY n.created_at",
                (json.dumps(accounts), since),
            )
            return [
                Lifetime(
                    key=Key(user_id, id),
                    event_type=event_type,
                    created_at=created_at,
                    is_read=bool(is_read),
                    read_after=read_at if read_at is not None else last_unread,
                    read_before=read_at if read_at is not None else first_read,
                )
                for user_id, id, event_type, created_at, is_read, read_at, last_unread, first_read in found
            ]

    def seen_rows(self, user_id: str) -> list[SeenRow]:
        """All rows of a user with what was seen of each, oldest first."""
        with self._database.searching() as connection:
            account = account_ref(connection, self._tenant, user_id)
            found = connection.execute(
                f"SELECT n.first_seen_at, n.last_seen_unread_at, n.first_seen_read_at, n.marked_at, {_LINE}{_FROM}"
                f"{_NAME} WHERE n.account = ? ORDER BY n.sorted_at, n.seq",
                (account,),
            ).fetchall()
            rows = self._masked(connection, [_line(each[4:]) for each in found])
        return [
            self._seen(row, Sighting(*times), confirmed_at)
            for row, (*times, confirmed_at) in zip(rows, (each[:4] for each in found), strict=True)
        ]

    def _seen(self, row: Row, sighting: Sighting, confirmed_at: Instant | None) -> SeenRow:
        last = self._seen_unread.get(row.rowid)
        if not row.is_read and last is not None:
            sighting = replace(sighting, last_seen_unread_at=max(last, sighting.last_seen_unread_at or 0))
        return SeenRow(row, sighting, confirmed_at)

    def incidents(self, user_ids: Collection[str], grouping: Grouping, since: Instant = 0) -> list[Incident]:
        """The incidents among what these users were sent that were still active at an instant, the latest first."""
        with self._database.searching() as connection:
            arrivals = arrivals_together(connection, self._tenant, user_ids, grouping, since)
        return [each for each in find_incidents(arrivals, grouping) if each.until >= since]

    def event_types(self) -> list[str]:
        """The event types that were ever cached of a tenant, in alphabetical order."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT name FROM event WHERE place = ? AND name <> '' ORDER BY name",
                (tenant_ref(connection, self._tenant),),
            )
            return [str(name) for (name,) in found]

    def payload_names(self) -> list[str]:
        """The names in the payloads of the newest rows, joined by dots, those that most rows have first."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT data FROM content ORDER BY seq DESC LIMIT ?", (SAMPLED,))
            return names_in(data for (data,) in found)

    def remember(self, name: str, text: str) -> None:
        """Keep a text under a name in the table `screen`, which the first paint of the next start reads."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO screen VALUES (?, ?)", (name, text))

    def recall(self, name: str) -> str | None:
        """The text that was kept under a name, or None."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT text FROM screen WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def pruning(self, before: Instant, kept: Callable[[Mapping[int, Key]], Collection[int]]) -> Pruning:
        """A pass that removes read rows older than an instant, in steps; `kept` says which of some stay, by rowid."""
        return Pruning(self._database, self._tenant, before, kept, self._now())

    def checkpoint(self) -> None:
        """Write when rows were last seen unread, and move the log into the file; for idle times and quitting."""
        seen = dict(self._seen_unread)
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE notification SET last_seen_unread_at = ?1 WHERE seq = ?2 AND is_read = 0"
                " AND COALESCE(last_seen_unread_at, 0) < ?1",
                [(at, seq) for seq, at in seen.items()],
            )
        self._seen_unread = {seq: at for seq, at in self._seen_unread.items() if seen.get(seq) != at}
        self._database.checkpoint()


def _sighting(connection: sqlite3.Connection, tenant: str, key: Key) -> tuple[int, bool, Sighting] | None:
    """The rowid of one notification, whether it is read, and when it was seen how; None when it is not cached."""
    found = connection.execute(
        "SELECT n.seq, n.is_read, n.first_seen_at, n.last_seen_unread_at, n.first_seen_read_at FROM notification n"
        f" JOIN account a ON a.ref = n.account{_BY_KEY}",
        (tenant_ref(connection, tenant), *key),
    ).fetchone()
    if found is None:
        return None
    seq, is_read, *times = found
    return seq, bool(is_read), Sighting(*times)


def _line(fields: Sequence[Any]) -> Row:
    rowid, user_id, id, title, event_type, created_at, is_read, read_at, has_link, name, *extras = fields
    kind: object = type(title)
    if kind is not str:
        raise wrong_type()
    row = Row(
        rowid,
        user_id,
        id,
        title,
        event_type,
        created_at,
        bool(is_read),
        read_at,
        bool(has_link),
        name or NO_TEXT,
    )
    return replace(row, extras=stored_extras(extras[0])) if extras and extras[0] else row


def _notification(fields: Sequence[Any], raw: str | None = None) -> Notification:
    """The notification with these fields; `raw` takes the place of its row as it came."""
    *values, extras = fields
    if raw is not None:
        values[_RAW] = raw
    for index in _FLAGS:
        values[index] = bool(values[index])
    return Notification(**dict(zip(_NAMES, values, strict=True)), extras=stored_extras(extras))


def _lines() -> str:
    """What a row of the list is made of; extras are looked up only where any field is one."""
    return f"{_LINE}, x.fields{_FROM}{_NAME}{_EXTRA}" if extra_fields() else f"{_LINE}{_FROM}{_NAME}"
