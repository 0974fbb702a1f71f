"""The verbs that are about rows and are declared whole, as commands: `done`, `back`, `snooze`, `star`, `note`.

They are local; no request is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from neptune_inbox.cli.claims import claim_words, find_others
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.naming import find_anywhere, name_title
from neptune_inbox.cli.options import command, user_option
from neptune_inbox.cli.parameters import LINE, NOTIFICATIONS, TEXT
from neptune_inbox.cli.parameters import ids as read_ids
from neptune_inbox.model import Row
from neptune_inbox.presentation.action import Action, Question, ShellCommand
from neptune_inbox.presentation.action_table import ACTIONS
from neptune_inbox.presentation.json import mine_json
from neptune_inbox.presentation.labels import triage_label
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.team import claimants
from neptune_inbox.presentation.verb_sentences import Voice
from neptune_inbox.sync.verbs import Others, Request
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session


def make_command(name: str) -> click.Command:
    """The command of this name, from its declaration."""
    action, declared = next(pair for pair in ACTIONS.commands() if pair[1].name == name)

    def work(cli: Cli, ids: tuple[str, ...] | str, user: str, text: str = "", off: bool = False) -> None:
        named = read_ids(ids if isinstance(ids, tuple) else (ids,))
        _run(cli, action, named, user, Request(text, off if declared.off else None))

    work.__doc__ = declared.help
    for option in reversed(_options(declared, action.asks)):
        work = option(work)
    return command(name)(work)


def _options(declared: ShellCommand, question: Question | None) -> list[Callable[..., Any]]:
    """The arguments and options of a command, in the order of its help."""
    if question is not None and not question.option:
        text = click.argument("text", type=TEXT, metavar=question.metavar)
        return [click.argument("ids", type=NOTIFICATIONS, metavar="ID"), text, user_option()]
    options = [click.argument("ids", type=NOTIFICATIONS, nargs=-1, required=True, metavar="ID..."), user_option()]
    if question is not None:
        options.append(
            click.option(
                question.option, "text", type=LINE, required=True, metavar=question.metavar, help=question.help
            )
        )
    if declared.off:
        options.append(click.option("--off", is_flag=True, help=declared.off))
    return options


def _run(cli: Cli, action: Action, ids: Sequence[str], user: str, request: Request) -> None:
    """Do it to each of these notifications, all or none, and say their state now."""

    async def work(session: Session) -> tuple[str, list[Row], int]:
        found = {row.key: row for row in await find_anywhere(session, user, ids)}
        others = await find_others(session, list(found)) if action.id == "mine.done" else Others()
        if others:
            cli.output.note(f"{claim_words(others)}.")
        asked = replace(request, known=claimants(others.claims.values()))
        outcome = await action.find_use_case()(session, list(found.values()), asked)
        rows = [row for key in found if (row := await session.inbox.row(key)) is not None]
        return action.find_sentence()(outcome, VOICE), rows, session.now()

    sentence, rows, now = cli.run(work, SignIn.UNUSED)
    if cli.output.is_json:
        cli.output.values({"id": row.id, "user_id": row.user_id, "mine": mine_json(row.triage)} for row in rows)
        return
    cli.output.table(
        (Column("mine"), Column("user"), Column("id")), [[_mine(row, now), row.user_id, row.id] for row in rows]
    )
    cli.output.note(sentence)


def _mine(row: Row, now: int) -> str:
    known = row.triage
    return triage_label(known.done_at, known.snoozed_until, known.is_starred, known.note, now)


def _name_verb(id: str) -> str:
    """The command that does what an action does; one action may have several, such as `watch` and `unwatch`."""
    commands = ACTIONS.find(id).commands
    command = next((each for each in commands if each.name == id.rpartition(".")[2]), commands[0])
    return f"`neptune-inbox {command.name}`"


VOICE = Voice(
    name_title,
    quoted_id,
    _name_verb,
    lambda verb: f"{_name_verb(verb).removesuffix('`')} ID`",
)
"""How the command line names things in a sentence."""
