"""Stories of a mode that is changed in the settings while the inbox is open: the next write follows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from neptune_inbox.paths import Paths
from tests.builders import API, EDGE, ENVIRONMENT
from tests.tui.driver import inbox_of
from tests.tui.service import Service


def office(folder: Path) -> Service:
    service = Service()
    service.builder.paths = Paths.under(folder)
    service.builder.paths.create()
    write_mode(service, "act")
    service.has(3)
    return service


def write_mode(service: Service, mode: str) -> None:
    assert service.builder.paths is not None
    service.builder.paths.config_file.write_text(
        f'[profiles.acme]\nenvironment = "{ENVIRONMENT}"\napi_base = "{API}"\nedge_base = "{EDGE}"\nmode = "{mode}"\n'
    )


@pytest.mark.slow
async def test_from_act_to_ask_the_next_mark_is_asked_about_and_enter_marks_nothing(tmp_path: Path) -> None:
    service = office(tmp_path)
    async with inbox_of(service) as inbox:
        await inbox.press("m")
        await inbox.until(lambda: inbox.row("Card 3").theirs == "◷")
        write_mode(service, "ask")
        await inbox.press("j", "m")
        await inbox.asked("No, leave it")
        await inbox.press("enter")
        assert inbox.row("Card 2").theirs == "●", "whoever did not expect a question has not answered it"
        assert "acme · ask" in inbox.top()
        await inbox.press("m")
        await inbox.asked("Yes, mark it read")
        await inbox.press("y")
        await inbox.until(lambda: inbox.row("Card 2").theirs == "◷")


async def test_from_act_to_observe_nothing_more_is_sent_not_even_what_was_counting_down(tmp_path: Path) -> None:
    service = office(tmp_path)
    async with inbox_of(service) as inbox:
        await inbox.press("m")
        await inbox.until(lambda: inbox.row("Card 3").theirs == "◷")
        write_mode(service, "observe")
        await inbox.press("j", "m")
        await inbox.until(lambda: "observe" in inbox.status() or inbox.has_sheet)
        assert inbox.row("Card 2").theirs == "●"
        await inbox.let_time_pass(60)
        assert service.writes == 0


async def test_a_window_that_only_looks_on_says_that_it_may_no_longer_write(tmp_path: Path) -> None:
    service = office(tmp_path)
    async with inbox_of(service) as inbox:
        await inbox.press("m")
        await inbox.until(lambda: inbox.row("Card 3").theirs == "◷")
        write_mode(service, "observe")
        await inbox.let_time_pass(2)
        await inbox.sees("This profile is now in mode observe: nothing is sent, and 1 mark is waiting.")
        await inbox.until(lambda: "acme · observe" in inbox.top())
        write_mode(service, "act")
        await inbox.let_time_pass(2)
        await inbox.until(lambda: "acme · act" in inbox.top())
