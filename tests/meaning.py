"""A model of the contract (neptune-api.md, "Identity, read state and nothing"), written without the product's code.

It says of a page of rows which values may be posted for each of them, and what each list holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from neptune_inbox.model import JsonObject, JsonValue
from tests.foreign_service import Service, Truth, Wrap, bare, laravel, nobejs

D, N, E, T = "notification_deliveries*", "notifications*", "events*", "notification_templates*"
NOON = 1_793_793_600
READ_SAYINGS: tuple[tuple[str, JsonValue, JsonValue], ...] = (
    ("read_at", "2026-11-04T10:00:00Z", None),
    ("readAt", 1_793_786_400_000, None),
    ("isRead", True, False),
    ("seen_at", "2026/11/04", None),
    ("status", "read", "unread"),
    ("acknowledged", 1, 0),
    ("read_at", "Wed, 04 Nov 2026 10:00:00 GMT", ""),
    ("read", 1, 0),
)
"""A name, and what it says of a row that is read and of one that is not; one of them is a name that nobody knows."""


@dataclass(frozen=True)
class Shape:
    """Which ids a row of a dialect has, in the order of preference, and which keys say the rest."""

    ids: tuple[str, ...]
    title: str
    created: str
    prefix: str
    extras: tuple[str, ...] = ()
    """Ids of other things, which never name the row."""


SHAPES = (
    Shape(("uuid",), "title", "created_at", ""),
    Shape((f"{D}uuid",), f"{D}title", f"{D}created_at", D, (f"{E}uuid",)),
    Shape(
        (f"{D}notification_uuid", f"{N}uuid", f"{D}uuid"),
        f"{N}title",
        f"{D}created_at",
        D,
        (f"{E}uuid", f"{T}uuid"),
    ),
    Shape((f"{N}uuid", f"{D}uuid"), f"{N}title", f"{D}created_at", D, (f"{E}uuid",)),
    Shape(("notification.uuid", "uuid"), "title", "created_at", "", ("event.uuid", "template.uuid")),
)
WRAPS: tuple[Wrap, ...] = (nobejs, laravel, bare)


@dataclass(frozen=True)
class Scene:
    """A service, and what the model says of its rows."""

    service: Service
    titles: tuple[str, ...]
    markable: dict[str, tuple[str, ...]]
    """By title: the values that may be posted, the best first."""


def scene(chance: Random) -> Scene:
    """A random page of one dialect: key order, names, repeated ids and the truth about read are left to chance."""
    shape = chance.choice(SHAPES)
    count = chance.randint(1, 12)
    name, yes, no = chance.choice(READ_SAYINGS)
    keeps_nulls = chance.random() < 0.5
    repeated = {field for field in shape.ids if chance.random() < 0.3}
    sharing = chance.choice((1.0, 1.0, 0.3))
    """The part of the rows that share a value in such a field."""
    ids: list[dict[str, str]] = []
    for number in range(count):
        own = {field: f"id-{index}-{number}" for index, field in enumerate(shape.ids)}
        for field in repeated:
            if chance.random() < sharing:
                own[field] = f"shared-{shape.ids.index(field)}-{chance.randint(0, 2)}"
        ids.append(own)
    rows = []
    for number, own in enumerate(ids):
        is_read = chance.random() < 0.4
        row = _row(shape, number, own, chance)
        said = yes if is_read else no
        if said not in (None, "") or keeps_nulls:
            row[f"{shape.prefix}{name}"] = said
        keys = list(row)
        chance.shuffle(keys)
        rows.append(Truth({key: row[key] for key in keys}, is_read))
    titles = tuple(f"Title {number}" for number in range(count))
    return Scene(
        Service(rows, wrap=chance.choice(WRAPS)), titles, dict(zip(titles, _markable(shape, ids), strict=True))
    )


def _row(shape: Shape, number: int, own: dict[str, str], chance: Random) -> JsonObject:
    row: JsonObject = {shape.title: f"Title {number}", shape.created: NOON - number * 60}
    for field, value in {**own, **{extra: f"other-{chance.randint(0, 3)}" for extra in shape.extras}}.items():
        holder, dot, key = field.partition(".")
        if not dot:
            row[field] = value
            continue
        inner = row.setdefault(holder, {})
        assert isinstance(inner, dict)
        inner[key] = value
    return row


def _markable(shape: Shape, ids: list[dict[str, str]]) -> list[tuple[str, ...]]:
    """Every row differs in time and text, so a field in which any value repeats is no identity.

    Where there is no other field, a value that is a row's own may be posted, if most rows have their own there.
    """
    good = [field for field in shape.ids if len({own[field] for own in ids}) == len(ids)]
    if good:
        return [tuple(own[field] for field in good) for own in ids]
    values = {field: [own[field] for own in ids] for field in shape.ids}
    alone = {field: {value for value in found if found.count(value) == 1} for field, found in values.items()}
    most = [field for field in shape.ids if 2 * len(alone[field]) > len(ids)]
    return [tuple(own[field] for field in most if own[field] in alone[field]) for own in ids]
