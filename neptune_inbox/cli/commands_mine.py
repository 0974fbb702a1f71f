"""My plane from a shell: `done`, `back`, `snooze`, `star`, `note`, `watch`, `unwatch`. Local; no request is made."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.fetching import find_anywhere
from neptune_inbox.cli.table import Column
from neptune_inbox.cli.verbs import LISTS, user_option, verb
from neptune_inbox.errors import NotFound
from neptune_inbox.model import Instant, JsonObject, Key
from neptune_inbox.sync.when import parse_future
from neptune_inbox.sync.wording import local, mine_json

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

IDS = click.argument("ids", nargs=-1, required=True, metavar="ID...")


@verb("done")
@IDS
@user_option()
def done(cli: Cli, ids: tuple[str, ...], user: str) -> None:
    """Put notifications away: done for me. The customer sees nothing of it."""
    _change(cli, ids, user, lambda session, keys: session.mine.set_done(keys, True), "done for you")


@verb("back")
@IDS
@user_option()
def back(cli: Cli, ids: tuple[str, ...], user: str) -> None:
    """Put notifications back into my queue: not done, not snoozed."""

    async def work(session: Session, keys: Sequence[Key]) -> None:
        await session.mine.set_done(keys, False)
        await session.mine.snooze(keys, None)

    _change(cli, ids, user, work, "back in your queue")


@verb("snooze")
@IDS
@user_option()
@click.option("--until", "until", required=True, metavar="WHEN", help="30m, 2h, 14:30, tomorrow 9:00, mon, a date.")
def snooze(cli: Cli, ids: tuple[str, ...], user: str, until: str) -> None:
    """Hide notifications from my queue until a time."""
    woken_at: list[Instant] = []

    async def work(session: Session, keys: Sequence[Key]) -> None:
        woken_at.append(parse_future(until, session.now()))
        await session.mine.snooze(keys, woken_at[0])

    _change(cli, ids, user, work, lambda: f"snoozed until {local(woken_at[0])}")


@verb("star")
@IDS
@user_option()
@click.option("--off", is_flag=True, help="Take the star off.")
def star(cli: Cli, ids: tuple[str, ...], user: str, off: bool) -> None:
    """Put my star on notifications."""
    words = "no longer starred" if off else "starred"
    _change(cli, ids, user, lambda session, keys: session.mine.star(keys, not off), words)


@verb("note")
@click.argument("id")
@click.argument("text")
@user_option()
def note(cli: Cli, id: str, text: str, user: str) -> None:
    """Write my note on a notification; an empty TEXT removes it."""
    words = "noted" if text else "note removed"
    _change(cli, (id,), user, lambda session, keys: session.mine.note(keys[0], text), words)


@verb("watch", shapes=LISTS)
@click.argument("users", nargs=-1, metavar="[USER_ID]...")
def watch(cli: Cli, users: tuple[str, ...]) -> None:
    """Watch customers: they are polled and listed.

    Without a name, show who is watched.
    """

    async def work(session: Session) -> list[str]:
        for user in users:
            await session.inbox.watch(user)
        return await session.inbox.watched()

    _print_watched(cli, cli.run(work, SignIn.FOR_ITS_PLACE))


@verb("unwatch", shapes=LISTS)
@click.argument("users", nargs=-1, required=True, metavar="USER_ID...")
def unwatch(cli: Cli, users: tuple[str, ...]) -> None:
    """Watch customers no longer; what was seen of them stays."""

    async def work(session: Session) -> list[str]:
        watched = await session.inbox.watched()
        strangers = [user for user in users if user not in watched]
        if strangers:
            raise NotFound(f"{', '.join(strangers)} is not watched: nothing was changed.")
        for user in users:
            await session.inbox.unwatch(user)
        return await session.inbox.watched()

    _print_watched(cli, cli.run(work, SignIn.FOR_ITS_PLACE))


def _change(
    cli: Cli,
    ids: Sequence[str],
    user: str,
    change: Callable[[Session, Sequence[Key]], Awaitable[None]],
    words: str | Callable[[], str],
) -> None:
    """Do one thing to each of these notifications, all or none, and say how they stand now."""

    async def work(session: Session) -> list[tuple[Key, JsonObject]]:
        keys = list(dict.fromkeys(row.key for row in await find_anywhere(session, user, ids)))
        await change(session, keys)
        rows = [await session.inbox.row(key) for key in keys]
        return [(row.key, mine_json(row.mine)) for row in rows if row is not None]

    changed = cli.run(work, SignIn.UNUSED)
    if cli.output.is_json:
        cli.output.values({"id": key.id, "user_id": key.user_id, "mine": mine} for key, mine in changed)
        return
    said = words if isinstance(words, str) else words()
    cli.output.table(
        (Column("mine"), Column("user"), Column("id")), [[said, key.user_id, key.id] for key, _ in changed]
    )


def _print_watched(cli: Cli, users: Sequence[str]) -> None:
    if cli.output.is_json:
        cli.output.values({"user_id": user} for user in users)
        return
    cli.output.table((Column("watched"),), [[user] for user in users])
    if not users:
        cli.output.note("You watch nobody. `neptune-inbox watch USER_ID` starts it.")
