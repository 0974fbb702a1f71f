"""`config`, `completion` and `demo`: what is set, and trying it out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click
from msgspec import to_builtins

from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.editor import open_editor
from neptune_inbox.cli.launch import KINDS
from neptune_inbox.cli.options import PLAIN_HELP, command, command_group
from neptune_inbox.cli.parameters import NOT_GIVEN, USER_ID
from neptune_inbox.errors import InboxError
from neptune_inbox.paths import Paths

if TYPE_CHECKING:
    from neptune_inbox.config import Settings

SHELLS = ("bash", "zsh", "fish")
KIND = click.Choice(["", *KINDS])
EDITED = "The settings are right."


@command("show")
def show(cli: Cli) -> None:
    """Show every setting in force, including defaults."""
    settings = to_builtins(cli.workspace.settings)
    del settings["key_places"]  # where each key is written is not a setting
    if cli.output.is_json:
        cli.output.value(settings)
        return
    cli.output.pairs((name, json.dumps(value, ensure_ascii=False)) for name, value in _flat(settings))


@command("path")
def path(cli: Cli) -> None:
    """Show where settings, state and cache are kept."""
    paths = Paths.find()
    files = {
        "config": paths.config_file,
        "state": paths.state_db,
        "journal": paths.journal,
        "cache": paths.cache_db,
        "log": paths.log,
    }
    if cli.output.is_json:
        cli.output.value({name: str(file) for name, file in files.items()})
    else:
        cli.output.pairs((name, str(file)) for name, file in files.items())


@command("check")
def check(cli: Cli) -> None:
    """Check config.toml: every key, every query, every remapped key."""
    problems = check_settings(cli.workspace.settings)
    if problems:
        raise problems[0]
    if cli.output.is_json:
        cli.output.value({"ok": True})
    else:
        cli.output.line(EDITED)


@command("edit")
def edit(cli: Cli) -> None:
    """Open config.toml in $VISUAL or $EDITOR, then check it."""
    from neptune_inbox import config as settings
    from neptune_inbox.config import template

    paths = Paths.find().create()
    if not paths.config_file.exists():
        paths.config_file.touch(mode=0o600)
        paths.config_file.write_text(template(), encoding="utf-8")
    open_editor(paths.config_file)
    problems = check_settings(settings.load(paths))
    if problems:
        raise problems[0]
    if cli.output.is_json:
        cli.output.value({"ok": True})
    cli.output.note(EDITED)


config = command_group("config", "Show, check and edit the settings.", show, path, check, edit)


def script_for(shell: str) -> str:
    """The script that a shell (bash, zsh, fish) loads to ask for candidates."""
    from click.shell_completion import get_completion_class

    from neptune_inbox.cli import completion as completion_module
    from neptune_inbox.cli.main import COMPLETE, PROGRAM, root

    assert completion_module  # it is imported for the classes that it adds
    kind = get_completion_class(shell)
    assert kind is not None
    return kind(root, {}, PROGRAM, COMPLETE).source() + "\n"


@command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(cli: Cli, shell: str) -> None:
    """Print the completion script for a shell.

    bash: eval "$(neptune-inbox completion bash)" in ~/.bashrc; zsh: the same in ~/.zshrc; fish: neptune-inbox
    completion fish > ~/.config/fish/completions/neptune-inbox.fish
    """
    script = script_for(shell)
    if cli.output.is_json:
        cli.output.value({"shell": shell, "script": script})
    else:
        cli.output.raw(script)


@command("demo")
@click.option("--user", "-u", type=USER_ID, default=NOT_GIVEN, metavar="USER_ID", help="Open it at this customer.")
@click.option("--type", "kind", type=KIND, default="", metavar="[all|unread|read]", help="Open it with this filter.")
@click.option("--plain", is_flag=True, help=PLAIN_HELP)
@click.option("--team", "with_team", is_flag=True, help="Simulate a colleague, in memory.")
def demo(cli: Cli, user: str, kind: str, plain: bool, with_team: bool) -> int:
    """Open a live inbox without an account or a network.

    It runs on the built-in sandbox: no keyring is touched. The first start offers an eight-step tour; all that is
    kept on disk is that the tour has ended.
    """
    from neptune_inbox.cli.launch import WITH_TEAM, open_inbox

    demo = WITH_TEAM if with_team else "yes"
    wish = {"user": user, "kind": kind, "profile": cli.profile_name or "", "demo": demo}
    flags = {"plain": "yes" if plain else "", "codes": "yes" if cli.shows_codes else ""}
    return open_inbox({**wish, **flags}, cli.output)


def check_settings(settings: Settings) -> list[InboxError]:
    """What is wrong with settings that could be read: keys that clash, queries that are not valid."""
    from neptune_inbox.presentation.keymap import apply_keymap
    from neptune_inbox.sync.inbox.query import parse_query
    from neptune_inbox.wiring.workspace import wall_clock

    problems: list[InboxError] = []
    try:
        apply_keymap(settings.keys, settings.key_places)
    except InboxError as problem:
        problems.append(problem)
    queries = {f"views.{name}": query for name, query in settings.views.items()}
    queries |= {f"hooks.{name}": hook.query for name, hook in settings.hooks.items()}
    for name, query in queries.items():
        try:
            parse_query(query, wall_clock())
        except InboxError as problem:
            problem.sentence = f"{name}: {problem.sentence}"
            problems.append(problem)
    return problems


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in values.items():
        key = f"{prefix}{name}"
        found += _flat(value, f"{key}.") if isinstance(value, dict) and value else [(key, value)]
    return found
