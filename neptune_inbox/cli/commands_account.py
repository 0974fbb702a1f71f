"""Signing in and out from a shell: `login`, `logout`, `profiles`. The token is never an option and never printed."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click
from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.remedies import for_the_command_line
from neptune_inbox.cli.table import Column
from neptune_inbox.cli.verbs import LISTS, verb
from neptune_inbox.config import edge_base_for
from neptune_inbox.config.profiles import default_mode
from neptune_inbox.errors import KeyringProblem, UsageProblem
from neptune_inbox.model import Mode, Profile, Token
from neptune_inbox.sync.wording import iso, plural

if TYPE_CHECKING:
    from neptune_inbox.sync.workspace import Checked

COLUMNS = (
    Column("profile"),
    Column("default"),
    Column("environment"),
    Column("mode"),
    Column("api_base", gives=1),
    Column("users", gives=2),
)


class Answers(Struct, frozen=True):
    """What was said on the command line; None is asked for."""

    api_base: str | None
    edge_base: str | None
    environment: str | None
    mode: str | None
    user: str | None


@verb("login")
@click.option("--api-base", metavar="URL", help="The address of the API.")
@click.option("--edge-base", metavar="URL", help="The address that takes events.")
@click.option("--environment", metavar="NAME", help="Neptune's own word: dev, staging, production.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), help="What may be written.")
@click.option("--user", metavar="USER_ID", help="A first customer to watch.")
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input instead of asking.")
def login(
    cli: Cli,
    api_base: str | None,
    edge_base: str | None,
    environment: str | None,
    mode: str | None,
    user: str | None,
    token_stdin: bool,
) -> None:
    """Sign in: try a token, and keep it in this machine's keyring.

    What is not named is asked for. The token is tried against the API before anything is stored.
    """
    from neptune_inbox.credentials import parse_pasted_token

    can_ask = cli.output.can_ask and not token_stdin
    if not can_ask and not token_stdin:
        raise UsageProblem("The token cannot be asked for: this is no terminal.", "Pipe it in with --token-stdin.")
    profile, user = _describe(cli, Answers(api_base, edge_base, environment, mode, user), can_ask=can_ask)
    if token_stdin:
        text = sys.stdin.read()
    else:
        text = click.prompt(
            "API token (made in the Neptune dashboard under Team; not shown)", hide_input=True, err=True
        )
    token = parse_pasted_token(text)
    checked, where = asyncio.run(_sign_in(cli, profile, token, user))
    _tell(cli, profile, checked, where)


@verb("logout")
def logout(cli: Cli) -> None:
    """Delete the profile's token, and prove that it is gone."""
    profile = cli.profile
    asyncio.run(cli.workspace.forget(profile))
    if cli.output.is_json:
        cli.output.value({"profile": profile.name, "signed_out": True})
        return
    cli.output.line(f"The token of {profile.name} was deleted; it was looked for again and is gone.")
    if profile.token_command:
        cli.output.note("Its token_command in config.toml still gives one.")


@verb("profiles", shapes=LISTS)
def profiles(cli: Cli) -> None:
    """List the profiles; the default one is marked."""
    default = cli.workspace.settings.default_profile
    found = cli.workspace.profiles
    if cli.output.is_json:
        cli.output.values(
            {
                "name": each.name,
                "is_default": each.name == default,
                "environment": each.environment,
                "mode": each.mode.value,
                "api_base": each.api_base,
                "edge_base": each.edge_base,
                "users": list(each.users),
            }
            for each in found
        )
        return
    cli.output.table(
        COLUMNS,
        [
            [
                each.name,
                "default" if each.name == default else "",
                each.environment,
                each.mode.value,
                each.api_base,
                " ".join(each.users),
            ]
            for each in found
        ],
    )
    if not found:
        cli.output.note("No profile is set up yet. Run `neptune-inbox login`.")


def _describe(cli: Cli, given: Answers, *, can_ask: bool) -> tuple[Profile, str]:
    """The profile to sign in to, and a first user: from what was named, asked for, or known before."""
    settings = cli.workspace.settings
    known = settings.profiles.get(cli.profile_name or settings.default_profile)
    base = known or cli.workspace.blank_profile()

    def ask(label: str, named: str | None, before: str) -> str:
        if named is not None or not can_ask:
            return named if named is not None else before
        return str(click.prompt(label, default=before, err=True)).strip()

    environment = ask("Environment (dev, staging, production)", given.environment, base.environment)
    if not environment:
        raise UsageProblem("The environment is not named.", "Add --environment NAME.")
    is_same = known is not None and known.environment == environment
    # Another environment is another profile, unless the profile was named.
    name = cli.profile_name or (base.name if is_same else ask("Profile, a name of your own", None, environment))
    api_base = ask("API base", given.api_base, base.api_base)
    edge_base = ask(
        "Edge base", given.edge_base, base.edge_base if api_base == base.api_base else edge_base_for(api_base)
    )
    usual = base.mode if is_same else default_mode(environment)
    mode = _mode(ask("Mode (observe writes nothing, ask confirms each write, act goes on)", given.mode, usual.value))
    known_users = base.users if is_same else ()
    user = ask("A first customer to watch (user id, or nothing)", given.user, known_users[0] if known_users else "")
    profile = replace(
        base,
        name=name or environment,
        api_base=api_base,
        edge_base=edge_base,
        environment=environment,
        mode=mode,
        users=tuple(dict.fromkeys(filter(None, (user, *known_users)))),
    )
    return profile, user


def _mode(text: str) -> Mode:
    try:
        return Mode(text.lower())
    except ValueError:
        raise UsageProblem(f"There is no mode `{text}`.", "Choose observe, ask or act.") from None


async def _sign_in(cli: Cli, profile: Profile, token: Token, user: str) -> tuple[Checked, str]:
    cli.output.note(f"Trying it at {profile.api_base} …")
    checked = await cli.workspace.check(profile, token, user)
    try:
        where = await cli.workspace.save(profile, token)
    except KeyringProblem as error:
        # A command ends and its memory with it, so the profile is kept and the token is not.
        await cli.workspace.use_once(profile, token)
        for_the_command_line(error)
        error.sentence = f"The token works, but it is not saved: {error.sentence}"
        error.remedy += f" The profile `{profile.name}` is saved, without a token."
        raise
    if user:
        session = await cli.workspace.open(profile)
        try:
            if not await session.sign_in():
                await session.close()
                session = await cli.workspace.open(profile)
            await session.inbox.watch(user)
        finally:
            await session.close()
    return checked, where


def _tell(cli: Cli, profile: Profile, checked: Checked, where: str) -> None:
    expires_at = checked.claims.expires_at if checked.claims else None
    if cli.output.is_json:
        cli.output.value(
            {
                "profile": profile.name,
                "environment": profile.environment,
                "mode": profile.mode.value,
                "saved_in": where,
                "expires_at": iso(expires_at),
                "unread": checked.unread,
            }
        )
        return
    cli.output.line(f"Signed in to {profile.name}: {profile.environment}, mode {profile.mode.value}.")
    cli.output.line(f"The token is saved in {where}; it was read back and is the same.")
    if expires_at is not None:
        cli.output.line(f"It expires at {iso(expires_at)}.")
    if checked.unread is not None:
        cli.output.line(f"{profile.users[0]} has {plural(checked.unread, 'unread notification')}.")
