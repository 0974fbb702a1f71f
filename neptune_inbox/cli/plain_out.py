"""What is taken out, in `--plain`: ids, links, links opened, rows piped to a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.cli.plain_words import split_numbers
from neptune_inbox.errors import UsageProblem
from neptune_inbox.sync.outside import json_lines, opener, run_program
from neptune_inbox.sync.wording import plural
from neptune_inbox.text import Link, check_link

if TYPE_CHECKING:
    from neptune_inbox.cli.plain_inbox import PlainInbox, Verb


async def copy_id(inbox: PlainInbox, numbers: str) -> None:
    """Say the ids, one a line."""
    inbox.talk.say_all([row.id for row in await inbox.targets(numbers)])


async def copy_link(inbox: PlainInbox, numbers: str) -> None:
    """Say the links, one a line."""
    inbox.talk.say_all([link.url for link in await _links(inbox, numbers)])


async def open_link(inbox: PlainInbox, numbers: str) -> None:
    """Open the https links in a browser, each host after it was agreed to once."""
    for link in await _links(inbox, numbers):
        await _open_one(inbox, link)


async def _open_one(inbox: PlainInbox, link: Link) -> None:
    odd = " The host is written with unusual letters." if link.is_suspicious else ""
    if not await inbox.session.mine.is_host_confirmed(link.host):
        if not await inbox.talk.agrees(f"Open a page of {link.shown_host}, and trust it from now on?{odd}"):
            return
        await inbox.session.mine.confirm_host(link.host)
    has_opened = await run_program(opener(link.url))
    inbox.talk.say(f"Opened {link.shown_host}." if has_opened else f"No browser opened it. The link: {link.url}")


async def _links(inbox: PlainInbox, numbers: str) -> list[Link]:
    """The links of the lines, each once. Raises UsageProblem where there is none, or one is not to be opened."""
    found = [await inbox.session.inbox.notification(row.key) for row in await inbox.targets(numbers)]
    links = [check_link(each.link) for each in found if each is not None and each.link]
    if not links:
        raise UsageProblem("There is no link here.")
    return list({link.url: link for link in links}.values())


async def pipe(inbox: PlainInbox, text: str) -> None:
    """Give the lines as JSON to a command named in the configuration; without a name, list the commands."""
    commands = inbox.workspace.settings.commands
    numbers, name = split_numbers(text)
    if not name:
        inbox.talk.say_all([f"Command {each}: {' '.join(words)}" for each, words in commands.items()])
        inbox.talk.say("| 1 3-5 NAME gives it these lines as JSON; [commands] in config.toml names more.")
        return
    if name not in commands:
        raise UsageProblem(f"There is no command {name}.", "| lists them; [commands] in config.toml names more.")
    lines = await json_lines(inbox.session.inbox, await inbox.targets(numbers))
    is_done = await run_program(commands[name], "".join(lines))
    inbox.talk.say(f"{plural(len(lines), 'notification')} to {name}: {'done' if is_done else 'it failed'}.")


VERBS: dict[str, Verb] = {"copy.id": copy_id, "copy.link": copy_link, "link.open": open_link, "pipe": pipe}
