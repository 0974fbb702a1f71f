"""Every option and argument is a door: a hostile value is refused with a sentence and exit code 2, or works."""

from __future__ import annotations

from pathlib import Path

from neptune_inbox.cli.parameters import Kind
from tests.cli.hostile_walk import NO_IDS, VALUES, invocations, parameters, what_is_wrong

CLICK_OWN = {"choice"}
"""The kinds of click's own that check what they take."""


def test_every_value_goes_through_a_door() -> None:
    unchecked = [
        each.name
        for each in parameters()
        if not isinstance(each.param.type, Kind) and each.param.type.name not in CLICK_OWN
    ]
    assert unchecked == []


def test_a_hostile_value_is_refused_or_works(tmp_path: Path) -> None:
    tried = list(invocations(seed=4))
    assert {value for _, value in tried} >= set(VALUES)
    assert len(tried) > len(parameters()) > 80
    wrong = {
        f"{parameter.name} {value[:60]!r}": found
        for parameter, value in tried
        if (found := what_is_wrong(parameter, value, tmp_path))
    }
    assert wrong == {}


def test_what_names_nobody_is_no_id_anywhere(tmp_path: Path) -> None:
    taken = [each for each in parameters() if each.is_id]
    assert len(taken) > 20
    assert set(NO_IDS) <= set(VALUES)
    assert [each.name for each in taken if what_is_wrong(each, "", tmp_path)] == []
