"""The root of the commands: finds them by name, runs one, and turns whatever happens into words and an exit code."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module

import click

from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.output import INTERRUPTED, Output, Shape
from neptune_inbox.cli.remedies import for_the_command_line
from neptune_inbox.cli.verbs import LISTS, SETTINGS, global_options
from neptune_inbox.errors import InboxError, StoreProblem, UsageProblem

PROGRAM = "neptune-inbox"
COMPLETE = "_NEPTUNE_INBOX_COMPLETE"
"""Set by the shell while it asks for completions."""

SECTIONS: dict[str, dict[str, str]] = {
    "Look": {
        "list": "inbox:list_notifications",
        "count": "inbox:count",
        "why": "inbox:why",
        "insight": "insight:insight",
    },
    "Mark read for the customer": {
        "mark": "marking:mark",
        "undo": "outbox:undo",
        "outbox": "outbox:outbox",
        "receipts": "outbox:receipts",
        "journal": "outbox:journal",
    },
    "Mine alone, never sent": {
        "done": "mine:done",
        "back": "mine:back",
        "snooze": "mine:snooze",
        "star": "mine:star",
        "note": "mine:note",
        "watch": "mine:watch",
        "unwatch": "mine:unwatch",
    },
    "Customers and events": {
        "users": "people:users",
        "contacts": "contacts:contacts",
        "environments": "people:environments",
        "event": "events:event",
    },
    "Sign in and set up": {
        "login": "account:login",
        "logout": "account:logout",
        "profiles": "account:profiles",
        "config": "setup:config",
        "doctor": "doctor:doctor",
        "completion": "setup:completion",
    },
    "Try it without an account": {
        "demo": "setup:demo",
        "sandbox": "setup:sandbox",
    },
}
COMMANDS = {name: place for section in SECTIONS.values() for name, place in section.items()}


class Root(click.Group):
    """All commands, each imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, name = place.split(":")
        command = getattr(import_module(f"neptune_inbox.cli.commands_{module}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in SECTIONS.items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl([(name, command.get_short_help_str(200)) for name, command in commands if command])


def _show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from neptune_inbox import __version__

        click.echo(f"{PROGRAM} {__version__}")
        ctx.exit()


@click.pass_context
def _open(ctx: click.Context, user: str, kind: str, plain: bool) -> int | None:
    """A terminal inbox over the Neptune REST API.

    Without a command it opens the inbox; with --plain it talks line by line instead of drawing, for screen readers,
    dumb terminals and pipes. Data goes to standard output, everything else to standard error. Exit
    codes: 0 done, 1 refused or partly failed, 2 usage, 3 not signed in, 4 cannot reach, 5 store trouble.
    """
    cli = ctx.find_object(Cli)
    if ctx.invoked_subcommand is not None and plain:
        raise click.UsageError("--plain is for the inbox itself; `neptune-inbox demo --plain` talks about the demo.")
    if ctx.invoked_subcommand is not None or cli is None:
        return None
    from neptune_inbox.cli.start import open_inbox

    return open_inbox(
        {"user": user, "kind": kind, "profile": cli.profile_name or "", "plain": "yes" if plain else ""}, cli.output
    )


root = Root(
    PROGRAM,
    callback=_open,
    help=_open.__doc__,
    invoke_without_command=True,
    context_settings=SETTINGS,
    params=[
        click.Option(["--user", "-u"], default="", metavar="USER_ID", help="Open the inbox at this customer."),
        click.Option(
            ["--type", "kind"],
            default="",
            type=click.Choice(["", "all", "unread", "read"]),
            metavar="[all|unread|read]",
            help="Open the inbox with this filter.",
        ),
        click.Option(["--plain"], is_flag=True, help="Talk line by line; nothing is drawn."),
        *global_options(LISTS),
        click.Option(
            ["--version", "-V"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            help="Show the version.",
        ),
    ],
)


def run_command(arguments: Sequence[str]) -> int:
    """Run one command line; the answer is the exit code, and everything worth saying has been said."""
    output = Output()
    try:
        code = _run(arguments, Cli(output))
    except click.UsageError as problem:
        # The option may stand behind the word that was not understood.
        if "--json" in arguments or "--jsonl" in arguments:
            output.shape = Shape.JSON
        output.error(_usage(problem))
        code = UsageProblem.exit_code
    except InboxError as error:
        output.error(for_the_command_line(error))
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        output.note("Interrupted.")
        code = INTERRUPTED
    except OSError as problem:
        output.error(_storage(problem))
        code = StoreProblem.exit_code
    output.flush()
    if output.loss is not None:
        # What the command did is done; only the telling of it was lost.
        output.error(StoreProblem(f"The output could not be written: {output.loss.strerror}.", "Write it elsewhere."))
        code = code or StoreProblem.exit_code
    return code


def _run(arguments: Sequence[str], cli: Cli) -> int:
    answer = root.main(args=list(arguments), prog_name=PROGRAM, complete_var=COMPLETE, standalone_mode=False, obj=cli)
    return answer if isinstance(answer, int) else 0


def _usage(problem: click.UsageError) -> UsageProblem:
    path = problem.ctx.command_path if problem.ctx else PROGRAM
    words = problem.format_message().strip()
    return UsageProblem(words if words.endswith((".", "?")) else f"{words}.", f"`{path} --help` tells how.")


def _storage(problem: OSError) -> StoreProblem:
    name = f" ({os.fspath(problem.filename)})" if isinstance(problem.filename, str) else ""
    return StoreProblem(f"A file could not be read or written: {problem.strerror or type(problem).__name__}{name}.")
