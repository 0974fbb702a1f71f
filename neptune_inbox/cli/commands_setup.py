"""`config`, `completion`, `demo` and `sandbox`: what is set, and trying it out."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec import to_builtins

from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.verbs import noun, verb
from neptune_inbox.errors import InboxError, UsageProblem
from neptune_inbox.model import JsonObject
from neptune_inbox.paths import Paths

if TYPE_CHECKING:
    from neptune_inbox.cli.output import Output
    from neptune_inbox.config import Settings
    from neptune_inbox.sandbox.faults import Faults

SHELLS = ("bash", "zsh", "fish")
EDITED = "The settings are right."


@verb("show")
def show(cli: Cli) -> None:
    """Show every setting as it is in force, defaults among them."""
    settings = to_builtins(cli.workspace.settings)
    del settings["key_places"]  # where things are written is no setting
    if cli.output.is_json:
        cli.output.value(settings)
        return
    cli.output.pairs((name, json.dumps(value, ensure_ascii=False)) for name, value in _flat(settings))


@verb("path")
def path(cli: Cli) -> None:
    """Show where settings, state and cache live."""
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


@verb("check")
def check(cli: Cli) -> None:
    """Check config.toml: every key, every query, every remapped key."""
    problems = check_settings(cli.workspace.settings)
    if problems:
        raise problems[0]
    if cli.output.is_json:
        cli.output.value({"ok": True})
    else:
        cli.output.line(EDITED)


@verb("edit")
def edit(cli: Cli) -> None:
    """Open config.toml in $VISUAL or $EDITOR, then check it."""
    from neptune_inbox import config as settings
    from neptune_inbox.config import TEMPLATE

    paths = Paths.find().create()
    if not paths.config_file.exists():
        paths.config_file.touch(mode=0o600)
        paths.config_file.write_text(TEMPLATE, encoding="utf-8")
    try:
        click.edit(filename=str(paths.config_file))
    except click.ClickException as problem:
        raise UsageProblem(f"{problem.format_message()}.", "Set EDITOR to one that there is.") from None
    problems = check_settings(settings.load(paths))
    if problems:
        raise problems[0]
    cli.output.note(EDITED)


config = noun("config", "Show, check and edit the settings.", show, path, check, edit)


@verb("completion")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(cli: Cli, shell: str) -> None:
    """Print the completion script for a shell.

    bash: eval "$(neptune-inbox completion bash)" in ~/.bashrc; zsh: the same in ~/.zshrc; fish: neptune-inbox
    completion fish > ~/.config/fish/completions/neptune-inbox.fish
    """
    from click.shell_completion import get_completion_class

    from neptune_inbox.cli.main import COMPLETE, PROGRAM, root

    kind = get_completion_class(shell)
    assert kind is not None
    cli.output.raw(kind(root, {}, PROGRAM, COMPLETE).source() + "\n")


@verb("demo")
@click.option("--user", "-u", default="", metavar="USER_ID", help="Open it at this customer.")
@click.option("--type", "kind", default="", metavar="[all|unread|read]", help="Open it with this filter.")
@click.option("--plain", is_flag=True, help="Talk line by line; nothing is drawn.")
def demo(cli: Cli, user: str, kind: str, plain: bool) -> int:
    """Open a living inbox without an account or a network.

    It runs on the built-in sandbox: no keyring is touched, and it leaves no trace.
    """
    from neptune_inbox.cli.start import open_inbox

    wish = {"user": user, "kind": kind, "profile": cli.profile_name or "", "demo": "yes"}
    return open_inbox(wish | ({"plain": "yes"} if plain else {}), cli.output)


@verb("sandbox")
@click.option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="0 picks a free one.")
@click.option(
    "--tls",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    nargs=2,
    metavar="CERT KEY",
    help="Serve https with these PEM files.",
)
@click.option("--seed", default="demo", show_default=True, help="The same seed gives the same ids, data and token.")
@click.option("--empty", is_flag=True, help="Start without users and notifications.")
@click.option("--starred-keys", is_flag=True, help="Name fields as NobeJS does: notification_deliveries*uuid.")
@click.option(
    "--faults",
    "faults",
    multiple=True,
    metavar="KIND[=ROUTE]",
    help="Bad weather, such as 500 or slow=*/read; may be repeated.",
)
def sandbox(
    cli: Cli,
    port: int,
    tls: tuple[Path, Path] | None,
    seed: str,
    empty: bool,
    starred_keys: bool,
    faults: tuple[str, ...],
) -> None:
    """Serve the sandbox over HTTP, for trying integrations.

    It answers this machine alone and keeps its state in memory. It prints the variables to set, a token among them,
    and serves until it is interrupted. Each request is told on standard error, without ids and tokens.
    """
    from neptune_inbox.sandbox.seed import seed_demo
    from neptune_inbox.sandbox.serve import Tls, announce, serve
    from neptune_inbox.sandbox.server import ACCESS_LOG, create_app
    from neptune_inbox.sandbox.tokens import sign_token
    from neptune_inbox.sandbox.world import World
    from neptune_inbox.wiring.builder import wall_clock

    world = World(now=wall_clock, seed=seed)
    if not empty:
        seed_demo(world)
    token = sign_token(world)
    app = create_app(world, keys="starred" if starred_keys else "plain", faults=_weather(faults))

    def tell(base_url: str) -> None:
        # This token opens the sandbox alone, and whoever tries an integration must have it.
        if cli.output.is_json:
            told: JsonObject = {}
            for line in announce(base_url, token).splitlines():
                name, _, value = line.partition("=")
                told[name] = value
            cli.output.value(told)
        else:
            cli.output.line(announce(base_url, token))
        cli.output.note("This is a sandbox: it forgets everything when it ends. ctrl+c ends it.")

    ACCESS_LOG.setLevel(logging.INFO)
    ACCESS_LOG.addHandler(RequestLog(cli.output))
    serve(app, port=port, tls=Tls(*tls) if tls else None, on_ready=tell)


class RequestLog(logging.Handler):
    """Tells each request beside the data."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output

    def emit(self, record: logging.LogRecord) -> None:
        self._output.note(record.getMessage())


def check_settings(settings: Settings) -> list[InboxError]:
    """What is wrong with settings that could be read: keys that clash, views that are no query."""
    from neptune_inbox.sync.query import parse_query
    from neptune_inbox.tui.keys import apply_keymap
    from neptune_inbox.wiring.builder import wall_clock

    problems: list[InboxError] = []
    try:
        apply_keymap(settings.keys, settings.key_places)
    except InboxError as problem:
        problems.append(problem)
    for name, query in settings.views.items():
        try:
            parse_query(query, wall_clock())
        except InboxError as problem:
            problem.sentence = f"views.{name}: {problem.sentence}"
            problems.append(problem)
    return problems


def _weather(wanted: tuple[str, ...]) -> Faults:
    from neptune_inbox.sandbox.faults import Faults, Kind

    faults = Faults()
    for text in wanted:
        kind, _, route = text.partition("=")
        try:
            faults.set(Kind(kind), route=route or "*")
        except ValueError:
            known = ", ".join(each.value for each in Kind)
            raise UsageProblem(f"There is no fault `{kind}`.", f"Known are {known}.") from None
    return faults


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found = []
    for name, value in values.items():
        key = f"{prefix}{name}"
        found += _flat(value, f"{key}.") if isinstance(value, dict) and value else [(key, value)]
    return found
