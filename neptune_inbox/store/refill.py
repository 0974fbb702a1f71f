"""How a lost, mended or outrun outbox is brought back in line with the journal, which is always told first.

Three things can differ after a crash or a loss: the journal knows marks that the outbox never heard of; it knows that
marks were settled that the outbox still wants to send; or a mended outbox forgot that a request was made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from neptune_inbox.model import Instant, JournalEntry, Key, Mark, MarkState, Receipt
from neptune_inbox.store.database import Database
from neptune_inbox.store.journal import MARK, OPENING, SETTLING, Journal, MarkId
from neptune_inbox.store.mark_rows import UNSETTLED, MarkRow, insert, insert_receipt, select, select_keys

BROUGHT_BACK = "Brought back from the journal; it may have been tried before."


def refill(database: Database, journal: Journal, entries: Sequence[JournalEntry], at: Instant) -> int:
    """Bring the outbox in line; the answer is how many marks came back. Raises StoreProblem.

    `entries` are `Journal.unsettled()`. A mark that the outbox knows as settled is never brought back, and one that
    the journal knows as settled is never sent.
    """

    def work(connection: sqlite3.Connection) -> int:
        unsettled = select(connection, UNSETTLED)
        missing = _unknown(connection, entries)
        # Read anew under the lock: another instance may have settled them since `entries` were read.
        words = journal.last_words() if unsettled or missing else {}
        missing = [entry for entry in missing if words.get(_id(entry), entry).outcome in OPENING]
        _settle(connection, unsettled, words, at)
        if database.quarantined is not None:
            _forget_that_it_is_untried(connection, at)
        came_back = _bring_back(connection, missing, at)
        _mend_receipts(connection)
        return came_back

    return database.write(work)


def _id(entry: JournalEntry) -> MarkId:
    return MarkId(entry.place, entry.user_id, entry.id, entry.receipt_id)


def _unknown(connection: sqlite3.Connection, entries: Iterable[JournalEntry]) -> list[JournalEntry]:
    return [
        entry
        for entry in entries
        if entry.verb == MARK
        and not connection.execute(
            "SELECT 1 FROM mark WHERE place = ? AND user_id = ? AND id = ? AND receipt_id = ?", _id(entry)
        ).fetchone()
    ]


def _settle(
    connection: sqlite3.Connection, unsettled: Iterable[MarkRow], words: dict[MarkId, JournalEntry], at: Instant
) -> None:
    for row in unsettled:
        word = words.get(MarkId(row.place, row.mark.user_id, row.mark.id, row.mark.receipt_id))
        if word is not None and word.outcome in SETTLING:
            connection.execute(
                "UPDATE mark SET state = ?, settled_at = ?, request_id = ?, lease_owner = '' WHERE serial = ?",
                (word.outcome, at, word.request_id, row.mark.serial),
            )


def _forget_that_it_is_untried(connection: sqlite3.Connection, at: Instant) -> None:
    """What was due when the store was damaged may have been claimed in a log that was lost."""
    connection.execute(
        "UPDATE mark SET attempts = 1, error = ? WHERE state = 'held' AND attempts = 0 AND due_at <= ?",
        (BROUGHT_BACK, at),
    )


def _bring_back(connection: sqlite3.Connection, missing: Iterable[JournalEntry], at: Instant) -> int:
    count = 0
    for entry in missing:
        if select_keys(connection, entry.place, [Key(entry.user_id, entry.id)], UNSETTLED):
            continue
        due_at = entry.at if entry.due_at is None else entry.due_at
        was_never_claimed = entry.outcome == "held" and due_at > at
        mark = Mark(entry.user_id, entry.id, MarkState.HELD, entry.at, due_at, receipt_id=entry.receipt_id)
        if not was_never_claimed:
            mark = replace(mark, attempts=1, error=BROUGHT_BACK)
        insert_receipt(connection, entry.place, Receipt(entry.receipt_id, entry.at, entry.detail, ()))
        insert(connection, [MarkRow(mark, entry.place, entry.profile, entry.environment)])
        count += 1
    return count


def _mend_receipts(connection: sqlite3.Connection) -> None:
    """Every mark belongs to a receipt, also where the receipt's own row could not be read."""
    connection.execute(
        "INSERT INTO receipt (id, place, made_at, label, left_alone) SELECT receipt_id, place, min(made_at), '', 0"
        " FROM mark m WHERE NOT EXISTS (SELECT 1 FROM receipt r WHERE r.id = m.receipt_id) GROUP BY receipt_id"
    )
