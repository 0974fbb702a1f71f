"""What the inbox shows and what is selected in it, without a screen."""

from __future__ import annotations

from array import array

from msgspec.structs import replace

from neptune_inbox.model import EVERYONE, Counts, Filter, Horizon, Key
from neptune_inbox.sync.inbox.inbox import Scope
from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from neptune_inbox.tui.inbox.list_state import ListState, Waiting
from neptune_inbox.tui.widgets.list_cursor import Place


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
        it.show(it.scope, rows(9), keys(2, 3, 4))
        assert it.selected == keys(2, 3), "and never what the agent did not select"

    def test_nothing_waits_behind_a_list_that_was_just_drawn(self) -> None:
        it = state()
        assert it.count_waiting(Waiting(4), behind=it.snapshot)
        assert it.waiting == Waiting(4)
        it.show(it.scope, rows(4))
        assert it.waiting == Waiting()

    def test_what_was_counted_behind_another_list_is_not_told(self) -> None:
        it = state()
        before = it.snapshot
        it.show(it.scope, rows(4))
        assert not it.count_waiting(Waiting(7), behind=before)
        assert it.waiting == Waiting()

    def test_it_is_empty_until_it_shows_rows(self) -> None:
        it = state()
        assert it.is_empty
        it.show(it.scope, rows(1))
        assert not it.is_empty


class TestGoingBack:
    def test_a_search_leads_back_to_where_it_was_begun_however_it_was_changed(self) -> None:
        it = state()
        it.show(it.scope, rows(9))
        base, place = it.snapshot, Place(7, 3)
        it.show(replace(it.scope, query="a"), rows(4), earlier=it.on_search(place))
        it.show(replace(it.scope, query="ab"), rows(2), earlier=it.on_search(Place(1, 0)))
        before = it.before_search()
        assert before is not None
        assert (before.snapshot, before.place, before.scope.query) == (base, place, "")
        assert it.leading_to(before) == ()

    def test_an_incident_leads_back_to_its_list_and_a_search_in_it_to_the_incident(self) -> None:
        it = state()
        it.show(it.scope, rows(9))
        it.show(replace(it.scope, member=3), rows(4), earlier=it.on_incident(Place(3, 0)))
        inside = it.snapshot
        it.show(replace(it.scope, query="a", member=0), rows(2), earlier=it.on_search(Place(1, 0)))
        before = it.before_search()
        assert before is not None
        assert before.snapshot is inside
        it.show(before.scope, before.snapshot, earlier=it.leading_to(before))
        before = it.before_incident()
        assert before is not None
        assert before.place == Place(3, 0)

    def test_an_incident_of_a_search_goes_with_the_search(self) -> None:
        it = state()
        it.show(it.scope, rows(9))
        base = it.snapshot
        it.show(replace(it.scope, query="a"), rows(4), earlier=it.on_search(Place(3, 0)))
        it.show(replace(it.scope, member=3), rows(2), earlier=it.on_incident(Place(1, 0)))
        it.show(replace(it.scope, query="ab", member=0), rows(2), earlier=it.on_search(Place(1, 0)))
        assert [one.snapshot for one in it.earlier] == [base]

    def test_older_rows_that_were_looked_for_may_be_shown_in_a_narrower_list(self) -> None:
        it = state()
        it.show(it.scope, rows(9))
        it.older = frozenset((20, 21))
        assert it.is_lacking_older
        assert it.horizon == Horizon(8, frozenset((20, 21)))
        it.show(it.scope, ListSnapshot(array("q", range(22)), None))
        assert not it.is_lacking_older


class TestTargets:
    def test_a_verb_acts_on_the_selection_of_the_moment_in_which_its_key_is_pressed(self) -> None:
        it = state()
        it.select(keys(1))
        target = it.target(key(9))
        it.select(keys(2))
        it.show(it.scope, rows(3))
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
        it.show(it.scope, rows(3))
        assert it.length(Counts(unread=900)) == 3

    def test_the_first_rows_of_a_list_tell_how_long_it_will_be(self) -> None:
        it = state()
        it.show(it.scope, rows(256, hidden=10, is_partial=True))
        assert it.length(Counts(unread=900)) == 890
        assert it.length(Counts()) == 256, "or how many there are as yet"
        it.count_waiting(Waiting(5), behind=it.snapshot)
        assert it.length(Counts(unread=900)) == 885, "without those that wait"

    def test_how_many_a_search_will_find_is_not_known(self) -> None:
        it = state("card")
        it.show(it.scope, rows(256, is_partial=True))
        assert it.length(Counts(unread=900)) == 256


def test_a_notification_that_is_not_here_is_found_with_its_user() -> None:
    assert state("card").scope_for(key(3)) == Scope("u-1", Filter.ALL)
