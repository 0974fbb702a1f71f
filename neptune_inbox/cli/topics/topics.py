"""The topics that `help` and the man pages explain, read from their texts and from the tables of the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.facts import VARIABLES
from neptune_inbox.cli.topics.blocks import Block, Kind, parse, table

if TYPE_CHECKING:
    from neptune_inbox.presentation.action import Action

EXIT_CODES = (
    (0, "done"),
    (1, "refused by the server, or partly failed"),
    (2, "usage: the command, the query or the settings"),
    (3, "not signed in, or the token was refused"),
    (4, "the service cannot be reached"),
    (5, "trouble with the files on this machine"),
    (10, "notifications arrived; only from `poll --once`"),
    (130, "interrupted"),
)
IDS = (
    ("ID", "the id of a notification, or another id in its row, such as its delivery's"),
    ("018f3c2a-7b13", "its beginning: at least 6 characters that no other id begins with"),
    ("USER/ID", "where two customers have the same id, and for `mark` without --user"),
    ("-", "ids from standard input, one per line"),
)
NAMES = (
    *("keys", "search", "commands", "json", "ids", "plain", "config", "files", "exit-codes", "bars"),
    *("hooks", "team", "security", "speed", "terminals", "sandbox", "architecture", "changes"),
)
"""In the order in which `help` lists them; `json` is a schema and has no text."""
JSON = "the JSON Schema of what each command prints with --json"


def about(name: str) -> str:
    """What a topic is about, in one line."""
    return JSON if name == "json" else _source(name).partition("\n")[0].removeprefix("# ")


def blocks(name: str) -> list[Block]:
    """A topic's text, with its tables in place. Raises KeyError for one that does not exist."""
    found: list[Block] = []
    for block in parse(_source(name).partition("\n")[2]):
        is_placeholder = block.kind is Kind.TEXT and block.text.startswith("{") and block.text.endswith("}")
        found += TABLES[block.text[1:-1]]() if is_placeholder else [block]
    return found


@cache
def _source(name: str) -> str:
    if name not in NAMES or name == "json":
        raise KeyError(name)
    return files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8")


def _commands() -> list[Block]:
    from neptune_inbox.cli.main import command_sections, root

    found = []
    with click.Context(root) as ctx:
        for section, names in command_sections().items():
            rows = []
            for name in names:
                command = root.get_command(ctx, name)
                if isinstance(command, click.Group):
                    rows += [
                        (f"{name} {part}", each.get_short_help_str(200)) for part, each in command.commands.items()
                    ]
                elif command is not None:
                    rows.append((name, command.get_short_help_str(200)))
            found += [Block(Kind.HEADING, section), table(rows)] if rows else []
    return found


def _search() -> list[Block]:
    from neptune_inbox.sync.inbox.query import COMBINED, EXAMPLES, FLAGS, MEANINGS

    flags = [(f"{field}:{flag}", found) for field, known in FLAGS.items() for flag, found in known.items()]
    others = [(EXAMPLES[field], MEANINGS[field]) for field in EXAMPLES if field not in FLAGS]
    return [table([*flags, *others, *COMBINED.items()])]


def _settings() -> list[Block]:
    from neptune_inbox.config import setting_rows

    return [table([(name, f"{comment} For example {value}") for name, value, comment in setting_rows()])]


def _files() -> list[Block]:
    return [
        table(
            [
                ("~/.config/neptune-inbox/config.toml", "settings, on Linux"),
                ("~/.local/state/neptune-inbox/state.db", "outbox, triage, receipts"),
                (
                    "~/.local/state/neptune-inbox/journal.jsonl",
                    "the journal of every write; a lost outbox is restored from it",
                ),
                ("~/.cache/neptune-inbox/cache.db", "what was fetched"),
            ]
        ),
        Block(Kind.TEXT, "`neptune-inbox config path` names them on this system."),
    ]


def _status_names() -> list[Block]:
    from neptune_inbox.presentation.status import NAMES

    return [table([(f"{{{name}}}", words) for name, words in NAMES.items()])]


def _keys() -> list[Block]:
    """Every action under its group: keys, id, label and help, its commands and its words in `--plain`."""
    from neptune_inbox.presentation.keymap import all_actions, shown_keys

    found: list[Block] = []
    for group in dict.fromkeys(action.group for action in all_actions()):
        rows = [
            (
                shown_keys(action),
                f"{action.id}: {'; '.join(filter(None, (action.label, action.help, *_twins(action))))}",
            )
            for action in all_actions()
            if action.group == group
        ]
        found += [Block(Kind.HEADING, group), table(rows)]
    return found


def _twins(action: Action) -> Iterator[str]:
    """Where else the action is found."""
    if action.commands:
        yield f"command {' '.join(f'`{command.name}`' for command in action.commands)}"
    if action.plain:
        yield f"plain {' '.join(f'`{word.words[0]}`' for word in action.plain)}"


TABLES: dict[str, Callable[[], list[Block]]] = {
    "commands": _commands,
    "search": _search,
    "settings": _settings,
    "keys": _keys,
    "files": _files,
    "ids": lambda: [table(IDS)],
    "status_names": _status_names,
    "variables": lambda: [table(VARIABLES)],
    "exit_codes": lambda: [table([(str(code), words) for code, words in EXIT_CODES])],
}
