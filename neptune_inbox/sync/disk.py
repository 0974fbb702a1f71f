"""The one thread that touches the disk, so that no key ever waits for it.

A daemon thread: a disk that hangs cannot keep the program from quitting.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from neptune_inbox.errors import StoreProblem

P = ParamSpec("P")
T = TypeVar("T")


class Disk:
    """Runs store calls one after the other, off the event loop."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="disk", daemon=True)
        self._is_closed = False
        self._thread.start()

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Await the result of `call`; what it raises is raised here. A started call is never interrupted.

        Raises StoreProblem once it is closed.
        """
        if self._is_closed:
            raise StoreProblem("The local files are closed.", "Start again.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def answer(setter: Callable[[Any], None], value: object) -> None:
            if not future.done():
                setter(value)

        def job() -> None:
            try:
                result = call(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - handed to the waiting task
                setter, value = future.set_exception, error
            else:
                setter, value = future.set_result, result  # type: ignore[assignment]
            # The loop may be gone when the program ends while the disk is still busy.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(answer, setter, value)

        self._jobs.put(job)
        return await future

    def close(self) -> None:
        """Let the queued calls finish, then end the thread; waits 2 s at most."""
        self._is_closed = True
        self._jobs.put(None)
        self._thread.join(2)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
