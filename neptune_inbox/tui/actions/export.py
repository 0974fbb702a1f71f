"""Taking something out: the id, the link, the link opened, rows piped to a command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neptune_inbox.code_words import HIDDEN
from neptune_inbox.errors import UsageProblem
from neptune_inbox.presentation.json import json_lines, to_json
from neptune_inbox.presentation.sentences import CODE_IN_LINK, NO_LINK, exit_words, plural
from neptune_inbox.sync.programs import MOST_OUTPUT, Ended, capture_program, opener, run_program
from neptune_inbox.text import Link, check_link
from neptune_inbox.tui.actions.target import with_target
from neptune_inbox.tui.dialogs.base import Choice, ChoiceDialog
from neptune_inbox.tui.dialogs.document import DocumentDialog
from neptune_inbox.tui.dialogs.picker import Item, Picker

if TYPE_CHECKING:
    from neptune_inbox.tui.inbox.screen import InboxScreen
    from neptune_inbox.tui.inbox.target import ActionTarget

MANY = 5
"""Pages that are opened without asking whether that many were meant."""


@with_target("copy.id")
async def copy_id(inbox: InboxScreen, aim: ActionTarget) -> None:
    """Copy the id, or one id a line for a selection (OSC 52: works over SSH where the terminal allows it)."""
    rows = await inbox.targets(aim)
    if rows:
        inbox.app.copy_to_clipboard("\n".join(row.id for row in rows))
        inbox.say(f"Copied the id {rows[0].id}." if len(rows) == 1 else f"Copied {plural(len(rows), 'id')}.")


@with_target("copy.link")
async def copy_link(inbox: InboxScreen, aim: ActionTarget) -> None:
    """Copy the link, or one link a line for a selection."""
    links = await _links(inbox, aim)
    if links:
        inbox.app.copy_to_clipboard("\n".join(link.url for link in links))
        inbox.say(f"Copied {_to_hosts(links)}.")


@with_target("link.open")
async def open_link(inbox: InboxScreen, aim: ActionTarget) -> None:
    """Open the https links of the rows, each host after it was agreed to once."""
    links = await _links(inbox, aim)
    if len(links) > MANY and not await _agrees(inbox, f"Open {len(links)} pages at once?", [], "Open all of them"):
        return
    agreed: dict[str, bool] = {}
    for link in links:
        if link.host not in agreed:
            agreed[link.host] = await _trusts(inbox, link)
    links = [link for link in links if agreed[link.host]]
    opened = [link for link in links if await run_program(opener(link.url))]
    if opened:
        inbox.say(f"Opened {_to_hosts(opened)}.")
    elif links:
        inbox.say(f"No browser here; {inbox.key('copy.link')} copies {_to_hosts(links)}.")


async def _trusts(inbox: InboxScreen, link: Link) -> bool:
    """Whether pages of a host may be opened; the agent is asked once, with the first link before their eyes."""
    if await inbox.session.triage.is_host_confirmed(link.host):
        return True
    lines = [(link.url, "")]
    if link.is_suspicious:
        lines.append((f"The host is written with unusual letters: {link.shown_host}", "warn"))
    yes = f"Open it, and trust {link.shown_host} from now on"
    if not await _agrees(inbox, f"Open a page of {link.shown_host}?", lines, yes):
        return False
    await inbox.session.triage.confirm_host(link.host)
    return True


async def _agrees(inbox: InboxScreen, question: str, lines: Sequence[tuple[str, str]], yes: str) -> bool:
    choices = [Choice("y", "y", "yes", yes), Choice("n", "n", "no", "No")]
    return await inbox.app.push_screen_wait(ChoiceDialog(question, lines, choices)) == "yes"


@with_target("pipe")
async def pipe(inbox: InboxScreen, aim: ActionTarget) -> None:
    """Give the selection as JSON lines to a command named in the configuration."""
    commands = inbox.workspace.settings.commands
    if not commands:
        inbox.say('No command is set: add [commands] to config.toml, such as ticket = "jq ."')
        return
    items = [Item(name, name, " ".join(command)) for name, command in commands.items()]
    name = await inbox.app.push_screen_wait(Picker("Pipe to", items))
    if name not in commands:
        return
    lines = await json_lines(inbox.session.inbox, await inbox.targets(aim))
    given = f"{plural(len(lines), 'notification')} to {name}"
    inbox.say(f"{given} …")
    ended = await capture_program(commands[name], "".join(lines))
    inbox.say(f"{given}: {exit_words(ended.code)}.")
    if ended.code != 0 or ended.output or ended.errors:
        await _show_output(inbox, given, commands[name], ended)


async def _show_output(inbox: InboxScreen, title: str, command: Sequence[str], ended: Ended) -> None:
    pairs = [("command", " ".join(command)), ("ended", ended.problem or exit_words(ended.code))]
    pairs += [("errors", ended.errors.rstrip())] if ended.errors.strip() else []
    pairs += [("cut", f"Only the first {MOST_OUTPUT // 1000} kB of its output are shown.")] if ended.is_cut else []
    text = "\n".join(filter(None, (*(f"{label}: {said}" for label, said in pairs), ended.output)))
    sheet = DocumentDialog(
        title,
        pairs,
        block=ended.output.rstrip() or "It printed nothing.",
        as_text=text,
        as_json=to_json({"exit_code": ended.code, "stdout": ended.output, "stderr": ended.errors}),
    )
    await inbox.app.push_screen_wait(sheet)


async def _links(inbox: InboxScreen, aim: ActionTarget) -> list[Link]:
    """The links of the rows, each once; says so where there is none, or why one is not to be opened."""
    links: dict[str, Link] = {}
    problem = NO_LINK
    for row in await inbox.targets(aim):
        notification = await inbox.session.inbox.notification(row.key) if row.has_link else None
        if notification is None:
            continue
        if notification.hides_codes and HIDDEN in notification.link:
            problem = f"{CODE_IN_LINK} {inbox.key('code.reveal')} shows it, and then it can be used."
            continue
        try:
            link = check_link(notification.link)
        except UsageProblem as error:
            problem = error.sentence
        else:
            links.setdefault(link.url, link)
    if not links:
        inbox.say(problem)
    return list(links.values())


def _to_hosts(links: Sequence[Link]) -> str:
    """`the link to acme.example`, `3 links to 2 hosts`."""
    hosts = {link.shown_host for link in links}
    if len(links) == 1:
        return f"the link to {hosts.pop()}"
    return f"{len(links)} links to {hosts.pop() if len(hosts) == 1 else f'{len(hosts)} hosts'}"


VERBS = {"copy.id": copy_id, "copy.link": copy_link, "link.open": open_link, "pipe": pipe}
