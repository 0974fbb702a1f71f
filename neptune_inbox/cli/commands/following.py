"""`list --follow`: what comes after what was there, for as long as it is left running."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from neptune_inbox.cli import fetching
from neptune_inbox.sync.events import Fact, Polled

if TYPE_CHECKING:
    from neptune_inbox.model import Filter, Key, Row
    from neptune_inbox.sync.session import Session

NEWEST = 1_000
"""Rows of each customer that are looked through after a poll; more do not come at once."""


async def follow(
    session: Session,
    users: Sequence[str],
    kind: Filter,
    query: str,
    shown: Sequence[Row],
    show: Callable[[Sequence[Row]], Awaitable[None]],
) -> None:
    """Show each row that comes to match, oldest first; ends only by being cancelled.

    Where a window or `neptune-inbox poll` polls, its finds are shown and nothing is asked.
    """
    known: set[Key] = {row.key for row in shown}
    known.update(row.key for row in (await fetching.read(session, users, kind, query, NEWEST)).rows)
    changed = asyncio.Event()

    def hear(fact: Fact) -> None:
        if isinstance(fact, Polled) and fact.changed:
            changed.set()

    stop = session.bus.listen(hear)
    session.poller.watch(tuple(users))
    working = [asyncio.create_task(work()) for work in (session.poller.run, session.hooks.run)]
    try:
        while True:
            await changed.wait()
            changed.clear()
            found = (await fetching.read(session, users, kind, query, NEWEST)).rows
            new = [row for row in reversed(found) if row.key not in known]
            known.update(row.key for row in new)
            if new:
                await show(new)
    finally:
        stop()
        for task in working:
            task.cancel()
