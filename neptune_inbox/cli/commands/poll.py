"""`poll`: polling and sending while no window is open, once for cron or for as long as it is left running."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli import fetching
from neptune_inbox.cli.commands.inbox import whole_objects
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.options import LISTS, command
from neptune_inbox.cli.output import Shape
from neptune_inbox.presentation.polling import (
    holder_sentence,
    launchd_agent,
    round_sentence,
    systemd_units,
    tally_sentence,
)
from neptune_inbox.presentation.remedies import at_a_shell

if TYPE_CHECKING:
    from neptune_inbox.model import JsonObject, Key, Row
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.unattended import Round, Tally

NEW = 10
"""The exit code of `--once` when notifications arrived: none of those that mean trouble."""
SAY_EVERY = 60.0
"""Seconds."""


@command("poll", shapes=LISTS)
@click.option(
    "--once", is_flag=True, help="Poll once within the budget, those first who have waited longest; for cron."
)
@click.option("--status", is_flag=True, help="Say which process polls and sends for this profile, without polling.")
@click.option("--systemd", is_flag=True, help="Print a user unit and a timer for systemd.")
@click.option("--launchd", is_flag=True, help="Print an agent for launchd.")
def poll(cli: Cli, once: bool, status: bool, systemd: bool, launchd: bool) -> int:
    """Poll and send while no window is open.

    Without options it runs until it is stopped, printing one line a minute on standard error; --jsonl prints each
    notification that arrives. Open windows show what it finds, and take over when it ends. Hooks run for what
    arrives; see `neptune-inbox help hooks`. With --once the exit code is 10 when notifications arrived and 0 when
    none did.
    """
    given = {"once": once, "status": status, "systemd": systemd, "launchd": launchd}
    chosen = [name for name, is_on in given.items() if is_on]
    if len(chosen) > 1:
        raise click.UsageError(f"Choose one of --{chosen[0]} and --{chosen[1]}.")
    if systemd or launchd:
        _print_unit(cli, is_systemd=systemd)
        return 0
    if status:
        return _status(cli)
    return cli.run(lambda session: _once(cli, session) if once else _endless(cli, session))


def _print_unit(cli: Cli, *, is_systemd: bool) -> None:
    program = shutil.which("neptune-inbox") or sys.argv[0]
    words = [program, *(["--profile", cli.profile_name] if cli.profile_name else []), "poll"]
    text = systemd_units(shlex.join(words)) if is_systemd else launchd_agent(words)
    if cli.output.is_json:
        cli.output.value({"unit": text})
    else:
        cli.output.raw(text)


def _status(cli: Cli) -> int:
    async def work(session: Session) -> int | None:
        return await session.poller.holder()

    process = cli.run(work, SignIn.UNUSED)
    if cli.output.is_json:
        cli.output.value({"polls": process is not None, "pid": process or None})
    else:
        cli.output.line(holder_sentence(process))
    return 0


async def _once(cli: Cli, session: Session) -> int:
    from neptune_inbox.sync.unattended import Unattended

    await fetching.follow_watch_list(session, cli.output)
    await fetching.watched_users(session)
    arrived: list[Row] = []

    async def keep(keys: Sequence[Key]) -> None:
        arrived.extend(await _rows(session, keys))

    done = await Unattended(session, keep).once(cli.workspace.settings.polling.requests_per_minute)
    await _print(cli, session, arrived)
    if cli.output.shape is Shape.JSON and not arrived:
        cli.output.values([])
    cli.output.note(round_sentence(done.asked, done.left, done.tally.arrived, done.tally.sent, done.is_elsewhere))
    return _code_of(cli, done)


def _code_of(cli: Cli, done: Round) -> int:
    if done.tally.error is not None:
        cli.output.error(at_a_shell(done.tally.error))
        return done.tally.error.exit_code
    return NEW if done.tally.arrived else 0


async def _endless(cli: Cli, session: Session) -> int:
    from neptune_inbox.sync.unattended import Unattended

    await fetching.follow_watch_list(session, cli.output)
    await fetching.watched_users(session)

    async def hand_on(keys: Sequence[Key]) -> None:
        await _print(cli, session, await _rows(session, keys))
        cli.output.flush()

    async def say(tally: Tally) -> None:
        words = tally_sentence(session.now(), tally.polls, tally.arrived, tally.sent)
        trouble = f" {at_a_shell(tally.error).sentence}" if tally.error else ""
        cli.output.note(words + trouble)

    cli.output.note(
        f"Polling and sending for {session.profile.shown_name} ({session.profile.environment}); ctrl+c ends it."
    )
    # Who closes the pipe wants no more of it.
    polling = asyncio.create_task(Unattended(session, hand_on).run(SAY_EVERY, say))
    reading = asyncio.create_task(cli.output.until_unread())
    try:
        await asyncio.wait({polling, reading}, return_when=asyncio.FIRST_COMPLETED)
        if polling.done():
            await polling
        return 0
    finally:
        polling.cancel()
        reading.cancel()
        await asyncio.gather(polling, reading, return_exceptions=True)


async def _rows(session: Session, keys: Sequence[Key]) -> list[Row]:
    """The rows that arrived, oldest first, as they are in the cache."""
    found = [row for key in keys if (row := await session.inbox.row(key)) is not None]
    return sorted(found, key=lambda row: row.created_at or 0)


async def _print(cli: Cli, session: Session, rows: Sequence[Row]) -> None:
    if not rows:
        return
    if cli.output.is_data:
        cli.output.values(await _objects(session, rows))
        return
    for row in rows:
        cli.output.record(row.user_id, row.event_type, row.title, row.id)


async def _objects(session: Session, rows: Sequence[Row]) -> list[JsonObject]:
    freshness = {user: (await session.inbox.overview(user)).fresh_of(user) for user in {row.user_id for row in rows}}
    return await whole_objects(session, rows, freshness)
