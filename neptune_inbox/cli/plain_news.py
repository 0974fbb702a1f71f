"""What happened by itself since the last prompt of `--plain`: marks settled, arrivals, the connection.

Facts are gathered as they come and told between two prompts, so that nothing is ever said into a half-typed line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from neptune_inbox.errors import InboxError
from neptune_inbox.model import MarkState, Receipt
from neptune_inbox.sync.facts import Arrived, Fact, HealthChanged, MarksChanged, Polled, Troubled
from neptune_inbox.sync.health import State
from neptune_inbox.sync.wording import plural, receipt_sum

if TYPE_CHECKING:
    from neptune_inbox.sync.inbox import Scope
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.window import Window

UNDER_WAY = (MarkState.HELD, MarkState.SENDING)
TAKEN_BACK = (MarkState.UNDONE, MarkState.DROPPED)
REASONS = 10
"""How many refused marks of one act are told one by one."""


class News:
    """Listens to one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._receipts: dict[str, None] = {}
        self._errors: dict[str, InboxError] = {}
        self._told = ""
        """The trouble with the connection that was told last."""
        self._is_told_down = False
        self._has_arrivals = False
        self._told_arrivals = 0
        self._polled: set[str] = set()
        self._moved = asyncio.Event()
        self.stop = session.bus.listen(self._hear)

    def expect(self, receipt_id: str) -> None:
        """Tell what becomes of an act of marking."""
        self._receipts[receipt_id] = None

    def forget_arrivals(self) -> None:
        """The list was drawn anew: what came before is in it."""
        self._told_arrivals = 0
        self._has_arrivals = True

    async def lines(self, scope: Scope, window: Window) -> list[str]:
        """Everything that is news now, a line each."""
        errors, self._errors = self._errors, {}
        lines = [str(error) for error in errors.values()]
        lines += self._connection()
        lines += await self._settled()
        if self._has_arrivals:
            self._has_arrivals = False
            waiting = await self._session.inbox.waiting(scope, window)
            if waiting and waiting != self._told_arrivals:
                lines.append(f"{waiting:,} new; r shows {'it' if waiting == 1 else 'them'}.")
            self._told_arrivals = waiting
        return lines

    def note_told(self, error: InboxError) -> None:
        """This was said already; the background meets the same."""
        self._told = error.sentence

    def has_told(self, sentence: str) -> bool:
        """Whether this trouble is what was said last."""
        return sentence == self._told

    async def wait_for_marks(self, stop: asyncio.Event, seconds: float) -> None:
        """Wait until nothing is under way, something stands in the way, `stop` is set, or the time is up."""
        async with _no_longer_than(seconds):
            while not stop.is_set() and self._session.health.error is None:
                self._moved.clear()
                counts = await self._session.marking.counts()
                if not counts.held and not counts.sending:
                    return
                await _either(self._moved, stop)

    async def wait_for_polls(self, users: set[str], stop: asyncio.Event, seconds: float) -> None:
        """Wait until each of these users was polled, nothing can be polled, `stop` is set, or the time is up."""
        self._polled.clear()
        async with _no_longer_than(seconds):
            while not users <= self._polled and not stop.is_set():
                if self._session.health.state is State.SIGNED_OUT:
                    return
                self._moved.clear()
                await _either(self._moved, stop)

    def _hear(self, fact: Fact) -> None:
        if isinstance(fact, Troubled):
            self._errors[fact.error.sentence] = fact.error
        elif isinstance(fact, Polled):
            self._polled.add(fact.user_id)
            self._has_arrivals |= fact.changed
        elif isinstance(fact, Arrived):
            self._has_arrivals = True
        if isinstance(fact, MarksChanged | HealthChanged | Polled):
            self._moved.set()

    def _connection(self) -> list[str]:
        health = self._session.health
        if health.error is not None:
            self._is_told_down = True
            is_news, self._told = health.error.sentence != self._told, health.error.sentence
            return [str(health.error)] if is_news else []
        if self._is_told_down and health.state is State.ONLINE:
            self._is_told_down, self._told = False, ""
            return ["The server answers again."]
        return []

    async def _settled(self) -> list[str]:
        lines = []
        for id in tuple(self._receipts):
            receipt = await self._session.marking.receipt(id)
            if receipt is not None and receipt.count(*UNDER_WAY):
                continue
            del self._receipts[id]
            if receipt is not None:
                lines += outcome_lines(receipt)
        return lines


def outcome_lines(receipt: Receipt) -> list[str]:
    """What became of one act of marking; nothing where all of it was taken back, which was told at once."""
    marks = [mark for mark in receipt.marks if mark.state not in TAKEN_BACK]
    if not marks:
        return []
    if all(mark.state is MarkState.SENT for mark in marks):
        return [f"Sent: {receipt.label}. The customer's bell shows {'it' if len(marks) == 1 else 'them'} as read."]
    failed = [mark for mark in marks if mark.state is MarkState.FAILED]
    if len(marks) == 1:
        return [f"Refused: {receipt.label}: {failed[0].error} It is still unread; O lists it."]
    lines = [f"{receipt.label}: {receipt_sum(receipt)}."]
    lines += [f"Refused: {mark.user_id} {mark.id}: {mark.error}" for mark in failed[:REASONS]]
    if len(failed) > REASONS:
        lines.append(f"{plural(len(failed) - REASONS, 'more was', 'more were')} refused; O lists them.")
    return lines


@asynccontextmanager
async def _no_longer_than(seconds: float) -> AsyncIterator[None]:
    """Leave what is awaited inside when the time is up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            yield


async def _either(first: asyncio.Event, second: asyncio.Event) -> None:
    """Wait until one of them is set."""
    waits = [asyncio.ensure_future(event.wait()) for event in (first, second)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
