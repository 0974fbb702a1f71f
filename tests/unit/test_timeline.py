"""The axis of a customer and the rules by which a moment is known: pure, without a service."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.model import Instant, Mark, MarkState, Row, SeenRow, Sighting
from neptune_inbox.sync.timeline.axis import Entry, Happening, entries
from neptune_inbox.sync.timeline.history import Bell, History, RowHistory, as_of, row_history, state_at
from neptune_inbox.text import CleanText
from tests.builders import MINUTE, NOON

LATER = NOON + 60 * MINUTE


def a_row(
    *, created_at: Instant | None = NOON, read_at: Instant | None = None, is_read: bool = False, id: str = "n-1"
) -> Row:
    title, event = CleanText("Card declined"), CleanText("payment_failed")
    return Row(1, "u-1", id, title, event, created_at, is_read or read_at is not None, read_at)


def known(
    row: Row,
    first: Instant,
    unread: Instant | None = None,
    read: Instant | None = None,
    *,
    marks: tuple[Mark, ...] = (),
    confirmed_at: Instant | None = None,
) -> RowHistory:
    return row_history(SeenRow(row, Sighting(first, unread, read), confirmed_at), marks)


def kinds(history: History, since: Instant = 0) -> list[tuple[Happening, Instant | None, Instant | None]]:
    return [(each.kind, each.at or each.after, each.before) for each in entries(history, since)]


@given(data=st.data())
def test_whatever_looks_there_were_what_is_said_is_so_and_what_is_not_said_nobody_could_know(
    data: st.DataObject,
) -> None:
    """A row, the looks at it, and whether the service tells when it was read, all at random."""
    created_at = data.draw(st.integers(0, 50))
    read_at = data.draw(st.none() | st.integers(created_at, 100))
    looks = data.draw(st.lists(st.tuples(st.integers(created_at, 100), st.integers(0, 5)), min_size=1, max_size=8))
    unread, read, first = [], [], []
    for asked_at, took in looks:
        judged_at, answered_at = asked_at + data.draw(st.integers(0, took)), asked_at + took
        first.append(answered_at)
        if read_at is None or judged_at < read_at:
            unread.append(asked_at)
        else:
            read.append(answered_at)
    tells = bool(read) and data.draw(st.booleans())
    row = a_row(created_at=created_at, read_at=read_at if tells else None, is_read=bool(read))
    one = known(row, min(first), max(unread, default=None), min(read, default=None))
    for at in range(110):
        state, is_read = state_at(one, at), read_at is not None and read_at <= at
        if at < created_at:
            assert state is None
        elif state is Bell.UNKNOWN:
            assert not tells
            assert not any(at < look for look in unread)
            assert not any(at >= look for look in read)
        else:
            assert state is (Bell.READ if is_read else Bell.UNREAD)


def test_a_span_that_no_look_tells_of_is_drawn_once_before_what_was_read_in_it() -> None:
    a, b = NOON + 10 * MINUTE, NOON + 20 * MINUTE
    rows = tuple(known(a_row(is_read=True, id=id), a, a, b) for id in ("n-1", "n-2"))
    history = History("u-1", LATER, rows, looked_at=LATER)
    assert kinds(history) == [
        (Happening.CAME, NOON, None),
        (Happening.CAME, NOON, None),
        (Happening.UNKNOWN, a, b),
        (Happening.READ, a, b),
        (Happening.READ, a, b),
    ]


def test_a_look_in_between_at_other_rows_makes_it_no_span_in_which_nobody_looked() -> None:
    a, b = NOON + 10 * MINUTE, NOON + 20 * MINUTE
    rows = (known(a_row(is_read=True), a, a, b), known(a_row(id="n-2"), a, a + MINUTE))
    assert Happening.UNKNOWN not in [each.kind for each in entries(History("u-1", LATER, rows, looked_at=LATER))]


def test_what_the_service_times_is_no_span_and_the_ends_of_what_is_known_are_told() -> None:
    rows = (known(a_row(read_at=NOON + MINUTE), NOON + 2 * MINUTE, NOON, NOON + 2 * MINUTE),)
    history = History("u-1", LATER, rows, looked_at=NOON + 5 * MINUTE, back_to=NOON)
    assert kinds(history) == [
        (Happening.UNKNOWN, None, NOON),
        (Happening.CAME, NOON, None),
        (Happening.READ, NOON + MINUTE, None),
        (Happening.UNKNOWN, NOON + 5 * MINUTE, None),
    ]
    assert kinds(history, NOON + 3 * MINUTE) == [(Happening.UNKNOWN, NOON + 5 * MINUTE, None)]


def test_the_time_of_our_own_confirmation_is_not_taken_for_the_services() -> None:
    at = NOON + 10 * MINUTE
    one = known(a_row(read_at=at), NOON, NOON + MINUTE, at, confirmed_at=at)
    assert not one.is_exact
    assert state_at(one, NOON + 5 * MINUTE) is Bell.UNKNOWN
    assert state_at(one, at) is Bell.READ


def test_a_row_without_a_time_is_not_known_before_it_was_seen() -> None:
    one = known(a_row(created_at=None), NOON, NOON + MINUTE)
    assert state_at(one, NOON - 1) is Bell.UNKNOWN
    assert state_at(one, NOON) is Bell.UNREAD
    assert [each.kind for each in entries(History("u-1", NOON, (one,)))] == [Happening.CAME]


def test_what_was_listed_as_read_and_as_unread_again_is_not_known_in_between() -> None:
    mark = Mark(
        "u-1",
        "n-1",
        MarkState.CONTRADICTED,
        NOON + MINUTE,
        NOON + MINUTE,
        confirmed_at=NOON + 2 * MINUTE,
        contradicted_at=NOON + 9 * MINUTE,
    )
    one = known(a_row(), NOON, NOON + 20 * MINUTE, marks=(mark,))
    states = [state_at(one, NOON + minutes * MINUTE) for minutes in (0, 5, 9, 25)]
    assert states == [Bell.UNREAD, Bell.UNKNOWN, Bell.UNREAD, Bell.UNKNOWN]


def test_two_clocks_that_differ_make_a_moment_unknown_and_never_both() -> None:
    one = known(a_row(read_at=NOON + MINUTE), NOON, NOON + 3 * MINUTE, NOON + 4 * MINUTE)
    assert state_at(one, NOON + 2 * MINUTE) is Bell.UNKNOWN
    assert state_at(one, NOON + 4 * MINUTE) is Bell.READ


def test_the_bell_is_newest_first_and_counts_its_rows() -> None:
    rows = (known(a_row(), NOON, LATER), known(a_row(created_at=NOON + MINUTE, id="n-2"), NOON, None))
    bell = as_of(History("u-1", LATER, rows), NOON + 2 * MINUTE)
    assert [each.row.id for each in bell.rows] == ["n-2", "n-1"]
    assert [bell.count(state) for state in Bell] == [1, 0, 1]
    assert as_of(History("u-1", LATER, rows), NOON - MINUTE).rows == ()


def test_marks_of_ours_and_of_the_whole_queue_stand_where_they_were_made() -> None:
    mark = Mark("u-1", "n-1", MarkState.CONFIRMED, NOON + MINUTE, NOON + MINUTE)
    history = History(
        "u-1", LATER, (known(a_row(), NOON, LATER),), LATER, None, (mark,), server_alls=((LATER, LATER),)
    )
    found = entries(history)
    assert [each.kind for each in found] == [Happening.CAME, Happening.MARKED, Happening.MARKED]
    assert found[1] == Entry(Happening.MARKED, at=NOON + MINUTE, row=a_row(), mark=mark)
