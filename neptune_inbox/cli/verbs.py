"""How a command is declared: click's command with the options that every command takes, before or after its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.output import Shape

JSON_ONLY = (Shape.JSON,)
LISTS = (Shape.JSON, Shape.JSONL)
TABLES = (Shape.JSON, Shape.JSONL, Shape.CSV)
HELP = {
    Shape.JSON: "Print JSON with stable names.",
    Shape.JSONL: "Print one JSON object a line.",
    Shape.CSV: "Print CSV with a line of names.",
}
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def global_options(shapes: Sequence[Shape]) -> list[click.Parameter]:
    """`--profile` and the ways to print; they set the run's `Cli` and are no arguments of the command."""
    options: list[click.Parameter] = [
        click.Option(
            ["--profile", "-P"],
            metavar="NAME",
            help="The profile to use instead of the default one.",
            expose_value=False,
            callback=_choose_profile,
            shell_complete=_complete_profile,
        )
    ]
    options += [
        click.Option(
            [f"--{shape}"],
            is_flag=True,
            help=HELP[shape],
            expose_value=False,
            callback=_choose_shape,
        )
        for shape in shapes
    ]
    return options


class Verb(click.Command):
    """A command that takes the global options too."""

    def __init__(self, *args: Any, shapes: Sequence[Shape] = JSON_ONLY, **kwargs: Any) -> None:
        kwargs["params"] = [*(kwargs.get("params") or []), *global_options(shapes)]
        kwargs["context_settings"] = SETTINGS
        super().__init__(*args, **kwargs)


class Noun(click.Group):
    """A group of commands about one thing, such as `users`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["params"] = [*(kwargs.get("params") or []), *global_options(LISTS)]
        kwargs["context_settings"] = SETTINGS
        super().__init__(*args, **kwargs)


def verb(name: str, shapes: Sequence[Shape] = JSON_ONLY) -> Callable[[Callable[..., int | None]], click.Command]:
    """Declare a command; its function gets the run's `Cli` first, and its answer is the exit code (None: 0)."""

    def declare(work: Callable[..., int | None]) -> click.Command:
        return click.command(name, cls=Verb, shapes=shapes)(click.pass_obj(work))

    return declare


def noun(name: str, help: str, *commands: click.Command) -> click.Group:
    """Declare a group of commands."""
    return Noun(name, help=help, commands=list(commands))


def user_option(*, is_required: bool = False, is_multiple: bool = False) -> Callable[..., Any]:
    # For click a default of None is a value like any other, and would do for a required option.
    default: dict[str, Any] = {} if is_multiple or is_required else {"default": ""}
    return click.option(
        "--user",
        "-u",
        "users" if is_multiple else "user",
        metavar="USER_ID",
        required=is_required,
        multiple=is_multiple,
        **default,
        help="The customer." if is_required else "The customer; without it, the users that you watch.",
        shell_complete=_complete_user,
    )


def yes_option() -> Callable[..., Any]:
    return click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def dry_run_option() -> Callable[..., Any]:
    return click.option("--dry-run", "-n", is_flag=True, help="Say exactly what would be written, and write nothing.")


def _choose_profile(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        _cli(ctx).profile_name = value


def _choose_shape(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    output = _cli(ctx).output
    shape = Shape(str(param.name))
    if output.shape not in (Shape.TEXT, shape):
        raise click.UsageError(f"--{output.shape} and --{shape} do not go together.", ctx)
    output.shape = shape


def _complete_profile(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    try:
        names = [profile.name for profile in _cli(ctx).workspace.profiles]
    except Exception:  # noqa: BLE001 - whatever is wrong, a key press for completion must not print it
        return []
    return [name for name in names if name.startswith(incomplete)]


def _complete_user(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    try:
        watched = _cli(ctx).run(lambda session: session.inbox.watched(), SignIn.UNUSED)
    except Exception:  # noqa: BLE001 - as above
        return []
    return [user for user in watched if user.startswith(incomplete)]


def _cli(ctx: click.Context) -> Cli:
    cli = ctx.find_object(Cli)
    if cli is None:
        raise RuntimeError("a command was run without its Cli")
    return cli
