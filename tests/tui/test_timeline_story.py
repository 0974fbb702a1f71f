"""Stories of a customer's timeline: read over the list, which stays as it is, and nothing is written."""

from __future__ import annotations

import json

import pytest

from neptune_inbox.model import Filter
from tests.tui.driver import inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow


async def test_the_timeline_of_the_row_under_the_cursor() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.press("m", "$")
        await inbox.until(lambda: len(service.marked) == 1)
        await inbox.poll()
        await inbox.press("Z")
        await inbox.asked("Timeline of u-1: the last 7 days, newest first")
        assert "● came" in inbox.sheet()
        assert "◷ marked    by us: confirmed" in inbox.sheet()
        assert "○ read      by us" in inbox.sheet()
        await inbox.press("Y")
        kinds = [entry["kind"] for entry in json.loads(inbox.app.clipboard)["entries"]]
        assert {"came", "marked", "read"} <= set(kinds)
        await inbox.press("q")
        assert not inbox.has_sheet
        assert len(service.marked) == 1


async def test_the_head_says_what_the_bell_held_at_the_cursor_and_enter_shows_it() -> None:
    service = Service()
    service.has(2)
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await inbox.press("m", "$")
        await inbox.until(lambda: len(service.marked) == 1)
        await inbox.poll()
        await inbox.press("Z")
        await inbox.asked("1 unread, 1 read, 0 not known")
        await inbox.press("up")
        await inbox.asked("0 unread, 1 read, 1 not known")
        await inbox.press("G")
        await inbox.asked("1 unread, 0 read, 0 not known")
        await inbox.press("enter")
        await inbox.asked("● unread")
        assert "Card 1" in inbox.sheet()
        assert "Card 2" not in inbox.sheet()
        await inbox.press("Y")
        assert [row["title"] for row in json.loads(inbox.app.clipboard)["rows"]] == ["Card 1"]
        await inbox.press("esc")
        await inbox.asked("Timeline of u-1")
        await inbox.asked("1 unread, 0 read, 0 not known")
        await inbox.press("k")
        await inbox.asked("2 unread, 0 read, 0 not known")
        await inbox.press("Z")
        assert not inbox.has_sheet
        assert len(service.marked) == 1


async def test_what_no_look_tells_of_is_counted_as_not_known() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        await inbox.let_time_pass(2)
        await inbox.press("Z")
        await inbox.asked("1 unread, 0 read, 0 not known.")
        await inbox.press("k")
        await inbox.asked("0 unread, 0 read, 1 not known. The last look known here began")


async def test_without_a_customer_it_says_how_to_choose_one() -> None:
    async with inbox_of(Service(users=("u-1", "u-2"))) as inbox:
        await inbox.press("Z")
        await inbox.hears("Go to a user first")
