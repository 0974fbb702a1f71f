"""Stories of a watch list that somebody else keeps: who is watched changes while the window is open, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from neptune_inbox.config import Settings
from neptune_inbox.config.settings import WatchSettings
from neptune_inbox.model import EVERYONE
from neptune_inbox.sync.events import Polled
from tests.tui.driver import Inbox, inbox_of
from tests.tui.service import Service

pytestmark = pytest.mark.slow


def three_customers(watch: WatchSettings) -> Service:
    """Three have a notification each; the profile watches one of them."""
    service = Service(users=("u-1",), settings=Settings(watch=watch))
    for user in ("u-1", "u-2", "u-3"):
        service.has(1, user)
    return service


async def shows(inbox: Inbox, *titles: str) -> None:
    await inbox.comes(lambda: inbox.titles() == list(titles))


async def test_a_changed_file_changes_who_is_shown_and_polled_and_moves_no_row(tmp_path: Path) -> None:
    file = tmp_path / "customers.txt"
    file.write_text("u-1\nu-2\n")
    service = three_customers(WatchSettings(users_file=str(file)))
    async with inbox_of(service, user_id=EVERYONE) as inbox:
        await inbox.comes(lambda: "u-2" in inbox.sidebar())
        await inbox.comes(lambda: "1 loaded" in inbox.bar() or len(inbox.titles()) == 2)
        await inbox.press("r")
        await shows(inbox, "Card 2", "Card 1")
        await inbox.press("g", "j")
        file.write_text("u-2\nu-3\nu-1\n")
        await inbox.comes(lambda: "u-3" in inbox.sidebar())
        await inbox.hears("The watched customers changed: 1 customer more.")
        assert inbox.titles() == ["Card 2", "Card 1"], "new rows wait behind the banner"
        assert inbox.cursor() == "Card 1"
        await inbox.comes(lambda: "1 loaded" in inbox.bar())
        await inbox.press("r")
        await shows(inbox, "Card 3", "Card 2", "Card 1")
        file.write_text("u-3\n")
        await inbox.comes(lambda: "u-2" not in inbox.sidebar())
        await inbox.hears("The watched customers changed: 1 customer fewer.")
        assert "u-1" in inbox.sidebar(), "whom the profile named stays"
        polled = list[str]()
        inbox.session.bus.listen(lambda fact: polled.append(fact.user_id) if isinstance(fact, Polled) else None)
        await inbox.comes(lambda: polled.count("u-3") > 1)
        assert set(polled) == {"u-1", "u-3"}


async def test_a_command_is_asked_again_when_it_is_time_and_a_broken_one_changes_nothing(tmp_path: Path) -> None:
    crm, names = tmp_path / "crm", tmp_path / "names"
    names.write_text("u-2\n")
    crm.write_text(f'#!/bin/sh\ntest -s {names} || {{ echo "no CRM" >&2; exit 3; }}\ncat {names}\n')
    crm.chmod(0o700)
    service = three_customers(WatchSettings(users_from=(str(crm),), every_minutes=5))
    async with inbox_of(service, user_id=EVERYONE) as inbox:
        await inbox.comes(lambda: "u-2" in inbox.sidebar())
        names.write_text("")
        await inbox.let_time_pass(301)
        await inbox.comes(lambda: "watch list" in inbox.status())
        assert "u-2" in inbox.sidebar(), "who is watched was not changed"
        names.write_text("u-3\n")
        await inbox.let_time_pass(301)
        await inbox.comes(lambda: "u-3" in inbox.sidebar())
        assert "u-2" not in inbox.sidebar()
        await inbox.press("j")
        assert inbox.cursor()
