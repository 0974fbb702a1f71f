"""What a typed line of `--plain` means: which word of the action table it begins with, and what that does.

Upper and lower case mean the same everywhere: a voice reads them alike. No single letter does what is done to many.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from neptune_inbox.cli.plain import browse, event, export, marking, people, records, row_verbs, timeline
from neptune_inbox.cli.plain.text import no_command, unknown
from neptune_inbox.errors import InboxError, UsageProblem, refuse_token
from neptune_inbox.presentation.action import PlainWord
from neptune_inbox.presentation.action_table import ACTIONS

if TYPE_CHECKING:
    from neptune_inbox.cli.plain.inbox import PlainInbox, PlainVerb


ELSEWHERE: dict[str, str] = {
    "x": "There is nothing to select: name several numbers, such as mark 1 3-5.",
    "d": "Nothing is deleted here: done 3 is done for me, mark 3 is read for the customer.",
    "delete": "Only contact infos can be deleted here: delete contact 2.",
    "u": "Say undo to take back the last act, or back 3 to take line 3 back to your queue.",
    "p": "Say person 3.",
    "j": "Say next user.",
    "k": "Say previous user.",
    "t": "Say receipts.",
    "h": "Say help.",
    "a": "Name several numbers, such as mark 1-20, or say mark all.",
    "markall": "Say mark all, which asks.",
}
"""What people type by habit that is not a command, and what to use instead."""

_TIGHT = re.compile(r"([a-z]+)(\d[\d ,-]*)")


async def run_line(inbox: PlainInbox, line: str) -> None:
    """Do what a typed line says. Raises UsageProblem, and what the verb raises."""
    refuse_token("The line", line)
    if line[:1].isdecimal():
        await load_verbs()["open"](inbox, line)
        return
    id, command, rest = _parse(line)
    if rest and command.is_alone:
        raise UsageProblem(f"{command.words[0]} takes nothing more, so nothing was done.", f"Say: {command.usage}.")
    try:
        await load_verbs()[id](inbox, rest)
    except InboxError:
        if command.shows_list:
            inbox.lose_lines()
        raise


def _parse(line: str) -> tuple[str, PlainWord, str]:
    """The id and the command with the most words that the line begins with, and what follows it."""
    by_words = {
        words: (command.id or action.id, command)
        for action, command in ACTIONS.plain_words()
        for words in command.words
    }
    words = line.split()
    for count in (2, 1):
        if (found := by_words.get(" ".join(words[:count]).lower())) is not None:
            rest = line.split(maxsplit=count)[count] if len(words) > count else ""
            # Alone, the word is a filter; with numbers it has its other meaning.
            return (*(by_words["open"] if found[0] == "filter.read" and rest else found), rest)
    # `/card`, `@u-4711` and `m3` need no blank; `make` is no `m`.
    if line[0] in "/@|" and line[0] in by_words:
        return (*by_words[line[0]], line[1:].strip())
    tight = _TIGHT.fullmatch(line.lower())
    if tight is not None and tight[1] in by_words:
        return (*by_words[tight[1]], tight[2])
    if words[0].lower() in ELSEWHERE:
        raise UsageProblem(no_command(words[0]), ELSEWHERE[words[0].lower()])
    first_words = {known.split()[0] for known in by_words if " " in known}
    raise unknown(" ".join(words[:2]) if words[0].lower() in first_words else words[0], by_words)


async def show_help(inbox: PlainInbox, topic: str) -> None:
    """Every command of the action table, or those whose lines contain a word."""
    commands = [command for _, command in ACTIONS.plain_words()]
    lines = [f"{command.usage}: {action.help_of(command)}" for action, command in ACTIONS.plain_words()]
    if topic:
        found = [
            line
            for line, command in zip(lines, commands, strict=True)
            if topic.lower() in line.lower() or topic.lower() in command.words
        ]
        inbox.console.say_all(found or [f"No command is about {topic}; help alone lists all."])
        return
    inbox.console.say_all(lines)
    inbox.console.say("Several lines: 1 3-5. Without a number, a command is about the line read last.")
    inbox.console.say(
        "An empty line says what has happened since. The list changes only with list, refresh or a filter."
    )
    letters = ", ".join(
        f"{words} {command.words[0]}" for command in commands for words in command.words[1:] if len(words) == 1
    )
    inbox.console.say(f"Short forms: {letters}. Case does not matter.")
    inbox.console.say(
        "Any answer to a question other than yes, or one of the words offered, means no and changes nothing."
    )


async def switch_profile(inbox: PlainInbox, name: str) -> None:
    """List the profiles, or go to one."""
    if name:
        inbox.next_profile = inbox.workspace.profile(name)
        inbox.is_over = True
        return
    for profile in inbox.workspace.profiles:
        here = " (here)" if profile.name == inbox.session.profile.name else ""
        inbox.console.say(f"Profile {profile.name}{here}: {profile.environment}, mode {profile.mode}.")
    inbox.console.say("profile NAME goes to one; `neptune-inbox login` creates one.")


def load_verbs() -> dict[str, PlainVerb]:
    """What each command does, by its id."""
    declared = {
        word.id or action.id: row_verbs.make_verb(action, word)
        for action, word in ACTIONS.plain_words()
        if action.use_case
    }
    return declared | _own_verbs()


@cache
def _own_verbs() -> dict[str, PlainVerb]:
    own: dict[str, PlainVerb] = {"help": show_help, "profile.switch": switch_profile}
    return {
        **event.VERBS,
        **browse.VERBS,
        **marking.VERBS,
        **export.VERBS,
        **records.VERBS,
        **people.VERBS,
        **timeline.VERBS,
        **own,
    }
