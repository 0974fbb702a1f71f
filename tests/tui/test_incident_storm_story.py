"""A storm over forty customers, folded: the ids that are posted are those that are listed, and no others."""

from __future__ import annotations

import pytest

from neptune_inbox.model import EVERYONE
from tests.storm import AT_ONCE, fetch, fold, posted_of, storm
from tests.tui.driver import inbox_of

ARRIVALS = 400
"""`tests/bench/incidents.py` takes 5,000."""


@pytest.mark.slow
async def test_a_mark_on_an_incident_posts_exactly_what_its_line_lists() -> None:
    service = storm(ARRIVALS)
    await fetch(service)
    async with inbox_of(service, user_id=EVERYONE) as inbox:
        folded = await fold(inbox, ARRIVALS)
        assert folded.count_folds() == ARRIVALS // AT_ONCE
        listed, posted = await posted_of(inbox, folded, 0)
        assert sorted(listed) in [sorted(each.keys) for each in folded.folds.values()]
        assert sorted(posted) == sorted(key.id for key in listed)
        assert len(service.sandbox_state.writes) == len(listed), "and nothing else was written"
