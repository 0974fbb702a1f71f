"""Any sequence of acts, sends, failures, restarts and losses against a model that fits on a page.

The promise under test: undone means that no request was or will be made; nothing that was not taken back is lost; a
notification has at most one wish under way.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from neptune_inbox.model import Key, Mark, MarkState
from neptune_inbox.store.outbox.outbox import Outbox
from neptune_inbox.store.outbox.schema import open_state
from tests.unit.store_helpers import LEASE, TENANT, WINDOW, Office, keys

pytestmark = pytest.mark.slow

IDS = ["a", "b", "c", "d"]
SUBSETS = st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True)


@dataclass
class MarkRequest:
    """What the model knows of one mark."""

    id: str
    act: str
    state: str
    due_at: int
    attempts: int = 0
    lease_until: int = 0
    settled_at: int = 0


SENT = ("accepted", "confirmed", "contradicted")
STUCK = ("failed", "contradicted")


class OutboxMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.wishes: list[MarkRequest] = []
        self.claims: list[Mark] = []
        self.requested: set[tuple[str, str]] = set()
        """Act and id of every mark that a request was made for."""

    @property
    def now(self) -> int:
        return self.office.clock.now()

    def under_way(self, id: str) -> MarkRequest | None:
        return next((wish for wish in self.wishes if wish.id == id and wish.state in ("held", "sending")), None)

    def newest(self, id: str) -> MarkRequest | None:
        standing = [wish for wish in self.wishes if wish.id == id and wish.state not in ("undone", "dropped")]
        return standing[-1] if standing else None

    def wish_of(self, mark: Mark) -> MarkRequest:
        return next(wish for wish in self.wishes if (wish.act, wish.id) == (mark.receipt_id, mark.id))

    def standing(self, *states: str) -> list[MarkRequest]:
        return [wish for id in IDS if (wish := self.newest(id)) and wish.state in states]

    @rule(ids=SUBSETS)
    def hold(self, ids: list[str]) -> None:
        fresh = [id for id in ids if self.under_way(id) is None]
        receipt = self.office.hold(*ids)
        assert {mark.id for mark in receipt.marks} == set(ids)
        self.wishes += [MarkRequest(id, receipt.id, "held", self.now + WINDOW) for id in fresh]

    @rule(seconds=st.sampled_from([1, 3, 6, LEASE // 1000 + 1]))
    def wait(self, seconds: int) -> None:
        self.office.clock.advance(seconds)

    @rule()
    def undo(self) -> None:
        untried = [wish for wish in self.wishes if wish.state == "held" and wish.attempts == 0]
        undone = self.office.outbox.undo()
        if not untried:
            assert undone is None or undone.undone == ()
            return
        newest = max((wish.act for wish in untried), key=lambda act: int(act.removeprefix("act-")))
        chosen = [wish for wish in untried if wish.act == newest]
        assert undone is not None
        assert {mark.id for mark in undone.undone} == {wish.id for wish in chosen}
        for wish in chosen:
            wish.state = "undone"
            for other in self.wishes:
                if other.id == wish.id and other.state == "failed":
                    other.state = "dropped"

    @rule(limit=st.integers(1, 4))
    def claim(self, limit: int) -> None:
        due = [wish for wish in self.wishes if wish.state == "held" and wish.due_at <= self.now]
        due += [wish for wish in self.wishes if wish.state == "sending" and wish.lease_until <= self.now]
        marks = self.office.claim(limit=limit)
        assert len(marks) == min(limit, len(due))
        for mark in marks:
            wish = self.wish_of(mark)
            assert wish in due
            wish.state, wish.lease_until = "sending", self.now + LEASE
            wish.attempts += 1
            assert mark.attempts == wish.attempts
            self.requested.add((wish.act, wish.id))
        self.claims += marks

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), outcome=st.sampled_from(["accepted", "failed", "later"]))
    def answer(self, data: st.DataObject, outcome: str) -> None:
        mark = self.claims.pop(data.draw(st.integers(0, len(self.claims) - 1)))
        wish = self.wish_of(mark)
        is_ours = wish.state == "sending" and wish.attempts == mark.attempts
        if outcome == "later":
            assert self.office.postpone(mark, self.now + 1, "later") == is_ours
            if is_ours:
                wish.state, wish.due_at = "held", self.now + 1
            return
        counts = wish.state not in SENT if outcome == "accepted" else is_ours
        assert self.office.settle(mark, MarkState(outcome)) == counts
        if counts:
            wish.state, wish.settled_at = outcome, self.now

    @rule(ids=SUBSETS, is_read=st.booleans(), ago=st.sampled_from([0, 1, 2_000]))
    def look(self, ids: list[str], is_read: bool, ago: int) -> None:
        """A list that was asked for a while ago shows these as read, or as unread."""
        asked_at, shown = self.now - ago, keys(ids)
        changed = []
        for wish in self.standing(*SENT):
            state = "confirmed" if is_read else "contradicted" if asked_at > wish.settled_at else wish.state
            if wish.id in ids and state != wish.state:
                wish.state, wish.settled_at = state, self.now
                changed.append(wish.id)
        told = self.office.outbox.note_effect(
            read=shown if is_read else (), unread=() if is_read else shown, asked_at=asked_at
        )
        assert {key.id for key in told} == set(changed)

    @rule(ids=SUBSETS)
    def retry(self, ids: list[str]) -> None:
        chosen = [wish for wish in self.standing(*STUCK) if wish.id in ids]
        assert self.office.outbox.retry(keys(ids)) == len(chosen)
        for wish in chosen:
            wish.state, wish.due_at = "held", self.now

    @rule(ids=SUBSETS)
    def drop(self, ids: list[str]) -> None:
        self.office.outbox.drop(keys(ids))
        for wish in self.wishes:
            if wish.id in ids and wish.state in ("held", *STUCK):
                wish.state = "dropped"

    @rule()
    def send_now(self) -> None:
        waiting = [wish for wish in self.wishes if wish.state == "held" and wish.due_at > self.now]
        assert self.office.outbox.send_now() == len(waiting)
        for wish in waiting:
            wish.due_at = self.now

    @rule()
    def start_again(self) -> None:
        """A healthy start: the journal has nothing to add."""
        assert self.office.refill() == 0

    @rule()
    def lose_the_outbox(self) -> None:
        """The file is gone: what was under way comes back from the journal, what was settled is history."""
        self.office.database.close()
        self.office.database = open_state(None, self.office.clock.now)
        self.office.outbox = Outbox(self.office.database, self.office.journal, TENANT, self.office.clock.now)
        came_back = self.office.refill()
        self.wishes = [wish for wish in self.wishes if wish.state in ("held", "sending")]
        assert came_back == len(self.wishes)
        self.claims.clear()
        marks = {(mark.receipt_id, mark.id): mark for mark in self.office.outbox.marks()}
        for wish in self.wishes:
            mark = marks[wish.act, wish.id]
            assert mark.attempts >= min(1, wish.attempts), "what may have been tried is never called untried"
            wish.state, wish.attempts, wish.due_at = "held", mark.attempts, mark.due_at

    @invariant()
    def undone_was_never_requested(self) -> None:
        for wish in self.wishes:
            if wish.state == "undone":
                assert (wish.act, wish.id) not in self.requested

    @invariant()
    def the_outbox_is_what_the_model_says(self) -> None:
        outbox = self.office.outbox
        told = {(mark.receipt_id, mark.id): str(mark.state) for mark in outbox.marks(unsettled_only=False)}
        assert told == {(wish.act, wish.id): wish.state for wish in self.wishes}
        row_reader = {key.id: str(mark.state) for key, mark in outbox.current_marks(keys(IDS)).items()}
        assert row_reader == {id: wish.state for id in IDS if (wish := self.newest(id))}
        counts = outbox.counts()
        assert counts.held == sum(wish.state == "held" for wish in self.wishes)
        assert counts.sending == sum(wish.state == "sending" for wish in self.wishes)
        assert counts.failed == len(self.standing("failed"))
        assert counts.contradicted == len(self.standing("contradicted"))
        for state in ("failed", *SENT):
            known = {Key("u-1", wish.id) for wish in self.standing(state)}
            assert outbox.keys_in_state([MarkState(state)]) == known
        awaited = {wish.id for wish in self.standing("accepted", "contradicted")}
        assert {key.id for key in outbox.unconfirmed("u-1")} == awaited

    @invariant()
    def the_journal_knows_what_is_under_way(self) -> None:
        journal = {(entry.receipt_id, entry.id) for entry in self.office.journal.unsettled()}
        assert journal == {(wish.act, wish.id) for wish in self.wishes if wish.state in ("held", "sending")}

    def teardown(self) -> None:
        self.office.database.close()


TestOutboxModel = OutboxMachine.TestCase
TestOutboxModel.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
