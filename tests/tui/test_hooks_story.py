"""A window that runs a hook: what arrives is handed over behind the list, and a command that fails is told of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neptune_inbox.config import Hook, Settings
from tests.tui.driver import inbox_of
from tests.tui.service import Service


@pytest.mark.slow
async def test_what_arrives_is_handed_over_while_the_list_holds_still(tmp_path: Path) -> None:
    taken = tmp_path / "taken.jsonl"
    service = Service(settings=Settings(hooks={"pager": Hook(command=("tee", "-a", str(taken)), batch="10s")}))
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.poll()
        shown = inbox.titles()
        service.has(2)
        await inbox.poll()
        await inbox.comes(lambda: taken.exists() and taken.read_text().count("\n") == 2)
        assert [json.loads(line)["title"] for line in taken.read_text().splitlines()] == ["Card 4", "Card 5"]
        assert inbox.titles() == shown, "the rows wait behind the banner as ever"


async def test_a_command_that_fails_is_told_of_and_blocks_no_key(tmp_path: Path) -> None:
    script = tmp_path / "pager.sh"
    script.write_text("#!/bin/sh\necho '[b]no[/b] route' >&2\nexit 4\n")
    script.chmod(0o700)
    service = Service(settings=Settings(hooks={"pager": Hook(command=(str(script),), batch="0s")}))
    service.has(3)
    async with inbox_of(service) as inbox:
        await inbox.poll()
        service.has(1)
        await inbox.poll()
        await inbox.comes(lambda: "The hook `pager` failed: exit code 4. [b]no[/b] route" in inbox.status())
        await inbox.press("j")
        assert inbox.cursor() == "Card 2"
