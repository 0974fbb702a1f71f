"""Which ids of a row may name it to `/read`, and which of them are its own within a page; pure.

Nothing but evidence decides (neptune-api.md, Identity): a field whose value repeats on rows that differ names no row,
and the ids of templates, events and users never do.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Final

from msgspec.structs import replace

from neptune_inbox.api.fields import to_id, to_worded_id
from neptune_inbox.model import Candidate, JsonObject, JsonValue, Notification

MANY: Final = 10
"""This many rows with different values show that a field distinguishes rows."""

NOTIFICATION, ROW, DELIVERY, MESSAGE = "notification", "row", "delivery", "message"
_TABLES: Final = (
    (DELIVERY, re.compile(r"(?:app_|user_|in_app_)?(?:notification_)?deliver(?:y|ies)")),
    (NOTIFICATION, re.compile(r"(?:app_|user_|in_app_|inbox_)?notifications?")),
    (MESSAGE, re.compile(r"(?:app_|user_|in_app_)?messages?")),
    (ROW, re.compile(r"attributes|node|item|record")),
)
_UUID: Final = ("uuid", "guid")
_ID: Final = ("id",)
_OF_NOTIFICATION: Final = ("notification_uuid", "app_notification_uuid")
_ID_OF_NOTIFICATION: Final = ("notification_id", "app_notification_id")
_OF_DELIVERY: Final = ("notification_delivery_uuid", "delivery_uuid", "notification_delivery_id", "delivery_id")

Read = Callable[[JsonValue], str | None]


def identifiers(row: JsonObject) -> tuple[Candidate, ...]:
    """Every id in a row that may be its own, the likeliest first: uuids before numbers, the notification's before
    the delivery's. Each value is listed once, under the preferred name."""
    parts = list(own_parts(row))
    found: dict[str, Candidate] = {}
    for table, names, read in _ORDER:
        for part, prefix, values in parts:
            if table not in (None, part):
                continue
            for name, value in values:
                if plain_name(name) in names and (id := read(value)) is not None:
                    found.setdefault(id, Candidate(f"{prefix}{name}", id))
    return tuple(found.values())


_ORDER: Final[tuple[tuple[str | None, Sequence[str], Read], ...]] = (
    (None, _OF_NOTIFICATION, to_id),
    (NOTIFICATION, _UUID, to_id),
    (ROW, _UUID, to_id),
    (DELIVERY, _UUID, to_id),
    (None, _OF_DELIVERY, to_worded_id),
    (MESSAGE, _UUID, to_id),
    (None, _ID_OF_NOTIFICATION, to_worded_id),
    (NOTIFICATION, _ID, to_worded_id),
    (ROW, _ID, to_worded_id),
    (DELIVERY, _ID, to_worded_id),
    (MESSAGE, _ID, to_worded_id),
    (None, _ID_OF_NOTIFICATION, to_id),
    (NOTIFICATION, _ID, to_id),
    (ROW, _ID, to_id),
    (DELIVERY, _ID, to_id),
    (None, _OF_DELIVERY, to_id),
    (MESSAGE, _ID, to_id),
)


def plain_name(name: str) -> str:
    """A key in the one spelling that is looked for: `notificationUuid` and `_id` as `notification_uuid` and `id`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_")


def table_of(name: str) -> str | None:
    """What a table or nested object of this name represents; None if its ids are never the row's."""
    plain = plain_name(name)
    return next((kind for kind, pattern in _TABLES if pattern.fullmatch(plain)), None)


def own_parts(row: JsonObject) -> Iterator[tuple[str, str, list[tuple[str, JsonValue]]]]:
    """The row itself, its starred tables and its nested objects: what each represents, how it is named, its keys."""
    yield ROW, "", [(name, value) for name, value in row.items() if "*" not in name]
    starred: dict[str, list[tuple[str, JsonValue]]] = defaultdict(list)
    for name, value in row.items():
        table, star, column = name.rpartition("*")
        if star:
            starred[table].append((column, value))
    for table in sorted(starred):
        if (kind := table_of(table)) is not None:
            yield kind, f"{table}*", starred[table]
    for name in sorted(row):
        inner = row[name]
        if isinstance(inner, dict) and (kind := table_of(name)) is not None:
            yield kind, f"{name}.", list(inner.items())


def told_apart(rows: Iterable[Notification]) -> tuple[tuple[Notification, ...], frozenset[str], frozenset[str]]:
    """The rows of a page, each once, with their candidates and with keys of their own.

    Also the fields that repeat on rows that differ, and those that are different on every one of many rows. Rows that
    are the same in everything that identifies them are one; a row that nothing tells apart keeps a key made of what
    it says, and no candidate. Where a row has no field that tells all rows apart, one that tells most of them apart
    names it, never by a value that repeats.
    """
    unique = _folded(rows)
    carriers: dict[Candidate, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    for row in unique:
        for identifier in row.identifiers or ():
            carriers[identifier] += 1
            counts[identifier.field] += 1
    repeated = frozenset(identifier.field for identifier, count in carriers.items() if count > 1)
    values: dict[str, int] = defaultdict(int)
    own: dict[str, int] = defaultdict(int)
    for identifier, count in carriers.items():
        values[identifier.value] += count
        own[identifier.field] += count == 1
    found = []
    for row in unique:
        alone = [identifier for identifier in row.identifiers or () if values[identifier.value] == 1]
        candidates = tuple(identifier for identifier in alone if identifier.field not in repeated)
        # The key is made of these alone: which field tells most rows apart differs from page to page.
        key = _first_key(row, candidates)
        if not candidates:
            candidates = tuple(each for each in alone if 2 * own[each.field] > counts[each.field])
        found.append(replace(row, candidates=candidates, id=key))
    distinct = frozenset(field for field, count in counts.items() if count >= MANY) - repeated
    return tuple(found), repeated, distinct


def _first_key(row: Notification, candidates: Sequence[Candidate]) -> str:
    if candidates:
        return candidates[0].value
    return made_key(row) if row.identifiers else row.id


def made_key(row: Notification, salt: str = "") -> str:
    """A key for a row without an id of its own, stable as long as the row says the same."""
    said = (row.identifiers, row.created_at, row.title, row.body, salt)
    return f"unnamed-{blake2b(repr(said).encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"


def _folded(rows: Iterable[Notification]) -> list[Notification]:
    """Each row once: rows with the same ids, time and text are duplicates."""
    found: dict[object, Notification] = {}
    for row in rows:
        same = (row.identifiers, row.created_at, row.title, row.body) if row.identifiers else (len(found), row.raw)
        before = found.get(same)
        # If two duplicates disagree, the one that leaves work to do is believed.
        if before is None or (before.is_read and not row.is_read):
            found[same] = row
    return list(found.values())
