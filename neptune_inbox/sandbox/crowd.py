"""Very many users and notifications in flat memory: each row is made when it is looked at, always the same.

What is kept of a generated row is when it was read; its uuid says which row it is. Rows that were added are kept.
"""

from __future__ import annotations

import hashlib
from array import array
from bisect import insort
from collections import OrderedDict
from collections.abc import Iterator, MutableMapping
from copy import copy
from random import Random
from uuid import UUID

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Instant, JsonObject
from neptune_inbox.sandbox.records import Counts, NotificationRecord
from neptune_inbox.sandbox.samples import draw_event_type, sample
from neptune_inbox.sandbox.templates import render

MOST_USERS = 1_000_000
MOST_NOTIFICATIONS = 20_000_000
MOST_OF_ONE = 10_000
"""Notifications of one user."""
ROWS_SHOWN = 5_000
"""How many rows are held at a time, about."""
REACH = 150 * 86_400_000
"""How far back they go, in milliseconds."""
READ_AFTER = 300_000
UNREAD, READ_AS_MADE = 0, 1
"""Replaces the moment at which a row was read."""
CHANCE_OF_READ = 0.85


class Crowd:
    """The generated part of one environment. `now` is the moment before which everything in it was made."""

    def __init__(
        self, *, users: int, notifications: int, seed: int | str, now: Instant, status: str, first_number: int = 0
    ) -> None:
        _check(users, notifications)
        self.users = users
        self.notifications = notifications
        self.made_of: JsonObject = {
            "users": users,
            "notifications": notifications,
            "seed": seed,
            "now": now,
            "status": status,
            "first_number": first_number,
        }
        """What the same crowd is made of again."""
        self._seed = seed
        self._now = now
        self._status = status
        self._first_number = first_number
        self._key = hashlib.blake2b(f"crowd {seed}".encode(), digest_size=16).digest()
        chance = Random(f"read {seed}")
        self._read_at = array("q", (chance.random() < CHANCE_OF_READ for _ in range(notifications)))
        self._shown: OrderedDict[str, list[NotificationRecord]] = OrderedDict()
        self._count_shown = 0
        self._added: dict[str, list[NotificationRecord]] = {}
        self._deleted: set[int] = set()

    def copy(self) -> Crowd:
        """The same crowd, which from then on changes by itself; rows are shared."""
        other = copy(self)
        other._read_at = self._read_at[:]
        other._shown = OrderedDict((user_id, list(rows)) for user_id, rows in self._shown.items())
        other._added = {user_id: list(rows) for user_id, rows in self._added.items()}
        other._deleted = set(self._deleted)
        return other

    # -- users -------------------------------------------------------------------------------------------------

    def user_id(self, ordinal: int) -> str:
        """The id of a user by number, from 0."""
        return f"user-{ordinal + 1:06d}"

    def meta(self, ordinal: int) -> JsonObject:
        """What is known about a user."""
        return {"name": f"Customer {ordinal + 1:,}", "plan": ("Free", "Team", "Business")[ordinal % 3]}

    def ordinal_of(self, user_id: str) -> int | None:
        """Which user of the crowd this is, or None for another or a deleted one."""
        number = user_id.removeprefix("user-")
        if not number.isascii() or not number.isdecimal() or len(number) > 9:
            return None
        ordinal = int(number) - 1
        is_one = 0 <= ordinal < self.users and self.user_id(ordinal) == user_id and ordinal not in self._deleted
        return ordinal if is_one else None

    def count_of(self, user_id: str) -> int:
        """How many rows a user has, without making them."""
        ordinal = self.ordinal_of(user_id)
        if user_id in self._shown:
            return len(self._shown[user_id])
        return (0 if ordinal is None else len(self._span(ordinal))) + len(self._added.get(user_id, ()))

    def forget(self, user_id: str) -> list[NotificationRecord]:
        """Takes a user's rows away; what they were."""
        rows = self.rows_of(user_id)
        ordinal = self.ordinal_of(user_id)
        if ordinal is not None:
            self._deleted.add(ordinal)
        self._shown.pop(user_id, None)
        self._count_shown = sum(map(len, self._shown.values()))
        self._added.pop(user_id, None)
        return rows

    # -- rows --------------------------------------------------------------------------------------------------

    def rows_of(self, user_id: str) -> list[NotificationRecord]:
        """A user's rows, oldest first: a list that may be added to."""
        if user_id in self._shown:
            self._shown.move_to_end(user_id)
            return self._shown[user_id]
        ordinal = self.ordinal_of(user_id)
        if ordinal is None:
            return self._added.setdefault(user_id, [])
        rows = self._make_rows(user_id, ordinal)
        self._added.pop(user_id, None)
        self._shown[user_id] = rows
        self._count_shown += len(rows)
        while self._count_shown > ROWS_SHOWN and len(self._shown) > 1:
            self._put_away(*self._shown.popitem(last=False))
        return rows

    def all_rows(self) -> Iterator[list[NotificationRecord]]:
        """Everybody's rows, user by user, without holding them."""
        for ordinal in range(self.users):
            user_id = self.user_id(ordinal)
            if ordinal not in self._deleted:
                yield self._shown.get(user_id) or self._make_rows(user_id, ordinal)
        for user_id, rows in self._added.items():
            if self.ordinal_of(user_id) is None:
                yield rows

    def find(self, uuid: str) -> NotificationRecord | None:
        """The generated row of this uuid."""
        index = self._index_of(uuid)
        if index is None:
            return None
        user_id = self.user_id(self._ordinal_at(index))
        if self.ordinal_of(user_id) is None:
            return None
        number = self._first_number + index + 1
        return next((row for row in self.rows_of(user_id) if row.number == number), None)

    def counts(self) -> Counts:
        """How many generated rows there are, and how many of them are unread."""
        for rows in self._shown.values():
            self._note(rows)
        gone = [index for ordinal in self._deleted for index in self._span(ordinal)]
        unread = self._read_at.count(UNREAD) - sum(self._read_at[index] == UNREAD for index in gone)
        return Counts(self.notifications - len(gone), unread)

    def memory(self) -> tuple[bytes, list[int], list[NotificationRecord]]:
        """What was changed in it: when each was read, which users are deleted, and the rows that were added."""
        shown = [row for rows in self._shown.values() for row in self._note(rows)]
        added = [row for rows in self._added.values() for row in rows]
        return self._read_at.tobytes(), sorted(self._deleted), shown + added

    def remember(self, read_at: bytes, deleted: list[int]) -> None:
        """Takes over what `memory` gave, but for the rows that were added: see `add`."""
        self._read_at = array("q", read_at)
        self._deleted = set(deleted)

    def add(self, record: NotificationRecord) -> None:
        """Puts a row there that is not generated."""
        rows = self._shown.get(record.user_id)
        if rows is None:
            rows = self._added.setdefault(record.user_id, [])
        insort(rows, record, key=lambda row: (row.created_at, row.number))

    def _span(self, ordinal: int) -> range:
        """The indexes of a user's rows, oldest first."""
        each, more = divmod(self.notifications, self.users)
        start = ordinal * each + min(ordinal, more)
        return range(start, start + each + (ordinal < more))

    def _ordinal_at(self, index: int) -> int:
        each, more = divmod(self.notifications, self.users)
        ahead = more * (each + 1)
        return index // (each + 1) if index < ahead else more + (index - ahead) // max(1, each)

    def _make_rows(self, user_id: str, ordinal: int) -> list[NotificationRecord]:
        span = self._span(ordinal)
        step = REACH // max(1, len(span))
        meta = self.meta(ordinal)
        rows = [
            self._make(index, user_id, meta, self._now - (len(span) - number) * step)
            for number, index in enumerate(span)
        ]
        for record in self._added.get(user_id, ()):
            insort(rows, record, key=lambda row: (row.created_at, row.number))
        return rows

    def _make(self, index: int, user_id: str, meta: JsonObject, made_at: Instant) -> NotificationRecord:
        chance = Random(f"{self._seed} {index}")
        event_type = draw_event_type(chance)
        data = sample(event_type, chance, made_at, meta)
        text = render(event_type, data, meta)
        read_at = self._read_at[index]
        return NotificationRecord(
            uuid=self._uuid_of(index),
            number=self._first_number + index + 1,
            user_id=user_id,
            event_type=event_type,
            title=text.title,
            body=text.body,
            link=text.link,
            data=data,
            status=self._status,
            created_at=made_at,
            read_at=None if read_at == UNREAD else made_at + READ_AFTER if read_at == READ_AS_MADE else read_at,
        )

    def _put_away(self, user_id: str, rows: list[NotificationRecord]) -> None:
        self._count_shown = sum(map(len, self._shown.values()))
        if added := self._note(rows):
            self._added[user_id] = added

    def _note(self, rows: list[NotificationRecord]) -> list[NotificationRecord]:
        """Keeps when generated rows were read; the rows that are not generated."""
        added = []
        for row in rows:
            index = row.number - self._first_number - 1
            if 0 <= index < self.notifications and row.uuid == self._uuid_of(index):
                self._read_at[index] = UNREAD if row.read_at is None else row.read_at
            else:
                added.append(row)
        return added

    # -- uuids: 64 bits say which row, hidden by 58 bits that also prove that it is one of ours ------------------

    def _uuid_of(self, index: int) -> str:
        tag = self._tag(index)
        packed = tag << 64 | (index ^ self._mask(tag))
        high, low = packed >> 62, packed & ((1 << 62) - 1)
        value = (high >> 12) << 80 | 4 << 76 | (high & 0xFFF) << 64 | 0b10 << 62 | low
        return str(UUID(int=value))

    def _index_of(self, uuid: str) -> int | None:
        try:
            value = UUID(uuid).int
        except ValueError:
            return None
        high = (value >> 80) << 12 | (value >> 64) & 0xFFF
        packed = high << 62 | value & ((1 << 62) - 1)
        tag = packed >> 64
        index = (packed & ((1 << 64) - 1)) ^ self._mask(tag)
        is_ours = index < self.notifications and self._uuid_of(index) == uuid
        return index if is_ours else None

    def _tag(self, index: int) -> int:
        return self._hash(b"t", index) >> 6

    def _mask(self, tag: int) -> int:
        return self._hash(b"m", tag)

    def _hash(self, use: bytes, value: int) -> int:
        digest = hashlib.blake2b(value.to_bytes(8, "big"), digest_size=8, key=self._key, person=use).digest()
        return int.from_bytes(digest, "big")


class CrowdRows(MutableMapping[str, list[NotificationRecord]]):
    """Rows by user: the crowd's and others'."""

    def __init__(self, crowd: Crowd) -> None:
        self._crowd = crowd

    def __getitem__(self, user_id: str) -> list[NotificationRecord]:
        return self._crowd.rows_of(user_id)

    def __setitem__(self, user_id: str, rows: list[NotificationRecord]) -> None:
        self._crowd.rows_of(user_id)[:] = rows

    def __delitem__(self, user_id: str) -> None:
        self._crowd.forget(user_id)

    def pop(self, user_id: str, *default: object) -> list[NotificationRecord]:
        return self._crowd.forget(user_id)

    def __iter__(self) -> Iterator[str]:
        raise TypeError("a crowd is gone through by its rows")

    def __len__(self) -> int:
        return self._crowd.users


class CrowdNotifications(dict[str, NotificationRecord]):
    """Notifications by uuid: those that were added, and behind them the crowd's."""

    def __init__(self, crowd: Crowd) -> None:
        super().__init__()
        self._crowd = crowd

    def __missing__(self, uuid: str) -> NotificationRecord:
        found = self._crowd.find(uuid)
        if found is None:
            raise KeyError(uuid)
        return found


def _check(users: int, notifications: int) -> None:
    for name, value, most in (("users", users, MOST_USERS), ("notifications", notifications, MOST_NOTIFICATIONS)):
        if not 0 <= value <= most or (name == "users" and value == 0):
            raise UsageProblem(f"{name} is {value:,}.", f"Give a number up to {most:,}.")
    if notifications > users * MOST_OF_ONE:
        raise UsageProblem(
            f"{notifications:,} notifications are more than {MOST_OF_ONE:,} for each of {users:,}.",
            f"Give --users {-(-notifications // MOST_OF_ONE):,} or more.",
        )
