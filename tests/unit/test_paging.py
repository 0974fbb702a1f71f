"""Walking down a list that moves, page by page, without any server."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Filter, Notification, Page
from neptune_inbox.sync.fetch.paging import ListCursors, PageWalk, is_end, oldest_of
from neptune_inbox.sync.fetch.reconcile import ReadReconciliation, missing_rows
from tests.builders import MINUTE, NOON, keys, notification, page


def rows(*numbers: int) -> tuple[Notification, ...]:
    """Notifications created so many minutes after noon."""
    return tuple(notification(f"n-{number}", created_at=NOON + number * MINUTE) for number in numbers)


def a_page(*numbers: int, total: int | None = 100, is_last: bool = False) -> Page:
    return page(*rows(*numbers), total=total, is_last=is_last)


def a_walk(kind: Filter = Filter.UNREAD, cursors: ListCursors | None = None, *, most: int = 10) -> PageWalk:
    return PageWalk(kind, cursors or ListCursors(), most=most)


def test_a_page_that_is_all_known_ends_the_walk() -> None:
    walk = a_walk()
    walk.take(a_page(9, 8, 7), [])
    assert (walk.is_over, walk.is_whole, walk.has_end) == (True, True, False)


def test_a_page_with_something_new_asks_for_the_next() -> None:
    walk = a_walk()
    walk.take(a_page(9, 8, 7), keys(["n-9"]))
    assert (walk.is_over, walk.number) == (False, 2)
    walk.take(a_page(6, 5, 4), [])
    assert walk.is_whole


def test_rows_that_were_pushed_down_by_arrivals_are_no_known_ground() -> None:
    walk = a_walk()
    walk.take(a_page(9, 8, 7), keys(["n-9", "n-8", "n-7"]))
    walk.take(a_page(8, 7, 6, total=102), keys(["n-6"]))
    assert not walk.is_over
    assert walk.number == 3


def test_rows_that_left_pull_the_rest_up_so_the_page_before_is_read_again() -> None:
    walk = a_walk()
    walk.take(a_page(9, 8, 7), keys(["n-9", "n-8", "n-7"]))
    walk.take(a_page(5, 4, 3, total=99), [])
    assert (walk.number, walk.is_over) == (1, False), "known rows after a shift prove nothing"
    walk.take(a_page(8, 7, 6, total=99), keys(["n-6"]))
    assert walk.number == 2
    walk.take(a_page(5, 4, 3, total=99), [])
    walk.take(a_page(2, 1, 0, total=99), [])
    assert walk.is_whole


def test_the_ground_of_the_last_walk_ends_the_next() -> None:
    cursors = ListCursors()
    first = a_walk(cursors=cursors)
    first.take(a_page(9, 8, 7), [])
    first.cursor()
    second = a_walk(cursors=cursors)
    second.take(a_page(11, 10, 9), keys(["n-11", "n-10"]))
    assert second.is_whole


def test_in_the_list_of_all_the_ground_itself_must_be_met() -> None:
    cursors = ListCursors()
    first = a_walk(Filter.ALL, cursors)
    first.take(a_page(9, 8, 7), [])
    first.cursor()
    second = a_walk(Filter.ALL, cursors)
    second.take(a_page(15, 14, 13), [])
    assert not second.is_over, "these may be cached from the unread list"
    second.take(a_page(10, 9, 8), keys(["n-10"]))
    assert second.is_whole


def test_what_a_broken_walk_brought_is_no_known_ground_for_any_list() -> None:
    cursors = ListCursors()
    broken = a_walk(Filter.ALL, cursors)
    broken.take(a_page(9, 8, 7), keys(["n-9", "n-8", "n-7"]))
    broken.cursor()
    states = [cursors.is_broken]
    again = a_walk(Filter.UNREAD, cursors)
    again.take(a_page(9, 8, 7), [])
    assert not again.is_over
    mended = a_walk(Filter.ALL, cursors)
    mended.take(a_page(9, 8, 7), [])
    mended.take(a_page(6, 5, 4), [])
    mended.cursor()
    states.append(cursors.is_broken)
    assert states == [True, False]
    assert not cursors.unconfirmed


def test_the_walk_gives_up_after_so_many_pages() -> None:
    walk = a_walk(most=2)
    walk.take(a_page(9, 8), keys(["n-9", "n-8"]))
    walk.take(a_page(7, 6), keys(["n-7", "n-6"]))
    assert (walk.is_over, walk.is_whole, walk.oldest) == (True, False, NOON + 6 * MINUTE)


def test_a_server_that_shows_the_same_page_again_ends_the_walk() -> None:
    walk = a_walk()
    for _ in range(3):
        assert not walk.is_over
        walk.take(a_page(9, 8, total=None), keys(["n-9", "n-8"]))
    assert walk.is_over
    assert not walk.has_end


@pytest.mark.parametrize(
    ("answer", "number", "proves"),
    [
        (a_page(3, 2, is_last=True), 1, True),
        (a_page(3, 2, is_last=True), 4, True),
        (a_page(3, 2, is_last=False), 4, False),
        (page(total=0), 1, True),
        (page(total=150), 4, True),
        (Page((), None, is_last=True), 4, True),
        (page(total=0), 4, False),
    ],
)
def test_an_empty_page_far_down_proves_the_end_only_where_the_server_still_counts_rows(
    answer: Page, number: int, proves: bool
) -> None:
    assert is_end(answer, number) is proves


def test_the_oldest_of_rows_without_times_is_what_came_before() -> None:
    assert oldest_of(page(notification(created_at=None)), NOON) == NOON
    assert oldest_of(page(notification(created_at=None)), None) is None


# -- which rows to prove -------------------------------------------------------------------------------------------


def test_after_the_whole_list_was_seen_every_other_unread_row_is_suspect() -> None:
    walk = a_walk()
    walk.take(a_page(9, 8, total=2, is_last=True), [])
    assert missing_rows(walk, set(keys(["n-9", "n-8", "n-7"]))) == (frozenset(keys(["n-7"])), 1)


def test_in_a_long_list_the_count_tells_how_many_are_gone() -> None:
    walk = a_walk()
    walk.take(a_page(9, 8, total=3), [])
    unread = set(keys(["n-9", "n-8", "n-7", "n-6"]))
    assert missing_rows(walk, unread) == (frozenset(keys(["n-7", "n-6"])), 1)
    assert missing_rows(walk, unread - set(keys(["n-6"]))) == (frozenset(), 0)


def test_without_a_total_a_long_list_makes_nobody_suspect() -> None:
    walk = a_walk()
    walk.take(a_page(9, 8, total=None), [])
    assert missing_rows(walk, set(keys(["n-1"]))) == (frozenset(), 0)


def test_a_search_goes_on_where_it_ended_and_begins_anew_when_more_is_missing() -> None:
    proof, pages = ReadReconciliation(), list[int | None]()

    def search_for(*ids: str, count: int | None = None) -> None:
        proof.begin(frozenset(keys(ids)), len(ids) if count is None else count)
        pages.append(proof.page)

    search_for("a", "b")
    proof.take(page(notification("a"), is_last=False))
    search_for("b")
    proof.take(page(notification("z"), is_last=True))
    search_for("b")
    search_for("b", "c")
    search_for()
    assert pages == [1, 2, None, 1, None], "what is not there is not searched for again"


def test_a_search_among_suspects_begins_anew_when_more_of_them_are_gone() -> None:
    proof = ReadReconciliation()
    proof.begin(frozenset(keys(["a", "b", "c"])), 1)
    proof.take(page(notification("z"), is_last=True))
    proof.begin(frozenset(keys(["a", "b", "c"])), 1)
    assert proof.page is None
    proof.begin(frozenset(keys(["b", "c"])), 2)
    assert proof.page == 1
