"""Stories of terminals of every size: what fits is shown, nothing breaks."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Filter
from tests.tui.driver import Inbox, first_start, inbox_of
from tests.tui.service import Keyring, Service

pytestmark = pytest.mark.slow

SIZES = ((160, 48), (120, 40), (80, 24), (60, 15), (20, 5), (1, 1))
TOUR = (
    "j",
    "m",
    "x",
    "enter",
    "esc",
    "M",
    "esc",
    "?",
    "esc",
    ":",
    "esc",
    "i",
    "esc",
    "O",
    "esc",
    "/",
    "esc",
    "P",
    "esc",
    "C",
    "esc",
)


def _a_service() -> Service:
    service = Service(users=("u-1", "u-2"))
    service.sandbox_state.create_user("staging", "u-1", {"name": "Rajiv Seelam"})
    service.has(5, "u-2")
    service.has(30, body="Dear Rajiv,\n\n" + "a long text " * 40, link="https://acme.example/1")
    return service


@pytest.mark.parametrize("size", SIZES)
async def test_a_tour_at_any_size(size: tuple[int, int]) -> None:
    service = _a_service()
    async with inbox_of(service, size=size, kind=Filter.ALL) as inbox:
        for key in TOUR:
            await inbox.press(key)
            await inbox.until(lambda: len(inbox.lines()) == size[1])
        assert inbox.app.screen is inbox.screen
        assert service.writes == 0


async def test_the_size_may_change_at_any_time() -> None:
    service = _a_service()
    async with inbox_of(service, size=(120, 40)) as inbox:
        await inbox.press("j", "j")
        cursor = inbox.cursor()
        for size in (*SIZES, *reversed(SIZES)):
            await inbox.resize(*size)
            assert len(inbox.lines()) == size[1]
        await inbox.press("M")
        await inbox.asked()
        for size in (*SIZES, *reversed(SIZES)):
            await inbox.resize(*size)
        await inbox.press("esc")
        assert inbox.cursor() == cursor


async def test_where_there_is_no_room_the_preview_opens_over_the_list() -> None:
    service = _a_service()
    async with inbox_of(service, size=(60, 15)) as inbox:
        assert "Dear Rajiv" not in inbox.text()
        first = inbox.cursor()
        await inbox.press("enter")
        await inbox.sees("Dear Rajiv")
        assert not inbox.rows()
        await inbox.press("m")
        await inbox.until(lambda: "being marked" in inbox.preview())
        await inbox.press("esc")
        await inbox.until(lambda: len(inbox.rows()) > 3)
        assert inbox.cursor() == first
        await inbox.press("j")
        assert inbox.cursor() != first, "the keys move the list again"


async def test_the_body_stands_at_the_right_on_a_wide_terminal_and_scrolls_from_the_list() -> None:
    service = Service(users=("u-1", "u-2"))
    service.has(5, "u-2")
    service.has(3, body="\n\n".join(f"line {number}" for number in range(80)))
    async with inbox_of(service, size=(160, 48)) as inbox:
        await inbox.until(lambda: "line 1" in inbox.text())
        first = next(line for line in inbox.lines() if "line 1" in line)
        assert "u-2" in first or "Card" in first, "beside the rows"
        await inbox.press("ctrl+f", "ctrl+f")
        await inbox.until(lambda: inbox.screen.preview.scroll_offset.y == 6)
        await inbox.press("ctrl+b")
        await inbox.until(lambda: inbox.screen.preview.scroll_offset.y == 3)
        assert inbox.cursor() == "Card 8"
        await inbox.press("n")
        await inbox.until(lambda: inbox.preview().startswith("Card 7"))
        await inbox.press("N")
        await inbox.until(lambda: inbox.preview().startswith("Card 8"))
        await inbox.press("p")
        assert "line 1" not in inbox.text()
        await inbox.press("enter")
        await inbox.until(lambda: "line 1" in inbox.text())
        await inbox.resize(120, 40)
        await inbox.until(lambda: "line 1" in inbox.text())
        assert inbox.screen.preview.region.y > inbox.screen.rows.region.bottom, "and below on a narrower one"
        assert service.writes == 0


async def test_while_reading_over_the_list_the_next_one_can_be_read() -> None:
    service = Service()
    service.has(3, body="Dear Rajiv")
    async with inbox_of(service, size=(60, 15)) as inbox:
        await inbox.press("enter")
        await inbox.until(lambda: inbox.preview().startswith("Card 3"))
        await inbox.press("n")
        await inbox.until(lambda: inbox.preview().startswith("Card 2"))
        assert service.writes == 0


@pytest.mark.parametrize("size", [(80, 24), (60, 15)])
async def test_sheets_fit_where_there_is_little_room(size: tuple[int, int]) -> None:
    service = _a_service()
    async with inbox_of(service, size=size) as inbox:
        for key, words in (
            ("M", "Leave it"),
            ("O", "esc back"),
            ("i", "esc back"),
            ("?", "type to find"),
            ("P", "esc back"),
        ):
            await inbox.press(key)
            await inbox.asked(words)
            _check_inside(inbox)
            await inbox.press("esc")


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (20, 5)])
async def test_signing_in_where_there_is_little_room(size: tuple[int, int]) -> None:
    service = Service()
    service.has(1)
    service.sign_out(Keyring())
    async with first_start(service, size=size) as inbox:
        await inbox.press("ctrl+s")
        await inbox.until(lambda: size[1] < 15 or "Paste the API token" in inbox.text())
        await inbox.fill(token=service.new_token().reveal())
        await inbox.press("enter")
        await inbox.comes(lambda: inbox.app.session is not None)


def _check_inside(inbox: Inbox) -> None:
    box = inbox.app.screen.query(".sheet").first().region
    assert inbox.app.screen.region.contains_region(box)
