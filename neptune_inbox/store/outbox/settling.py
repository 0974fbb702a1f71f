"""What became of posted marks, written down many at a time: one transaction and one sync of the journal for all."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from msgspec import Struct

from neptune_inbox.model import SENT, Instant, JournalEntry, Mark, MarkState, Posted
from neptune_inbox.store.outbox.commit import JournalledChange
from neptune_inbox.store.outbox.rows import MarkRow, select_serials, target_values


class Outcome(Struct, frozen=True):
    """What came of posting one claimed mark."""

    mark: Mark
    state: MarkState
    """`ACCEPTED`, `FAILED` for good, or `HELD`: put off until `due_at`."""
    error: str = ""
    request_id: str = ""
    posted: Posted | None = None
    """What was posted for it, where that is known."""
    learned: str = ""
    """Why the field of `posted` is the one to post at this tenant from now on, in words; empty where it is not."""
    due_at: Instant = 0
    is_vain: bool = False
    """It certainly had no effect."""


def plan_settling(
    connection: sqlite3.Connection,
    tenant: str,
    outcomes: Sequence[Outcome],
    at: Instant,
    tell: Callable[[sqlite3.Connection, list[MarkRow], MarkState], None],
) -> JournalledChange[list[bool]]:
    """The step that settles these marks or puts them off; whether each changed anything.

    `tell` is called in the same transaction with the marks of each state that were settled. That a mark was taken is
    true whoever says it and however late; everything else counts only from the last sender.
    """
    rows = {row.mark.serial: row for row in select_serials(connection, [each.mark.serial for each in outcomes])}
    counting = [_counts(each, rows.get(each.mark.serial)) for each in outcomes]
    changed = [(each, rows[each.mark.serial]) for each, counts in zip(outcomes, counting, strict=True) if counts]
    settled = [(each, _posting(row, each)) for each, row in changed if each.state is not MarkState.HELD]

    def apply() -> list[bool]:
        connection.executemany(
            "UPDATE mark SET state = ?, settled_at = ?, error = ?, request_id = ?, lease_owner = '',"
            " field = ?, posted_id = ? WHERE serial = ?",
            [
                (str(each.state), at, each.error, each.request_id, *target_values(row.mark.target), row.mark.serial)
                for each, row in settled
            ],
        )
        connection.executemany(
            "UPDATE mark SET state = 'held', due_at = ?, error = ?, lease_owner = '' WHERE serial = ?",
            [(each.due_at, each.error, each.mark.serial) for each, _ in changed if each.state is MarkState.HELD],
        )
        connection.executemany(
            "UPDATE mark SET vain = vain + 1 WHERE serial = ?",
            [(each.mark.serial,) for each, _ in changed if each.is_vain],
        )
        for state in dict.fromkeys(each.state for each, _ in settled):
            tell(connection, [row for each, row in settled if each.state is state], state)
        for each, row in settled:
            if each.learned and row.mark.target is not None:
                learn_field(connection, tenant, row.mark.target.field, each.learned, at)
        return counting

    return JournalledChange([_line(row, each, at) for each, row in settled], [], apply)


def learn_field(connection: sqlite3.Connection, tenant: str, field: str, learned: str, at: Instant) -> None:
    """Post the ids of this field at a tenant from now on; `learned` says why, in words."""
    connection.execute("INSERT OR REPLACE INTO posted_field VALUES (?, ?, ?, ?)", (tenant, field, learned, at))


def is_claim(row: MarkRow, mark: Mark) -> bool:
    """Whether a mark is still claimed as it was when its sender took it."""
    return row.mark.state is MarkState.SENDING and row.mark.attempts == mark.attempts


def _counts(outcome: Outcome, row: MarkRow | None) -> bool:
    if row is None:
        return False
    return row.mark.state not in SENT if outcome.state is MarkState.ACCEPTED else is_claim(row, outcome.mark)


def _posting(row: MarkRow, outcome: Outcome) -> MarkRow:
    return row.posting(outcome.posted) if outcome.posted is not None else row


def _line(row: MarkRow, outcome: Outcome, at: Instant) -> JournalEntry:
    return row.entry(str(outcome.state), at, detail=outcome.error, request_id=outcome.request_id)
