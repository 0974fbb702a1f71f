"""Signing in and out from a shell: `login`, `logout`, `profiles`. The token is never an option and never printed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click
from msgspec import Struct
from msgspec.structs import replace

from neptune_inbox import doors
from neptune_inbox.cli.confirm import Declined
from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.options import LISTS, command, yes_option
from neptune_inbox.cli.parameters import ADDRESS, NAME, USER_ID
from neptune_inbox.config import edge_base_for
from neptune_inbox.config.profiles import default_mode
from neptune_inbox.errors import KeyringProblem, TokenMalformed, UsageProblem, refuse_token
from neptune_inbox.model import Mode, Profile, Token, read_mode
from neptune_inbox.presentation.json import iso
from neptune_inbox.presentation.remedies import at_a_shell
from neptune_inbox.presentation.sentences import plural
from neptune_inbox.presentation.table import Column
from neptune_inbox.presentation.times import local
from neptune_inbox.sync.hosts import hosts_of, lookalike_words

if TYPE_CHECKING:
    from neptune_inbox.sync.workspace import VerifiedToken

COLUMNS = (
    Column("profile"),
    Column("default"),
    Column("environment"),
    Column("mode"),
    Column("api_base", gives=1),
    Column("users", gives=2),
)


class Answers(Struct, frozen=True):
    """What was given on the command line; None is asked for."""

    api_base: str | None
    edge_base: str | None
    environment: str | None
    mode: str | None
    user: str | None


@command("login")
@click.option("--api-base", type=ADDRESS, metavar="URL", help="The address of the API.")
@click.option("--edge-base", type=ADDRESS, metavar="URL", help="The address that events are sent to.")
@click.option("--environment", type=NAME, metavar="NAME", help="Neptune's own name for it: dev, staging, production.")
@click.option("--mode", type=click.Choice([mode.value for mode in Mode]), help="What may be written.")
@click.option("--user", type=USER_ID, metavar="USER_ID", help="The first customer to watch.")
@yes_option()
@click.option("--token-stdin", is_flag=True, help="Read the token from standard input instead of asking.")
def login(
    cli: Cli,
    api_base: str | None,
    edge_base: str | None,
    environment: str | None,
    mode: str | None,
    user: str | None,
    yes: bool,
    token_stdin: bool,
) -> None:
    """Sign in: try a token, and store it in this machine's keyring.

    You are asked for whatever is not given. The token is tried against the API before anything is stored.
    """
    from neptune_inbox.credentials import parse_pasted_token, unlike_a_token

    can_ask = cli.output.can_ask and not token_stdin
    if not can_ask and not token_stdin:
        raise UsageProblem("The token cannot be asked for: this is not a terminal.", "Pipe it in with --token-stdin.")
    profile, user = _describe(cli, Answers(api_base, edge_base, environment, mode, user), can_ask=can_ask)
    _warn(cli, profile, can_ask=can_ask, is_agreed=yes)
    if token_stdin:
        text = doors.read_stdin("The token on standard input")
    else:
        text = click.prompt(
            "API token (made in the Neptune dashboard under Team; not shown)", hide_input=True, err=True
        )
    token = parse_pasted_token(text)
    if odd := unlike_a_token(token):
        _agree_to_token(cli, odd, can_ask=can_ask, is_agreed=yes)
    checked, where = asyncio.run(_sign_in(cli, profile, token, user))
    _tell(cli, profile, checked, where)


@command("logout")
def logout(cli: Cli) -> None:
    """Delete the profile's token, and check that it is gone."""
    profile = cli.profile
    asyncio.run(cli.workspace.forget(profile))
    if cli.output.is_json:
        cli.output.value({"profile": profile.name, "signed_out": True})
        return
    cli.output.line(f"The token of {profile.name} was deleted, and a second look confirms it is gone.")
    if profile.token_command:
        cli.output.note("Its token_command in config.toml still gives one.")


@command("profiles", shapes=LISTS)
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
        answer = str(click.prompt(label, default=before, err=True)).strip()
        refuse_token(f"The answer to {label.partition(' (')[0]}", answer)
        return answer

    environment = ask("Environment (dev, staging, production)", given.environment, base.environment)
    if not environment:
        raise UsageProblem("No environment was given.", "Add --environment NAME.")
    is_same = known is not None and known.environment == environment
    # Another environment is another profile, unless the profile was named.
    name = cli.profile_name or (base.name if is_same else ask("Profile, a name of your own", None, environment))
    api_base = ask("API base", given.api_base, base.api_base)
    edge_base = ask(
        "Edge base", given.edge_base, base.edge_base if api_base == base.api_base else edge_base_for(api_base)
    )
    production = base.production if is_same else None
    usual = base.mode if is_same else default_mode(environment, production)
    mode = read_mode(
        ask("Mode (observe writes nothing, ask confirms each write, act does not ask)", given.mode, usual.value)
    )
    known_users = base.users if is_same else ()
    user = ask("The first customer to watch (user id, or nothing)", given.user, known_users[0] if known_users else "")
    profile = replace(
        base,
        name=name or environment,
        api_base=api_base,
        edge_base=edge_base,
        environment=environment,
        mode=mode,
        production=production,
        users=tuple(dict.fromkeys(filter(None, (user, *known_users)))),
    )
    return profile, user


def _warn(cli: Cli, profile: Profile, *, can_ask: bool, is_agreed: bool) -> None:
    """Point out hosts that pretend to be another, and ask for agreement. Raises Declined, UsageProblem."""
    warnings = [words for host in hosts_of(profile) if (words := lookalike_words(host))]
    for words in warnings:
        cli.output.note(f"Mind: {words}.")
    if not warnings or is_agreed:
        return
    if not can_ask:
        raise UsageProblem(
            "The token was not sent to a host that may not be the one you mean.", "Add --yes to agree."
        )
    if not click.confirm("Send the token there?", err=True):
        raise Declined("Nothing was sent.")


def _agree_to_token(cli: Cli, odd: str, *, can_ask: bool, is_agreed: bool) -> None:
    """Name what is odd about a token before it is sent anywhere. Raises Declined, TokenMalformed."""
    if not is_agreed and not can_ask:
        raise TokenMalformed(f"{odd}. It was not sent.", "Copy the whole token, or add --yes to try it as it is.")
    cli.output.note(f"{odd}.")
    if not is_agreed and not click.confirm("Try it anyway?", err=True):
        raise Declined("Nothing was sent.")


async def _sign_in(cli: Cli, profile: Profile, token: Token, user: str) -> tuple[VerifiedToken, str]:
    cli.output.note(f"Trying it at {profile.api_base} …")
    checked = await cli.workspace.check(profile, token, user)
    try:
        where = await cli.workspace.save(profile, token)
    except KeyringProblem as error:
        # A command's memory ends with it, so the profile is kept and the token is not.
        await cli.workspace.use_once(profile, token)
        shown = at_a_shell(error)
        raise shown.saying(
            sentence=f"The token works, but it is not saved: {error.sentence}",
            remedy=f"{shown.remedy} The profile `{profile.name}` is saved, without a token.",
        ) from error
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


def _tell(cli: Cli, profile: Profile, checked: VerifiedToken, where: str) -> None:
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
    cli.output.line(f"The token is saved in {where}; reading it back gave the same token.")
    if expires_at is not None:
        cli.output.line(f"It expires on {local(expires_at)}.")
    if checked.unread is not None:
        cli.output.line(f"{profile.users[0]} has {plural(checked.unread, 'unread notification')}.")
