"""How a lost, repaired or outdated outbox is brought back in line with the journal, which is always written first.

Three things can differ after a crash or a loss: the journal knows marks that the outbox does not; it knows that
marks were settled that the outbox still wants to send; or a repaired outbox forgot that a request was made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from neptune_inbox.model import Instant, JournalEntry, Key, Mark, MarkState, Posted, Receipt
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.journal.index import FileState, Position, file_states, save
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.journal.segments import BLOCK
from neptune_inbox.store.journal.words import MarkId, MarkWords
from neptune_inbox.store.outbox.rows import UNSETTLED, MarkRow, insert, insert_receipt, select, select_keys

WORD_NOW = {"sent": "accepted"}
"""How an outcome in an older journal is called today."""
BROUGHT_BACK = "Brought back from the journal; it may have been tried before."


def refill(database: Database, journal: Journal, at: Instant) -> int:
    """Bring the outbox in line; the answer is how many marks came back. Raises StoreProblem.

    Only what was written since it was last in line is read; where the outbox was lost or repaired, all of it. A mark
    that the outbox knows as settled is never brought back, and one that the journal knows as settled is never sent.
    """
    with database.reading() as connection:
        before = file_states(connection) if database.quarantined is None else {}
        words = MarkWords({_id_of(row) for row in select(connection, UNSETTLED)})
    # Before the lock is taken, as it may take a while where everything is read.
    seen = journal.tell(words, before)

    def work(connection: sqlite3.Connection) -> int:
        # Again under the lock, for what another instance wrote since.
        words.asked = None
        reached = journal.tell(words, {id: FileState(settled=position) for id, position in seen.items()})
        _settle(connection, select(connection, UNSETTLED), words.settled(), at)
        missing = journal.opened_by(_unknown(connection, words.open()))
        if database.quarantined is not None:
            _forget_that_it_is_untried(connection, at)
        came_back = _bring_back(connection, sorted(missing.values(), key=lambda entry: entry.at), at)
        _mend_receipts(connection)
        _keep(connection, reached)
        return came_back

    return database.write(work)


def _keep(connection: sqlite3.Connection, reached: Mapping[int, Position]) -> None:
    """Remember up to where the outbox is in line; a start with little that is new writes nothing."""
    now = file_states(connection)
    for id, position in reached.items():
        about = now.get(id, FileState())
        if not 0 <= position.end - about.settled.end < BLOCK:
            save(connection, id, replace(about, settled=position))


def _id_of(row: MarkRow) -> MarkId:
    return MarkId(row.tenant, row.mark.user_id, row.mark.id, row.mark.receipt_id)


def _unknown(connection: sqlite3.Connection, marks: Mapping[MarkId, JournalEntry]) -> dict[MarkId, JournalEntry]:
    known_one = "SELECT 1 FROM mark WHERE place = ? AND user_id = ? AND id = ? AND receipt_id = ?"
    return {mark: entry for mark, entry in marks.items() if not connection.execute(known_one, mark).fetchone()}


def _settle(
    connection: sqlite3.Connection, unsettled: Iterable[MarkRow], words: dict[MarkId, JournalEntry], at: Instant
) -> None:
    for row in unsettled:
        word = words.get(_id_of(row))
        if word is not None:
            connection.execute(
                "UPDATE mark SET state = ?, settled_at = ?, request_id = ?, lease_owner = '' WHERE serial = ?",
                (WORD_NOW.get(word.outcome, word.outcome), at, word.request_id, row.mark.serial),
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
        if select_keys(connection, entry.tenant, [Key(entry.user_id, entry.id)], UNSETTLED):
            continue
        due_at = entry.at if entry.due_at is None else entry.due_at
        was_never_claimed = entry.outcome == "held" and due_at > at
        mark = Mark(entry.user_id, entry.id, MarkState.HELD, entry.at, due_at, receipt_id=entry.receipt_id)
        if entry.posted_id:
            mark = replace(mark, target=Posted(entry.field, entry.posted_id))
        if not was_never_claimed:
            mark = replace(mark, attempts=1, error=BROUGHT_BACK)
        insert_receipt(connection, entry.tenant, Receipt(entry.receipt_id, entry.at, entry.detail, ()))
        insert(connection, [MarkRow(mark, entry.tenant, entry.profile, entry.environment)])
        count += 1
    return count


def _mend_receipts(connection: sqlite3.Connection) -> None:
    """Every mark belongs to a receipt, also where the receipt's own row could not be read."""
    connection.execute(
        "INSERT INTO receipt (id, place, made_at, label, left_alone) SELECT receipt_id, place, min(made_at), '', 0"
        " FROM mark m WHERE NOT EXISTS (SELECT 1 FROM receipt r WHERE r.id = m.receipt_id) GROUP BY receipt_id"
    )
