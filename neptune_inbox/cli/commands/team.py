"""The team's plane from a shell: `team`, `claim`, `release`. What is shared is kept here first."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from neptune_inbox import doors
from neptune_inbox.cli.claims import claim_words, find_others
from neptune_inbox.cli.confirm import Declined
from neptune_inbox.cli.context import Cli, SignIn
from neptune_inbox.cli.naming import find_anywhere
from neptune_inbox.cli.options import LISTS, command, command_group, dry_run_option, user_option, yes_option
from neptune_inbox.cli.parameters import NAME, NOT_GIVEN, NOTIFICATIONS
from neptune_inbox.cli.parameters import ids as read_ids
from neptune_inbox.errors import TeamPasswordMissing, UsageProblem
from neptune_inbox.model import JsonObject, Key, Token
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.team import (
    claim_json,
    claimants,
    here_words,
    sharing_json,
    sharing_words,
    waiting_words,
)
from neptune_inbox.presentation.times import clock
from neptune_inbox.sync.team.team import TeamService, no_team

if TYPE_CHECKING:
    from neptune_inbox.model.team import Claim
    from neptune_inbox.postgres.setup import SetupPlan
    from neptune_inbox.sync.session import Session
    from neptune_inbox.sync.team.admin import TeamAdmin
    from neptune_inbox.sync.team.sharer import Sharing

PATIENCE = 5.0
"""Seconds that `team status` waits for the database; it says so where that is not enough."""
IDS = click.argument("ids", type=NOTIFICATIONS, nargs=-1, metavar="[ID]...")
COLUMNS = (Column("agent"), Column("since"), Column("user"), Column("id"))


@command("init")
@click.option(
    "--as", "owner", type=NAME, default=NOT_GIVEN, metavar="ROLE", help="Connect as this role, which owns the tables."
)
@dry_run_option()
@yes_option()
def init(cli: Cli, owner: str, dry_run: bool, yes: bool) -> None:
    """Create the team's tables, or bring them up to date: shows the SQL, and runs it after `yes`.

    The role named in the dsn, which the agents use, may then add and read facts, and nothing else. The owner of the
    database runs this once; --as names their role.
    """
    admin = _admin(cli)
    password: Token | None = None
    try:
        plan = asyncio.run(admin.plan(owner, password))
    except TeamPasswordMissing:
        if not cli.output.can_ask:
            raise
        password = _ask_password(owner or admin.role)
        plan = asyncio.run(admin.plan(owner, password))
    if not cli.output.is_json:
        cli.output.raw(plan.sql)
    if plan.is_owner:
        cli.output.note(
            f"`{plan.role}` owns the tables, so agents can change what others wrote: --as names another role."
        )
    if not dry_run:
        _agree(cli, admin.name, is_agreed=yes)
        asyncio.run(admin.run(plan, owner, password))
    _print_setup(cli, admin, plan, is_run=not dry_run)


@command("status")
def status(cli: Cli) -> int:
    """Show who is here, how far behind this machine is, and what is not shared yet."""
    database = _admin(cli).name

    async def work(session: Session) -> tuple[Sharing, int, str]:
        team = _team(session)
        await team.share(PATIENCE)
        return team.sharing(), await team.waiting(), team.agent

    sharing, waiting, agent = cli.run(work, SignIn.UNUSED)
    if cli.output.is_json:
        cli.output.value(sharing_json(sharing, agent=agent, database=database, waiting=waiting))
    else:
        cli.output.pairs(
            [
                ("database", database),
                ("state", sharing_words(sharing)),
                ("here", here_words(sharing, agent)),
                ("not shared", waiting_words(waiting) or "nothing"),
            ]
        )
    return sharing.problem.exit_code if sharing.problem is not None else 0


@command("password")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def password(cli: Cli, password_stdin: bool) -> None:
    """Store the password of the team's database in this machine's keyring, after trying it."""
    admin = _admin(cli)
    if password_stdin:
        word = doors.read_line(doors.read_stdin("The password on standard input").rstrip("\r\n"), "The password")
        given = Token(word)
    elif cli.output.can_ask:
        given = _ask_password(admin.role)
    else:
        raise UsageProblem(
            "The password cannot be asked for: this is not a terminal.", "Pipe it in with --password-stdin."
        )
    where = asyncio.run(admin.save_password(given))
    if cli.output.is_json:
        cli.output.value({"role": admin.role, "database": admin.name, "saved_in": where})
    else:
        cli.output.line(f"The password of {admin.role} works, and is saved in {where}.")


team = command_group(
    "team", "The team's database: create its tables, see who is here, store its password.", init, status, password
)


@command("claim", shapes=LISTS)
@IDS
@user_option()
@yes_option()
def claim(cli: Cli, ids: tuple[str, ...], user: str, yes: bool) -> None:
    """Claim notifications, so that nobody else takes them.

    With --user and no ID, claim the customer's whole queue. A claim expires after a while without a key on it.
    """
    named = read_ids(ids)

    async def work(session: Session) -> tuple[list[Key], dict[Key, Claim]]:
        team = _team(session)
        keys = await _keys(session, named, user)
        others = await find_others(session, keys)
        if others:
            _agree_to_take(cli, claim_words(others), is_agreed=yes)
        await team.claim(keys, known=claimants(others.claims.values()))
        return keys, await team.claims(keys)

    _print_claims(cli, *cli.run(work, SignIn.UNUSED))


@command("release", shapes=LISTS)
@IDS
@user_option()
def release(cli: Cli, ids: tuple[str, ...], user: str) -> None:
    """Give back what you claimed. With --user and no ID, give back the customer's whole queue."""
    named = read_ids(ids)

    async def work(session: Session) -> tuple[list[Key], dict[Key, Claim]]:
        team = _team(session)
        keys = await _keys(session, named, user)
        await team.release(keys)
        return keys, await team.claims(keys)

    _print_claims(cli, *cli.run(work, SignIn.UNUSED))


async def _keys(session: Session, ids: Sequence[str], user: str) -> list[Key]:
    if not ids and not user:
        raise UsageProblem("No notification was named.", "Write an ID, or --user USER_ID for the whole queue.")
    if not ids:
        return [Key(user, "")]
    return [row.key for row in await find_anywhere(session, user, ids)]


def _print_claims(cli: Cli, keys: list[Key], claims: dict[Key, Claim]) -> None:
    if cli.output.is_json:
        cli.output.values(claim_json(key, claims.get(key)) for key in keys)
        return
    rows = []
    for key in keys:
        claim = claims.get(key)
        rows.append([claim.agent if claim else "", clock(claim.since) if claim else "", key.user_id, key.id])
    cli.output.table(COLUMNS, rows)


def _print_setup(cli: Cli, admin: TeamAdmin, plan: SetupPlan, *, is_run: bool) -> None:
    if cli.output.is_json:
        made: JsonObject = {"database": admin.name, "role": plan.role, "version": plan.version, "sql": plan.sql}
        cli.output.value({**made, "run": is_run})
    elif is_run:
        cli.output.note(f"The tables in {admin.name} are ready; `{plan.role}` may add and read.")


def _admin(cli: Cli) -> TeamAdmin:
    admin = cli.workspace.team
    if admin is None:
        raise no_team()
    return admin


def _team(session: Session) -> TeamService:
    if session.team is None:
        raise no_team()
    return session.team


def _ask_password(role: str) -> Token:
    return Token(str(click.prompt(f"Password of {role} (not shown)", hide_input=True, err=True)))


def _agree(cli: Cli, database: str, *, is_agreed: bool) -> None:
    """Have `yes` typed before the SQL is run. Raises Declined, and UsageProblem where nobody can answer."""
    if is_agreed:
        return
    if not cli.output.can_ask:
        raise UsageProblem("Nobody is here to agree to running this: nothing was run.", "Add --yes.")
    if click.prompt(f"Run this in {database}? Type yes", err=True, default="", show_default=False).strip() != "yes":
        raise Declined("Nothing was run.")


def _agree_to_take(cli: Cli, sentence: str, *, is_agreed: bool) -> None:
    if is_agreed:
        cli.output.note(f"{sentence}.")
        return
    if not cli.output.can_ask:
        raise UsageProblem(f"{sentence}: nothing was claimed.", "Add --yes to claim it anyway.")
    if not click.confirm(f"{sentence}. Claim it anyway?", err=True):
        raise Declined("Nothing was claimed.")
