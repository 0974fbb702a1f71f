"""Shares the team's facts on a thread of its own, so that no key and no quit ever waits for the team's database.

Facts are added at least once under the ids that they were made with, and read behind the last position. News comes by
announcement, and every 15 s by looking, where what lies in between announces nothing.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import StrEnum
from queue import SimpleQueue
from random import Random
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox import debug_trace
from neptune_inbox.api.backoff import next_delay
from neptune_inbox.errors import InboxError
from neptune_inbox.model import Instant, Key, Now
from neptune_inbox.model.team import FetchedFacts, Look, Present, TeamFact
from neptune_inbox.store.team.facts import Reached, TeamStore, shared

LOOK_EVERY = 15.0
"""Seconds between two looks where nothing is announced; also how often this program says that it is here."""
AT_ONCE = 500
LONGEST_TRY = 4.0
"""Seconds that one try to reach the database and the pause after it take at the most: once it is back, everybody has
what was done meanwhile soon."""
LEAST_PAUSE = 1.0
SLOW = 10.0
"""Seconds after which a missing answer is reported."""
OLDEST_LOOK = 600_000
"""Milliseconds: what colleagues' programs saw before is of no use when this one starts."""
LOOK_OVERLAP = 10_000
"""Milliseconds by which each exchange of looks goes back behind the last: a look is told a while after it was."""
PATIENCE_AT_END = 0.3
"""Seconds that the end of the program waits for the thread, which ends with the program in any case."""


class Link(Protocol):
    """A connection to where the team's facts are; every call may take as long as the other side does."""

    store: str

    def share(self, facts: Sequence[TeamFact], now: Instant) -> dict[str, Instant]: ...
    def fetch(self, position: int, limit: int) -> FetchedFacts: ...
    def last_position(self) -> int: ...
    def ahead(self, now: Now) -> int: ...
    def beat(self, agent: str, instance: str, *, is_here: bool = True) -> tuple[Present, ...]: ...
    def exchange(self, looks: Sequence[Look], instance: str, within_ms: int) -> tuple[Look, ...]: ...
    def listen(self) -> bool: ...
    def wait(self, seconds: float, waker: socket.socket) -> bool: ...
    def close(self) -> None: ...


class SharingState(StrEnum):
    """How it is with the team's database."""

    STARTING = "starting"
    SHARING = "sharing"
    SLOW = "slow"
    """It has not answered for a while."""
    TROUBLED = "troubled"


class Sharing(Struct, frozen=True):
    """How sharing goes."""

    state: SharingState = SharingState.STARTING
    problem: InboxError | None = None
    present: tuple[Present, ...] = ()
    seconds: float | None = None
    """When everything shared was last read; None before the first time."""


class Sharer:
    """Shares the facts of one tenant for as long as it is started."""

    def __init__(
        self,
        *,
        store: TeamStore,
        connect: Callable[[], Link],
        instance: str,
        now: Now,
        rng: Random,
        changed: Callable[[tuple[Key, ...]], None] = lambda keys: None,
        looked: Callable[[tuple[Look, ...]], None] = lambda looks: None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """`connect` is called on the thread and raises TeamProblem; so are `changed`, with whose facts are news, and
        `looked`, with what colleagues' programs saw.
        """
        self._store = store
        self._connect = connect
        self._instance = instance
        self._now = now
        self._rng = rng
        self._changed = changed
        self._looked = looked
        self._steady = steady
        self.stays = True
        """This program runs for long and asks the service, so that it counts among those that are here."""
        self.asks = True
        """This program asks the service, so that it tells what it saw and hears what others saw."""
        self._looks: SimpleQueue[tuple[Look, Instant]] = SimpleQueue()
        """What this program saw and has not told yet."""
        self._exchanged_at: float | None = None
        self._wake: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._is_stopped = False
        self._problem: InboxError | None = None
        self._present: tuple[Present, ...] = ()
        self._busy_since: float | None = None
        self._done_at: float | None = None
        self._done_began: float | None = None
        """When the last round that was done had begun: what came after may not be in it."""
        self._round = threading.Condition()

    def start(self) -> None:
        """Begin; harmless when it has begun."""
        if self._thread is None:
            self._busy_since = self._steady()
            waker, self._wake = socket.socketpair()
            for end in (waker, self._wake):
                end.setblocking(False)
            self._thread = threading.Thread(target=self._work, args=(waker,), name="team", daemon=True)
            self._thread.start()

    def wake(self) -> None:
        """There is something to share, or to be tried again."""
        if self._wake is not None:
            with suppress(OSError):
                self._wake.send(b"!")

    def tell_look(self, look: Look, at: Instant) -> None:
        """Share with colleagues' programs what this one saw of a customer when it polled at `at`."""
        self._looks.put((look, at))
        self.wake()

    def stop(self) -> None:
        """End it; a thread that the database keeps waiting ends with the program."""
        self._is_stopped = True
        self.wake()
        if self._thread is not None and self._wake is not None:
            self._thread.join(PATIENCE_AT_END)
            self._wake.close()

    def sharing(self) -> Sharing:
        """How it goes now."""
        now, busy = self._steady(), self._busy_since
        seconds = None if self._done_at is None else now - self._done_at
        if self._problem is not None:
            return Sharing(SharingState.TROUBLED, self._problem, (), seconds)
        if busy is not None and now - busy > SLOW:
            return Sharing(SharingState.SLOW, None, self._present, seconds)
        state = SharingState.STARTING if self._done_at is None else SharingState.SHARING
        return Sharing(state, None, self._present, seconds)

    @property
    def programs_here(self) -> frozenset[str]:
        """The programs of the team that run, this one among them, as far as was known last."""
        return frozenset({each.instance for each in self._present} | {self._instance})

    @property
    def instance(self) -> str:
        """This program, among those."""
        return self._instance

    def wait_shared(self, seconds: float) -> bool:
        """Wait, off the event loop, until all of ours is shared and all of theirs read; False where it was not."""
        asked, until = self._steady(), self._steady() + seconds
        self.wake()
        with self._round:
            return self._round.wait_for(
                lambda: self._is_done_since(asked) or (self._problem is not None and self._busy_since is None),
                max(0.0, until - self._steady()),
            ) and self._is_done_since(asked)

    def _is_done_since(self, asked: float) -> bool:
        return self._done_began is not None and self._done_began >= asked

    def _work(self, waker: socket.socket) -> None:
        tries = 0
        with waker:
            while not self._is_stopped:
                began = self._steady()
                try:
                    self._share_for_long(waker)
                except InboxError as problem:
                    tries = 1 if self._problem is None else tries + 1
                    self._note_problem(problem)
                    most = max(LEAST_PAUSE, LONGEST_TRY - (self._steady() - began))
                    self._sleep(waker, next_delay(tries, retry_after=None, rng=self._rng, cap=most))

    def _share_for_long(self, waker: socket.socket) -> None:
        """Share over one connection until it breaks or the program ends. Raises TeamProblem, StoreProblem."""
        self._busy_since = self._steady()
        link = self._connect()
        try:
            self._recognise(link)
            link.listen()
            beaten_at: float | None = None
            while not self._is_stopped:
                self._busy_since = self._steady()
                # Not with every announcement: a team that writes a lot would mostly say that it is here.
                if beaten_at is None or self._busy_since - beaten_at >= LOOK_EVERY:
                    beaten_at = self._busy_since
                    self._store.ahead = link.ahead(self._now)
                    self._present = link.beat(self._store.agent, self._instance, is_here=self.stays)
                self.share_once(link)
                self._exchange(link)
                self._note_success()
                if link.wait(max(0.0, beaten_at + LOOK_EVERY - self._steady()), waker):
                    debug_trace.note("team", what="announced")
                _drain(waker)
            self.share_once(link)
            link.beat(self._store.agent, self._instance, is_here=False)
        finally:
            link.close()

    def share_once(self, link: Link) -> None:
        """Add what waits and read what is new, until nothing is left. Raises TeamProblem, StoreProblem."""
        while True:
            waiting = self._store.waiting(AT_ONCE)
            times = link.share(waiting, self._now())
            reached = self._store.reached()
            found = link.fetch(reached.position, AT_ONCE)
            # What was added is saved as shared with what was read, so that neither is done again.
            news = [*shared(waiting, times), *found.facts]
            if news or found.position != reached.position:
                changed = self._store.receive(news, Reached(link.store, found.position))
                if changed:
                    self._changed(changed)
            if found.is_all and len(waiting) < AT_ONCE:
                return

    def _exchange(self, link: Link) -> None:
        """Report what was seen of customers, and hand on what others saw since the last time. Raises TeamProblem."""
        if not self.asks:
            return
        began, now = self._steady(), self._now()
        told: dict[str, Look] = {}
        while not self._looks.empty():
            look, at = self._looks.get()
            told[look.user_id] = replace(look, age_ms=max(0, now - at))
        since = OLDEST_LOOK
        if self._exchanged_at is not None:
            since = min(since, int((began - self._exchanged_at) * 1000) + LOOK_OVERLAP)
        found = link.exchange([*told.values()], self._instance, since)
        self._exchanged_at = began
        if found:
            self._looked(found)

    def _recognise(self, link: Link) -> None:
        """Share everything of ours again where the database is another one, or was put back to an older state."""
        reached = self._store.reached()
        if reached.store == link.store and reached.position <= link.last_position():
            return
        self._store.share_again(Reached(link.store, 0))

    def _note_success(self) -> None:
        with self._round:
            self._done_began, self._done_at = self._busy_since, self._steady()
            self._problem, self._busy_since = None, None
            self._round.notify_all()

    def _note_problem(self, problem: InboxError) -> None:
        debug_trace.note("team", what="trouble", sentence=problem.sentence)
        is_first = self._problem is None
        with self._round:
            self._problem, self._busy_since = problem, None
            self._round.notify_all()
        if is_first and not self._is_stopped:
            self._changed(())

    def _sleep(self, waker: socket.socket, seconds: float) -> None:
        if not self._is_stopped:
            select.select([waker], [], [], seconds)
            _drain(waker)


def _drain(waker: socket.socket) -> None:
    with suppress(OSError):
        while waker.recv(4_096):
            pass
