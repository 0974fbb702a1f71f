"""`hooks`: the commands that are handed what arrives, how each is doing, and one of them run on trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.confirm import confirm
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.interruption import START_AGAIN, Account
from neptune_inbox.cli.options import LISTS, command, command_group, dry_run_option, yes_option
from neptune_inbox.cli.parameters import HOOK
from neptune_inbox.presentation.hooks import (
    hook_words,
    nothing_refused,
    refused_pairs,
    skip_question,
    skipped_sentence,
)
from neptune_inbox.presentation.json import iso
from neptune_inbox.presentation.sentences import exit_words
from neptune_inbox.presentation.table import Column

if TYPE_CHECKING:
    from neptune_inbox.config import Hook
    from neptune_inbox.model import JsonObject
    from neptune_inbox.model.hooks import HookState
    from neptune_inbox.sync.hooks.hooks import Refused, Tried
    from neptune_inbox.sync.session import Session

COLUMNS = (Column("hook"), Column("query"), Column("program"), Column("state"))
FAILED = 1


@command("list", shapes=LISTS)
def list_hooks(cli: Cli) -> None:
    """List the hooks: what is waiting for each, and how its command last ended."""

    async def work(session: Session) -> list[HookState]:
        return await session.hooks.states()

    states, hooks = cli.run(work, SignIn.UNUSED), cli.workspace.settings.hooks
    if cli.output.is_json:
        cli.output.values(_object(state, hooks[state.name]) for state in states)
        return
    rows = [
        (state.name, hooks[state.name].query, hooks[state.name].command[0], hook_words(state)) for state in states
    ]
    cli.output.table(COLUMNS, rows)
    if not states:
        cli.output.note("There are no hooks. `neptune-inbox help hooks` says how to set one up.")


def _object(state: HookState, hook: Hook) -> JsonObject:
    return {
        "name": state.name,
        "query": hook.query,
        "program": hook.command[0],
        "waiting": state.waiting,
        "waiting_since": iso(state.waiting_since),
        "handed": state.handed,
        "failures": state.failures,
        "next_at": iso(state.next_at),
        "ended_at": iso(state.ended_at),
        "exit_code": state.exit_code,
        "problem": state.problem,
        "errors": state.errors,
    }


@command("test")
@click.argument("name", type=HOOK, metavar="NAME")
def test(cli: Cli, name: str) -> int:
    """Run a hook's command once, on the newest notification in the cache that it matches.

    Its exit code and what it prints are shown. What is waiting for the hook keeps waiting. The exit code is 0 when
    the command exited with 0, and otherwise 1.
    """

    async def work(session: Session) -> Tried:
        return await session.hooks.test(name)

    tried = cli.run(work, SignIn.UNUSED)
    ended = tried.ended
    if cli.output.is_json:
        cli.output.value(_tried_object(name, tried))
    elif tried.row is None or ended is None:
        cli.output.note(f"Nothing in the cache matches the hook `{name}`, so nothing was run.")
    else:
        pairs = [("notification", f"{tried.row.user_id}/{tried.row.id}"), ("title", tried.row.title)]
        cli.output.pairs([*pairs, ("ended", ended.problem or exit_words(ended.code))])
        for words in (ended.output, ended.errors):
            if words.strip():
                cli.output.line(words.rstrip())
    return 0 if ended is not None and ended.code == 0 else FAILED


def _tried_object(name: str, tried: Tried) -> JsonObject:
    row, ended = tried.row, tried.ended
    return {
        "name": name,
        "id": row.id if row else None,
        "user_id": row.user_id if row else None,
        "exit_code": ended.code if ended else None,
        "problem": ended.problem if ended else "",
        "stdout": ended.output if ended else "",
        "stderr": ended.errors if ended else "",
    }


@command("skip")
@click.argument("name", type=HOOK, metavar="NAME")
@dry_run_option()
@yes_option()
def skip(cli: Cli, name: str, dry_run: bool, yes: bool) -> None:
    """Leave out the notification that a hook's command refuses, so that those behind it are handed over.

    It is the first of those that wait and match, and is shown before you are asked. It is never handed to the command
    again; the list, the evidence and other hooks keep it.
    """

    async def work(session: Session) -> tuple[Refused | None, bool]:
        refused = await session.hooks.refused(name)
        if refused is not None and not cli.output.is_json:
            cli.output.pairs(refused_pairs(refused, session.now()))
        if refused is None or dry_run:
            return refused, False
        cli.nothing_done = Account("nothing was skipped.", START_AGAIN)
        confirm(cli.output, session.profile, skip_question(refused), is_agreed=yes)
        await session.hooks.skip(refused)
        return refused, True

    refused, is_skipped = cli.run(work, SignIn.UNUSED)
    if cli.output.is_json:
        cli.output.value(_skipped_object(name, refused, is_skipped=is_skipped))
    elif refused is None:
        cli.output.note(nothing_refused(name))
    elif is_skipped:
        cli.output.note(skipped_sentence(refused))
    else:
        cli.output.note("It would be skipped. Nothing was written.")


def _skipped_object(name: str, refused: Refused | None, *, is_skipped: bool) -> JsonObject:
    row = refused.row if refused else None
    return {
        "name": name,
        "id": row.id if row else None,
        "user_id": row.user_id if row else None,
        "is_skipped": is_skipped,
        "behind": refused.behind if refused else 0,
    }


hooks = command_group(
    "hooks",
    "Run commands when something arrives: list them, try one, skip what one refuses.",
    list_hooks,
    test,
    skip,
    otherwise=list_hooks,
)
