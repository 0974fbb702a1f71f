"""What facts add up to is the same in whatever order they arrive, and however often."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.model import Key
from neptune_inbox.model.team import (
    ACCEPTED,
    CLAIM_MS,
    MAYBE,
    FactDetails,
    FactKind,
    TeamFact,
    TeamMark,
    fold,
    standing_marks,
)
from neptune_inbox.store.team.ids import FactIds
from neptune_inbox.text import CleanText
from tests.builders import HOUR, MINUTE, NOON

ROW = Key("u-1", "n-1")
IDS = [f"0190000000007000800000000000{number:04x}" for number in range(40)]
AGENTS = ("rita", "omar", "ann")


def fact(
    kind: FactKind, agent: str, at: int | None, number: int, *, text: str = "", key: Key = ROW, made_at: int = NOON
) -> TeamFact:
    return TeamFact(IDS[number], kind, key.user_id, key.id, CleanText(agent), made_at, at, FactDetails(text=text))


facts = st.lists(
    st.builds(
        fact,
        st.sampled_from(FactKind),
        st.sampled_from(AGENTS),
        st.one_of(st.none(), st.integers(NOON - HOUR, NOON)),
        st.integers(0, len(IDS) - 1),
        text=st.text(max_size=5),
        key=st.sampled_from([ROW, Key("u-1", "")]),
    ),
    unique_by=lambda each: each.id,
)


@pytest.mark.slow
@given(facts, st.randoms(use_true_random=False), st.integers(NOON - HOUR, NOON + HOUR))
def test_any_order_and_any_number_of_copies_add_up_to_the_same(told: list[TeamFact], dice: Random, now: int) -> None:
    shuffled = [*told, *dice.sample(told, len(told) // 2)]
    dice.shuffle(shuffled)
    assert fold(shuffled, now) == fold(told, now)


@given(facts)
def test_no_note_is_ever_lost(told: list[TeamFact]) -> None:
    notes = {note.id for state in fold(told, NOON).values() for note in state.notes}
    assert notes == {each.id for each in told if each.kind is FactKind.NOTED}


def test_the_later_one_wins_by_the_clock_of_the_database_and_ties_go_by_id() -> None:
    handled, reopened = fact(FactKind.HANDLED, "rita", NOON, 1), fact(FactKind.REOPENED, "omar", NOON, 2)
    assert fold([reopened, handled], NOON)[ROW].handled is None
    later = fact(FactKind.HANDLED, "rita", NOON + 1, 0, made_at=NOON - HOUR)
    assert fold([later, reopened, handled], NOON + 1)[ROW].handled is not None


def test_what_is_not_shared_yet_is_the_latest_here() -> None:
    own, theirs = fact(FactKind.REOPENED, "rita", None, 0), fact(FactKind.HANDLED, "omar", NOON + HOUR, 5)
    assert fold([own, theirs], NOON)[ROW].handled is None


def test_a_claim_ends_by_itself_after_half_an_hour_without_a_key_on_it() -> None:
    claimed = fact(FactKind.CLAIMED, "rita", NOON, 0)
    assert fold([claimed], NOON + CLAIM_MS - 1)[ROW].claim is not None
    assert fold([claimed], NOON + CLAIM_MS)[ROW].claim is None
    again = fact(FactKind.CLAIMED, "rita", NOON + 20 * MINUTE, 1)
    claim = fold([claimed, again], NOON + 45 * MINUTE)[ROW].claim
    assert claim is not None
    assert claim.since == NOON


def test_giving_back_what_was_taken_over_brings_the_earlier_claim_back() -> None:
    told = [fact(FactKind.CLAIMED, "rita", NOON, 0), fact(FactKind.CLAIMED, "omar", NOON + 1, 1)]
    claim = fold(told, NOON + 2)[ROW].claim
    assert claim is not None
    assert claim.agent == "omar"
    claim = fold([*told, fact(FactKind.RELEASED, "omar", NOON + 2, 2)], NOON + 3)[ROW].claim
    assert claim is not None
    assert claim.agent == "rita"


def test_nobody_gives_back_the_claim_of_somebody_else() -> None:
    told = [fact(FactKind.CLAIMED, "rita", NOON, 0), fact(FactKind.RELEASED, "omar", NOON + 1, 1)]
    assert fold(told, NOON + 2)[ROW].claim is not None


def test_ids_sort_in_the_order_in_which_they_were_made_also_when_the_clock_is_set_back() -> None:
    times = iter([NOON, NOON, NOON - HOUR, NOON + 1, *[NOON] * 9_000])
    new_id = FactIds(lambda: next(times))
    made = [new_id() for _ in range(9_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert all(each[14] == "7" and each[19] in "89ab" for each in made)


def test_each_mark_of_a_whole_queue_stands_by_itself() -> None:
    """Somebody who has everything marked twice read what was there before the first."""
    marks = [TeamMark(CleanText("rita"), NOON + at, "", outcome) for at, outcome in ((0, ACCEPTED), (1, ACCEPTED))]
    lost = TeamMark(CleanText("rita"), NOON + 2, "", MAYBE)
    assert standing_marks([*marks, lost]) == tuple(marks)
    taken_back = [TeamMark(CleanText("rita"), NOON, "batch", outcome) for outcome in (ACCEPTED, "contradicted")]
    assert standing_marks(taken_back) == ()
