"""Which cached row a row of the server is, by the ids that it carries, and which of them may be posted for it.

A row keeps the key that it was first cached under, however the server names it later. An id that two different rows
carry names neither of them (neptune-api.md, Identity).
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import blake2b

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.model import Candidate, Instant, Key, Notification, Page
from neptune_inbox.store.cache.ids import rowids, tenant_ref
from neptune_inbox.store.database.errors import contradiction

Pairs = Sequence[Sequence[str]]
LOOKED_AT = 2_000
"""How many of a tenant's newest rows show whether a field that repeats still identifies most of them."""


class _Cached(Struct, frozen=True):
    seq: int
    id: str
    created_at: Instant | None
    pairs: Pairs | None
    """None where its ids were never looked at."""


def recognised(connection: sqlite3.Connection, tenant: int, account: int, page: Page) -> Page:
    """The page with every row under the key that it is, or is to be, cached under; no two have the same."""
    named = [row for row in page.rows if row.identifiers]
    if not named:
        return page
    by_pair, by_id = _look_up(connection, tenant, account, named)
    taken = set[str]()
    found: list[Notification] = []
    for row in page.rows:
        key = _key_of(row, page.repeated, tenant, by_pair, by_id, taken) if row.identifiers else row.id
        taken.add(key)
        found.append(row if key == row.id else replace(row, id=key))
    return replace(page, rows=tuple(found))


def note_fields(connection: sqlite3.Connection, tenant: int, page: Page) -> None:
    """Remember which fields of ids repeat on rows that differ, until many rows in a row show otherwise."""
    if not page.repeated and not page.distinct:
        return
    known = _repeated(connection, tenant)
    connection.executemany(
        "INSERT OR IGNORE INTO repeated VALUES (?, ?)", [(tenant, field) for field in page.repeated - known]
    )
    connection.executemany(
        "DELETE FROM repeated WHERE place = ? AND field = ?", [(tenant, field) for field in page.distinct & known]
    )


def name_rows(connection: sqlite3.Connection, tenant: int, rows: Iterable[tuple[int, Notification]]) -> None:
    """Keep by which ids these rowids can be found, in place of those that were kept before."""
    rows = [(seq, row) for seq, row in rows if row.identifiers is not None]
    connection.executemany("DELETE FROM named WHERE seq = ?", [(seq,) for seq, _ in rows])
    connection.executemany(
        "INSERT OR IGNORE INTO named VALUES (?, ?)",
        [(seq, _pair(tenant, each.field, each.value)) for seq, row in rows for each in row.identifiers or ()],
    )


def identifiers_text(row: Notification) -> str:
    """The ids of a row as they are kept."""
    return "" if row.identifiers is None else json.dumps([[each.field, each.value] for each in row.identifiers])


def candidates(
    connection: sqlite3.Connection, tenant: str, keys: Collection[Key]
) -> dict[Key, tuple[Candidate, ...]]:
    """What may be posted for each of these, in the order of preference; empty where nothing identifies the row.

    Left out are notifications that are not cached.
    """
    ref = tenant_ref(connection, tenant)
    repeated = _repeated(connection, ref)
    found = connection.execute(
        "SELECT n.seq, a.user_id, n.id, c.identifiers FROM notification n JOIN account a ON a.ref = n.account"
        " JOIN content c ON c.seq = n.seq WHERE n.seq IN (SELECT value FROM json_each(?))",
        (json.dumps(rowids(connection, tenant, keys)),),
    ).fetchall()
    postable: dict[Key, tuple[Candidate, ...]] = {}
    tells_most: frozenset[str] | None = None
    for seq, user, id, text in found:
        alone = _alone(connection, ref, seq, id, text)
        own = tuple(each for each in alone if each.field not in repeated)
        if alone and not own:
            # No field identifies all rows: one that identifies most of them names those whose value is unique.
            tells_most = _tells_most(connection, ref, repeated) if tells_most is None else tells_most
            own = tuple(each for each in alone if each.field in tells_most)
        postable[Key(user, id)] = own
    return postable


def keys_named(connection: sqlite3.Connection, tenant: str, user_ids: Collection[str], value: str) -> list[Key]:
    """The notifications of these users that carry this id, whatever key they are cached under."""
    ref = tenant_ref(connection, tenant)
    found = connection.execute(
        "SELECT a.user_id, n.id FROM notification n JOIN account a ON a.ref = n.account WHERE n.seq IN ("
        " SELECT seq FROM named WHERE pair = ?1 UNION SELECT b.seq FROM json_each(?2) u"
        " CROSS JOIN account o ON o.place = ?3 AND o.user_id = u.value"
        " CROSS JOIN notification b ON b.account = o.ref AND b.id = ?4)"
        " AND a.place = ?3 AND a.user_id IN (SELECT value FROM json_each(?2))",
        (_pair(ref, "", value), json.dumps(list(user_ids)), ref, value),
    )
    return [Key(user_id, id) for user_id, id in found]


def _alone(connection: sqlite3.Connection, tenant: int, seq: int, id: str, text: str) -> tuple[Candidate, ...]:
    """The ids of a row that no other row of the tenant carries."""
    if not text:
        return (Candidate("", id),)
    found = [Candidate(field, value) for field, value in json.loads(text)]
    return tuple(each for each in found if not _is_shared(connection, tenant, each, seq))


def _tells_most(connection: sqlite3.Connection, tenant: int, repeated: frozenset[str]) -> frozenset[str]:
    """Which of the fields that repeat have unique values on most of a tenant's newest rows."""
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for (text,) in connection.execute(
        "SELECT c.identifiers FROM notification n JOIN content c ON c.seq = n.seq WHERE n.place = ?"
        " ORDER BY n.sorted_at DESC LIMIT ?",
        (tenant, LOOKED_AT),
    ):
        for field, value in json.loads(text or "[]"):
            if field in repeated:
                values[field][value] += 1
    return frozenset(
        field for field, found in values.items() if 2 * sum(count == 1 for count in found.values()) > found.total()
    )


def _is_shared(connection: sqlite3.Connection, tenant: int, identifier: Candidate, seq: int) -> bool:
    return (
        connection.execute(
            "SELECT 1 FROM named WHERE pair = ? AND seq <> ?",
            (_pair(tenant, identifier.field, identifier.value), seq),
        ).fetchone()
        is not None
    )


def _look_up(
    connection: sqlite3.Connection, tenant: int, account: int, rows: Iterable[Notification]
) -> tuple[Mapping[int, list[_Cached]], Mapping[str, _Cached]]:
    """The cached rows that carry any of these rows' ids, by pair, and those whose key is one of them.

    Raises sqlite3.DatabaseError where a row has another id in the table than in the index.
    """
    identifiers = [each for row in rows for each in row.identifiers or ()]
    pairs = sorted({_pair(tenant, each.field, each.value) for each in identifiers})
    columns = "n.seq, n.id, n.created_at, c.identifiers FROM"
    by_pair: dict[int, list[_Cached]] = defaultdict(list)
    for pair, *cached in connection.execute(
        f"SELECT m.pair, {columns} json_each(?) p CROSS JOIN named m ON m.pair = p.value"
        " JOIN notification n ON n.seq = m.seq AND n.account = ? JOIN content c ON c.seq = n.seq",
        (json.dumps(pairs), account),
    ):
        by_pair[pair].append(_cached(cached))
    by_id = {
        found.id: found
        for found in map(
            _cached,
            connection.execute(
                f"SELECT {columns} notification n JOIN content c ON c.seq = n.seq"
                " WHERE n.account = ? AND n.id IN (SELECT value FROM json_each(?))",
                (account, json.dumps(sorted({each.value for each in identifiers} | {row.id for row in rows}))),
            ),
        )
    }
    ids = {found.seq: found.id for found in by_id.values()}
    if any(ids.get(found.seq, found.id) != found.id for some in by_pair.values() for found in some):
        # One answer comes out of the index, the other out of the table.
        raise contradiction()
    return by_pair, by_id


def _cached(fields: Sequence[object]) -> _Cached:
    seq, id, created_at, text = fields
    return _Cached(seq, id, created_at, json.loads(str(text)) if text else None)  # type: ignore[arg-type]


def _key_of(
    row: Notification,
    repeated: frozenset[str],
    tenant: int,
    by_pair: Mapping[int, list[_Cached]],
    by_id: Mapping[str, _Cached],
    taken: Collection[str],
) -> str:
    identifiers = row.identifiers or ()
    for each in identifiers:
        for cached in by_pair.get(_pair(tenant, each.field, each.value), ()):
            # By an id that other rows have too only where the created time is the same as well.
            is_proof = each.field not in repeated or None not in (row.created_at, cached.created_at)
            if is_proof and cached.id not in taken and _is_same(row, cached):
                return cached.id
    others = (each.value for each in row.candidates if each.field not in repeated)
    wishes = [row.id, *others, *(f"{row.id}-{number}" for number in range(2, 60))]
    for wish in wishes:
        cached_there = by_id.get(wish)
        if wish not in taken and (cached_there is None or _is_same(row, cached_there)):
            return wish
    return f"{row.id}-{len(taken)}"


def _is_same(row: Notification, cached: _Cached) -> bool:
    """Whether a row with an id in common is the cached one: no other id and no time of theirs speaks against it."""
    if None not in (row.created_at, cached.created_at) and row.created_at != cached.created_at:
        return False
    before: dict[str, str] = {pair[0]: pair[1] for pair in cached.pairs or ()}
    return all(
        each.value.isdecimal() or before.get(each.field, each.value) == each.value for each in row.identifiers or ()
    )


def _repeated(connection: sqlite3.Connection, tenant: int) -> frozenset[str]:
    return frozenset(
        str(field) for (field,) in connection.execute("SELECT field FROM repeated WHERE place = ?", (tenant,))
    )


def _pair(tenant: int, field: str, value: str) -> int:
    """A hash of an id at a tenant; mere numbers are distinguished by their field, as every table counts from 1."""
    field = field if value.isdecimal() else ""
    hashed = blake2b(f"{tenant}\0{field}\0{value}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(hashed, "big", signed=True)
