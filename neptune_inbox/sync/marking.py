"""Marking read for the customer: hold, undo, mark all under one receipt, send now, retry, drop.

Every verb goes through the outbox, which has it on disk before this layer says that it happened; the courier sends.
Nothing but ids that were in a list that the agent saw is ever held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from neptune_inbox.errors import ObserveOnly
from neptune_inbox.model import Instant, Key, Mark, MarkState, Mode, Now, Profile, Receipt, Row
from neptune_inbox.sync.disk import Disk
from neptune_inbox.sync.facts import Bus, MarksChanged
from neptune_inbox.sync.record import SERVER_ALL
from neptune_inbox.sync.window import Window

if TYPE_CHECKING:
    from neptune_inbox.api.client import Client
    from neptune_inbox.store.outbox import Outbox, OutboxCounts, Undone
    from neptune_inbox.sync.courier import Courier
    from neptune_inbox.sync.health import Health
    from neptune_inbox.sync.record import Recorder


class MarkAllPlan(Struct, frozen=True):
    """What accepting a mark-all would do, frozen when the key was pressed."""

    keys: tuple[Key, ...]
    users: tuple[str, ...]
    oldest: Instant | None
    newest: Instant | None
    pending: int
    """Rows of the list that are being marked already."""


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
        keys=tuple(row.key for row in unread),
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
        outbox: Outbox,
        client: Client,
        courier: Courier,
        health: Health,
        recorder: Recorder,
        disk: Disk,
        bus: Bus,
        profile: Profile,
        place: str,
        undo_ms: int,
        now: Now,
        new_id: Callable[[], str],
    ) -> None:
        self._outbox = outbox
        self._client = client
        self._courier = courier
        self._health = health
        self._recorder = recorder
        self._disk = disk
        self._bus = bus
        self._profile = profile
        self._place = place
        self._undo_ms = undo_ms
        self._now = now
        self._new_id = new_id

    async def plan(self, window: Window) -> MarkAllPlan:
        """What marking all of a window would mark: read once, in order, off the screen's thread."""
        return await self._disk.run(lambda: plan_mark_all(window.rows()))

    async def hold(
        self, keys: Sequence[Key], *, label: str, left_alone: int = 0, is_due_now: bool = False
    ) -> Receipt:
        """Hold a mark for each of these; on disk when this returns. Raises ObserveOnly or StoreProblem.

        With `is_due_now` there is no undo window: for the command line, which asked before.
        """
        self.check_allowed()
        receipt = await self._disk.run(
            self._outbox.hold,
            self._place,
            self._profile,
            tuple(keys),
            due_at=self._now() + (0 if is_due_now else self._undo_ms),
            label=label,
            left_alone=left_alone,
            receipt_id=self._new_id(),
        )
        self._changed(receipt.marks)
        return receipt

    async def undo(self, receipt_id: str | None = None) -> Undone | None:
        """Take back the newest act (or the named one) as one; None when there was none.

        What was sent already stays: the API has no mark-as-unread (neptune-api.md, Endpoints).
        """
        undone = await self._disk.run(self._outbox.undo, self._place, receipt_id)
        if undone is not None and undone.undone:
            self._changed(undone.undone)
        return undone

    async def send_now(self) -> int:
        """Let go of every held mark at once; the answer is how many."""
        self.check_allowed()
        count = await self._disk.run(self._outbox.send_now, self._place)
        self._health.try_now()
        self._changed(())
        return count

    async def retry(self, keys: Sequence[Key] | None = None) -> int:
        """Try the failed marks again (or these of them); the answer is how many."""
        self.check_allowed()
        count = await self._disk.run(self._outbox.retry, self._place, keys)
        self._changed(())
        return count

    async def drop(self, keys: Sequence[Key] | None = None) -> int:
        """Forget what was not sent (or these of it); the answer is how many."""
        count = await self._disk.run(self._outbox.drop, self._place, keys)
        self._changed(())
        return count

    async def mark_everything_on_server(self, user_id: str) -> None:
        """Send the API's own mark-all for one user, now and never later: it also marks what nobody has seen.

        Raises what the client raises; it is journalled either way and never put into the outbox.
        """
        self.check_allowed()
        await self._recorder.around(
            SERVER_ALL, lambda: self._client.mark_user_read(user_id), user_id=user_id, detail=user_id
        )

    async def counts(self) -> OutboxCounts:
        """How many marks are held, on their way, failed, and when the next is due."""
        return await self._disk.run(self._outbox.counts, self._place)

    async def unsettled(self) -> list[Mark]:
        """The marks that are held, on their way, or failed."""
        return await self._disk.run(self._outbox.marks, self._place)

    async def receipts(self, limit: int = 100) -> list[Receipt]:
        """The newest acts of marking, newest first."""
        return await self._disk.run(self._outbox.receipts, self._place, limit)

    async def receipt(self, receipt_id: str) -> Receipt | None:
        return await self._disk.run(self._outbox.receipt, receipt_id)

    def check_allowed(self) -> None:
        """Raise ObserveOnly where the profile lets nothing be written."""
        if self._profile.mode is Mode.OBSERVE:
            raise ObserveOnly(f"`{self._profile.name}` is only observed: nothing is marked here.")

    def _changed(self, marks: Sequence[Mark]) -> None:
        self._bus.tell(MarksChanged(tuple(mark.key for mark in marks)))
        self._courier.poke()


def resumable(receipt: Receipt) -> tuple[Key, ...]:
    """The marks of a receipt that can be tried again."""
    return tuple(mark.key for mark in receipt.marks if mark.state is MarkState.FAILED)
