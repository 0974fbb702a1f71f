"""Forgetting old rows of the cache, a few at a time, so that nobody waits long for the write lock."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import islice

from neptune_inbox.model import Instant, Key
from neptune_inbox.store.cache.ids import tenant_ref
from neptune_inbox.store.cache.merge import forget_words
from neptune_inbox.store.database.database import Database

AT_ONCE = 250
"""Rows; about 20 ms."""
WALKED = 4_000
"""Rows that are looked at in one step."""
RECENT = 86_400_000
"""Milliseconds: what was first seen since then stays, as somebody has just loaded it."""
FIRST = (-(1 << 62), 0)


class Pruning:
    """One pass over a tenant's cache: read rows that are older than an instant and not to be kept are forgotten.

    What is unread stays, however old: it is what somebody still waits for.
    """

    def __init__(
        self,
        database: Database,
        tenant: str,
        before: Instant,
        kept: Callable[[Mapping[int, Key]], Collection[int]],
        now: Instant,
    ) -> None:
        """`kept` says which of some notifications, by rowid, are to be kept at the moment when the others go."""
        self._database = database
        self._tenant = tenant
        self._before = before
        self._recent = now - RECENT
        self._kept = kept
        self._after = FIRST
        """Where the pass continues: nothing is visited twice."""
        self.count = 0
        """How many were forgotten."""

    def step(self) -> bool:
        """Forget a few, in one transaction; whether there may be more. Raises StoreProblem.

        From the first on the cache says that it is complete back to the instant only.
        """
        with self._database.transaction() as connection:
            tenant = tenant_ref(connection, self._tenant)
            found = connection.execute(
                "SELECT sorted_at, seq, is_read FROM notification INDEXED BY by_time WHERE place = ?"
                " AND (sorted_at, seq) > (?, ?) AND sorted_at < ? ORDER BY sorted_at, seq LIMIT ?",
                (tenant, *self._after, self._before, WALKED),
            ).fetchall()
            read = list(islice(((at, seq) for at, seq, is_read in found if is_read), AT_ONCE))
            seqs = self._without_kept(connection, [seq for _, seq in read])
            _forget(connection, seqs)
            if seqs and not self.count:
                _admit(connection, tenant, self._before)
        if found:
            self._after = read[-1] if len(read) == AT_ONCE else tuple(found[-1][:2])
        self.count += len(seqs)
        return bool(found)

    def _without_kept(self, connection: sqlite3.Connection, seqs: Sequence[int]) -> list[int]:
        found = connection.execute(
            "SELECT n.seq, a.user_id, n.id FROM json_each(?) s CROSS JOIN notification n ON n.seq = s.value"
            " CROSS JOIN account a ON a.ref = n.account WHERE n.first_seen_at < ?",
            (json.dumps(seqs), self._recent),
        )
        keys = {seq: Key(user_id, id) for seq, user_id, id in found}
        return [*(keys.keys() - self._kept(keys))]


def _forget(connection: sqlite3.Connection, seqs: Sequence[int]) -> None:
    forget_words(connection, seqs)
    for table in ("content", "named", "extra", "notification"):
        connection.executemany(f"DELETE FROM {table} WHERE seq = ?", [(seq,) for seq in seqs])


def _admit(connection: sqlite3.Connection, tenant: int, before: Instant) -> None:
    """Say of every user that what is older than this may be missing."""
    connection.execute(
        "UPDATE freshness SET complete_back_to = max(complete_back_to, ?1), has_everything = 0"
        " WHERE account IN (SELECT ref FROM account WHERE place = ?2) AND complete_back_to IS NOT NULL",
        (before, tenant),
    )
