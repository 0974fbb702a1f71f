"""The outbox, told as an agent lives it: hold, take back, send, refuse, try again, give up."""

from __future__ import annotations

import threading

import pytest

from neptune_inbox.store.outbox.outbox import OutboxCounts
from tests.builders import SECOND, profile
from tests.unit.store_helpers import LEASE, TENANT, WINDOW, Office, elsewhere, keys, states


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_mark_waits_for_its_window_and_is_then_sent_once(office: Office) -> None:
    receipt = office.hold("a", "b")

    assert states(receipt) == {"a": "held", "b": "held"}
    assert office.send() == []
    office.clock.advance(5)
    assert office.send() == ["a", "b"]
    assert office.send() == []
    assert states(office.outbox.receipts(1)[0]) == {"a": "accepted", "b": "accepted"}


def test_every_verb_is_in_the_journal_with_who_and_where(office: Office) -> None:
    office.hold("a", "b")
    office.clock.advance(5)
    office.refuse("a", error="No such notification.")
    office.send()
    office.outbox.retry()
    office.outbox.drop()
    office.hold("c")
    office.outbox.undo()

    assert office.outcomes() == [
        ("held", "a"),
        ("held", "b"),
        ("failed", "a"),
        ("accepted", "b"),
        ("retried", "a"),
        ("dropped", "a"),
        ("held", "c"),
        ("undone", "c"),
    ]
    first, failed, sent = office.journal.read()[0], office.journal.read()[2], office.journal.read()[3]
    assert (first.actor, first.profile, first.environment, first.tenant) == ("ann", "acme", "dev", TENANT)
    assert first.detail == "2 shown"
    assert first.due_at == first.at + WINDOW
    assert failed.detail == "No such notification."
    assert sent.request_id == "req-b"


def test_undo_within_the_window_means_never_sent_and_says_how_long_was_left(office: Office) -> None:
    office.hold("a", "b")
    office.clock.advance(2)

    undone = office.outbox.undo()

    assert undone is not None
    assert [mark.id for mark in undone.undone] == ["a", "b"]
    assert undone.too_late == ()
    assert undone.milliseconds_left == 3 * SECOND
    office.clock.advance(60)
    assert office.send() == []
    assert office.outbox.undo() is None


def test_undo_still_works_when_the_window_has_passed_but_no_request_was_made(office: Office) -> None:
    office.hold("a")
    office.clock.advance(3600)

    undone = office.outbox.undo()

    assert undone is not None
    assert [mark.id for mark in undone.undone] == ["a"]
    assert undone.milliseconds_left == 0


def test_what_was_sent_cannot_be_taken_back_and_the_answer_says_so(office: Office) -> None:
    office.hold("a")
    office.clock.advance(5)
    office.send()

    undone = office.outbox.undo()

    assert undone is not None
    assert undone.undone == ()
    assert [mark.id for mark in undone.too_late] == ["a"]
    assert undone.receipt.id == "act-1"


def test_a_mark_that_was_tried_in_vain_may_have_arrived_so_it_is_too_late_for_it(office: Office) -> None:
    office.hold("a", "b")
    office.clock.advance(5)
    (first,) = office.claim(limit=1)
    office.postpone(first, office.clock.now() + 10 * SECOND, "The answer did not come in time.")

    undone = office.outbox.undo()

    assert undone is not None
    assert [mark.id for mark in undone.undone] == ["b"]
    assert [mark.id for mark in undone.too_late] == ["a"]
    assert office.pending() == ["a"]


def test_acts_are_undone_one_by_one_newest_first(office: Office) -> None:
    office.hold("a")
    office.hold("b", "c")

    first, second = office.outbox.undo(), office.outbox.undo()

    assert first is not None
    assert second is not None
    assert {mark.id for mark in first.undone} == {"b", "c"}
    assert {mark.id for mark in second.undone} == {"a"}


def test_a_named_act_can_be_undone_out_of_order(office: Office) -> None:
    office.hold("a")
    office.hold("b")

    undone = office.outbox.undo("act-1")

    assert undone is not None
    assert {mark.id for mark in undone.undone} == {"a"}
    assert office.pending() == ["b"]
    assert office.outbox.undo("no such act") is None


def test_marking_a_row_again_leaves_it_to_the_act_that_has_it_under_way(office: Office) -> None:
    office.hold("a")
    office.clock.advance(3)

    receipt = office.hold("a", "b", "b")

    assert states(receipt) == {"a": "held", "b": "held"}
    assert {mark.id: mark.receipt_id for mark in receipt.marks} == {"a": "act-1", "b": "act-2"}
    undone = office.outbox.undo()
    assert undone is not None
    assert {mark.id for mark in undone.undone} == {"b"}
    office.clock.advance(2)
    assert office.send() == ["a"]
    again = office.outbox.receipt("act-2")
    assert again is not None
    assert states(again) == {"a": "accepted", "b": "undone"}


def test_an_act_without_rows_writes_nothing(office: Office) -> None:
    receipt = office.hold()

    assert receipt.marks == ()
    assert office.outbox.receipts(10) == []
    assert office.outcomes() == []


def test_the_receipt_knows_what_was_left_alone(office: Office) -> None:
    office.outbox.hold(profile(), keys("a"), due_at=1, label="1 shown of u-1", receipt_id="act-1", left_alone=3)

    receipt = office.outbox.receipt("act-1")

    assert receipt is not None
    assert (receipt.label, receipt.left_alone) == ("1 shown of u-1", 3)
    assert office.outbox.receipt("act-2") is None


def test_another_teams_place_neither_sees_nor_sends_nor_undoes_these_marks(office: Office) -> None:
    office.hold("a")
    office.clock.advance(5)

    assert elsewhere(office.outbox).claim(owner="courier", limit=9, lease_ms=LEASE) == []
    assert elsewhere(office.outbox).undo("act-1") is None
    assert elsewhere(office.outbox).drop() == []
    assert elsewhere(office.outbox).current_marks(keys("a")) == {}
    assert elsewhere(office.outbox).counts() == OutboxCounts()
    assert office.pending() == ["a"]


def test_undo_and_claim_never_both_get_a_mark(office: Office) -> None:
    ids = [f"n-{number}" for number in range(60)]
    for id in ids:
        office.hold(id, snapshot=0)
    undone: set[str] = set()
    sent: set[str] = set()
    together = threading.Barrier(2)

    def undo() -> None:
        together.wait()
        while (result := office.outbox.undo()) and result.undone:
            undone.update(mark.id for mark in result.undone)

    def send() -> None:
        together.wait()
        while marks := office.claim(limit=3):
            sent.update(mark.id for mark in marks)

    threads = [threading.Thread(target=undo), threading.Thread(target=send)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert undone | sent == set(ids)
    assert undone & sent == set()


def test_a_thousand_rows_are_held_as_one(office: Office) -> None:
    ids = [f"n-{number}" for number in range(1000)]

    receipt = office.hold(*ids)

    assert [mark.id for mark in receipt.marks] == ids
    undone = office.outbox.undo()
    assert undone is not None
    assert len(undone.undone) == 1000
