"""Which notifications came close enough together to be an incident, read off the time index; few titles are read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from neptune_inbox.model import Instant
from neptune_inbox.model.incidents import Arrival, Grouping
from neptune_inbox.store.cache.ids import account_refs, tenant_ref


class _Run:
    """Rows of one event type, each at most a gap before the one after it."""

    def __init__(self) -> None:
        self.rowids: list[int] = []
        self.accounts: set[int] = set()
        self.oldest: Instant = 0


def arrivals_together(
    connection: sqlite3.Connection, tenant: str, user_ids: Collection[str], grouping: Grouping, since: Instant
) -> list[Arrival]:
    """Every row of these users that may be in an incident that went on after an instant, and others beside them.

    A row without a created time came when it was first seen.
    """
    accounts = account_refs(connection, tenant, user_ids)
    if len(accounts) < grouping.least:
        return []
    rowids = _candidates(connection, tenant_ref(connection, tenant), list(accounts.values()), grouping, since)
    found = connection.execute(
        "SELECT n.sorted_at, n.seq, a.user_id, e.name, n.title FROM json_each(?) k"
        " CROSS JOIN notification n ON n.seq = k.value CROSS JOIN account a ON a.ref = n.account"
        " CROSS JOIN event e ON e.ref = n.event",
        (json.dumps(rowids),),
    )
    return [Arrival(*fields) for fields in found]


def _candidates(
    connection: sqlite3.Connection, tenant: int, accounts: list[int], grouping: Grouping, since: Instant
) -> list[int]:
    """The rows of each run of one event type that came to enough customers, whatever their titles say."""
    rows = connection.execute(
        "SELECT event, account, sorted_at, seq FROM notification INDEXED BY by_time WHERE place = ?"
        " AND account IN (SELECT value FROM json_each(?)) ORDER BY sorted_at DESC, seq DESC",
        (tenant, json.dumps(accounts)),
    )
    runs: dict[int, _Run] = {}
    chosen: list[int] = []
    gap, least, reached = grouping.gap, grouping.least, None
    for event, account, at, rowid in rows:
        run = runs.get(event)
        if run is None or run.oldest - at > gap:
            if run is not None and len(run.accounts) >= least:
                chosen += run.rowids
            runs.pop(event, None)
            if at < since:
                # It has ended; once nothing else reaches that far back, nothing older matters.
                if reached is None or reached - at > gap:
                    break
                continue
            run = runs[event] = _Run()
        run.rowids.append(rowid)
        run.accounts.add(account)
        run.oldest = reached = at
    for run in runs.values():
        if len(run.accounts) >= least:
            chosen += run.rowids
    return chosen
