"""What the inbox shows and what is selected in it, without a screen."""

from __future__ import annotations

from array import array

from neptune_inbox.model import EVERYONE, Counts, Filter, Key
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from neptune_inbox.tui.inbox.list_state import ListState


def key(number: int) -> Key:
    return Key("u-1", f"n-{number}")


def keys(*numbers: int) -> frozenset[Key]:
    return frozenset(map(key, numbers))


def rows(count: int, *, hidden: int = 0, is_partial: bool = False) -> ListSnapshot:
    snapshot = ListSnapshot(array("q", range(count)), None, hidden=hidden)
    snapshot.is_partial = is_partial
    return snapshot


def state(query: str = "") -> ListState:
    return ListState(Scope(EVERYONE, Filter.UNREAD, query))


class TestSelecting:
    def test_a_row_is_selected_and_let_go(self) -> None:
        it = state()
        it.toggle(key(1))
        it.toggle(key(2))
        it.toggle(key(1))
        assert it.selected == keys(2)

    def test_a_range_reaches_back_as_well_as_on(self) -> None:
        it = state()
        it.begin_range(key(5))
        assert it.selected == keys(5)
        assert it.end_range(5, 2) == range(2, 6)
        assert it.range_start is None
        it.begin_range(key(5))
        assert it.end_range(5, 8) == range(5, 9)

    def test_a_range_starts_where_a_row_was_selected_last(self) -> None:
        it = state()
        it.toggle(key(1))
        it.toggle(key(4))
        assert it.range_start == key(4)

    def test_with_nothing_selected_no_range_is_begun(self) -> None:
        it = state()
        it.begin_range(key(3))
        it.select(frozenset())
        assert it.range_start is None

    def test_letting_go_of_the_last_row_leaves_its_place_as_the_start_of_a_range(self) -> None:
        it = state()
        it.toggle(key(3))
        it.toggle(key(3))
        assert (it.selected, it.range_start) == (frozenset(), key(3))


class TestShowingAnotherList:
    def test_what_the_list_holds_stays_selected_and_nothing_else(self) -> None:
        it = state()
        it.select(keys(1, 2, 3))
        it.show(rows(9), keys(2, 3, 4))
        assert it.selected == keys(2, 3), "and never what the agent did not select"

    def test_nothing_waits_behind_a_list_that_was_just_drawn(self) -> None:
        it = state()
        assert it.count_waiting(4, behind=it.snapshot)
        assert it.waiting == 4
        it.show(rows(4))
        assert it.waiting == 0

    def test_what_was_counted_behind_another_list_is_not_told(self) -> None:
        it = state()
        before = it.snapshot
        it.show(rows(4))
        assert not it.count_waiting(7, behind=before)
        assert it.waiting == 0

    def test_it_is_empty_until_it_shows_rows(self) -> None:
        it = state()
        assert it.is_empty
        it.show(rows(1))
        assert not it.is_empty


class TestTargets:
    def test_a_verb_acts_on_the_selection_of_the_moment_in_which_its_key_is_pressed(self) -> None:
        it = state()
        it.select(keys(1))
        target = it.target(key(9))
        it.select(keys(2))
        it.show(rows(3))
        assert (target.selected, target.key) == (keys(1), key(9))
        assert target.rows is not it.snapshot

    def test_everything_is_a_target_while_it_is_being_selected(self) -> None:
        it = state()
        it.takes_all = True
        assert it.target(None).selected is None
        it.select(keys(1))
        assert it.target(None).selected == keys(1)


class TestLength:
    def test_a_whole_list_is_as_long_as_it_is(self) -> None:
        it = state()
        it.show(rows(3))
        assert it.length(Counts(unread=900)) == 3

    def test_the_first_rows_of_a_list_tell_how_long_it_will_be(self) -> None:
        it = state()
        it.show(rows(256, hidden=10, is_partial=True))
        assert it.length(Counts(unread=900)) == 890
        assert it.length(Counts()) == 256, "or how many there are as yet"

    def test_how_many_a_search_will_find_is_not_known(self) -> None:
        it = state("card")
        it.show(rows(256, is_partial=True))
        assert it.length(Counts(unread=900)) == 256


def test_a_notification_that_is_not_here_is_found_with_its_user() -> None:
    assert state("card").scope_for(key(3)) == Scope("u-1", Filter.ALL)
