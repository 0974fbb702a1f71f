"""Stories of services that answer oddly: what the screen shows of it, says of it, and never claims."""

from __future__ import annotations

import re
from collections.abc import Sequence

import httpx
import pytest

from neptune_inbox.model import JsonValue
from tests import foreign_service
from tests.builders import NOON
from tests.foreign_service import Truth, Wrap, laravel, nobejs
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service


def at(rows: Sequence[Truth]) -> tuple[Service, foreign_service.Service]:
    """An agent's office at a service that has these rows of u-1."""
    office, answering = Service(), foreign_service.Service(rows)
    office.builder.http = answering.transport()
    return office, answering


@pytest.mark.slow
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


def row(number: int, **said: JsonValue) -> Truth:
    fields: dict[str, JsonValue] = {
        "uuid": f"n-{number}",
        "title": f"Title {number}",
        "created_at": at_minute(number),
    }
    return Truth({**fields, **said}, posted_as=f"n-{number}")


def titles(inbox: Inbox) -> list[str]:
    """What the drawn rows are called, from the top."""
    return [found[0] for row in inbox.rows() if (found := re.search(r"Title \d+|\(too large to show\)", row.text))]


def at_minute(number: int) -> int:
    """Seconds: the higher the number, the older."""
    return NOON // 1000 - 60 * (number + 1)


async def test_a_row_that_cannot_be_read_is_told_beside_the_list() -> None:
    office, _ = at([row(1), Truth({"title": "no id", "created_at": at_minute(2)}), row(3)])
    async with inbox_of(office) as inbox:
        await inbox.until(lambda: titles(inbox) == ["Title 1", "Title 3"])
        await inbox.until(lambda: "1 could not be read" in inbox.status())


async def test_rows_that_no_id_names_are_told_and_never_posted() -> None:
    office, answering = at(
        [
            *(
                Truth({"uuid": "same", "title": f"Title {number}", "created_at": at_minute(number)})
                for number in (1, 2)
            ),
            *map(row, range(3, 9)),
        ]
    )
    async with inbox_of(office) as inbox:
        await inbox.until(lambda: len(titles(inbox)) == 8)
        await inbox.until(lambda: "2 cannot be marked" in inbox.status())
        await inbox.press("m")
        await inbox.hears("no id of its own")
        assert answering.posted == []


@pytest.mark.slow
@pytest.mark.parametrize("wrap", [nobejs, laravel])
async def test_a_total_below_the_rows_that_came_is_not_believed(wrap: Wrap) -> None:
    office, answering = at([row(number) for number in range(1, 62)])
    answering.wrap = lambda rows, page, per_page, total: wrap(rows, page, per_page, 7)
    async with inbox_of(office) as inbox:
        await inbox.until(lambda: "of 61" in inbox.status() or "· 50" in inbox.status())
        assert "of 7" not in inbox.status()
        assert "Unread 7 " not in inbox.bar()


@pytest.mark.slow
async def test_a_server_whose_pages_are_all_the_same_is_told_and_asked_no_more() -> None:
    office, answering = at([row(number) for number in range(1, 121)])
    everything = answering.answer

    def first_page_only(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            request = httpx.Request("GET", request.url.copy_set_param("page", "1"))
        return everything(request)

    office.builder.http = httpx.MockTransport(first_page_only)
    async with inbox_of(office) as inbox:
        await inbox.until(lambda: "older ones cannot be reached" in inbox.status())
        asked = len(answering.requests)
        await inbox.press("r")
        await inbox.settle()
        assert len(answering.requests) < asked + 20


@pytest.mark.slow
async def test_a_notification_too_large_to_show_says_so_stays_where_it_is_and_is_not_marked() -> None:
    huge = "x" * 7_000_000
    office, answering = at([row(1), row(2, body=huge), row(3)])
    async with inbox_of(office) as inbox:
        await inbox.until(lambda: titles(inbox) == ["(too large to show)", "Title 1", "Title 3"])
        await inbox.until(lambda: "cannot be marked here" in inbox.preview())
        await inbox.press("m")
        await inbox.hears("no id of its own")
        assert answering.posted == []
        answering.rows = [row(0), *answering.rows]
        await inbox.press("r")
        await inbox.until(lambda: "1 new" in inbox.bar())
        await inbox.press("r")
        await inbox.until(lambda: titles(inbox) == ["(too large to show)", "Title 0", "Title 1", "Title 3"])
        assert inbox.cursor() == "(too large to show)"


@pytest.mark.slow
async def test_the_field_that_was_learned_is_posted_first_after_a_restart() -> None:
    ids: list[dict[str, JsonValue]] = [
        {"notification_uuid": f"a-{number}", "uuid": f"b-{number}"} for number in (1, 2)
    ]
    office, answering = at(
        [
            Truth({"title": f"Title {number}", "created_at": at_minute(number), **own}, posted_as=f"b-{number}")
            for number, own in enumerate(ids, 1)
        ]
    )
    async with inbox_of(office) as inbox:
        await inbox.press("m", "$")
        await inbox.comes(lambda: answering.posted == ["a-1", "b-1"])
        await inbox.until(lambda: answering.rows[0].is_read)
    async with inbox_of(office) as inbox:
        await inbox.until(lambda: "Title 2" in titles(inbox))
        while inbox.cursor() != "Title 2":
            await inbox.press("j")
        await inbox.press("m", "$")
        await inbox.comes(lambda: answering.posted == ["a-1", "b-1", "b-2"])
