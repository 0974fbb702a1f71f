"""Acts that are cut short (^C, SIGTERM, SIGHUP): what is done, what waits, and what to type next.

A signal cancels what the command is doing; the command's own account of itself is then read from the store and
printed, and the exit code is the one that a shell expects. A second signal leaves at once.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from neptune_inbox.cli.output import INTERRUPTED, Output
from neptune_inbox.errors import InboxError
from neptune_inbox.model import SENT, UNDER_WAY, MarkState
from neptune_inbox.presentation.sentences import plural

if TYPE_CHECKING:
    from collections.abc import Collection

    from neptune_inbox.model import JsonObject, Key
    from neptune_inbox.sync.session import Session


class Interrupted(InboxError):
    """The command was asked to stop before its end; `facts` accompany the sentence in `--json`."""

    exit_code: ClassVar[int] = INTERRUPTED

    def __init__(self, sentence: str = "Interrupted.", remedy: str = "", *, facts: JsonObject | None = None) -> None:
        super().__init__(sentence, remedy)
        self.facts = facts or {}


class Terminated(Interrupted):
    """By SIGTERM."""

    exit_code = 143


class HungUp(Interrupted):
    """By SIGHUP: the terminal is gone."""

    exit_code = 129


KINDS: dict[int, type[Interrupted]] = {
    signal.SIGINT: Interrupted,
    signal.SIGTERM: Terminated,
    signal.SIGHUP: HungUp,
}


START_AGAIN = "The same command starts again."


class Account(Struct, frozen=True):
    """What became of an act so far."""

    sentence: str
    remedy: str = ""
    facts: JsonObject = {}


NOTHING_CHANGED = Account("nothing was changed.", START_AGAIN)


class Cut:
    """Whether a signal came while it was heeded, and which."""

    def __init__(self) -> None:
        self.number: int | None = None

    def error(self, stop: BaseException, account: Account | None) -> BaseException:
        """What to raise for the signal that came; `stop` itself where none did."""
        if isinstance(stop, Interrupted):
            kind = type(stop)
        elif self.number is not None:
            kind = KINDS[self.number]
        else:
            return stop
        if account is None:
            return kind()
        return kind(f"Interrupted: {account.sentence}", account.remedy, facts=account.facts)


@contextmanager
def heeded(output: Output) -> Iterator[Cut]:
    """Cancel the running task at the first signal; raise Interrupted at a second, or where output is stuck."""
    cut, task, loop = Cut(), asyncio.current_task(), asyncio.get_running_loop()

    def hear(number: int, _: FrameType | None) -> None:
        is_first, cut.number = cut.number is None, cut.number or number
        if output.is_writing:
            # A pipe that is full and that nobody reads: the rest of it goes nowhere.
            output.abandon()
            raise KINDS[number]()
        if not is_first or task is None:
            raise KINDS[number]()
        task.cancel()
        # Only wakes the loop, which may be waiting for the network.
        loop.call_soon_threadsafe(lambda: None)

    with _handled(hear):
        yield cut


@contextmanager
def raised() -> Iterator[None]:
    """Raise Interrupted at once: the event loop is blocked while a question is open."""

    def hear(number: int, _: FrameType | None) -> None:
        raise KINDS[number]()

    with _handled(hear):
        yield


@contextmanager
def _handled(hear: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    # What is ignored already (nohup) stays ignored.
    before = {number: signal.getsignal(number) for number in KINDS}
    ours = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in ours:
        signal.signal(number, hear)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])


async def account_of_marks(session: Session, keys: Collection[Key]) -> Account:
    """What became of these marks, as the outbox has it."""
    marks = (await session.marking.standing(keys)).values()
    sent = sum(mark.state in SENT for mark in marks)
    refused = sum(mark.state is MarkState.FAILED for mark in marks)
    waiting = sum(mark.state in UNDER_WAY for mark in marks)
    facts: JsonObject = {"sent": sent, "waiting": waiting, "refused": refused, "untouched": len(keys) - len(marks)}
    if not marks:
        return Account("nothing was marked.", START_AGAIN, facts)
    told = [f"{sent:,} of {plural(len(keys), 'mark')} sent"]
    if refused:
        told.append(f"{refused:,} refused")
    told.append(f"{waiting:,} waiting in the outbox" if waiting else "nothing waits")
    remedy = (
        "The same command again, or `neptune-inbox outbox --send`, sends what is waiting; so does an open"
        " inbox. `neptune-inbox undo` takes back what has not been tried yet."
        if waiting
        else "`neptune-inbox receipts` shows each of them."
    )
    return Account(f"{', '.join(told)}.", remedy, facts)


async def account_of_write(session: Session, what: str, remedy: str) -> Account:
    """What became of the one write of a command, as its last line in the journal says."""
    outcome = session.audit_log.last_outcome
    if outcome == "sent":
        return Account(f"{what} was sent, and the service took it.", facts={"outcome": "sent"})
    if outcome in ("trying", "unknown"):
        words = f"{what} was on its way; it is not known whether it arrived."
        return Account(words, remedy, {"outcome": "unknown"})
    return Account("nothing was sent.", START_AGAIN, {"outcome": outcome or "nothing"})
