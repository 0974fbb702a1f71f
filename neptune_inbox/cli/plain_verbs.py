"""Every command of `--plain`: how it is typed, which action of the table it is, and what help says of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from neptune_inbox.cli import plain_look, plain_mark, plain_mine, plain_out, plain_papers
from neptune_inbox.cli.plain_words import unknown
from neptune_inbox.errors import UsageProblem

if TYPE_CHECKING:
    from neptune_inbox.cli.plain_inbox import PlainInbox, Verb


class Command(NamedTuple):
    """One command."""

    words: tuple[str, ...]
    """What is typed; a letter may have its number right behind it, a word stands alone."""
    id: str
    """The action that does the same in the terminal inbox, or a name of its own."""
    usage: str
    help: str


COMMANDS: tuple[Command, ...] = (
    Command((), "open", "3", "read line 3; opening never marks. 3 whole reads all of a long body"),
    Command(("n",), "unread.next", "n", "read the next unread line"),
    Command(("N",), "unread.previous", "N", "read the unread line before"),
    Command(("l", "list"), "list", "l", "print the same list again, as it stands now"),
    Command(("+", "more"), "more", "+", "print the next lines"),
    Command(("older",), "older", "older", "load older ones from the server"),
    Command(("r",), "refresh", "r", "ask the server, and draw the list anew with what came"),
    Command(("R",), "refresh.all", "R", "ask for every watched user"),
    Command(("all",), "filter.all", "all", "show read and unread"),
    Command(("unread",), "filter.unread", "unread", "show unread only"),
    Command(("read",), "filter.read", "read", "show read only"),
    Command(("/",), "search", "/words event:otp_* since:2d", "search; / alone ends it"),
    Command(("f",), "views", "f, f stuck, f save stuck", "list, show and save views"),
    Command(("m",), "mark.row", "m 3, m 1 3-5", "mark read for the customer, when the countdown ends"),
    Command(("M",), "mark.all", "M", "mark all; says exactly which, and asks"),
    Command(("z", "u"), "undo", "z", "take back what was not sent yet"),
    Command(("$",), "send.now", "$", "send what waits, at once, and wait for the outcome"),
    Command(("e",), "mine.done", "e 3", "done for me; the customer sees no change"),
    Command(("U",), "mine.back", "U 3", "back to my queue"),
    Command(("b",), "mine.snooze", "b 2 tomorrow 9:00", "out of my sight until a time"),
    Command(("s",), "mine.star", "s 3", "star, or take the star away"),
    Command(("c",), "mine.note", "c 2 called them", "a note to myself"),
    Command(("@",), "user.go", "@ u-4711, @ rajiv", "go to a user; @ alone shows everyone watched"),
    Command(("J",), "user.next", "J", "the next watched user"),
    Command(("K",), "user.previous", "K", "the watched user before"),
    Command(("w",), "user.watch", "w, w u-4711", "watch this user, or stop watching"),
    Command(("P",), "people", "P, P 3", "who this is, and how they can be reached"),
    Command(("E",), "profile.switch", "E, E staging", "list the profiles, go to another"),
    Command(("i",), "evidence", "i 3", "did they get it, was it read, when, by whom"),
    Command(("o",), "link.open", "o 3", "open the link, after naming its host"),
    Command(("y",), "copy.id", "y 3", "say the id"),
    Command(("Y",), "copy.link", "Y 3", "say the link"),
    Command(("|",), "pipe", "|, | 1 3-5 ticket", "list your commands, give one the lines as JSON"),
    Command(("I",), "insight", "I, I 90", "how soon each kind of event is read, over days"),
    Command(("O",), "outbox", "O, O retry 1, O drop 1", "what waits and what was refused"),
    Command(("T",), "receipts", "T, T 1", "what each act of marking did"),
    Command(("L",), "journal", "L, L 100", "every write that we caused, newest first"),
    Command(("?", "help"), "help", "?", "these lines"),
    Command(("q", "quit", "exit"), "quit", "q", "leave; asks about what was not sent"),
)
ELSEWHERE: dict[str, str] = {
    "C": "Events are sent with `neptune-inbox event send TYPE --user USER`.",
    "x": "There is nothing to select: name several numbers, such as m 1 3-5.",
    "d": "Nothing is deleted here: e is done for me, m is read for the customer.",
    "D": "Nothing is deleted here: e is done for me, m is read for the customer.",
}
"""Keys of the terminal inbox that have no command here, and what there is instead."""


async def run_line(inbox: PlainInbox, line: str) -> None:
    """Do what a typed line says. Raises UsageProblem, and what the verb raises."""
    if line[:1].isdecimal():
        await load_verbs()["open"](inbox, line)
        return
    command, rest = _parse(line)
    await load_verbs()[command.id](inbox, rest)


def _parse(line: str) -> tuple[Command, str]:
    word, _, rest = line.partition(" ")
    by_word = {word: command for command in COMMANDS for word in command.words}
    if word in by_word:
        return by_word[word], rest.strip()
    letter, behind = line[0], line[1:]
    # `/card`, `@u-4711` and `m3` need no blank; `make` is no `m`.
    if letter in by_word and (letter in "/@" or behind[:1].isdecimal()):
        return by_word[letter], behind.strip()
    if word.lower() in by_word and len(word) > 1:
        return by_word[word.lower()], rest.strip()
    if word in ELSEWHERE:
        raise UsageProblem(ELSEWHERE[word])
    raise unknown(word)


async def show_help(inbox: PlainInbox, _: str) -> None:
    """Every command; a test holds them against the action table."""
    inbox.talk.say_all([f"{command.usage}: {command.help}" for command in COMMANDS])
    inbox.talk.say("Several lines: 1 3-5. Without a number a command is about the line read last.")
    inbox.talk.say("An empty line says what happened meanwhile. Nothing in the list moves until l, r or a filter.")


async def switch_profile(inbox: PlainInbox, name: str) -> None:
    """List the profiles, or go to one."""
    if name:
        inbox.next_profile = inbox.workspace.profile(name)
        inbox.is_over = True
        return
    for profile in inbox.workspace.profiles:
        here = " (here)" if profile.name == inbox.session.profile.name else ""
        inbox.talk.say(f"Profile {profile.name}{here}: {profile.environment}, mode {profile.mode}.")
    inbox.talk.say("E NAME goes to one; `neptune-inbox login` makes one.")


@cache
def load_verbs() -> dict[str, Verb]:
    """What each command does, by its id."""
    own: dict[str, Verb] = {"help": show_help, "profile.switch": switch_profile}
    return {
        **plain_look.VERBS,
        **plain_mark.VERBS,
        **plain_mine.VERBS,
        **plain_out.VERBS,
        **plain_papers.VERBS,
        **own,
    }
