"""Any sequence of acts, sends, failures, restarts and losses against a model that fits on a page.

The promise under test: undone means that no request was or will be made; nothing that was not taken back is lost; a
notification has at most one wish under way.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from neptune_inbox.model import Key, Mark, MarkState
from neptune_inbox.store.outbox import Outbox
from neptune_inbox.store.schema_state import open_state
from tests.unit.store_helpers import LEASE, PLACE, WINDOW, Office, keys

IDS = ["a", "b", "c", "d"]
SUBSETS = st.lists(st.sampled_from(IDS), min_size=1, max_size=4, unique=True)


@dataclass
class Wish:
    """What the model knows of one mark."""

    id: str
    act: str
    state: str
    due_at: int
    attempts: int = 0
    lease_until: int = 0


class OutboxMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.wishes: list[Wish] = []
        self.claims: list[Mark] = []
        self.requested: set[tuple[str, str]] = set()
        """Act and id of every mark that a request was made for."""

    @property
    def now(self) -> int:
        return self.office.clock.now()

    def under_way(self, id: str) -> Wish | None:
        return next((wish for wish in self.wishes if wish.id == id and wish.state in ("held", "sending")), None)

    def newest(self, id: str) -> Wish | None:
        standing = [wish for wish in self.wishes if wish.id == id and wish.state not in ("undone", "dropped")]
        return standing[-1] if standing else None

    def wish_of(self, mark: Mark) -> Wish:
        return next(wish for wish in self.wishes if (wish.act, wish.id) == (mark.receipt_id, mark.id))

    def failed(self) -> list[Wish]:
        return [wish for id in IDS if (wish := self.newest(id)) and wish.state == "failed"]

    @rule(ids=SUBSETS)
    def hold(self, ids: list[str]) -> None:
        fresh = [id for id in ids if self.under_way(id) is None]
        receipt = self.office.hold(*ids)
        assert {mark.id for mark in receipt.marks} == set(ids)
        self.wishes += [Wish(id, receipt.id, "held", self.now + WINDOW) for id in fresh]

    @rule(seconds=st.sampled_from([1, 3, 6, LEASE // 1000 + 1]))
    def wait(self, seconds: int) -> None:
        self.office.clock.advance(seconds)

    @rule()
    def undo(self) -> None:
        untried = [wish for wish in self.wishes if wish.state == "held" and wish.attempts == 0]
        undone = self.office.outbox.undo(PLACE)
        if not untried:
            assert undone is None or undone.undone == ()
            return
        newest = max((wish.act for wish in untried), key=lambda act: int(act.removeprefix("act-")))
        chosen = [wish for wish in untried if wish.act == newest]
        assert undone is not None
        assert {mark.id for mark in undone.undone} == {wish.id for wish in chosen}
        for wish in chosen:
            wish.state = "undone"

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
    @rule(data=st.data(), outcome=st.sampled_from(["sent", "failed", "later"]))
    def answer(self, data: st.DataObject, outcome: str) -> None:
        mark = self.claims.pop(data.draw(st.integers(0, len(self.claims) - 1)))
        wish = self.wish_of(mark)
        is_ours = wish.state == "sending" and wish.attempts == mark.attempts
        if outcome == "later":
            assert self.office.outbox.postpone(mark, self.now + 1, "later") == is_ours
            if is_ours:
                wish.state, wish.due_at = "held", self.now + 1
            return
        counts = wish.state != "sent" if outcome == "sent" else is_ours
        assert self.office.outbox.settle(mark, MarkState(outcome)) == counts
        if counts:
            wish.state = outcome

    @rule(ids=SUBSETS)
    def retry(self, ids: list[str]) -> None:
        chosen = [wish for wish in self.failed() if wish.id in ids]
        assert self.office.outbox.retry(PLACE, keys(ids)) == len(chosen)
        for wish in chosen:
            wish.state, wish.due_at = "held", self.now

    @rule(ids=SUBSETS)
    def drop(self, ids: list[str]) -> None:
        self.office.outbox.drop(PLACE, keys(ids))
        for wish in self.wishes:
            if wish.id in ids and wish.state in ("held", "failed"):
                wish.state = "dropped"

    @rule()
    def send_now(self) -> None:
        waiting = [wish for wish in self.wishes if wish.state == "held" and wish.due_at > self.now]
        assert self.office.outbox.send_now(PLACE) == len(waiting)
        for wish in waiting:
            wish.due_at = self.now

    @rule()
    def start_again(self) -> None:
        """A healthy start: the journal has nothing to add."""
        assert self.office.outbox.refill(self.office.journal.unsettled()) == 0

    @rule()
    def lose_the_outbox(self) -> None:
        """The file is gone: what was under way comes back from the journal, what was settled is history."""
        self.office.database.close()
        self.office.database = open_state(None, self.office.clock.now)
        self.office.outbox = Outbox(self.office.database, self.office.journal, self.office.clock.now)
        came_back = self.office.outbox.refill(self.office.journal.unsettled())
        self.wishes = [wish for wish in self.wishes if wish.state in ("held", "sending")]
        assert came_back == len(self.wishes)
        self.claims.clear()
        marks = {(mark.receipt_id, mark.id): mark for mark in self.office.outbox.marks(PLACE)}
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
        told = {(mark.receipt_id, mark.id): str(mark.state) for mark in outbox.marks(PLACE, unsettled_only=False)}
        assert told == {(wish.act, wish.id): wish.state for wish in self.wishes}
        overlay = {key.id: str(mark.state) for key, mark in outbox.overlay(PLACE, keys(IDS)).items()}
        assert overlay == {id: wish.state for id in IDS if (wish := self.newest(id))}
        counts = outbox.counts(PLACE)
        assert counts.held == sum(wish.state == "held" for wish in self.wishes)
        assert counts.sending == sum(wish.state == "sending" for wish in self.wishes)
        assert counts.failed == len(self.failed())
        assert outbox.keys_in_state(PLACE, [MarkState.FAILED]) == {Key("u-1", wish.id) for wish in self.failed()}

    @invariant()
    def the_journal_knows_what_is_under_way(self) -> None:
        journal = {(entry.receipt_id, entry.id) for entry in self.office.journal.unsettled()}
        assert journal == {(wish.act, wish.id) for wish in self.wishes if wish.state in ("held", "sending")}

    def teardown(self) -> None:
        self.office.database.close()


TestOutboxModel = OutboxMachine.TestCase
TestOutboxModel.settings = settings(max_examples=80, stateful_step_count=50, deadline=None)
