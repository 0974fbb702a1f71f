"""The root of the commands: finds them by name, runs one, and turns whatever happens into words and an exit code."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from importlib import import_module

import click

from neptune_inbox import debug_trace
from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.interruption import Interrupted, raised
from neptune_inbox.cli.options import LISTS, PLAIN_HELP, SETTINGS, Strict, global_options, unknown
from neptune_inbox.cli.output import INTERRUPTED, Output, Shape, output_lost
from neptune_inbox.cli.parameters import NOT_GIVEN, USER_ID
from neptune_inbox.errors import InboxError, StoreProblem, UsageProblem
from neptune_inbox.presentation.action import IN_LOOK, IN_MARK, IN_MINE, IN_TEAM, IN_USERS
from neptune_inbox.presentation.action_table import ACTIONS
from neptune_inbox.presentation.remedies import at_a_shell

PROGRAM = "neptune-inbox"
COMPLETE = "_NEPTUNE_INBOX_COMPLETE"
"""Set by the shell while it asks for completions."""

SECTIONS: dict[str, dict[str, str]] = {
    IN_LOOK: {
        "list": "inbox:list_notifications",
        "count": "inbox:count",
        "status": "status:status",
        "poll": "poll:poll",
        "hooks": "hooks:hooks",
    },
    IN_MARK: {},
    IN_MINE: {},
    IN_USERS: {
        "users": "people:users",
        "contacts": "contacts:contacts",
        "environments": "people:environments",
    },
    IN_TEAM: {
        "team": "team:team",
    },
    "Sign in and set up": {
        "login": "account:login",
        "logout": "account:logout",
        "profiles": "account:profiles",
        "config": "setup:config",
        "doctor": "doctor:doctor",
        "report": "report:report",
        "completion": "setup:completion",
        "help": "help:help_about",
    },
    "Try it without an account": {
        "demo": "setup:demo",
        "sandbox": "sandbox:sandbox",
    },
}
"""The commands without an action in the inbox; `command_sections` adds those of the action table."""


def command_sections() -> dict[str, dict[str, str]]:
    """Every command under its heading, with its `module:name`; an empty one is made from its declaration."""
    sections = {title: dict(commands) for title, commands in SECTIONS.items()}
    for _, declared in ACTIONS.commands():
        sections.setdefault(declared.section, {})[declared.name] = declared.position
    return sections


def command_names() -> list[str]:
    """Every command in the order of the help."""
    return [name for commands in command_sections().values() for name in commands]


class Root(Strict, click.Group):
    """All commands, each imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return command_names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        position = next((names[cmd_name] for names in command_sections().values() if cmd_name in names), None)
        if position is None:
            return None
        module, _, name = (position or "row_verbs:make_command").partition(":")
        found = getattr(import_module(f"neptune_inbox.cli.commands.{module}"), name)
        command = found if position else found(cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = command_names()
        if args and args[0] not in names and not ctx.resilient_parsing and not args[0].startswith("-"):
            raise unknown("command", args[0], names, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in command_sections().items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl([(name, command.get_short_help_str(200)) for name, command in commands if command])


@click.pass_context
def _open(ctx: click.Context, user: str, kind: str, plain: bool, version: bool, verbose: bool) -> int | None:
    """A terminal inbox over the Neptune REST API.

    Without a command it opens the inbox; with --plain it works line by line instead of drawing, for screen readers,
    dumb terminals and pipes. Data goes to standard output, everything else to standard error. Exit
    codes: 0 done, 1 refused or partly failed, 2 usage, 3 not signed in, 4 cannot reach, 5 store trouble.
    """
    cli = ctx.find_object(Cli)
    if version and cli is not None:
        from neptune_inbox.cli.facts import show_version

        show_version(cli.output, verbose)
        ctx.exit()
    if verbose:
        raise click.UsageError("--verbose goes with --version; `--debug FILE` traces what a command does.")
    if ctx.invoked_subcommand is not None and plain:
        raise click.UsageError(
            "--plain is for the inbox itself; `neptune-inbox demo --plain` runs the demo that way."
        )
    if ctx.invoked_subcommand is not None and (user or kind):
        raise click.UsageError(_misplaced(ctx, "--user" if user else "--type"))
    if ctx.invoked_subcommand is not None or cli is None:
        return None
    from neptune_inbox.cli.launch import open_inbox

    flags = {"plain": "yes" if plain else "", "codes": "yes" if cli.shows_codes else ""}
    return open_inbox({"user": user, "kind": kind, "profile": cli.profile_name or "", **flags}, cli.output)


def _misplaced(ctx: click.Context, option: str) -> str:
    name = str(ctx.invoked_subcommand)
    command = root.get_command(ctx, name)
    takes_it = command is not None and any(option in each.opts for each in command.params)
    advice = f"write it after `{name}`" if takes_it else f"`{name}` does not take it"
    return f"{option} before a command is for the inbox; {advice}."


root = Root(
    PROGRAM,
    callback=_open,
    help=_open.__doc__,
    invoke_without_command=True,
    context_settings=SETTINGS,
    params=[
        click.Option(
            ["--user", "-u"],
            type=USER_ID,
            default=NOT_GIVEN,
            metavar="USER_ID",
            help="Open the inbox at this customer.",
        ),
        click.Option(
            ["--type", "kind"],
            default="",
            type=click.Choice(["", "all", "unread", "read"]),
            metavar="[all|unread|read]",
            help="Open the inbox with this filter.",
        ),
        click.Option(["--plain"], is_flag=True, help=PLAIN_HELP),
        *global_options(LISTS),
        click.Option(["--version", "-V"], is_flag=True, help="Show the version."),
        click.Option(["--verbose"], is_flag=True, help="With --version: everything a bug report needs."),
    ],
)


def run_command(arguments: Sequence[str]) -> int:
    """Run one command line; the answer is the exit code, and everything worth saying has been said."""
    try:
        code = _run_command(arguments)
        debug_trace.note("end", exit_code=code)
        return code
    finally:
        debug_trace.stop()


def _run_command(arguments: Sequence[str]) -> int:
    output = Output()
    cli = Cli(output)
    try:
        code = _run(arguments, cli)
    except click.UsageError as problem:
        _settle_shape(output, arguments)
        output.error(_usage(problem))
        code = UsageProblem.exit_code
    except InboxError as error:
        _settle_shape(output, arguments)
        debug_trace.note("error", name=error.name, sentence=error.sentence)
        output.error(at_a_shell(error))
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        output.note("Interrupted.")
        code = INTERRUPTED
    except OSError as problem:
        if _is_about_output(problem):
            output.abandon()
            output.loss = problem
        else:
            output.error(_storage(problem))
        code = StoreProblem.exit_code
    try:
        with raised():
            output.flush()
    except Interrupted as stop:
        output.abandon()
        output.error(type(stop)("Interrupted: the command did its work, but the rest of its output was not read."))
        code = stop.exit_code
    if output.loss is not None:
        # What the command did is done; only the telling of it was lost.
        output.error(output_lost(output.loss))
        code = code or StoreProblem.exit_code
    cli.tidy()
    return code


def _settle_shape(output: Output, arguments: Sequence[str]) -> None:
    """Errors are objects where JSON is asked for, also behind the word that was not understood."""
    if output.shape is Shape.TEXT and ("--json" in arguments or "--jsonl" in arguments):
        output.shape = Shape.JSON


def _run(arguments: Sequence[str], cli: Cli) -> int:
    if COMPLETE in os.environ:
        # It registers with click how each shell gets its candidates.
        import_module("neptune_inbox.cli.completion")
    answer = root.main(args=list(arguments), prog_name=PROGRAM, complete_var=COMPLETE, standalone_mode=False, obj=cli)
    return answer if isinstance(answer, int) else 0


def _usage(problem: click.UsageError) -> UsageProblem:
    path = problem.ctx.command_path if problem.ctx else PROGRAM
    if isinstance(problem, click.NoSuchOption) and problem.ctx is not None:
        known = [option for param in problem.ctx.command.params for option in param.opts if option.startswith("--")]
        problem = unknown("option", problem.option_name, known, problem.ctx)
    words = problem.format_message().strip()
    return UsageProblem(words if words.endswith((".", "?")) else f"{words}.", f"`{path} --help` shows how.")


def _is_about_output(problem: OSError) -> bool:
    """Whoever writes a file of ours says which one it is; anything else was written where the output goes."""
    return problem.filename is None and problem.errno in (errno.ENOSPC, errno.EIO, errno.EBADF)


def _storage(problem: OSError) -> StoreProblem:
    name = f" ({os.fspath(problem.filename)})" if isinstance(problem.filename, str) else ""
    return StoreProblem(f"A file could not be read or written: {problem.strerror or type(problem).__name__}{name}.")
