"""What the tests of sending share: marks that are held, and time that passes until they are sent."""

from __future__ import annotations

from neptune_inbox.model import Filter, MarkState
from neptune_inbox.sync.session import Session
from tests.builders import Office, keys

READ_ROUTE = "/app_notifications/{environment}/read"
HELD, SENDING, SENT, FAILED = MarkState.HELD, MarkState.SENDING, MarkState.ACCEPTED, MarkState.FAILED


async def hold(office: Office, session: Session, count: int = 1, *, is_due: bool = True) -> list[str]:
    """So many notifications are there, and the agent marked them all under one receipt."""
    ids = office.arrive(count)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    await session.marking.hold(keys(ids), label=f"{count} shown")
    if is_due:
        office.clock.advance(session.undo_ms / 1000)
    return ids


async def states(session: Session, receipt: int = 0) -> dict[str, MarkState]:
    return {mark.id: mark.state for mark in (await session.marking.receipts())[receipt].marks}


async def send_all(office: Office, session: Session, *, patience: float = 86_400) -> None:
    """Live on until the sender has nothing more to do."""
    end = office.clock.at + patience * 1000
    while (pause := await session.sender.send_due()) is not None and office.clock.at < end:
        office.clock.advance(pause)
