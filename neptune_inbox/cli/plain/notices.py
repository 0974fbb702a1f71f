"""What happened in the background since the last prompt of `--plain`: marks settled, arrivals, the connection.

Events are gathered as they come and reported between two prompts, so that nothing ever interrupts a half-typed line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from neptune_inbox.cli.plain.speech import spoken_ids
from neptune_inbox.errors import InboxError
from neptune_inbox.model import SENT, UNDER_WAY, Mark, MarkState, Receipt
from neptune_inbox.presentation.remedies import in_plain
from neptune_inbox.presentation.sentences import plural, receipt_sum
from neptune_inbox.presentation.team import sharing_words
from neptune_inbox.sync.events import Arrived, Fact, HealthChanged, MarksChanged, Polled, Troubled
from neptune_inbox.sync.polling.health import State
from neptune_inbox.sync.team.sharer import Sharing, SharingState

if TYPE_CHECKING:
    from neptune_inbox.sync.inbox.inbox import Scope
    from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
    from neptune_inbox.sync.session import Session

TAKEN_BACK = (MarkState.UNDONE, MarkState.DROPPED)
REASONS = 10
"""How many refused marks of one act are listed one by one."""


class Notices:
    """Listens to one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._receipts: dict[str, None] = {}
        self._unconfirmed: dict[str, None] = {}
        self._errors: dict[tuple[object, ...], InboxError] = {}
        self._said: InboxError | None = None
        """The trouble with the connection that was said last."""
        self._is_told_down = False
        self._team_trouble = ""
        """What was said of the team's database last."""
        self._has_arrivals = False
        self._told_arrivals = 0
        self._polled: set[str] = set()
        self._moved = asyncio.Event()
        self.stop = session.bus.listen(self._hear)

    def expect(self, receipt_id: str) -> None:
        """Tell what becomes of an act of marking."""
        self._receipts[receipt_id] = None

    def forget_arrivals(self) -> None:
        """The list was drawn again: what came before is in it."""
        self._told_arrivals = 0
        self._has_arrivals = True

    async def lines(self, scope: Scope, snapshot: ListSnapshot) -> list[str]:
        """Everything that is news now, a line each."""
        errors, self._errors = self._errors, {}
        lines = [in_plain(error) for error in errors.values()]
        lines += self._connection()
        lines += self._team()
        lines += await self._confirmed()
        lines += await self._settled()
        if self._has_arrivals:
            self._has_arrivals = False
            waiting = await self._session.inbox.waiting(scope, snapshot)
            if waiting and waiting != self._told_arrivals:
                lines.append(f"{waiting:,} new; refresh shows {'it' if waiting == 1 else 'them'}.")
            self._told_arrivals = waiting
        return lines

    def note_told(self, error: InboxError) -> None:
        """This was said already; the background meets the same."""
        self._said = error

    def has_told(self, sentence: str) -> bool:
        """Whether this trouble is what was said last."""
        return self._said is not None and sentence == self._said.sentence

    async def wait_for_marks(self, stop: asyncio.Event, seconds: float) -> None:
        """Wait until nothing is under way, something prevents progress, `stop` is set, or the time is up."""
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
            self._errors[fact.error.identity] = fact.error
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
            is_news = self._said is None or health.error.identity != self._said.identity
            self._said = health.error
            return [in_plain(health.error)] if is_news else []
        if self._is_told_down and health.state is State.ONLINE:
            self._is_told_down, self._said = False, None
            return ["The server answers again."]
        return []

    def _team(self) -> list[str]:
        sharing = self._session.team.sharing() if self._session.team is not None else Sharing()
        if sharing.state in (SharingState.TROUBLED, SharingState.SLOW):
            before, self._team_trouble = self._team_trouble, sharing_words(sharing)
            return [self._team_trouble] if self._team_trouble != before else []
        if self._team_trouble and sharing.state is SharingState.SHARING:
            self._team_trouble = ""
            return ["The team's database answers again."]
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
                if receipt.count(MarkState.ACCEPTED):
                    self._unconfirmed[id] = None
        return lines

    async def _confirmed(self) -> list[str]:
        """What lists have since shown of marks that were reported as accepted."""
        lines = []
        for id in tuple(self._unconfirmed):
            receipt = await self._session.marking.receipt(id)
            if receipt is not None and receipt.count(MarkState.ACCEPTED, *UNDER_WAY):
                continue
            del self._unconfirmed[id]
            lines += effect_lines(receipt) if receipt is not None else []
        return lines


def outcome_lines(receipt: Receipt) -> list[str]:
    """What the server answered to one act of marking; nothing where all of it was taken back, which was said."""
    marks = [mark for mark in receipt.marks if mark.state not in TAKEN_BACK]
    if not marks:
        return []
    if all(mark.state is MarkState.ACCEPTED for mark in marks):
        return [f"Accepted: {receipt.label}. It is confirmed when the list shows {_them(marks)} as read."]
    if all(mark.state in SENT for mark in marks):
        return effect_lines(receipt)
    failed = [mark for mark in marks if mark.state is MarkState.FAILED]
    if len(marks) == 1:
        return [f"Refused: {receipt.label}: {failed[0].error} It is still unread; outbox lists it."]
    lines = [f"{receipt.label}: {receipt_sum(receipt)}."]
    lines += [f"Refused: {spoken_ids(f'{mark.user_id}, {mark.id}')}: {mark.error}" for mark in failed[:REASONS]]
    if len(failed) > REASONS:
        lines.append(f"{plural(len(failed) - REASONS, 'more was', 'more were')} refused; outbox lists them.")
    return lines


def effect_lines(receipt: Receipt) -> list[str]:
    """What the customer's list shows of the marks of one act that the server accepted."""
    sent = [mark for mark in receipt.marks if mark.state in SENT]
    still = [mark for mark in sent if mark.state is MarkState.CONTRADICTED]
    lines = []
    if sent and not still:
        lines.append(f"Confirmed: {receipt.label}. The customer's list shows {_them(sent)} as read.")
    elif still:
        which = f"{len(still):,} of " if len(still) < len(receipt.marks) else ""
        lines.append(f"Accepted, still unread there: {which}{receipt.label}; outbox lists {_them(still)}.")
    return lines


def _them(marks: Sequence[Mark]) -> str:
    return "it" if len(marks) == 1 else "them"


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
