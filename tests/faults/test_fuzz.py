"""Rows and answers that nobody would think of: none breaks anything, and none costs a good row beside it."""

from __future__ import annotations

from tests.faults.fuzzing import Fuzz

ROWS = 1_200
MUTATED = 2_000
MEASURED = 200


def test_fuzzed_rows_go_from_bytes_to_the_terminal_and_the_good_ones_among_them_stay() -> None:
    fuzz = Fuzz(measured=MEASURED)
    fuzz.run(ROWS)
    tally = fuzz.tally
    print(
        f"\n{tally.rows:,} fuzzed rows, {tally.shown:,} rows shown: 0 uncaught exceptions, "
        f"all {tally.good:,} good rows kept; "
        f"{tally.cells_out_of_place} cells out of place in {tally.measured} drawn rows"
    )
    assert tally.rows >= ROWS
    assert tally.shown > tally.good + ROWS // 4, "many of the fuzzed rows can be shown"
    assert (tally.measured, tally.cells_out_of_place) == (MEASURED, 0)


def test_answers_with_some_bytes_changed_are_lists_or_refused() -> None:
    fuzz = Fuzz(measured=0)
    fuzz.mutate(MUTATED, seed=1)
    print(f"\n{fuzz.tally.mutated:,} mutated answers: {fuzz.tally.refused:,} refused, 0 uncaught exceptions")
    assert 0 < fuzz.tally.refused < MUTATED
