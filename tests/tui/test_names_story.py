"""Stories of names: they stand beside the ids of customers, and no column moves while the list is looked at."""

from __future__ import annotations

import pytest

from tests.builders import ENVIRONMENT
from tests.tui.driver import inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow


async def test_names_stand_beside_ids_and_widths_change_only_with_a_new_list() -> None:
    service = Service(users=("u-1", "u-2"))
    service.sandbox_state.create_user(ENVIRONMENT, "u-1", {"name": "Rajiv Seelam"})
    service.sandbox_state.create_user(ENVIRONMENT, "u-2", {"name": "Ada Lovelace"})
    service.has(1, "u-1")
    service.has(1, "u-2")
    async with inbox_of(service, size=(140, 40)) as inbox:
        await inbox.until(lambda: "u-2" in inbox.row("Card 2"))
        before = inbox.row("Card 2").text.index("Card")
        await inbox.press("@")
        await inbox.asked("Ada Lovelace")
        await inbox.press("escape")
        await inbox.settle()
        assert inbox.row("Card 2").text.index("Card") == before, "nobody asked for another list"
        await inbox.press("r")
        await inbox.until(lambda: "u-2  Ada Lovelace" in inbox.row("Card 2"))
        assert "u-1  Rajiv Seelam" in inbox.row("Card 1")
        await inbox.until(lambda: "u-1 Rajiv Seelam" in inbox.sidebar())
        now = inbox.row("Card 2").text.index("Card")
        service.sandbox_state.create_user(ENVIRONMENT, "u-3-with-a-long-id", {"name": "Wilhelmina Featherstonehaugh"})
        service.has(1, "u-2", event_type="a_much_longer_event_type")
        await inbox.poll()
        await inbox.until(lambda: "1 new" in inbox.bar())
        assert inbox.row("Card 2").text.index("Card") == now
        await inbox.press("J")
        await inbox.until(lambda: "of u-1 Rajiv Seelam" in inbox.bar())
        assert "Rajiv" not in inbox.row("Card 1"), "one customer needs no column"
