"""What is taken out, in `--plain`: ids, links, links opened, rows piped to a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neptune_inbox.cli.plain.text import not_lines, split_numbers
from neptune_inbox.code_words import HIDDEN
from neptune_inbox.errors import UsageProblem
from neptune_inbox.presentation.json import json_lines
from neptune_inbox.presentation.sentences import CODE_IN_LINK, NO_LINK, exit_words, plural
from neptune_inbox.sync.programs import capture_program, opener, run_program
from neptune_inbox.text import Link, check_link

if TYPE_CHECKING:
    from neptune_inbox.cli.plain.inbox import PlainInbox, PlainVerb
    from neptune_inbox.model import Row


async def copy_id(inbox: PlainInbox, numbers: str) -> None:
    """Say the ids in full, one a line."""
    inbox.console.say_all([row.id for row in await _rows(inbox, "id", numbers)])


async def copy_link(inbox: PlainInbox, numbers: str) -> None:
    """Say the links, one a line."""
    inbox.console.say_all([link.url for link in await _links(inbox, "link", numbers)])


async def open_link(inbox: PlainInbox, numbers: str) -> None:
    """Open the https links in a browser, each host after it was agreed to once."""
    for link in await _links(inbox, "open link", numbers):
        await _open_one(inbox, link)


async def _open_one(inbox: PlainInbox, link: Link) -> None:
    odd = " The host is written with unusual letters." if link.is_suspicious else ""
    if not await inbox.session.triage.is_host_confirmed(link.host):
        if not await inbox.console.agrees(f"Open a page of {link.shown_host}, and trust it from now on?{odd}"):
            inbox.console.say("Nothing was opened.")
            return
        await inbox.session.triage.confirm_host(link.host)
    has_opened = await run_program(opener(link.url))
    inbox.console.say(f"Opened {link.shown_host}." if has_opened else f"No browser opened it. The link: {link.url}")


async def _rows(inbox: PlainInbox, command: str, text: str) -> list[Row]:
    numbers, rest = split_numbers(text)
    if rest:
        raise not_lines(command, rest)
    return await inbox.targets(numbers)


async def _links(inbox: PlainInbox, command: str, numbers: str) -> list[Link]:
    """The links of the lines, each once. Raises UsageProblem where there is none, or one is not to be opened."""
    found = [await inbox.session.inbox.notification(row.key) for row in await _rows(inbox, command, numbers)]
    if any(each is not None and each.hides_codes and HIDDEN in each.link for each in found):
        raise UsageProblem(CODE_IN_LINK, "`neptune-inbox --plain --show-codes` can use it.")
    try:
        links = [check_link(each.link) for each in found if each is not None and each.link]
    except UsageProblem as problem:
        raise UsageProblem(problem.sentence, "3 raw reads a notification as it was sent.") from None
    if not links:
        raise UsageProblem(NO_LINK)
    return list({link.url: link for link in links}.values())


async def pipe(inbox: PlainInbox, text: str) -> None:
    """Give the lines as JSON to a command named in the configuration; without a name, list the commands."""
    commands = inbox.workspace.settings.commands
    numbers, name = split_numbers(text)
    if not name:
        inbox.console.say_all([f"Command {each}: {' '.join(words)}" for each, words in commands.items()])
        inbox.console.say("pipe 1 3-5 NAME gives it these lines as JSON; [commands] in config.toml adds more.")
        return
    if name not in commands:
        raise UsageProblem(
            f"config.toml names no command {name}.", "pipe lists those it names; [commands] adds more."
        )
    lines = await json_lines(inbox.session.inbox, await inbox.targets(numbers))
    ended = await capture_program(commands[name], "".join(lines))
    inbox.console.say(f"{plural(len(lines), 'notification')} to {name}: {ended.problem or exit_words(ended.code)}.")
    inbox.console.say_all([*ended.errors.splitlines(), *ended.output.splitlines()])


VERBS: dict[str, PlainVerb] = {"copy.id": copy_id, "copy.link": copy_link, "link.open": open_link, "pipe": pipe}
