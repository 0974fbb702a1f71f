"""What a declaration of a verb holds, and the table that they are in; another module can register its own.

Bindings, help, palette, key line, keymap check, `--plain` and the command line read this one declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from importlib import import_module
from typing import Any, overload

from msgspec import Struct


class Where(StrEnum):
    """Where a key can be pressed."""

    LIST = "list"
    SELECTION = "selection"
    """The list, while rows are selected."""
    PREVIEW = "preview"
    SIDEBAR = "sidebar"

    SEARCH = "search"
    """The line that a query is typed into."""
    QUESTION = "question"
    """A dialog that asks for a choice, a word or a line of text."""
    PICKER = "picker"
    HELP = "help"
    DOCUMENT = "document"
    """Evidence, a receipt, the journal."""
    TIMELINE = "timeline"
    DIFF = "diff"
    FORM = "form"
    OUTBOX = "outbox"
    USER = "user"
    DELIVERY = "delivery"
    INSIGHT = "insight"
    SIGN_IN = "sign-in"
    APP = "app"
    """Below everything else: whatever is on screen may use the key for itself."""


LISTS = frozenset((Where.LIST, Where.SELECTION))
READING = LISTS | {Where.PREVIEW}
EVERYWHERE = READING | {Where.SIDEBAR}
"""The inbox itself, with no dialog over it: one reach, in which a key means one thing."""
TYPING = frozenset((Where.SEARCH, Where.QUESTION, Where.PICKER, Where.HELP, Where.FORM, Where.SIGN_IN))
"""Where letters are typed into a field."""

IN_LOOK, IN_MARK, IN_MINE = "Look", "Mark read for the customer", "Mine alone, never sent"
IN_USERS = "Customers and events"
IN_TEAM = "With a team"
"""The headings of `--help` that commands of the table are under."""


class PlainWord(Struct, frozen=True):
    """One command of `--plain`."""

    words: tuple[str, ...]
    """What is typed, in lower case; the first is the one that help names."""
    usage: str
    help: str = ""
    """Empty: the same as of the action."""
    id: str = ""
    """A name of its own, for what is a part of the action elsewhere; empty: that of the action."""
    is_alone: bool = False
    """Nothing may follow it: what does was meant for something else."""
    shows_list: bool = False
    """It puts another list in place of the one that was printed, whose numbers are void when it fails."""
    is_off: bool | None = None
    """Whether it takes away what the verb gives; None where the verb has no such choice."""


class ShellCommand(Struct, frozen=True):
    """One command of the command line."""

    name: str
    section: str
    """The heading that `--help` lists it under."""
    position: str = ""
    """`module:name` below `cli/commands`; empty: the command is made from the declaration and acts on rows."""
    help: str = ""
    """For a command that is made from the declaration."""
    off: str = ""
    """What `--off` does; empty where there is no such option."""


class Asked(StrEnum):
    """What kind of answer a verb needs."""

    TIME = "time"
    """A time to come, in words."""
    TEXT = "text"
    """A line of text; an empty one removes what is there."""


class Preset(Struct, frozen=True):
    """An answer that one key gives."""

    key: str
    label: str
    text: str
    """What would be typed for it."""


class Question(Struct, frozen=True):
    """What a verb must be given beside its rows, and how each front end asks for it."""

    kind: Asked
    title: str
    """Over the line to type into; `{rows}` stands for what it is about."""
    question: str
    """In `--plain`, where nothing was typed behind the numbers."""
    unchanged: str
    """The sentence in `--plain` where the answer was empty."""
    placeholder: str = ""
    suggestions: tuple[str, ...] = ()
    presets: tuple[Preset, ...] = ()
    """The usual answers, which the terminal inbox offers before a line to type into."""
    option: str = ""
    """On the command line; empty: it follows the one ID as an argument."""
    metavar: str = ""
    help: str = ""


class InTeam(Struct, frozen=True):
    """What is said of an action where agents work as a team; what is empty or 0 is as it is for one alone."""

    label: str = ""
    help: str = ""
    hint: int = 0


class Action(Struct, frozen=True):
    """Something that the agent can do."""

    id: str
    keys: tuple[str, ...]
    """Textual's names; the first is the one that is shown. Empty: only in the palette."""
    label: str
    where: frozenset[Where]
    group: str
    hint: int = 0
    """Its place in the line of hints, 1 first; 0 keeps it out."""
    help: str = ""
    selected: int = 0
    """Its place in the line of hints while rows are selected; 0 keeps it out."""
    reading: int = 0
    """A place of its own in it while the preview has the keys; 0 leaves it where it is in the list."""
    in_team: InTeam | None = None
    """Where it means something else, or matters more, than to an agent who works alone."""
    opens_dialog: bool = False
    """It may open something to type into; until that is open, or will not open, keys wait for it."""
    plain: tuple[PlainWord, ...] = ()
    commands: tuple[ShellCommand, ...] = ()
    use_case: str = ""
    """`module:function` that takes a session, rows and a `Request` and returns an outcome.

    Empty: the verb is not about rows, and each front end has a function for it.
    """
    sentence: str = ""
    """`module:function` that words an outcome of it; it takes the outcome and a `Voice`."""
    taken_back: str = ""
    """`module:function` that words that such an outcome was taken back; it takes the same two."""
    asks: Question | None = None
    moves_on: bool = False
    """The cursor goes on to the next row, as this one leaves the list."""
    ends_selection: bool = False
    comes_first: bool = False
    """Its keys act before the field that has the focus."""

    def help_of(self, word: PlainWord) -> str:
        """What the help of `--plain` says of one of its words."""
        return word.help or self.help

    def find_use_case(self) -> Callable[..., Any]:
        return _find(self.use_case)

    def find_sentence(self) -> Callable[..., str]:
        return _find(self.sentence)

    def find_taken_back(self) -> Callable[..., str]:
        return _find(self.taken_back)


def _find(position: str) -> Callable[..., Any]:
    module, _, name = position.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


class ActionTable(Sequence[Action]):
    """Every action in the order of help; what is registered takes its place at the end of its group."""

    def __init__(self, actions: Iterable[Action] = ()) -> None:
        self._actions: list[Action] = []
        self._owners: dict[str, str] = {}
        """The id of the action that has a name."""
        for action in actions:
            self.register(action)

    def register(self, action: Action) -> None:
        """Add an action. Raises ValueError for an id, a key, a word or a command that another one has."""
        names = _names(action)
        if shared := sorted(names & self._owners.keys()):
            other = self._owners[shared[0]]
            both = ", ".join(name for name in shared if self._owners[name] == other)
            raise ValueError(f"{action.id} and {other} share {both}")
        self._owners |= dict.fromkeys(names, action.id)
        places = [index for index, other in enumerate(self._actions, 1) if other.group == action.group]
        self._actions.insert(places[-1] if places else len(self._actions), action)

    def find(self, id: str) -> Action:
        """The action with this id, or of which a word of `--plain` has it. Raises LookupError."""
        for action in self._actions:
            if id == action.id or any(id == word.id for word in action.plain):
                return action
        raise LookupError(id)

    def plain_words(self) -> Iterator[tuple[Action, PlainWord]]:
        """Every command of `--plain` with its action."""
        return ((action, word) for action in self._actions for word in action.plain)

    def commands(self) -> Iterator[tuple[Action, ShellCommand]]:
        """Every command of the command line that does what an action does."""
        return ((action, command) for action in self._actions for command in action.commands)

    def __len__(self) -> int:
        return len(self._actions)

    @overload
    def __getitem__(self, index: int) -> Action: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Action]: ...
    def __getitem__(self, index: int | slice) -> Action | Sequence[Action]:
        return self._actions[index]

    def __iter__(self) -> Iterator[Action]:
        return iter(self._actions)


def _names(action: Action) -> set[str]:
    """What no other action may have too."""
    words = {f"the word `{word}`" for plain in action.plain for word in plain.words}
    commands = {f"the command `{command.name}`" for command in action.commands}
    keys = {f"the key `{key}` in the {where}" for key in action.keys for where in action.where}
    return {f"the id `{action.id}`"} | keys | words | commands
