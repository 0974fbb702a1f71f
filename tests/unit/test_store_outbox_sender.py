"""the sender's side of the outbox, and what it does on a disk that is full: claim, settle, retry, give up."""

from __future__ import annotations

import pytest

from neptune_inbox.errors import DiskFull, StoreProblem
from neptune_inbox.model import Key, MarkState
from neptune_inbox.store.database.reserve import ReservedSpace
from neptune_inbox.store.outbox.outbox import OutboxCounts
from tests.builders import SECOND
from tests.unit.store_helpers import LEASE, Office, keys


@pytest.fixture
def office() -> Office:
    return Office()


def test_the_oldest_due_goes_first_however_often_it_failed(office: Office) -> None:
    office.hold("old")
    office.clock.advance(5)
    for _ in range(5):
        (mark,) = office.claim()
        office.postpone(mark, office.clock.now(), "The service is in trouble.")
    office.hold("new-1", "new-2", snapshot=0)

    assert [mark.id for mark in office.claim(limit=2)] == ["old", "new-1"]


def test_a_sender_that_died_loses_its_claim_when_the_lease_is_over(office: Office) -> None:
    office.hold("a")
    office.clock.advance(5)
    office.claim(owner="dead")

    assert office.claim(owner="alive") == []
    counts = office.outbox.counts()
    assert counts == OutboxCounts(sending=1, next_due_at=office.clock.now() + LEASE)
    office.clock.advance(LEASE / 1000)
    (mark,) = office.claim(owner="alive")
    assert (mark.id, mark.attempts) == ("a", 2)


def test_a_late_answer_of_the_first_sender_does_not_disturb_the_second(office: Office) -> None:
    office.hold("a")
    office.clock.advance(5)
    (slow,) = office.claim(owner="slow")
    office.clock.advance(LEASE / 1000)
    (quick,) = office.claim(owner="quick")

    assert not office.postpone(slow, office.clock.now(), "too slow")
    assert not office.settle(slow, MarkState.FAILED, error="too slow")
    assert office.settle(slow, MarkState.ACCEPTED)
    assert not office.settle(quick, MarkState.ACCEPTED)
    assert office.outcomes() == [("held", "a"), ("accepted", "a")]


def test_quitting_lets_go_of_what_is_under_way_and_remembers_that_it_was_tried(office: Office) -> None:
    office.hold("a")
    office.clock.advance(5)
    office.claim(owner="me")

    assert office.outbox.release("somebody else") == 0
    assert office.outbox.release("me") == 1
    (mark,) = office.outbox.marks()
    assert (mark.state, mark.attempts) == (MarkState.HELD, 1)
    undone = office.outbox.undo()
    assert undone is not None
    assert undone.undone == ()


def test_send_now_ends_every_window(office: Office) -> None:
    office.hold("a")
    office.hold("b", snapshot=3600 * SECOND)

    assert office.outbox.send_now() == 2
    assert office.send() == ["a", "b"]
    assert office.outbox.send_now() == 0


def test_a_refused_mark_stays_in_sight_with_the_servers_words_until_it_is_retried(office: Office) -> None:
    office.hold("a", "b")
    office.clock.advance(5)
    office.refuse("a", error="No such notification.")
    office.send()

    (failed,) = office.outbox.marks()
    assert (failed.id, failed.state, failed.error) == ("a", MarkState.FAILED, "No such notification.")
    assert office.outbox.counts() == OutboxCounts(failed=1)
    assert office.outbox.retry(keys("b")) == 0
    assert office.outbox.retry(keys("a")) == 1
    assert office.send() == ["a"]
    assert office.outbox.marks() == []


def test_taking_back_the_second_mark_of_a_refused_row_leaves_nothing_that_a_retry_would_send(office: Office) -> None:
    office.hold("a")
    office.clock.advance(5)
    office.refuse("a")
    office.hold("a")

    assert office.outbox.counts().failed == 0
    assert office.outbox.retry() == 0
    office.outbox.undo()
    assert office.outbox.counts().failed == 0
    assert office.outbox.retry() == 0
    assert office.send() == []
    assert office.outbox.current_marks(keys("a")) == {}
    assert [mark.state for mark in office.outbox.history(Key("u-1", "a"))] == ["dropped", "undone"]
    assert office.refill() == 0, "nor does the journal bring it back"


def test_dropping_gives_up_what_is_held_or_refused_but_never_what_is_on_its_way(office: Office) -> None:
    office.hold("a", "b", "c")
    office.clock.advance(5)
    office.refuse("a")
    (flying,) = office.claim(limit=1)

    assert len(office.outbox.drop()) == 2
    assert [mark.id for mark in office.outbox.marks()] == [flying.id]
    office.settle(flying, MarkState.ACCEPTED)
    assert office.outbox.drop() == []


def test_what_turns_out_to_have_been_sent_is_told_as_sent_even_after_it_was_dropped(office: Office) -> None:
    office.hold("a")
    office.clock.advance(5)
    (slow,) = office.claim()
    office.outbox.release("courier")
    office.outbox.drop()

    assert office.settle(slow, MarkState.ACCEPTED)
    assert office.outbox.current_marks(keys("a"))[Key("u-1", "a")].state is MarkState.ACCEPTED


def test_the_overlay_shows_the_newest_wish_that_was_not_taken_back(office: Office) -> None:
    office.hold("sent", "refused", "waiting", "undone", snapshot=0)
    office.refuse("refused")
    for mark in office.claim():
        if mark.id == "sent":
            office.settle(mark, MarkState.ACCEPTED)
    office.hold("fresh")
    office.outbox.undo()
    office.outbox.release("courier")
    office.outbox.drop(keys(["undone"]))

    row_reader = office.outbox.current_marks(keys(["sent", "refused", "waiting", "undone", "fresh", "never"]))

    assert {key.id: mark.state for key, mark in row_reader.items()} == {
        "sent": "accepted",
        "refused": "failed",
        "waiting": "held",
    }
    assert office.outbox.keys_in_state([MarkState.FAILED, MarkState.HELD]) == set(keys(["refused", "waiting"]))
    assert office.outbox.keys_in_state([]) == set()


def test_marks_can_be_listed_with_and_without_what_is_settled(office: Office) -> None:
    office.hold("a", "b", snapshot=0)
    office.refuse("a")
    office.send()
    office.hold("c")

    assert [mark.id for mark in office.outbox.marks()] == ["a", "c"]
    assert [mark.id for mark in office.outbox.marks(include_failed=False)] == ["c"]
    assert [mark.id for mark in office.outbox.marks(unsettled_only=False)] == ["a", "b", "c"]
    assert [receipt.id for receipt in office.outbox.receipts(1)] == ["act-2"]


def _forbid_growth(office: Office) -> None:
    with office.database.transaction() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")


def test_on_a_full_disk_nothing_is_called_marked_and_nothing_comes_back_later(office: Office) -> None:
    office.hold("before")
    _forbid_growth(office)

    with pytest.raises(DiskFull) as caught:
        office.hold(*(f"n-{number}" for number in range(500)))

    assert "NOT saved" in caught.value.sentence
    assert office.pending() == ["before"]
    assert [entry.id for entry in office.journal.unsettled()] == ["before"]
    assert office.refill() == 0


def test_the_spare_room_saves_one_more_act(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    _forbid_growth(office)

    def release(self: ReservedSpace) -> bool:
        with office.database.transaction() as connection:
            connection.execute("PRAGMA max_page_count = 1000000")
        return True

    monkeypatch.setattr(ReservedSpace, "release", release)
    ids = [f"n-{number}" for number in range(500)]
    receipt = office.hold(*ids)

    assert len(receipt.marks) == 500
    assert "reserved space" in office.database.problem
    assert len(office.journal.read()) == 500, "the journal is not told the same twice"


def test_an_undo_that_cannot_be_saved_is_taken_back_in_the_journal(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.hold("a")
    with office.database.transaction() as connection:
        connection.execute("CREATE TRIGGER stuck BEFORE UPDATE ON mark BEGIN SELECT RAISE(ABORT, 'stuck'); END")

    with pytest.raises(StoreProblem):
        office.outbox.undo()

    assert office.pending() == ["a"]
    assert [entry.id for entry in office.journal.unsettled()] == ["a"]
    assert office.outcomes() == [("held", "a"), ("undone", "a"), ("held", "a")]


def test_nothing_changes_when_the_journal_cannot_be_written(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(entries: object) -> None:
        raise DiskFull("The disk is full.")

    monkeypatch.setattr(office.journal, "append", refuse)

    with pytest.raises(DiskFull):
        office.hold("a")
    assert office.pending() == []
