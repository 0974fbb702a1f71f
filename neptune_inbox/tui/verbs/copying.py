"""Taking something out: the id, the link, the link opened, rows piped to a command."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import Row
from neptune_inbox.sync.wording import notification_json, plural
from neptune_inbox.text import check_link
from neptune_inbox.tui.screens.picker import Item, Picker
from neptune_inbox.tui.screens.sheet import Choice, ChoiceSheet
from neptune_inbox.tui.verbs.aiming import aimed

if TYPE_CHECKING:
    from neptune_inbox.tui.screens.aim import Aim
    from neptune_inbox.tui.screens.inbox import InboxScreen


@aimed
async def copy_id(inbox: InboxScreen, aim: Aim) -> None:
    """Copy the id, or one id a line for a selection (OSC 52: works over SSH where the terminal allows it)."""
    rows = await inbox.targets(aim)
    if rows:
        inbox.app.copy_to_clipboard("\n".join(row.id for row in rows))
        inbox.say(f"Copied the id {rows[0].id}." if len(rows) == 1 else f"Copied {plural(len(rows), 'id')}.")


@aimed
async def copy_link(inbox: InboxScreen, aim: Aim) -> None:
    """Copy the link, or one link a line for a selection."""
    links = [link for row in await inbox.targets(aim) if (link := await _link(inbox, row))]
    if not links:
        inbox.say("There is no link here.")
        return
    inbox.app.copy_to_clipboard("\n".join(links))
    inbox.say(
        f"Copied the link to {check_link(links[0]).shown_host}." if len(links) == 1 else f"Copied {len(links)} links."
    )


async def open_link(inbox: InboxScreen) -> None:
    """Open the https link of the row, after its host was agreed to once."""
    row = inbox.cursor_row
    url = await _link(inbox, row) if row else ""
    if not url:
        inbox.say("There is no link here.")
        return
    link = check_link(url)
    if not await inbox.session.mine.is_host_confirmed(link.host):
        lines = [(link.url, "")]
        if link.is_suspicious:
            lines.append((f"The host is written with unusual letters: {link.shown_host}", "warn"))
        choices = [
            Choice("y", "y", "yes", f"Open it, and trust {link.shown_host} from now on"),
            Choice("n", "n", "no", "No"),
        ]
        answer = await inbox.app.push_screen_wait(ChoiceSheet(f"Open a page of {link.shown_host}?", lines, choices))
        if answer != "yes":
            return
        await inbox.session.mine.confirm_host(link.host)
    opened = await _run(_opener(link.url))
    copy = f"No browser here; {inbox.key('copy.link')} copies the link to {link.shown_host}."
    inbox.say(f"Opened {link.shown_host}." if opened else copy)


@aimed
async def pipe(inbox: InboxScreen, aim: Aim) -> None:
    """Give the selection as JSON lines to a command named in the configuration."""
    commands = inbox.workspace.settings.commands
    if not commands:
        inbox.say('No command is set: add [commands] to config.toml, such as ticket = "jq ."')
        return
    items = [Item(name, name, " ".join(command)) for name, command in commands.items()]
    name = await inbox.app.push_screen_wait(Picker("Pipe to", items))
    if name not in commands:
        return
    rows = await inbox.targets(aim)
    lines = [line for row in rows if (line := await _json_line(inbox, row))]
    status = await _run(commands[name], "".join(lines))
    inbox.say(f"{plural(len(lines), 'notification')} to {name}: {'done' if status else 'it failed'}.")


def _opener(url: str) -> list[str]:
    # The url begins with https:// (check_link), so no opener can take it for an option.
    return ["open", url] if sys.platform == "darwin" else ["xdg-open", url]


async def _run(words: Sequence[str], given: str = "") -> bool:
    """Run an argument list, never a shell, away from the terminal; whether it ended well."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("NEPTUNE_")}
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env=environ,
            start_new_session=True,
        )
        async with asyncio.timeout(20):
            await process.communicate(given.encode())
    except (OSError, TimeoutError):
        return False
    return process.returncode == 0


async def _link(inbox: InboxScreen, row: Row) -> str:
    if not row.has_link:
        return ""
    notification = await inbox.session.inbox.notification(row.key)
    if notification is None:
        return ""
    try:
        return check_link(notification.link).url
    except UsageProblem as problem:
        inbox.say(problem.sentence)
        return ""


async def _json_line(inbox: InboxScreen, row: Row) -> str:
    notification = await inbox.session.inbox.notification(row.key)
    return json.dumps(notification_json(notification, row.mine)) + "\n" if notification else ""


VERBS = {"copy.id": copy_id, "copy.link": copy_link, "link.open": open_link, "pipe": pipe}
