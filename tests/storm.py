"""A storm of arrivals over many customers in an inbox, and what a mark on one of its incidents posts."""

from __future__ import annotations

from random import Random

from neptune_inbox.model import Filter, Key
from neptune_inbox.sync.inbox.folded_list import FoldedList
from tests.builders import ENVIRONMENT, NOON, SECOND
from tests.tui.driver import Inbox
from tests.tui.service import Service

CUSTOMERS = 40
AT_ONCE = 50
"""Arrivals of one kind in a row."""
KINDS = 10
APART = 20 * SECOND


def storm(count: int, seed: int = 22) -> Service:
    """So many arrivals over forty customers, twenty seconds apart: kind after kind, with others in between."""
    rng = Random(seed)
    service = Service(users=tuple(f"u-{number}" for number in range(CUSTOMERS)))
    for number in range(count):
        kind = f"outage_{number // AT_ONCE % KINDS}" if rng.random() < 0.9 else f"other_{number}"
        service.sandbox_state.add_notification(
            ENVIRONMENT,
            f"u-{rng.randrange(CUSTOMERS)}",
            f"{kind.title()} hit order {number}",
            event_type=kind,
            created_at=NOON - (count - number) * APART,
        )
    return service


async def fetch(service: Service) -> None:
    """Have all of it in the cache, as earlier runs left it."""
    session = await service.open()
    for user in await session.inbox.watched():
        await session.inbox.refresh(user, Filter.UNREAD)
        while (await session.inbox.load_older(user, Filter.UNREAD)).new:
            pass
    await session.close()


async def fold(inbox: Inbox, count: int) -> FoldedList:
    """The list of everybody, with one line for each incident."""
    await inbox.comes(lambda: len(inbox.screen.snapshot) == count)
    await inbox.press("B")
    await inbox.until(lambda: isinstance(inbox.screen.snapshot, FoldedList))
    folded = inbox.screen.snapshot
    assert isinstance(folded, FoldedList)
    return folded


async def posted_of(inbox: Inbox, folded: FoldedList, number: int) -> tuple[list[Key], list[str]]:
    """What the line of an incident lists when it is opened, and the ids that are posted when it is marked.

    Incidents are numbered from 0, as their lines follow one another.
    """
    place = [place for place in range(len(folded)) if folded.fold_on(place)][number]
    wanted = folded.fold_on(place)
    assert wanted is not None
    to_it = ["g", *["j"] * place]
    await inbox.press(*to_it, "enter")
    await inbox.until(lambda: len(inbox.screen.snapshot) == len(wanted.keys))
    listed = [row.key for row in await inbox.session.inbox.rows(inbox.screen.snapshot)]
    await inbox.press("esc")
    await inbox.until(lambda: isinstance(inbox.screen.snapshot, FoldedList))
    before = len(inbox.service.marked)
    await inbox.press(*to_it, "m")
    await inbox.asked(f"Mark read: {len(listed):,} notifications of")
    await inbox.press("y")
    await inbox.comes(lambda: len(inbox.service.marked) >= before + len(listed))
    await inbox.let_time_pass(10)
    return listed, inbox.service.marked[before:]
