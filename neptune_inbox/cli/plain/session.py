"""`neptune-inbox --plain`: the inbox line by line, for screen readers and dumb terminals.

One prompt, numbered lines, words instead of signs: no box, no colour, and no cursor is ever moved. Polling and
sending continue behind the prompt; their news is printed before the next one.
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING

from neptune_inbox.cli.output import INTERRUPTED
from neptune_inbox.cli.plain.commands import run_line
from neptune_inbox.cli.plain.console import PROMPT, Console, PlainOutput
from neptune_inbox.cli.plain.inbox import PlainInbox
from neptune_inbox.cli.plain.lines import EditedLines, StdinLines
from neptune_inbox.cli.plain.text import profile_words
from neptune_inbox.errors import InboxError, SignInProblem
from neptune_inbox.model import EVERYONE, Filter
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.sync.inbox.inbox import Scope

if TYPE_CHECKING:
    from types import FrameType

    from neptune_inbox.model import Profile
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.workspace import Workspace


def run(
    workspace: Workspace, profile: Profile, *, user_id: str | None, kind: Filter, repeats: bool, output: PlainOutput
) -> int:
    """Talk until it is left; the answer is the exit code. `repeats` writes each typed line behind its prompt."""
    edited = EditedLines.of_this_process(PROMPT)
    console = Console(
        output, StdinLines.of_this_process() if edited is None else _no_line, repeats=repeats, edit_line=edited
    )
    try:
        with _restoring_terminal(edited):
            return asyncio.run(converse(workspace, profile, console, user_id=user_id, kind=kind))
    except InboxError:
        raise
    except Exception as error:  # noqa: BLE001 - a traceback could show a customer's text; the report is left instead
        from neptune_inbox.startup.crash import leave_report

        output.note(leave_report(error, workspace.log))
        return 1
    finally:
        output.flush()
        if edited is not None:
            edited.close()


@contextmanager
def _restoring_terminal(edited: EditedLines | None) -> Iterator[None]:
    """Let a signal that ends the process do so with the terminal as it was: a line may be edited at the moment."""
    if edited is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _: FrameType | None) -> None:
        edited.close()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    # What is ignored already (nohup) stays ignored.
    ending = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in ending:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ending:
            signal.signal(number, signal.SIG_DFL)


async def _no_line() -> str | None:
    return None


async def converse(
    workspace: Workspace,
    profile: Profile,
    console: Console,
    *,
    user_id: str | None = None,
    kind: Filter = Filter.UNREAD,
) -> int:
    """Talk about a profile, and about those that are switched to. Raises StoreProblem, ConfigProblem."""
    position: Profile | None = profile
    code = 0
    while position is not None:
        session = await _open(workspace, position, console)
        try:
            async with _working(session) as tasks:
                inbox = PlainInbox(workspace, session, console, Scope(await _first_user(session, user_id), kind))
                try:
                    code = await _talk_about(inbox, tasks)
                finally:
                    await inbox.close()
        finally:
            await session.close()
        position, user_id = inbox.next_profile, None
    return code


async def _open(workspace: Workspace, profile: Profile, console: Console) -> Session:
    session = await workspace.open(profile)
    try:
        if not await _sign_in(session, console):
            # The token is another team's than last time: rows of that team belong to another tenant.
            await session.close()
            session = await workspace.open(profile)
            await _sign_in(session, console)
    except BaseException:
        await session.close()
        raise
    return session


async def _sign_in(session: Session, console: Console) -> bool:
    """Use the token; without one what was seen before can still be read."""
    try:
        return await session.sign_in()
    except SignInProblem as error:
        console.complain(error)
        return True


async def _first_user(session: Session, user_id: str | None) -> str:
    watched = await session.inbox.watched()
    if user_id is not None:
        return user_id
    return watched[0] if len(watched) == 1 else EVERYONE


@asynccontextmanager
async def _working(session: Session) -> AsyncIterator[Sequence[asyncio.Task[None]]]:
    """Poll and send as long as somebody talks."""
    tasks = [asyncio.ensure_future(work()) for work in session.background]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _talk_about(inbox: PlainInbox, tasks: Sequence[asyncio.Task[None]]) -> int:
    console = inbox.console
    with _heeding_ctrl_c(inbox) as interruption:
        await _try(inbox, _greet(inbox))
        while not inbox.is_over and not console.is_over:
            _check(tasks)
            await _try(inbox, inbox.tell_news())
            line = await console.ask()
            inbox.stop.clear()
            if line:
                await _try(inbox, run_line(inbox, line))
        await _try(inbox, _part(inbox))
    return INTERRUPTED if interruption.has_ended_it else 0


async def _try(inbox: PlainInbox, work: Awaitable[None]) -> None:
    """Do something; errors are reported, and the conversation continues."""
    try:
        await work
    except InboxError as error:
        inbox.notices.note_told(error)
        inbox.console.complain(error)


async def _greet(inbox: PlainInbox) -> None:
    console, session = inbox.console, inbox.session
    console.say(f"neptune-inbox, line by line: {profile_words(session.profile)}. help lists the commands.")
    if inbox.workspace.is_demo:
        console.say("This is a demo on the built-in sandbox: no customer is reached, and nothing is kept.")
    console.say_all(session.notices)
    waiting = await session.marking.unsent()
    if waiting:
        wait, them = ("waits", "it") if len(waiting) == 1 else ("wait", "them")
        console.say(f"{plural(len(waiting), 'mark')} of last time {wait}; outbox lists {them}.")
    for mark in waiting:
        inbox.notices.expect(mark.receipt_id)
    await inbox.visit(inbox.scope)


async def _part(inbox: PlainInbox) -> None:
    counts = await inbox.session.marking.counts()
    if (waiting := counts.held + counts.sending) and not inbox.workspace.is_demo:
        stay = plural(waiting, "mark stays", "marks stay")
        inbox.console.say(f"{stay} in the outbox and {'is' if waiting == 1 else 'are'} sent when you are back.")


def _check(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Raise what ended polling or sending: without them the conversation would lie."""
    for task in tasks:
        if task.done():
            task.result()


class _Interruption:
    """What ctrl+c does: it ends the conversation, or first the verb that is at work."""

    def __init__(self, inbox: PlainInbox) -> None:
        self._inbox = inbox
        self.has_ended_it = False

    def __call__(self) -> None:
        if self._inbox.console.is_waiting or self._inbox.stop.is_set():
            self.has_ended_it = True
            self._inbox.console.hang_up()
        else:
            self._inbox.stop.set()


@contextmanager
def _heeding_ctrl_c(inbox: PlainInbox) -> Iterator[_Interruption]:
    interruption, loop = _Interruption(inbox), asyncio.get_running_loop()
    # Neither Windows nor a loop in another thread can listen; there ctrl+c ends the program as usual.
    with suppress(NotImplementedError, RuntimeError, ValueError):
        loop.add_signal_handler(signal.SIGINT, interruption)
    try:
        yield interruption
    finally:
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.remove_signal_handler(signal.SIGINT)
