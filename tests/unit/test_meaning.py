"""What the product believes of random answers is what a model of the contract says (tests/meaning.py)."""

from __future__ import annotations

from random import Random

import pytest

from neptune_inbox.model import Filter
from tests.meaning import scene
from tests.unit.test_answers import TENANT, USER, Reading

EXAMPLES = 300
KINDS = (
    (Filter.ALL,),
    (Filter.UNREAD, Filter.ALL),
    (Filter.READ, Filter.UNREAD, Filter.ALL),
    (Filter.ALL, Filter.ALL),
)


def check(seed: int) -> None:
    """One random service: what would be posted is markable, and the three lists add up."""
    chance = Random(seed)
    found = scene(chance)
    reading = Reading(found.service.transport()).poll(*chance.choice(KINDS))
    truth = {title: each.is_read for title, each in zip(found.titles, found.service.rows, strict=True)}
    shown = {kind: sorted(reading.titles(kind)) for kind in Filter}
    assert shown[Filter.ALL] == sorted(truth), seed
    assert shown[Filter.READ] == sorted(title for title, is_read in truth.items() if is_read), seed
    assert shown[Filter.UNREAD] == sorted(title for title, is_read in truth.items() if not is_read), seed
    assert reading.numbers == (len(truth), len(shown[Filter.UNREAD]), len(shown[Filter.READ])), seed
    assert reading.postable() == found.markable, seed
    reading.store_thread.close()


@pytest.mark.slow
@pytest.mark.parametrize("tenth", range(10))
def test_what_is_posted_is_markable_and_the_lists_add_up(tenth: int) -> None:
    for seed in range(tenth * EXAMPLES // 10, (tenth + 1) * EXAMPLES // 10):
        check(seed)


def test_the_model_repeats_ids_and_has_rows_that_cannot_be_marked() -> None:
    scenes = [scene(Random(seed)) for seed in range(EXAMPLES)]
    assert any(() in each.markable.values() for each in scenes)
    assert any(len(values) > 1 for each in scenes for values in each.markable.values())


__all__ = ["TENANT", "USER", "check"]
