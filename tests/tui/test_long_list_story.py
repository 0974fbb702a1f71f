"""Stories of lists that are longer than what is read of them at once: no key is lost, none acts on another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from textual.events import MouseScrollDown

from neptune_inbox.sync.inbox.list_snapshot import ListSnapshot
from tests.tui.driver import inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow

ROWS = 200


def office() -> Service:
    service = Service()
    service.has(ROWS)
    return service


@pytest.mark.parametrize("keys", [["G"], ["pagedown"] * 6, ["j"] * 170, ["pagedown"] * 4 + ["pageup"]])
async def test_a_mark_typed_faster_than_rows_are_read_is_that_of_the_row_under_the_cursor(keys: list[str]) -> None:
    service = office()
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: len(inbox.screen.snapshot) == ROWS)
        await inbox.burst(*keys, "m")
        index = inbox.screen.rows.cursor_index
        assert index is not None
        await inbox.until(lambda: inbox.cursor() == f"Card {ROWS - index}")
        await inbox.until(lambda: next(row for row in inbox.rows() if "▌" in row.text).theirs == "◷")
        await inbox.press("$")
        await inbox.until(lambda: service.marked)
        assert service.marked_titles == [f"Card {ROWS - index}"]


async def test_a_range_and_what_follows_in_one_breath_reach_all_of_it() -> None:
    service = office()
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: len(inbox.screen.snapshot) == ROWS)
        await inbox.burst("v", "G", "v", "e")
        await inbox.until(lambda: inbox.row("Card 2 ").triage == "✓")
        await inbox.press("g")
        await inbox.until(lambda: inbox.row(f"Card {ROWS}").triage == "✓")
        assert (await inbox.row_now("Card 100")).triage.done_at


async def test_selecting_one_after_the_other_in_one_breath_leaves_none_out() -> None:
    async with inbox_of(office()) as inbox:
        await inbox.until(lambda: len(inbox.screen.snapshot) == ROWS)
        await inbox.burst(*["x"] * 150)
        await inbox.until(lambda: len(inbox.screen.selected) == 150)
        assert "150 selected" in inbox.status()


async def test_the_next_unread_one_is_found_however_far_it_is() -> None:
    service = office()
    async with inbox_of(service) as inbox:
        await inbox.until(lambda: len(inbox.screen.snapshot) == ROWS)
        await inbox.press("1")
        await inbox.burst("v", *["pagedown"] * 5, "v", "m")
        last = inbox.screen.rows.cursor_index
        assert last is not None
        await inbox.hears("Held 5 s before sending")
        await inbox.press("g")
        await inbox.until(lambda: inbox.row(f"Card {ROWS - 1}").theirs == "◷")
        await inbox.press("n")
        await inbox.until(lambda: inbox.cursor() == f"Card {ROWS - last - 1}")
        await inbox.press("N")
        await inbox.hears("No more unread above.")


async def test_rolling_far_away_shows_rows_and_the_cursor_stays() -> None:
    async with inbox_of(office()) as inbox:
        await inbox.until(lambda: len(inbox.screen.snapshot) == ROWS)
        before = inbox.cursor()
        for _ in range(40):
            inbox.screen.rows.post_message(MouseScrollDown(inbox.screen.rows, 5, 5, 0, 1, 0, False, False, False))
        await inbox.until(lambda: "Card 80" in inbox.titles())
        assert "…" not in [row.text.strip() for row in inbox.rows()]
        assert inbox.cursor() == before


async def test_keys_that_come_faster_than_rows_are_read_start_one_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    async with inbox_of(office()) as inbox:
        await inbox.until(lambda: len(inbox.screen.snapshot) == ROWS)
        pages, may_be_read = inbox.session.inbox.pages, asyncio.Event()
        load = pages.load

        async def load_late(snapshot: ListSnapshot, positions: Sequence[range]) -> bool:
            await may_be_read.wait()
            return await load(snapshot, positions)

        monkeypatch.setattr(pages, "load", load_late)
        await inbox.burst(*["pagedown"] * 6)
        reading = [each for each in inbox.app.workers if each.name == "_load_rows" and not each.is_finished]
        assert len(reading) == 1
        may_be_read.set()
        await inbox.until(lambda: inbox.cursor().startswith("Card"))
        await inbox.press("G")
        await inbox.until(lambda: inbox.cursor() == "Card 1")
