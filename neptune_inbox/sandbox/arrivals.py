"""The living demo: a world in which something arrives every few seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from random import Random

from neptune_inbox.sandbox.records import NotificationRecord
from neptune_inbox.sandbox.state import SandboxState


class ArrivalGenerator:
    """Adds one arrival after each pause; pauses are drawn between the two bounds, in seconds."""

    def __init__(
        self,
        sandbox_state: SandboxState,
        environment: str,
        *,
        sleep: Callable[[float], Awaitable[None]],
        rng: Random,
        pause: tuple[float, float] = (6.0, 20.0),
    ) -> None:
        self._sandbox_state = sandbox_state
        self._environment = environment
        self._sleep = sleep
        self._rng = rng
        self._pause = pause

    async def arrivals(self) -> AsyncIterator[NotificationRecord]:
        """What arrives, without end, each when it has arrived."""
        while True:
            await self._sleep(self._rng.uniform(*self._pause))
            yield self._sandbox_state.arrive(self._environment)

    async def run(self) -> None:
        """Lives until it is cancelled."""
        async for _ in self.arrivals():
            pass
