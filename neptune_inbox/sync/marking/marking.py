"""Marking read for the customer: hold, undo, mark all under one receipt, send now, retry, drop.

Every verb goes through the outbox, which has it on disk before this layer says that it happened; the sender sends.
Nothing but ids that were in a list that the agent saw is ever held.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.errors import InboxError, ObserveOnly, Refused, may_have_acted
from neptune_inbox.model import (
    EVERYONE,
    HOPEFUL,
    STUCK,
    Instant,
    Key,
    Mark,
    MarkState,
    Mode,
    Now,
    Profile,
    Receipt,
    Row,
)
from neptune_inbox.model.team import ACCEPTED, MAYBE, FactDetails, FactKind
from neptune_inbox.sync.events import Bus, MarksChanged
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from neptune_inbox.sync.marking.audit import SERVER_ALL
from neptune_inbox.sync.marking.posting import NO_ID, Posting
from neptune_inbox.sync.store_thread import on_thread

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.store.outbox.outbox import OutboxCounts, Undone
    from neptune_inbox.sync.inbox.inbox import Scope
    from neptune_inbox.sync.marking.audit import AuditLog
    from neptune_inbox.sync.marking.sender import OutboxSender
    from neptune_inbox.sync.polling.health import Health
    from neptune_inbox.sync.tenant_store import TenantStore


LOST = 0.02
"""The part of a window that may be over before the marks are on disk."""


class MarkAllPlan(Struct, frozen=True):
    """What accepting a mark-all would do, frozen when the key was pressed."""

    rowids: array[int]
    """Of the unread rows of the list, newest first: of a long list, the notifications themselves fill the memory."""
    users: tuple[str, ...]
    oldest: Instant | None
    newest: Instant | None
    pending: int
    """Rows of the list that are being marked already."""
    in_sight: int = 0
    """How many of the rows were on the screen."""

    @property
    def count(self) -> int:
        """How many would be marked."""
        return len(self.rowids)


class MarkAllOffer(Struct, frozen=True):
    """What else a mark-all of a list can be; where nothing else is possible, all of it is empty."""

    not_loaded: tuple[int, int] | None = None
    """How many the server has and how many are loaded, where the rest can be loaded first."""
    on_server: bool = False
    """The API's own mark-all is possible."""


def mark_all_offer(
    scope: Scope, snapshot: ListSnapshot, since: int, total: int | None, *, is_online: bool
) -> MarkAllOffer:
    """What is offered beside marking the list; `since` is how many arrived after it, `total` what the server has."""
    if scope.user_id == EVERYONE:
        return MarkAllOffer()
    loaded = len(snapshot) + snapshot.hidden + since
    is_partial = not scope.query and total is not None and total > loaded
    return MarkAllOffer((total or 0, loaded) if is_partial else None, is_online)


def only_unread(rows: Iterable[Row]) -> list[Row]:
    """Those that a mark would do something for."""
    return [row for row in rows if row.counts_as_unread]


class Dropped(Struct, frozen=True):
    """What dropping did."""

    marks: tuple[Mark, ...]
    """Those that were given up, as they were before."""
    under_way: int
    """How many were asked for too, and are being sent."""


def plan_mark_all(rows: Iterable[Row]) -> MarkAllPlan:
    """The unread rows of a list, exactly, and the words that describe them."""
    unread, pending = [], 0
    for row in rows:
        if row.counts_as_unread:
            unread.append(row)
        elif not row.is_read:
            pending += 1
    created = [row.created_at for row in unread if row.created_at is not None]
    return MarkAllPlan(
        rowids=array("q", (row.rowid for row in unread)),
        users=tuple(sorted({row.user_id for row in unread})),
        oldest=min(created, default=None),
        newest=max(created, default=None),
        pending=pending,
    )


class Marking:
    """The verbs that change the customer's bell."""

    def __init__(
        self,
        *,
        store: TenantStore,
        posting: Posting,
        client: Client,
        sender: OutboxSender,
        health: Health,
        audit_log: AuditLog,
        bus: Bus,
        profile: Profile,
        undo_ms: int,
        now: Now,
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._posting = posting
        self._client = client
        self._sender = sender
        self._health = health
        self._audit_log = audit_log
        self._bus = bus
        self._profile = profile
        self._undo_ms = undo_ms
        self._now = now
        self._new_id = new_id

    @on_thread
    def plan(self, snapshot: ListSnapshot, in_sight: Collection[int] = ()) -> MarkAllPlan:
        """What marking all of a window would mark; `in_sight` is what of it is on the screen, as rowids."""
        cache, outbox = self._store.data.cache, self._store.data.outbox
        hopeful = frozenset(cache.rowids(outbox.keys_in_state(HOPEFUL)).values())
        unread = cache.unread_among(snapshot.ids, hopeful)
        return MarkAllPlan(
            rowids=unread.rowids,
            users=unread.users,
            oldest=unread.oldest,
            newest=unread.newest,
            pending=unread.left_out,
            in_sight=sum(map(frozenset(in_sight).__contains__, unread.rowids)) if in_sight else 0,
        )

    @on_thread
    def keys(self, plan: MarkAllPlan) -> list[Key]:
        """The notifications that a plan would mark."""
        return self._store.data.cache.keys(plan.rowids)

    async def hold(
        self, keys: Sequence[Key], *, label: str, left_alone: int = 0, is_due_now: bool = False, known: str = ""
    ) -> Receipt:
        """Hold a mark for each of these; on disk when this returns.

        Rows without an id of their own are refused, each in the receipt; where there are no others, nothing is held.
        Raises ObserveOnly, Refused (no row has an id of its own) or StoreProblem.

        `known` is whose claim the agent was shown before. With `is_due_now` there is no undo window: for the command
        line, which asked before.
        """
        self.check_allowed()
        await self._audit_log.check()
        snapshot = 0 if is_due_now else self._undo_ms
        receipt = await self._hold(tuple(keys), label, left_alone, snapshot, known)
        self._changed(receipt.marks)
        return receipt

    @on_thread
    def _hold(self, keys: tuple[Key, ...], label: str, left_alone: int, snapshot: int, known: str) -> Receipt:
        """Put the marks on disk; their window begins when they are there, however long that took."""
        began = self._now()
        targets = self._posting.targets(keys)
        if targets and not any(targets.values()):
            raise Refused(NO_ID, "`doctor` says which ids the rows of this server have.")
        receipt = self._store.data.outbox.hold(
            self._profile,
            keys,
            due_at=began + snapshot,
            label=label,
            left_alone=left_alone,
            receipt_id=self._new_id(),
            targets=targets,
            refusal=NO_ID,
            known=known,
        )
        took = self._now() - began
        if snapshot and took > snapshot * LOST:
            # Writing the times again takes a part of what writing it all took.
            receipt = self._store.data.outbox.begin_window(receipt.id, self._now() + snapshot + took // 2) or receipt
        return receipt

    async def undo(self, receipt_id: str | None = None) -> Undone | None:
        """Take back the newest act (or the one named) as a whole; None without any.

        What was sent already stays: the API has no mark-as-unread (neptune-api.md, Endpoints). A profile that only
        observes takes back its own acts alone: the outbox of a tenant is shared.
        """
        try:
            await self._audit_log.check()
            whose = ""
        except ObserveOnly:
            whose = self._profile.name
        undone = await self._store.outbox.undo(receipt_id, whose)
        if undone is not None and undone.undone:
            self._changed(undone.undone)
        return undone

    async def send_now(self) -> int:
        """Release every held mark at once; returns how many are under way, with those that were due already."""
        self.check_allowed()
        await self._audit_log.check()
        before = await self.counts()
        await self._store.outbox.send_now()
        self._health.try_now()
        self._changed(())
        return before.held + before.sending

    async def retry(self, keys: Sequence[Key] | None = None) -> int:
        """Try the refused and contradicted marks again (or these of them); the answer is how many."""
        self.check_allowed()
        await self._audit_log.check()
        count = await self._store.outbox.retry(keys)
        self._changed(())
        return count

    async def try_next_id(self, keys: Sequence[Key]) -> int:
        """Try stuck marks with the next id of their rows; the answer is for how many there was one."""
        self.check_allowed()
        await self._audit_log.check()
        count = await self._retarget(frozenset(keys))
        self._changed(())
        return count

    @on_thread
    def _retarget(self, keys: frozenset[Key]) -> int:
        stuck = [mark for mark in self._store.data.outbox.marks() if mark.state in STUCK and mark.key in keys]
        return self._store.data.outbox.retry_with(self._posting.next_targets(stuck))

    async def drop(self, keys: Sequence[Key] | None = None) -> Dropped:
        """Give up what is not settled, or these of it. Raises ObserveOnly.

        The outbox of a tenant is shared: what lies there may be another profile's.
        """
        self.check_allowed()
        await self._audit_log.check()
        marks = await self._store.outbox.drop(keys)
        self._changed(())
        asked = None if keys is None else frozenset(keys)
        left = [mark for mark in await self.unsettled() if mark.state is MarkState.SENDING]
        return Dropped(tuple(marks), sum(asked is None or mark.key in asked for mark in left))

    async def mark_everything_on_server(self, user_id: str) -> None:
        """Send the API's own mark-all for one user, now and never later: it also marks what nobody has seen.

        Raises what the client raises; it is journalled either way and never put into the outbox.
        """
        self.check_allowed()
        began = self._now()
        try:
            await self._audit_log.record(
                SERVER_ALL, lambda: self._client.mark_user_read(user_id), user_id=user_id, detail=user_id
            )
        except InboxError as error:
            if may_have_acted(error):
                await self._tell_team(user_id, began, MAYBE)
            raise
        await self._tell_team(user_id, began, ACCEPTED)

    @on_thread
    def _tell_team(self, user_id: str, began: Instant, outcome: str) -> None:
        """Colleagues must not take it for the customer's own reading."""
        team = self._store.data.team
        if team is not None:
            team.tell(FactKind.MARKED, [Key(user_id, "")], FactDetails(outcome=outcome), at=began)

    async def learned_field(self) -> str:
        """The field whose ids were found to work when posted to this tenant; empty while none was."""
        return await self._store.outbox.posted_field()

    async def counts(self) -> OutboxCounts:
        """How many marks are held, on their way, failed, and when the next is due."""
        return await self._store.outbox.counts()

    async def unsent(self) -> list[Mark]:
        """The marks that wait or are on their way: what is lost or kept when the program ends."""
        return [mark for mark in await self.unsettled() if not mark.is_settled]

    async def unsettled(self) -> list[Mark]:
        """The marks that are held, on their way, or failed."""
        return await self._store.outbox.marks()

    async def standing(self, keys: Collection[Key]) -> dict[Key, Mark]:
        """The newest wish about each of these that was not taken back; those without any are left out."""
        return await self._store.outbox.current_marks(keys)

    async def receipts(self, limit: int = 100) -> list[Receipt]:
        """The newest acts of marking, newest first."""
        return await self._store.outbox.receipts(limit)

    async def receipt(self, receipt_id: str) -> Receipt | None:
        return await self._store.outbox.receipt(receipt_id)

    async def receipt_ids(self, beginning: str, limit: int) -> list[str]:
        """The first `limit` acts of marking whose ids begin so."""
        return await self._store.outbox.receipt_ids(beginning, limit)

    def check_allowed(self) -> None:
        """Raise ObserveOnly where the profile lets nothing be written."""
        if self._profile.mode is Mode.OBSERVE:
            raise ObserveOnly(f"`{self._profile.name}` is only observed: nothing is marked here.")

    def _changed(self, marks: Sequence[Mark]) -> None:
        self._bus.publish(MarksChanged(tuple(mark.key for mark in marks)))
        self._sender.wake()


def resumable(receipt: Receipt) -> tuple[Key, ...]:
    """The marks of a receipt that can be tried again."""
    return tuple(mark.key for mark in receipt.marks if mark.state in STUCK)
