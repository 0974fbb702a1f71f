"""how many marks are posted at once, by what the server answers."""

from __future__ import annotations

from neptune_inbox.sync.marking.pace import AT_ONCE, MOST_AT_ONCE, Pace


def sizes(pace: Pace, *took: float) -> list[int]:
    """How many go at once after each of these rounds, all of them full."""
    found = []
    for milliseconds in took:
        pace.note(pace.at_once, milliseconds)
        found.append(pace.at_once)
    return found


def test_it_doubles_while_more_at_once_are_answered_as_quickly() -> None:
    assert sizes(Pace(), 600, 610, 590, 620) == [8, 16, 16, MOST_AT_ONCE]


def test_it_stays_where_more_at_once_only_wait_for_each_other() -> None:
    assert sizes(Pace(), 300, 600, 620, 590) == [8, 8, 8, 8]


def test_it_halves_where_the_server_slows_down_and_never_below_what_everybody_bears() -> None:
    assert sizes(Pace(), 400, 400, 1600, 1600, 1600) == [8, 16, 8, AT_ONCE, AT_ONCE]


def test_after_trouble_one_at_a_time_is_the_beginning() -> None:
    pace = Pace()
    sizes(pace, 100, 100)
    pace.note_trouble()
    assert pace.at_once == 1
    assert sizes(pace, 2900, 2900) == [2, 4], "the server may be a slower one now"


def test_a_quick_server_gets_the_most_however_its_answers_waver() -> None:
    assert sizes(Pace(), 5, 60, 40, 240) == [8, 16, 16, 16]


def test_a_round_that_was_not_full_says_nothing() -> None:
    pace = Pace()
    pace.note(1, 5)
    assert pace.at_once == AT_ONCE
    assert sizes(pace, 300) == [8]
