"""Waiting for marks to be settled, and the exit code that their outcomes amount to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from neptune_inbox.cli.output import Output
from neptune_inbox.errors import InboxError, Refused, Unreachable
from neptune_inbox.model import STUCK, UNDER_WAY
from neptune_inbox.presentation.remedies import at_a_shell
from neptune_inbox.presentation.sentences import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from neptune_inbox.model import Key, Mark
    from neptune_inbox.sync.session import Session

LOOK_EVERY = 0.2
PATIENCE = 10.0
"""Seconds that another instance, which holds the lock and so does the sending, is waited for."""


async def wait(session: Session, keys: Collection[Key]) -> list[Mark]:
    """Send what is due until all of these marks are settled or something prevents it; returns their final state."""
    marks: list[Mark] = []
    for _ in range(int(PATIENCE / LOOK_EVERY)):
        await session.sender.flush()
        standing = await session.marking.standing(keys)
        marks = [standing[key] for key in keys if key in standing]
        if not any(mark.state in UNDER_WAY for mark in marks) or session.health.error is not None:
            break
        await asyncio.sleep(LOOK_EVERY)
    return marks


def exit_code(session: Session, output: Output, marks: Sequence[Mark]) -> int:
    """Say what keeps the marks waiting; 0 when all of them were accepted."""
    waiting = sum(mark.state in UNDER_WAY for mark in marks)
    if waiting:
        error = session.health.error or _in_the_way(session, marks)
        stay = plural(waiting, "mark stays", "marks stay")
        usual = at_a_shell(error).remedy
        again = f"{stay} in the outbox; `neptune-inbox outbox --send` tries again. {usual}".strip()
        output.error(error.saying(remedy=again))
        return error.exit_code
    refused = any(mark.state in STUCK for mark in marks)
    return Refused.exit_code if refused else 0


def _in_the_way(session: Session, marks: Sequence[Mark]) -> InboxError:
    """Why marks wait though the service can be reached."""
    left = max(mark.due_at for mark in marks if mark.state in UNDER_WAY) - session.now()
    if left > 0:
        return Refused(f"It can still be taken back where it was marked, for {left / 1000:.0f} s.")
    return Unreachable("Another neptune-inbox on this machine does the sending, and has not sent it yet.")
