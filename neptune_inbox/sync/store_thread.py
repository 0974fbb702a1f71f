"""The one thread that touches the disk, so that no key ever waits for it.

A daemon thread: a disk that hangs cannot keep the program from quitting.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Generic, NamedTuple, ParamSpec, Protocol, TypeVar

from neptune_inbox.errors import StoreProblem

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)


FOREGROUND, BACKGROUND, LAST = range(3)
"""What somebody waits for at the screen goes before what polls and sends."""


class Job(NamedTuple):
    """One call, in its place in the queue."""

    level: int
    ticket: int
    """The order of those of one level."""
    work: Callable[[], None] | None = None
    """None ends the thread."""


class Line:
    """The thread and what waits for it."""

    def __init__(self) -> None:
        self._jobs: queue.PriorityQueue[Job] = queue.PriorityQueue()
        self._tickets = itertools.count()
        self.is_closed = False
        self.asked_at = time.monotonic()
        """When a key last wanted something of the disk."""
        self.thread = threading.Thread(target=self._work, name="disk", daemon=True)
        self.thread.start()

    def put(self, level: int, work: Callable[[], None] | None) -> None:
        if level == FOREGROUND:
            self.asked_at = time.monotonic()
        self._jobs.put(Job(level, next(self._tickets), work))

    def _work(self) -> None:
        while (work := self._jobs.get().work) is not None:
            work()


class StoreThread:
    """Runs store calls one after the other, off the event loop."""

    def __init__(self, line: Line | None = None, level: int = BACKGROUND) -> None:
        self._line = line or Line()
        self._level = level

    @property
    def foreground(self) -> StoreThread:
        """The same thread, for whoever acts for a key: ahead of everything that runs in the background."""
        return StoreThread(self._line, FOREGROUND)

    @property
    def last(self) -> StoreThread:
        """The same thread, for what can wait until nobody else needs it."""
        return StoreThread(self._line, LAST)

    def is_quiet(self, seconds: float) -> bool:
        """Whether no key has wanted anything of the disk for so long."""
        return time.monotonic() - self._line.asked_at >= seconds

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Await the result of `call`; what it raises is raised here. It is done also when nobody waits any more.

        Raises StoreProblem once it is closed.
        """
        return await self._await(call, args, kwargs, is_read=False)

    async def read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for what changes nothing: left out where nobody waits for it any more when its turn comes."""
        return await self._await(call, args, kwargs, is_read=True)

    async def _await(
        self, call: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any], *, is_read: bool
    ) -> T:
        if self._line.is_closed:
            raise StoreProblem("The local files are closed.", "Start again.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def answer(setter: Callable[[Any], None], value: object) -> None:
            if not future.done():
                setter(value)

        def job() -> None:
            if is_read and future.done():
                return
            try:
                result = call(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - handed to the waiting task
                setter, value = future.set_exception, error
            else:
                setter, value = future.set_result, result  # type: ignore[assignment]
            # The loop may be gone when the program ends while the disk is still busy.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(answer, setter, value)

        self._line.put(self._level, job)
        return await future

    def close(self) -> None:
        """Let the queued calls finish, then end the thread; waits 2 s at most."""
        self._line.is_closed = True
        self._line.put(LAST, None)
        self._line.thread.join(2)


class OnThread(Generic[S_co]):
    """The awaited face of a store: a subclass names the methods that may be called."""

    def __init__(self, store: S_co, thread: StoreThread) -> None:
        self._store = store
        self.thread = thread

    @property
    def store(self) -> S_co:
        return self._store


class Awaited(Generic[S, P, T]):
    """One method of a store, run on the store's thread wherever it is awaited.

    With `is_read` it changes nothing, and is left out where nobody waits for it any more when its turn comes.
    """

    def __init__(self, method: Callable[Concatenate[S, P], T], *, is_read: bool = False) -> None:
        self._name = method.__name__
        self._is_read = is_read

    def __get__(self, face: OnThread[S], owner: type[OnThread[S]]) -> Callable[P, Coroutine[Any, Any, T]]:
        run = face.thread.read if self._is_read else face.thread.run
        method: Callable[P, T] = getattr(face.store, self._name)

        async def call(*args: P.args, **kwargs: P.kwargs) -> T:
            return await run(method, *args, **kwargs)

        return call


class _HasThread(Protocol):
    @property
    def thread(self) -> StoreThread: ...


class _HasStore(Protocol):
    @property
    def _store(self) -> _HasThread: ...


H = TypeVar("H", bound=_HasStore)


def on_thread(method: Callable[Concatenate[H, P], T]) -> Callable[Concatenate[H, P], Coroutine[Any, Any, T]]:
    """Run a method on the thread of its object's `_store`, in one turn: several calls of the stores, or none."""

    @wraps(method)
    async def call(self: H, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._store.thread.run(method, self, *args, **kwargs)

    return call


def read_on_thread(method: Callable[Concatenate[H, P], T]) -> Callable[Concatenate[H, P], Coroutine[Any, Any, T]]:
    """The same for what changes nothing: left out where nobody waits for it any more when its turn comes."""

    @wraps(method)
    async def call(self: H, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._store.thread.read(method, self, *args, **kwargs)

    return call
