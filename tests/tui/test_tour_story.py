"""Stories of the tour: somebody new is shown the inbox by using it."""

from __future__ import annotations

from pathlib import Path

import pytest

from neptune_inbox.config import Settings
from neptune_inbox.presentation.keymap import ACTIONS
from neptune_inbox.presentation.tour import STEPS
from neptune_inbox.store.tour_note import TourNote
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service


def _somebody_new(folder: Path) -> Service:
    service = Service(users=("u-1", "u-2"))
    service.has(4)
    service.tour_note = TourNote(folder / "state" / "tour-ended")
    return service


async def _is_at(inbox: Inbox, step: int) -> None:
    await inbox.until(lambda: f"Tour {step} of 8" in inbox.hints())


@pytest.mark.slow
async def test_the_eight_steps_go_on_as_each_is_done_and_the_rows_stay_where_they_are(tmp_path: Path) -> None:
    service = _somebody_new(tmp_path)
    async with inbox_of(service) as inbox:
        await _is_at(inbox, 1)
        assert "j goes down" in inbox.hints()
        titles = inbox.titles()
        for step, keys in enumerate((("j",), ("m",), ("z",), ("s",), ("i", "esc"), ("/", "esc"), ("J",)), 2):
            await inbox.press(*keys)
            await _is_at(inbox, step)
            assert step == 8 or inbox.titles() == titles
        await inbox.press("?")
        await inbox.until(lambda: inbox.has_sheet)
        await inbox.press("esc")
        await inbox.until(lambda: "mark read" in inbox.hints())
    async with inbox_of(service) as inbox:
        assert "Tour" not in inbox.hints()


@pytest.mark.slow
async def test_esc_ends_it_for_good(tmp_path: Path) -> None:
    service = _somebody_new(tmp_path)
    async with inbox_of(service) as inbox:
        await _is_at(inbox, 1)
        await inbox.press("x", "esc")
        await _is_at(inbox, 1)
        await inbox.press("esc")
        await inbox.until(lambda: "mark read" in inbox.hints())
    async with inbox_of(service) as inbox:
        assert "Tour" not in inbox.hints()


@pytest.mark.slow
async def test_what_is_not_asked_for_leaves_it_where_it_is(tmp_path: Path) -> None:
    async with inbox_of(_somebody_new(tmp_path)) as inbox:
        await inbox.press("s", "1", "k")
        await _is_at(inbox, 1)


async def test_it_names_the_keys_that_the_user_has_set(tmp_path: Path) -> None:
    service = _somebody_new(tmp_path)
    service.use_settings(Settings(keys={"move.down": "f6", "back": "f7"}))
    async with inbox_of(service) as inbox:
        await _is_at(inbox, 1)
        assert "f6 goes down" in inbox.hints()
        assert "f7 ends the tour" in inbox.hints()


@pytest.mark.slow
@pytest.mark.parametrize("width", [60, 80])
async def test_on_a_narrow_terminal_what_to_press_stays(tmp_path: Path, width: int) -> None:
    async with inbox_of(_somebody_new(tmp_path), size=(width, 15)) as inbox:
        await inbox.until(lambda: "j goes down" in inbox.hints())


async def test_on_a_disk_that_takes_nothing_it_ends_all_the_same(tmp_path: Path) -> None:
    service = _somebody_new(tmp_path)
    (tmp_path / "state").write_text("not a folder")
    async with inbox_of(service) as inbox:
        await _is_at(inbox, 1)
        await inbox.press("esc")
        await inbox.until(lambda: "mark read" in inbox.hints())


@pytest.mark.slow
async def test_without_the_demo_there_is_none() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        assert "Tour" not in inbox.hints()


def test_every_step_names_actions_that_there_are() -> None:
    known = {action.id for action in ACTIONS}
    assert len(STEPS) == 8
    assert {name for step in STEPS for name in step.actions} <= known
