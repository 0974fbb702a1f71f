"""Programs of this machine that are handed something: the browser a link, the commands of `|` some rows."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from neptune_inbox.model import Row
from neptune_inbox.sync.wording import notification_json

if TYPE_CHECKING:
    from neptune_inbox.sync.inbox import Inbox

PATIENCE = 20.0
"""Seconds that a program may take."""


async def run_program(words: Sequence[str], given: str = "") -> bool:
    """Run an argument list, never a shell, away from the terminal and without our token; whether it ended well."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("NEPTUNE_")}
    nowhere = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=nowhere,
            stderr=nowhere,
            env=environ,
            start_new_session=True,
        )
        async with asyncio.timeout(PATIENCE):
            await process.communicate(given.encode())
    except (OSError, TimeoutError):
        return False
    return process.returncode == 0


def opener(url: str) -> list[str]:
    """The desktop's own way to open a link; it begins with https:// (check_link), so it is no option."""
    return ["open" if sys.platform == "darwin" else "xdg-open", url]


async def json_lines(inbox: Inbox, rows: Iterable[Row]) -> list[str]:
    """The rows in full as JSON, a line each; those that are no longer kept are left out."""
    lines = []
    for row in rows:
        notification = await inbox.notification(row.key)
        if notification is not None:
            lines.append(json.dumps(notification_json(notification, row.mine)) + "\n")
    return lines
