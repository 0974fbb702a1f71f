"""The promise as a machine: whatever happens, nothing unseen is marked read, and nothing taken back is sent.

Hypothesis plays an agent, the customers, the weather and the end of the program over a real session on the sandbox.
Used by tests/unit/test_promise.py and tests/bench/promise.py.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from neptune_inbox.model import EVERYONE, STUCK, Filter, Key, MarkState
from neptune_inbox.presentation.row_state import READ_BY_US, row_state
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.store.outbox.outbox import Undone
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from neptune_inbox.sync.session import Session
from tests.builders import ENVIRONMENT, Office

T = TypeVar("T")

USERS = ("u-1", "u-2")
WEATHER = [kind for kind in Kind if kind not in (Kind.HANG, Kind.SLOW)]
SCOPES = [
    Scope(EVERYONE),
    Scope("u-1"),
    Scope("u-2", Filter.ALL),
    Scope(EVERYONE, Filter.ALL, "-is:done"),
    Scope(EVERYONE, Filter.UNREAD, "is:pending"),
]


class Witness(httpx.AsyncBaseTransport):
    """Stands before the sandbox and notes every mark that leaves the machine, whether it arrives or not."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.marks: list[str] = []
        self.deadly: tuple[int, bool] | None = None
        """After so many more marks the program dies: before the next arrives, or after it did."""
        self.has_died = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return await self._inner.handle_async_request(request)
        body = json.loads(await request.aread())
        assert body["type"] == "notification", "never the API's own mark-all"
        self.marks.append(str(body["id"]))
        count, arrives = self.deadly or (-1, False)
        self.deadly = (count - 1, arrives) if count > 0 else None
        response = await self._inner.handle_async_request(request) if count or arrives else None
        if response is None or count == 0:
            self.has_died.set()
            await asyncio.get_running_loop().create_future()
        assert response is not None
        return response


class Promise(RuleBasedStateMachine):
    """One agent's day."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.office = Office(users=USERS, budget=600)
        assert self.office.builder.http is not None
        self.witness = Witness(self.office.builder.http)
        self.office.builder.http = self.witness
        self.session: Session = self.do(self.office.open())
        self.snapshot = ListSnapshot.empty()
        self.drawn: set[Key] = set()
        """What the list showed when it was opened."""
        self.wished: set[str] = set()
        """Marked by the agent in an open list, and not taken back."""
        self.sent_when_held: Counter[str] = Counter()
        self.checked = 0

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize(count=st.integers(1, 6))
    def begin(self, count: int) -> None:
        self.office.arrive(count)
        self.poll()
        self.open(SCOPES[0])

    # -- the customers ---------------------------------------------------------------------------------------------

    @rule(user_id=st.sampled_from(USERS), count=st.integers(1, 4), is_read=st.sampled_from([False, False, True]))
    def arrive(self, user_id: str, count: int, is_read: bool) -> None:
        self.office.arrive(count, user_id, every=0.1, is_read=is_read)

    @rule(user_id=st.sampled_from(USERS), count=st.integers(1, 2))
    def customer_reads(self, user_id: str, count: int) -> None:
        unread = self.office.sandbox_state.notifications(ENVIRONMENT, user_id, Filter.UNREAD)
        self.office.read_elsewhere(*(record.uuid for record in unread[:count]))

    # -- the agent -------------------------------------------------------------------------------------------------

    @rule(scope=st.sampled_from(SCOPES))
    def open(self, scope: Scope) -> None:
        self.snapshot = self.do(self.session.inbox.open(scope))
        self.drawn = {row.key for row in self.do(self.session.inbox.rows(self.snapshot))}

    @rule(numbers=st.sets(st.integers(0, 30), min_size=1, max_size=3))
    def mark_rows(self, numbers: set[int]) -> None:
        self.do(self.session.inbox.pages.reload(self.snapshot, [range(len(self.snapshot))]))
        indexes = {number % len(self.snapshot) for number in numbers if len(self.snapshot)}
        self.hold([row.key for row in map(self.snapshot.row, sorted(indexes)) if row.counts_as_unread])

    @rule()
    def mark_all(self) -> None:
        plan = self.do(self.session.marking.plan(self.snapshot))
        keys = self.do(self.session.marking.keys(plan))
        assert set(keys) <= self.drawn, "only what was drawn"
        self.hold(keys)

    def hold(self, keys: list[Key]) -> None:
        receipt = self.do(self.session.marking.hold(keys, label="shown"))
        for mark in receipt.marks:
            assert mark.key in self.drawn
            if mark.receipt_id == receipt.id:
                self.wished.add(mark.id)
                self.sent_when_held[mark.id] = self.witness.marks.count(mark.id)

    @rule()
    def mark_all_of_what_is_there_now(self) -> None:
        self.poll()
        self.open(SCOPES[0])
        self.mark_all()

    @rule()
    def undo(self) -> None:
        self.take_back(self.do(self.session.marking.undo()))

    @rule(number=st.integers(1, 3))
    def undo_an_older_act(self, number: int) -> None:
        for receipt in self.do(self.session.marking.receipts())[number : number + 1]:
            self.take_back(self.do(self.session.marking.undo(receipt.id)))

    def take_back(self, undone: Undone | None) -> None:
        for mark in undone.undone if undone else ():
            assert self.witness.marks.count(mark.id) == self.sent_when_held[mark.id], "undone means never sent"
            self.wished.discard(mark.id)

    @rule()
    def drop_what_is_unsettled(self) -> None:
        unsettled = self.do(self.session.marking.unsettled())
        dropped = {mark.id for mark in unsettled if mark.state is not MarkState.SENDING}
        self.do(self.session.marking.drop())
        self.wished -= dropped

    @rule()
    def send_now(self) -> None:
        self.do(self.session.marking.send_now())

    @rule()
    def retry(self) -> None:
        # A refused mark may be wished again, also after a later wish for the same notification was taken back.
        unsettled = self.do(self.session.marking.unsettled())
        self.wished |= {mark.id for mark in unsettled if mark.state in STUCK}
        self.do(self.session.marking.retry())

    # -- the machine -----------------------------------------------------------------------------------------------

    @rule()
    def poll(self) -> None:
        for _ in range(2):
            self.do(self.session.poller.step())

    @rule(user_id=st.sampled_from(USERS), kind=st.sampled_from(Filter))
    def refresh(self, user_id: str, kind: Filter) -> None:
        self.do(self.session.set_visible(user_id, kind))
        self.do(self.session.poller.poll(user_id))

    @rule()
    def send_due(self) -> None:
        self.do(self.session.sender.send_due())

    @rule(seconds=st.sampled_from([0.5, 3, 5, 5, 70, 400]))
    def pass_time(self, seconds: float) -> None:
        self.office.clock.advance(seconds)
        self.do(self.session.sender.flush())

    @rule()
    def restart(self) -> None:
        self.do(self.session.close())
        self.start()

    @rule(count=st.integers(0, 4), arrives=st.booleans())
    def kill(self, count: int, arrives: bool) -> None:
        """The program dies while marks are on their way."""
        self.witness.deadly = (count, arrives)
        self.do(self.die())
        self.witness.deadly = None
        self.start()

    async def die(self) -> None:
        self.witness.has_died.clear()
        sending = asyncio.ensure_future(self.session.sender.flush())
        death = asyncio.ensure_future(self.witness.has_died.wait())
        await asyncio.wait([sending, death], return_when=asyncio.FIRST_COMPLETED)
        for task in (sending, death):
            task.cancel()
        await asyncio.gather(sending, death, return_exceptions=True)
        await self.session.close()

    def start(self) -> None:
        self.session = self.do(self.office.open())
        self.open(SCOPES[0])

    # -- the weather -----------------------------------------------------------------------------------------------

    @rule(kind=st.sampled_from(WEATHER), times=st.integers(1, 4), method=st.sampled_from(["*", "POST", "GET"]))
    def trouble(self, kind: Kind, times: int, method: str) -> None:
        # A service that says in JSON that a mark went well, and did nothing, cannot be found out from its answer.
        self.office.faults.set(kind, method="GET" if kind is Kind.EMPTY else method, times=times)

    @rule(kind=st.sampled_from(WEATHER), times=st.integers(1, 3))
    def send_in_bad_weather(self, kind: Kind, times: int) -> None:
        self.trouble(kind, times, "POST")
        self.pass_time(5)

    @rule()
    def fair_weather(self) -> None:
        self.office.faults.clear()
        self.office.use_token(self.session, self.office.new_token())

    # -- the promise -----------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_sent_but_what_the_agent_wished(self) -> None:
        new = self.witness.marks[self.checked :]
        self.checked = len(self.witness.marks)
        assert set(new) <= self.wished

    @invariant()
    def nothing_is_told_as_read_by_our_own_word(self) -> None:
        """A row counts as read only where a list of the server said so: the mark alone never makes it."""
        for row in self.do(self.session.inbox.rows(self.snapshot)):
            if row_state(row) == READ_BY_US:
                assert row.is_read, "our own mark outranked the server"
            if row.mark is not None and row.mark.state is MarkState.CONTRADICTED and not row.is_read:
                assert row.counts_as_unread

    def teardown(self) -> None:
        try:
            self.come_to_rest()
        finally:
            self.do(self.session.close())
            self.do(self.loop.shutdown_default_executor())
            self.loop.close()

    def come_to_rest(self) -> None:
        """In fair weather, and given time, every wish that was not taken back or refused has come true."""
        self.fair_weather()
        for _ in range(200):
            pause = self.do(self.session.sender.send_due())
            if pause is None:
                break
            self.office.clock.advance(pause)
        self.nothing_is_sent_but_what_the_agent_wished()
        left = {mark.id: mark.state for mark in self.do(self.session.marking.unsettled())}
        assert set(left.values()) <= set(STUCK)
        for id in self.wished - set(left):
            assert self.office.sandbox_state.notification(ENVIRONMENT, id).read_at is not None, "a wish was lost"
