"""Stories of figures: how soon each kind of notification is read, without what we read ourselves."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Filter
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow

TYPES = ("payment_failed", "otp_requested")


def _service() -> Service:
    service = Service(users=("u-1", "u-2"))
    for event_type in TYPES:
        service.has(2, event_type=event_type)
        service.has(1, "u-2", event_type=event_type)
    return service


async def _open(inbox: Inbox) -> None:
    await inbox.run("insight")
    await inbox.asked("Insight:")


async def test_everyone_watched_is_counted_and_what_we_read_is_left_out() -> None:
    service = _service()
    async with inbox_of(service, kind=Filter.ALL) as inbox:
        await _open(inbox)
        assert "Insight: everyone watched, the last 30 days" in inbox.sheet()
        assert "6 notifications of 2 users" in inbox.sheet()
        assert "left out" not in inbox.sheet()
        await inbox.press("esc", "m", "$")
        await inbox.until(lambda: len(service.marked) == 1)
        await inbox.poll()
        await _open(inbox)
        await inbox.asked("1 read by us left out")
        assert all(event_type in inbox.sheet() for event_type in TYPES)


async def test_one_user_another_period_and_the_figures_as_csv() -> None:
    service = _service()
    async with inbox_of(service, user_id="u-2", kind=Filter.ALL) as inbox:
        await _open(inbox)
        assert "Insight: u-2, the last 30 days" in inbox.sheet()
        assert "2 notifications of 1 user," in inbox.sheet()
        for key, days in (("1", 7), ("3", 90), ("2", 30)):
            await inbox.press(key)
            await inbox.asked(f"the last {days} days")
        await inbox.press("y")
        await inbox.asked("Copied 2 lines of CSV")
        head, *lines = inbox.app.clipboard.splitlines()
        assert head.startswith("event_type,count,read")
        assert {line.split(",")[0] for line in lines} == set(TYPES)
        await inbox.press("q")
        assert not inbox.has_sheet
        assert service.writes == 0


async def test_where_nothing_came_it_says_so() -> None:
    service = Service()
    async with inbox_of(service) as inbox:
        await _open(inbox)
        await inbox.asked("0 notifications of 1 user")
        assert "Nothing arrived in this time." in inbox.sheet()


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_it_fits_where_there_is_little_room(size: tuple[int, int]) -> None:
    service = _service()
    async with inbox_of(service, size=size) as inbox:
        await _open(inbox)
        assert "esc back" in inbox.sheet()
        assert "Unread by age" in inbox.sheet()
