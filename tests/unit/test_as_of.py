"""As of: each row of a customer's bell at any moment is right, or said not to be known where no look could know."""

from __future__ import annotations

import pytest

from tests.as_of import check

pytestmark = pytest.mark.slow

STORIES, MOMENTS = 10, 30


@pytest.mark.parametrize("seed", range(STORIES))
async def test_random_moments_against_the_services_own_history(seed: int) -> None:
    story = await check(seed, MOMENTS)
    assert story.looked
