"""How a command is declared: click's command with the options that every command takes, before or after its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.output import Shape
from neptune_inbox.cli.parameters import NOT_GIVEN, PROFILE, TARGET, USER_ID
from neptune_inbox.text import clean_line

JSON_ONLY = (Shape.JSON,)
LISTS = (Shape.JSON, Shape.JSONL)
TABLES = (Shape.JSON, Shape.JSONL, Shape.CSV)
HELP = {
    Shape.JSON: "Print JSON with stable field names.",
    Shape.JSONL: "Print one JSON object per line.",
    Shape.CSV: "Print CSV with a header line.",
}
PLAIN_HELP = "Work line by line; nothing is drawn."
SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def global_options(shapes: Sequence[Shape]) -> list[click.Parameter]:
    """`--profile` and the ways to print; they set the run's `Cli` and are no arguments of the command."""
    trace = "Write a trace of requests, timings and decisions to FILE, without tokens or bodies."
    named: list[click.Parameter] = [
        click.Option(
            ["--profile", "-P"],
            type=PROFILE,
            metavar="NAME",
            help="The profile to use instead of the default one.",
            expose_value=False,
            callback=_choose_profile,
        ),
        click.Option(["--debug"], type=TARGET, metavar="FILE", help=trace, expose_value=False, callback=_start_trace),
    ]
    flags: list[click.Parameter] = [
        click.Option([name], is_flag=True, help=words, expose_value=False, callback=callback)
        for name, words, callback in (
            ("--quiet", "Print only the data, and errors.", _be_quiet),
            ("--show-codes", "Show one-time codes, which are otherwise hidden.", _show_codes),
            *((f"--{shape}", HELP[shape], _choose_shape) for shape in shapes),
        )
    ]
    # In the order in which the help lists them.
    return [named[0], *flags[:2], named[1], *flags[2:]]


class Strict(click.Command):
    """A command whose short options take no `=`: `-u=u-1` would be a customer called `=u-1`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        taking = [each for each in self.params if isinstance(each, click.Option) and not each.is_flag]
        names = {name for each in taking for name in each.opts}
        before = ""
        for word in args:
            if word == "--":
                break
            if len(word) > 2 and word[2] == "=" and word[:2] in names and before not in names:
                example = f"Write `{word[:2]} {clean_line(word[3:], 40) or 'VALUE'}`."
                raise click.UsageError(f"{word[:2]} takes what follows it without `=`. {example}", ctx)
            before = word
        return super().parse_args(ctx, args)


class Command(Strict):
    """A command that takes the global options too."""

    def __init__(self, *args: Any, shapes: Sequence[Shape] = JSON_ONLY, **kwargs: Any) -> None:
        kwargs["params"] = [*(kwargs.get("params") or []), *global_options(shapes)]
        kwargs["context_settings"] = SETTINGS
        super().__init__(*args, **kwargs)


class CommandGroup(Strict, click.Group):
    """A group of commands about one thing, such as `users`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not ctx.resilient_parsing and not args[0].startswith("-"):
            raise unknown("command", args[0], self.commands, ctx)
        return super().resolve_command(ctx, args)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["params"] = [*(kwargs.get("params") or []), *global_options(LISTS)]
        kwargs["context_settings"] = SETTINGS
        kwargs |= {"invoke_without_command": True, "callback": _show_help}
        super().__init__(*args, **kwargs)


@click.pass_context
def _show_help(ctx: click.Context) -> None:
    """What a group does where none of its commands is named."""
    if ctx.invoked_subcommand is None and _cli(ctx).output.is_data:
        raise click.UsageError(f"No command of `{ctx.command_path}` was given.", ctx)
    if ctx.invoked_subcommand is None:
        _cli(ctx).output.raw(f"{ctx.get_help()}\n")


def command(name: str, shapes: Sequence[Shape] = JSON_ONLY) -> Callable[[Callable[..., int | None]], click.Command]:
    """Declare a command; its function gets the run's `Cli` first, and its answer is the exit code (None: 0)."""

    def declare(work: Callable[..., int | None]) -> click.Command:
        return click.command(name, cls=Command, shapes=shapes)(click.pass_obj(work))

    return declare


def command_group(
    name: str, help: str, *commands: click.Command, otherwise: click.Command | None = None
) -> click.Group:
    """Declare a group of commands; where none of them is named, `otherwise` is run, or the help is shown."""
    group = CommandGroup(name, help=help, commands=list(commands))
    if otherwise is not None:

        @click.pass_context
        def run_otherwise(ctx: click.Context) -> int | None:
            return ctx.invoke(otherwise) if ctx.invoked_subcommand is None else None

        group.callback = run_otherwise
    return group


def unknown(what: str, word: str, known: Iterable[str], ctx: click.Context) -> click.UsageError:
    """The error for an unknown word, with the one that was probably meant."""
    from difflib import get_close_matches

    names = list(known)
    near = [name for name in names if name.startswith(word) and len(word.strip("-")) > 1]
    near = near or get_close_matches(word, names, 1, 0.6)
    hint = f" Did you mean `{near[0]}`?" if near else ""
    return click.UsageError(f"There is no {what} `{clean_line(word, 60)}`.{hint}", ctx)


def user_option(*, is_required: bool = False, is_multiple: bool = False, help: str = "") -> Callable[..., Any]:
    # For click a default of None is a value like any other, and would do for a required option.
    default: dict[str, Any] = {} if is_multiple or is_required else {"default": NOT_GIVEN}
    return click.option(
        "--user",
        "-u",
        "users" if is_multiple else "user",
        type=USER_ID,
        metavar="USER_ID",
        required=is_required,
        multiple=is_multiple,
        **default,
        help=help or "The customer." if is_required or help else "The customer; without it, all users you watch.",
    )


def yes_option() -> Callable[..., Any]:
    return click.option("--yes", "-y", is_flag=True, help="Do not ask.")


def dry_run_option() -> Callable[..., Any]:
    return click.option(
        "--dry-run", "-n", is_flag=True, help="Show exactly what would be written, and write nothing."
    )


def _choose_profile(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        _cli(ctx).profile_name = value


def _be_quiet(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        _cli(ctx).output.is_quiet = True


def _show_codes(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        _cli(ctx).shows_codes = True


def _start_trace(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None and not ctx.resilient_parsing:
        from neptune_inbox import __version__, debug_trace

        debug_trace.start(value, __version__)
        debug_trace.note("command", words=ctx.command_path)


def _choose_shape(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    output = _cli(ctx).output
    shape = Shape(str(param.name))
    if output.shape not in (Shape.TEXT, shape):
        raise click.UsageError(f"--{output.shape} and --{shape} do not go together.", ctx)
    output.shape = shape


def _cli(ctx: click.Context) -> Cli:
    cli = ctx.find_object(Cli)
    if cli is None:
        raise RuntimeError("a command was run without its Cli")
    return cli
