"""Loading older rows of a scope when the agent asks, within the request budget, until stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from neptune_inbox.model import Key, Now
from neptune_inbox.sync.inbox.inbox import Inbox, Scope
from neptune_inbox.sync.polling.wakeable import Sleep

if TYPE_CHECKING:
    from neptune_inbox.sync.polling.poller import Poller

BURST = 30.0
"""Seconds of the budget that may be spent at once: the agent waits for it, and polling makes up for it later."""


class OlderPages:
    """Loads what is missing of a scope, the user whose rows reach back the least first."""

    def __init__(self, *, inbox: Inbox, poller: Poller, now: Now, sleep: Sleep) -> None:
        self._inbox = inbox
        self._poller = poller
        self._now = now
        self._sleep = sleep

    async def load(self, scope: Scope, *, rows: int | None, seconds: float | None) -> AsyncIterator[tuple[Key, ...]]:
        """Load pages until nothing is missing, or these bounds are reached; each step yields its new rows.

        Raises what the client raises.
        """
        began, brought, barren = self._now(), 0, set[str]()
        while rows is None or brought < rows:
            overview = await self._inbox.overview(scope.user_id)
            wanted = (user for user in overview.coverage(scope.kind).users_to_load if user not in barren)
            if (user := next(wanted, None)) is None:
                return
            elapsed = (self._now() - began) / 1000
            pause = max(0.0, self._poller.seconds_owed - BURST)
            if seconds is not None and elapsed + pause >= seconds:
                return
            if pause:
                await self._sleep(pause)
            if overview.fresh_of(user).fetched_at is None:
                fetched = await self._inbox.refresh(user, scope.kind)
            else:
                fetched = await self._inbox.load_older(user, scope.kind)
            self._poller.spend(fetched.requests)
            if not fetched.new:
                barren.add(user)
            brought += len(fetched.new)
            yield fetched.new
