"""A day in `--plain`: what was not looked for is not called absent, and one undo takes back the last act."""

from __future__ import annotations

import pytest

from tests.builders import ENVIRONMENT, Office
from tests.cli.plain_visitor import Visitor


@pytest.mark.slow
async def test_nothing_is_said_to_be_absent_that_was_not_looked_for() -> None:
    office = Office()
    office.sandbox_state.add_notification(ENVIRONMENT, "u-1", "Your parcel left", event_type="parcel_sent")
    office.arrive(230, every=1)
    visitor = await Visitor(office).console("search event:parcel_sent", "older", "search nowhere", "q")

    assert "Nothing found in what is loaded so far." in visitor.said("search event:parcel_sent")
    assert "Searched 200 of 231, back to 12:00; older goes on." in visitor.said("search event:parcel_sent")
    assert "Your parcel left" in visitor.said("older")
    assert "Nothing matches." in visitor.said("search nowhere")


async def test_undo_takes_back_the_last_act_of_either_kind_and_then_the_one_before() -> None:
    office = Office()
    office.arrive(1)
    visitor = await Visitor(office).console(
        "mark 1", "done 1", "undo", "undo", "watch u-9", "unwatch u-1", "undo", "undo", "undo", "q"
    )

    assert visitor.said("undo") == 'No longer done: "Card declined" of u-1.'
    assert visitor.said("undo", 1).startswith('Taken back: "Card declined" of u-1, ')
    assert visitor.said("undo", 2) == "Watching u-1 again."
    assert visitor.said("undo", 3) == "No longer watching u-9."
    assert visitor.said("undo", 4) == "There is nothing to take back."
