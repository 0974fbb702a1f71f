"""Waiting for marks to be settled, and the exit code that their outcomes amount to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from neptune_inbox.cli.output import Output
from neptune_inbox.cli.remedies import for_the_command_line
from neptune_inbox.errors import Refused, Unreachable
from neptune_inbox.model import MarkState, Receipt
from neptune_inbox.sync.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from neptune_inbox.model import Mark
    from neptune_inbox.sync.session import Session

UNDER_WAY = (MarkState.HELD, MarkState.SENDING)
LOOK_EVERY = 0.2
PATIENCE = 10.0
"""Seconds that another instance, which holds the lock and so does the sending, is waited for."""


async def settle(session: Session, receipt: Receipt) -> Receipt:
    """Send what is due until every mark of the receipt is settled or something stands in the way."""
    for _ in range(int(PATIENCE / LOOK_EVERY)):
        await session.courier.flush()
        receipt = await session.marking.receipt(receipt.id) or receipt
        if not receipt.count(*UNDER_WAY) or session.health.error is not None:
            break
        await asyncio.sleep(LOOK_EVERY)
    return receipt


def exit_code(session: Session, output: Output, marks: Sequence[Mark]) -> int:
    """Say what stands in the way of marks that are still waiting; 0 when all of them were sent."""
    waiting = sum(mark.state in UNDER_WAY for mark in marks)
    if waiting:
        error = session.health.error or Unreachable("Another neptune-inbox on this machine sends, and has not yet.")
        stay = plural(waiting, "mark stays", "marks stay")
        for_the_command_line(error)
        error.remedy = f"{stay} in the outbox; `neptune-inbox outbox --send` tries again. {error.remedy}".strip()
        output.error(error)
        return error.exit_code
    refused = any(mark.state is MarkState.FAILED for mark in marks)
    return Refused.exit_code if refused else 0
