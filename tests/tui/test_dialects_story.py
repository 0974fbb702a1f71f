"""The key stories of the inbox in every dialect of the service."""

from __future__ import annotations

import pytest

from neptune_inbox.sandbox.dialects import Dialect
from tests.dialects import DIALECTS
from tests.tui.driver import inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow

in_every_dialect = pytest.mark.parametrize("dialect", DIALECTS)


@in_every_dialect
async def test_the_filters_show_what_the_service_calls_unread_and_read(dialect: Dialect) -> None:
    service = Service(dialect=dialect)
    service.has(3)
    service.has(2, is_read=True)
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: inbox.titles() == ["Card 3", "Card 2", "Card 1"])
        await inbox.press("3")
        await inbox.until(lambda: inbox.titles() == ["Card 5", "Card 4"])
        await inbox.press("1")
        await inbox.until(lambda: len(inbox.titles()) == 5)


@in_every_dialect
async def test_the_filters_count(dialect: Dialect) -> None:
    service = Service(dialect=dialect)
    service.has(3)
    service.has(2, is_read=True)
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: "All 5" in inbox.bar() and "Unread 3" in inbox.bar() and "Read 2" in inbox.bar())


@in_every_dialect
async def test_one_is_marked_another_is_taken_back_and_why_tells_it(dialect: Dialect) -> None:
    service = Service(dialect=dialect)
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.press("m", "z")
        await inbox.hears("Taken back: “Card 3” of u-1")
        await inbox.press("j", "m")
        await inbox.let_time_pass(6)
        await inbox.comes(lambda: service.is_read("Card 2"))
        await inbox.comes(lambda: inbox.row("Card 2").theirs == "○")
        assert service.unread() == ["Card 1", "Card 3"]
        assert service.accepted_titles == ["Card 2"]
        await inbox.press("r")
        await inbox.comes(lambda: inbox.titles() == ["Card 3", "Card 1"])


@in_every_dialect
async def test_mark_all_marks_exactly_what_was_shown(dialect: Dialect) -> None:
    service = Service(dialect=dialect)
    service.has(3)
    async with inbox_of(service) as inbox:
        service.has(2)
        await inbox.poll()
        await inbox.until(lambda: "2 new" in inbox.bar())
        await inbox.press("M")
        await inbox.asked("Mark all read: 3 unread notifications")
        await inbox.press("enter")
        await inbox.let_time_pass(6)
        await inbox.comes(lambda: service.unread() == ["Card 4", "Card 5"])
        assert sorted(service.accepted_titles) == ["Card 1", "Card 2", "Card 3"]
