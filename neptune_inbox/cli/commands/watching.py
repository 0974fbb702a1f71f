"""The users that are polled and listed, from a shell: `watch`, `unwatch`. Local; no request is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.commands.row_verbs import VOICE
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.options import LISTS, command
from neptune_inbox.cli.parameters import USERS, WATCHED
from neptune_inbox.cli.parameters import ids as read_ids
from neptune_inbox.presentation.labels import NOBODY_WATCHED
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.verb_sentences import watch_sentence
from neptune_inbox.sync import verbs
from neptune_inbox.sync.verbs import Watched

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session


@command("watch", shapes=LISTS)
@click.argument("users", type=USERS, nargs=-1, metavar="[USER_ID]...")
def watch(cli: Cli, users: tuple[str, ...]) -> None:
    """Watch customers: they are polled and listed.

    Without a USER_ID, show who is watched.
    """

    named = read_ids(users, "USER_ID")

    async def work(session: Session) -> tuple[list[Watched], list[str]]:
        done = [await verbs.watch(session, user, is_off=False) for user in named]
        return done, await session.inbox.watched()

    _print(cli, *cli.run(work, SignIn.FOR_ITS_PLACE))


@command("unwatch", shapes=LISTS)
@click.argument("users", type=WATCHED, nargs=-1, required=True, metavar="USER_ID...")
def unwatch(cli: Cli, users: tuple[str, ...]) -> None:
    """Stop watching customers; what was seen of them is kept."""

    named = read_ids(users, "USER_ID")

    async def work(session: Session) -> tuple[list[Watched], list[str]]:
        watched = await session.inbox.watched()
        await verbs.unwatch(session, named)
        done = [Watched(user, False, watched.index(user)) for user in named]
        return done, await session.inbox.watched()

    _print(cli, *cli.run(work, SignIn.FOR_ITS_PLACE))


def _print(cli: Cli, done: Sequence[Watched], users: Sequence[str]) -> None:
    """What was done, and how many are watched now; where nothing was asked for, or for programs, who is watched."""
    if done and not cli.output.is_data:
        for each in done:
            cli.output.line(watch_sentence(each, VOICE))
        told = f"{plural(len(users), 'user is', 'users are')} watched; `neptune-inbox watch` lists them."
        cli.output.note(told if users else NOBODY_WATCHED)
        return
    if cli.output.is_json:
        cli.output.values({"user_id": user} for user in users)
        return
    cli.output.table((Column("watched"),), [[user] for user in users])
    if not users:
        cli.output.note(NOBODY_WATCHED)
