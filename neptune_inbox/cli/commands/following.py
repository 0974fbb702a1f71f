"""`list --follow`: what is there, then what arrives, for as long as somebody reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from neptune_inbox.cli import fetching
from neptune_inbox.errors import InboxError
from neptune_inbox.presentation.polling import following_sentence
from neptune_inbox.presentation.remedies import at_a_shell
from neptune_inbox.sync.events import Fact, HealthChanged, Polled, WatchListChanged

if TYPE_CHECKING:
    from neptune_inbox.cli.output import Output
    from neptune_inbox.model import Filter, Instant, Row
    from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
    from neptune_inbox.sync.session import Session

    Show = Callable[[Sequence[Row]], Awaitable[None]]

AT_ONCE = 500
"""Rows that are read and written at once."""
LOOK_AGAIN = 2.0
"""Seconds between two looks for rows that another process wrote: to this one's own polls they are not new."""


class Following:
    """One followed list: its users, which rows were there or shown, and what arrives and matches."""

    def __init__(self, session: Session, users: Sequence[str], kind: Filter, query: str, show: Show) -> None:
        """Without users, it follows those who are watched now or later."""
        self._session = session
        self._users = users
        self._kind = kind
        self._query = query
        self._show = show
        self._known: set[int] = set()
        self._since: dict[str, Instant] = {}
        """Since when each user's list is complete: older rows that are new to the cache were loaded and did not
        arrive."""

    async def begin(self, limit: int | None) -> list[str]:
        """Show what is there, oldest first, and answer whose list it is. Raises what the client raises.

        Users polled by another process are not fetched: what it finds is in the cache.
        """
        session = self._session
        users = await fetching.users_in_scope(session, self._users)
        polled = set(await session.inbox.watched()) if await session.poller.holder() is not None else set()
        freshness = await session.inbox.freshness(users)
        unasked = [user for user in users if user not in polled or freshness[user].fetched_at is None]
        await fetching.load(session, unasked, self._kind, self._query, limit)
        await self._note_reach(users)
        snapshot = await session.inbox.open_users(users, self._kind, self._query)
        self._known.update(snapshot.ids)
        await self._show_rows(snapshot, snapshot.ids[:limit])
        return users

    async def go_on(self) -> None:
        """Show what has arrived since, oldest first."""
        users = list(self._users) or await self._session.inbox.watched()
        if not users:
            return
        self._session.poller.watch(tuple(users))
        first_seen = await self._note_reach(users)
        snapshot = await self._session.inbox.open_users(users, self._kind, self._query)
        new = [rowid for rowid in snapshot.ids if rowid not in self._known]
        self._known.update(new)
        await self._show_rows(snapshot, new, lambda row: row.user_id not in first_seen and self._has_come(row))

    def _has_come(self, row: Row) -> bool:
        return row.created_at is None or row.created_at >= self._since.get(row.user_id, 0)

    async def _show_rows(
        self, snapshot: ListSnapshot, rowids: Sequence[int], wanted: Callable[[Row], bool] = lambda _: True
    ) -> None:
        shown = snapshot.only(reversed(rowids))
        for start in range(0, len(shown), AT_ONCE):
            rows = await self._session.inbox.page(shown, start, start + AT_ONCE)
            if found := [row for row in rows if wanted(row)]:
                await self._show(found)

    async def _note_reach(self, users: Sequence[str]) -> set[str]:
        """Record since when the lists of new users are complete; returns the new users."""
        new = set()
        for user in users:
            if user not in self._since:
                reached = await self._reached(user)
                new.add(user)
                if reached is not None:
                    self._since[user] = reached
        return new

    async def _reached(self, user: str) -> Instant | None:
        """Since when one list is complete; None before the first look."""
        inbox = self._session.inbox
        reached = await inbox.reached(user, self._kind)
        if reached is None and (await inbox.freshness([user]))[user].fetched_at is not None:
            # Another process had a first look, at the newest rows alone.
            snapshot = await inbox.open_users([user], self._kind)
            oldest = await inbox.page(snapshot, len(snapshot) - 1, len(snapshot)) if len(snapshot) else []
            return next((row.created_at for row in oldest), None) or 0
        return reached


async def follow(following: Following, session: Session, output: Output, limit: int | None) -> None:
    """Show what is there and what comes, until it is cancelled or nobody reads any more.

    Where a window or `neptune-inbox poll` polls, its finds are shown without requests; otherwise this polls. Raises
    what the client raises, and SignInProblem where the token is over.
    """
    users = await following.begin(limit)
    changed = asyncio.Event()

    def hear(fact: Fact) -> None:
        if isinstance(fact, HealthChanged):
            _tell(output, session.health.error)
        if isinstance(fact, HealthChanged | WatchListChanged) or (isinstance(fact, Polled) and fact.changed):
            changed.set()

    stop = session.bus.listen(hear)
    session.poller.watch(tuple(users))
    output.note(following_sentence(users, await session.poller.holder()))
    jobs = [session.poller.run()]
    if session.hooks.names:
        jobs.append(session.hooks.run())
    if session.watch_rule is not None:
        jobs.append(session.watch_rule.run())
    working = [asyncio.create_task(job) for job in jobs]
    reading = asyncio.create_task(output.until_unread())
    newest = -1
    try:
        while not output.is_unread:
            waiting = asyncio.create_task(changed.wait())
            await asyncio.wait({waiting, *working, reading}, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            for task in working:
                if task.done():
                    task.result()
            if session.health.waits_for_token and session.health.error is not None:
                raise session.health.error
            newest, before = await session.inbox.newest_rowid(), newest
            if changed.is_set() or newest != before:
                changed.clear()
                await following.go_on()
    finally:
        stop()
        for task in (*working, reading):
            task.cancel()


def _tell(output: Output, error: InboxError | None) -> None:
    if error is not None:
        shown = at_a_shell(error)
        output.note(f"{shown.sentence} {shown.remedy}".strip())
