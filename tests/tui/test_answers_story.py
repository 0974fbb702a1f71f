"""Stories of services that answer oddly: what the screen shows of it, says of it, and never claims."""

from __future__ import annotations

from collections.abc import Sequence

from neptune_inbox.model import JsonValue
from tests import foreign_service
from tests.foreign_service import Truth
from tests.tui.driver import inbox_of
from tests.tui.service import Service


def at(rows: Sequence[Truth]) -> tuple[Service, foreign_service.Service]:
    """An agent's office at a service that has these rows of u-1."""
    office, answering = Service(), foreign_service.Service(rows)
    office.builder.http = answering.transport()
    return office, answering


async def test_a_mark_that_is_refused_is_tried_by_the_next_id_from_the_outbox() -> None:
    ids: dict[str, JsonValue] = {"notification_uuid": "a-1", "uuid": "b-1", "delivery_uuid": "c-1"}
    office, answering = at([Truth({"title": "Title 1", **ids}, posted_as="c-1")])
    async with inbox_of(office) as inbox:
        await inbox.press("m", "$")
        await inbox.comes(lambda: answering.posted == ["a-1", "b-1"])
        await inbox.press("O")
        await inbox.asked("1 refused")
        await inbox.press("n")
        await inbox.comes(lambda: answering.posted == ["a-1", "b-1", "c-1"])
        await inbox.asked("Outbox: empty")
