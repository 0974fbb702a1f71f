"""The unsettled wishes to mark something read, and what became of the settled ones.

Every verb is journalled, then committed, before it returns (`ledger.commit`). Undo and claim exclude each other under
the write lock, so what was undone was never sent.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec.structs import replace

from neptune_inbox.model import Instant, JournalEntry, Key, Mark, MarkState, Now, Posted, Profile, Receipt
from neptune_inbox.store.database.database import Database
from neptune_inbox.store.journal.journal import Journal
from neptune_inbox.store.outbox.commit import JournalledChange, commit
from neptune_inbox.store.outbox.rows import (
    ACCEPTED,
    NOT_SAVED,
    STANDING,
    STUCK,
    UNCORRECTED,
    UNSETTLED,
    MarkRow,
    insert,
    insert_receipt,
    select,
    select_keys,
    select_receipts,
    select_serials,
    target_values,
)
from neptune_inbox.store.outbox.settling import Outcome, is_claim, learn_field, plan_settling
from neptune_inbox.store.outbox.undo import Undone, plan_undo
from neptune_inbox.store.outbox.view import OutboxCounts, OutboxView
from neptune_inbox.store.team.facts import TeamStore

__all__ = ["Outbox", "OutboxCounts", "Outcome", "Undone"]


BY_ANOTHER_ID = "Another id is tried."
WITHOUT_EFFECT = "It was accepted without effect; another id is tried."
AFRESH = "settled_at = NULL, error = '', confirmed_at = NULL, contradicted_at = NULL"
"""What was seen of an earlier post says nothing of the next."""
RETARGET = "UPDATE mark SET field = ?, posted_id = ?, failed_fields = ? WHERE serial = ?"


class Outbox(OutboxView):
    """The marks of one tenant. Raises StoreProblem, and DiskFull when nothing was saved."""

    def __init__(
        self, database: Database, journal: Journal, tenant: str, now: Now, team: TeamStore | None = None
    ) -> None:
        """`team` gets what becomes of marks, in the transaction in which it is saved here."""
        super().__init__(database, tenant)
        self._journal = journal
        self._now = now
        self._team = team

    def hold(
        self,
        profile: Profile,
        keys: Collection[Key],
        *,
        due_at: Instant,
        label: str,
        receipt_id: str,
        left_alone: int = 0,
        targets: Mapping[Key, Posted | None] | None = None,
        refusal: str = "",
        known: str = "",
    ) -> Receipt:
        """Hold a mark for each notification under one receipt; on disk when this returns.

        What an earlier act has under way stays that act's: it is among the receipt's marks under its own receipt id,
        and an undo of this receipt leaves it. `targets` is what is to be posted for each; one that is None there is
        refused at once, with `refusal` as the reason. `known` is whose claim the agent was shown before.
        """
        at = self._now()
        wanted = tuple(dict.fromkeys(Key(*key) for key in keys))
        receipt = Receipt(receipt_id, at, label, (), left_alone)
        if not wanted:
            return receipt

        def plan(connection: sqlite3.Connection) -> JournalledChange[Receipt]:
            theirs = select_keys(connection, self._tenant, wanted, UNSETTLED)
            taken = {row.mark.key for row in theirs}
            made = (_made(key, targets or {}, at, due_at, receipt_id, refusal) for key in wanted if key not in taken)
            fresh = [MarkRow(mark, self._tenant, profile.name, profile.environment) for mark in made]

            def apply() -> Receipt:
                insert_receipt(connection, self._tenant, receipt)
                insert(connection, fresh)
                if known:
                    connection.execute("INSERT OR REPLACE INTO team_known VALUES (?, ?)", (receipt_id, known))
                connection.executemany(
                    "INSERT OR IGNORE INTO collapsed VALUES (?, ?)", [(receipt_id, row.mark.serial) for row in theirs]
                )
                return select_receipts(connection, "id = ?", (receipt_id,))[0]

            lines = [row.entry("held", at, detail=label, due_at=due_at) for row in fresh]
            lines += [row.entry("failed", at, detail=refusal) for row in fresh if row.mark.is_settled]
            return JournalledChange(lines, [row.entry("dropped", at, detail=NOT_SAVED) for row in fresh], apply)

        return commit(self._database, self._journal, plan)

    def undo(self, receipt_id: str | None = None, profile: str = "") -> Undone | None:
        """Take back the newest act that has marks no request was made for, or the named one.

        With `profile` the acts of other profiles are left alone.
        Where there is none, the newest act still in effect is returned with nothing undone; None without any.
        """
        at = self._now()
        return commit(self._database, self._journal, lambda c: plan_undo(c, self._tenant, receipt_id, at, profile))

    def claim(self, *, owner: str, limit: int, lease_ms: int) -> list[Mark]:
        """Claim up to `limit` due marks for sending, longest due first, and those whose sender's lease has
        expired."""
        at = self._now()

        def work(connection: sqlite3.Connection) -> list[Mark]:
            # Each half by its index: however many are held, only this many are looked at.
            found = connection.execute(
                "SELECT serial FROM (SELECT * FROM (SELECT due_at, serial FROM mark WHERE place = ?1"
                " AND state = 'held' AND due_at <= ?2 ORDER BY due_at, serial LIMIT ?3)"
                " UNION ALL SELECT due_at, serial FROM mark WHERE place = ?1 AND state = 'sending'"
                " AND lease_until <= ?2) ORDER BY due_at, serial LIMIT ?3",
                (self._tenant, at, limit),
            )
            serials = [serial for (serial,) in found.fetchall()]
            connection.executemany(
                "UPDATE mark SET state = 'sending', attempts = attempts + 1, lease_owner = ?, lease_until = ?"
                " WHERE serial = ?",
                [(owner, at + lease_ms, serial) for serial in serials],
            )
            claimed = {row.mark.serial: row.mark for row in select_serials(connection, serials)}
            return [claimed[serial] for serial in serials]

        return self._database.write(work)

    def settle(self, outcomes: Sequence[Outcome]) -> list[bool]:
        """Record what became of claimed marks, all or none of it; whether each changed anything."""
        at = self._now()

        def plan(connection: sqlite3.Connection) -> JournalledChange[list[bool]]:
            return plan_settling(connection, self._tenant, outcomes, at, self._tell_team)

        return commit(self._database, self._journal, plan)

    def post_another(self, mark: Mark, posted: Posted, target: Posted, reason: str) -> Mark | None:
        """Note that what was posted for a claimed mark failed, and what is posted next; None where it is not ours."""
        at = self._now()

        def plan(connection: sqlite3.Connection) -> JournalledChange[Mark | None]:
            rows = [row for row in select(connection, "m.serial = ?", (mark.serial,)) if is_claim(row, mark)]
            changed = [row.posting(target, failed=posted.field) for row in rows]

            def apply() -> Mark | None:
                connection.executemany(RETARGET, [_retargeted(row.mark) for row in changed])
                return changed[0].mark if changed else None

            return JournalledChange(
                [row.entry("retried", at, detail=reason, due_at=at) for row in changed], [], apply
            )

        return commit(self._database, self._journal, plan)

    def contradicted(self) -> list[Mark]:
        """The marks that had no effect, and that were neither confirmed before nor tried with another id."""
        with self._database.reading() as connection:
            rows = select(connection, f"m.place = ? AND {UNCORRECTED} AND {STANDING}", (self._tenant,))
        return [row.mark for row in rows]

    def correct(self, targets: Mapping[int, Posted]) -> int:
        """Hold these contradicted marks again, due now, each to be posted by another id, once; how many."""
        return self._hold_again(targets, UNCORRECTED, WITHOUT_EFFECT)

    def retry_with(self, targets: Mapping[int, Posted]) -> int:
        """Hold these failed and contradicted marks again, due now, each to be posted by another id; how many."""
        return self._hold_again(targets, STUCK, BY_ANOTHER_ID)

    def _hold_again(self, targets: Mapping[int, Posted], condition: str, reason: str) -> int:
        at = self._now()

        def plan(connection: sqlite3.Connection) -> JournalledChange[int]:
            rows = select(connection, f"m.place = ? AND {condition} AND {STANDING}", (self._tenant,))
            found = [(row, targets[row.mark.serial]) for row in rows if row.mark.serial in targets]
            changed = [row.posting(to, failed=row.mark.target.field if row.mark.target else "") for row, to in found]

            def apply() -> int:
                connection.executemany(RETARGET, [_retargeted(row.mark) for row in changed])
                connection.executemany(
                    f"UPDATE mark SET state = 'held', due_at = ?, {AFRESH} WHERE serial = ?",
                    [(at, row.mark.serial) for row in changed],
                )
                return len(changed)

            lines = [row.entry("retried", at, detail=reason, due_at=at) for row in changed]
            return JournalledChange(lines, [_as_it_was(row, at) for row, _ in found], apply)

        return commit(self._database, self._journal, plan)

    def note_effect(self, *, read: Collection[Key], unread: Collection[Key], asked_at: Instant) -> tuple[Key, ...]:
        """Lay what a list showed over the accepted marks: confirmed where it is read, contradicted where it is not.

        `asked_at` is when the list was asked for: only one that is later than the mark contradicts it. The answer is
        whose state changed; nothing is written where none does.
        """
        at = self._now()
        keys = {*read, *unread}

        def changes(connection: sqlite3.Connection) -> list[tuple[MarkRow, MarkState]]:
            rows = select_keys(connection, self._tenant, keys, f"{ACCEPTED} AND {STANDING}")
            found = ((row, _effect(row.mark, row.mark.key in read, asked_at)) for row in rows)
            return [(row, state) for row, state in found if state is not row.mark.state]

        def plan(connection: sqlite3.Connection) -> JournalledChange[tuple[Key, ...]]:
            changed = changes(connection)

            def apply() -> tuple[Key, ...]:
                connection.executemany(
                    "UPDATE mark SET state = ?1, settled_at = ?2,"
                    " confirmed_at = iif(?1 = 'confirmed', COALESCE(confirmed_at, ?2), confirmed_at),"
                    " contradicted_at = iif(?1 = 'contradicted', COALESCE(contradicted_at, ?2), contradicted_at)"
                    " WHERE serial = ?3",
                    [(str(state), at, row.mark.serial) for row, state in changed],
                )
                _learn(connection, self._tenant, changed, at)
                self._tell_team(connection, [row for row, state in changed if state in STUCK], MarkState.CONTRADICTED)
                return tuple(row.mark.key for row, _ in changed)

            return JournalledChange(
                [row.entry(str(state), at, detail=_lesson(row, state)) for row, state in changed], [], apply
            )

        if not keys:
            return ()
        with self._database.reading() as connection:
            if not changes(connection):
                return ()
        return commit(self._database, self._journal, plan)

    def begin_window(self, receipt_id: str, due_at: Instant) -> Receipt | None:
        """Let the window of an act end at another time, where no request was made; None for an unknown act."""

        def work(connection: sqlite3.Connection) -> list[Receipt]:
            connection.execute(
                "UPDATE mark SET due_at = ? WHERE receipt_id = ? AND state = 'held' AND attempts = 0",
                (due_at, receipt_id),
            )
            return select_receipts(connection, "id = ?", (receipt_id,))

        found = self._database.write(work)
        return found[0] if found else None

    def follow_clock(self, step: int, longest_ms: int, missed: int = 0) -> int:
        """The clock was set by `step` milliseconds (0: nobody knows): no window and no lease gets longer; how many.

        Of a window that ran while nobody could see it, for `missed` milliseconds until now, the rest is given back.

        What is held from a later time than now waits for its own window at most, and what was put off for
        `longest_ms` at most.
        """
        at = self._now()

        def work(connection: sqlite3.Connection) -> int:
            changed = 0
            if step:
                changed += connection.execute(
                    "UPDATE mark SET due_at = due_at + ?2, lease_until = lease_until + ?2, made_at = made_at + ?2"
                    " WHERE place = ?1 AND state IN ('held', 'sending')",
                    (self._tenant, step),
                ).rowcount
            if missed:
                changed += connection.execute(
                    "UPDATE mark SET due_at = due_at + iif(state = 'held', ?3, 0), lease_until = lease_until + ?3"
                    " WHERE place = ?1 AND (state = 'sending'"
                    " OR (state = 'held' AND attempts = 0 AND due_at > ?2 - ?3))",
                    (self._tenant, at, missed),
                ).rowcount
            changed += connection.execute(
                "UPDATE mark SET due_at = ?2 + min(due_at - made_at, ?3)"
                " WHERE place = ?1 AND state = 'held' AND attempts = 0 AND made_at > ?2",
                (self._tenant, at, longest_ms),
            ).rowcount
            changed += connection.execute(
                "UPDATE mark SET due_at = ?2"
                " WHERE place = ?1 AND state = 'held' AND attempts > 0 AND due_at > ?2 + ?3",
                (self._tenant, at, longest_ms),
            ).rowcount
            return changed

        return self._database.write(work)

    def take_over(self, owner: str) -> int:
        """Release what every other sender of a tenant had claimed, as none of them is alive; returns how many."""

        def work(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "UPDATE mark SET state = 'held', lease_owner = ''"
                " WHERE place = ? AND state = 'sending' AND lease_owner <> ?",
                (self._tenant, owner),
            ).rowcount

        return self._database.write(work)

    def release(self, owner: str) -> int:
        """Release everything that this sender had claimed and not settled; returns how many."""

        def work(connection: sqlite3.Connection) -> int:
            return connection.execute(
                "UPDATE mark SET state = 'held', lease_owner = '' WHERE state = 'sending' AND lease_owner = ?",
                (owner,),
            ).rowcount

        return self._database.write(work)

    def send_now(self) -> int:
        """End the window of every held mark; how many were waiting."""
        at = self._now()
        changed = self._change(
            None,
            f"m.state = 'held' AND m.due_at > {at}",
            f"due_at = {at}",
            lambda row: row.entry("held", at, detail="send now", due_at=at),
        )
        return len(changed)

    def retry(self, keys: Collection[Key] | None = None) -> int:
        """Hold the failed and contradicted marks again, due now; how many."""
        at = self._now()
        changed = self._change(
            keys,
            f"{STUCK} AND {STANDING}",
            f"state = 'held', due_at = {at}, {AFRESH}",
            lambda row: row.entry("retried", at, due_at=at),
        )
        return len(changed)

    def drop(self, keys: Collection[Key] | None = None) -> list[Mark]:
        """Give up held, failed and contradicted marks, never one that is being sent; those, as they were before."""
        at = self._now()
        return self._change(
            keys,
            f"(m.state = 'held' OR {STUCK})",
            f"state = 'dropped', settled_at = {at}",
            lambda row: row.entry("dropped", at),
        )

    def _tell_team(self, connection: sqlite3.Connection, rows: Sequence[MarkRow], state: MarkState) -> None:
        if self._team is not None:
            self._team.add(connection, self._team.of_marks(connection, [row.mark for row in rows], state))

    def _change(
        self,
        keys: Collection[Key] | None,
        condition: str,
        assignments: str,
        entry: Callable[[MarkRow], JournalEntry],
    ) -> list[Mark]:
        """Journal and change the held and failed marks of a tenant that meet a condition; those, as they were."""
        at = self._now()

        def plan(connection: sqlite3.Connection) -> JournalledChange[list[Mark]]:
            if keys is None:
                rows = select(connection, f"m.place = ? AND {condition}", (self._tenant,))
            else:
                rows = select_keys(connection, self._tenant, keys, condition)

            def apply() -> list[Mark]:
                serials = [(row.mark.serial,) for row in rows]
                connection.executemany(f"UPDATE mark SET {assignments} WHERE serial = ?", serials)
                return [row.mark for row in rows]

            return JournalledChange([entry(row) for row in rows], [_as_it_was(row, at) for row in rows], apply)

        return commit(self._database, self._journal, plan)


def _as_it_was(row: MarkRow, at: Instant) -> JournalEntry:
    return row.entry(str(row.mark.state), at, detail=NOT_SAVED, due_at=row.mark.due_at)


def _made(
    key: Key, targets: Mapping[Key, Posted | None], at: Instant, due_at: Instant, receipt_id: str, refusal: str
) -> Mark:
    mark = Mark(key.user_id, key.id, MarkState.HELD, at, due_at, receipt_id=receipt_id, target=targets.get(key))
    if key in targets and mark.target is None:
        return replace(mark, state=MarkState.FAILED, error=refusal, settled_at=at)
    return mark


def _retargeted(mark: Mark) -> tuple[object, ...]:
    return (*target_values(mark.target), "\n".join(mark.failed_fields), mark.serial)


def _lesson(row: MarkRow, state: MarkState) -> str:
    """What the effect of a mark teaches about the id that was posted for it, for the journal."""
    mark = row.mark
    if state is MarkState.CONFIRMED and mark.failed_fields and mark.target is not None:
        return f"`{mark.target.field}` is posted here from now on; {', '.join(mark.failed_fields)} did not work."
    return ""


def _learn(
    connection: sqlite3.Connection, tenant: str, changed: Sequence[tuple[MarkRow, MarkState]], at: Instant
) -> None:
    """Remember the field that worked after another did not; forget one that was believed and had no effect."""
    for row, state in changed:
        field = row.mark.target.field if row.mark.target else ""
        if lesson := _lesson(row, state):
            learn_field(connection, tenant, field, lesson, at)
        elif state is MarkState.CONTRADICTED and row.mark.confirmed_at is None:
            connection.execute("DELETE FROM posted_field WHERE place = ? AND field = ?", (tenant, field))


def _effect(mark: Mark, is_read: bool, asked_at: Instant) -> MarkState:
    """The state of an accepted mark after a list that was asked for at an instant showed its notification."""
    if is_read:
        return MarkState.CONFIRMED
    return MarkState.CONTRADICTED if asked_at > (mark.settled_at or 0) else mark.state
