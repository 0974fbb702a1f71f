"""Customers from a shell: `users` and `environments`. Every write shows what it changes before it is made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.arguments import json_object, pairs, value_of
from neptune_inbox.cli.asking import confirm, confirm_by_name
from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.table import Column
from neptune_inbox.cli.verbs import LISTS, dry_run_option, noun, verb, yes_option
from neptune_inbox.errors import UsageProblem
from neptune_inbox.model import ContactInfo, JsonObject, JsonValue, User
from neptune_inbox.sync.wording import plural, pretty

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session


def _named(context: click.Context, parameter: click.Parameter, user_id: str) -> str:
    if not user_id:
        raise UsageProblem("The user id is empty.", "Name a customer by the id that your product gives to Neptune.")
    return user_id


USER = click.argument("user_id", metavar="USER_ID", callback=_named)
META = click.option("--meta", default="", metavar="JSON", help="The whole meta: an object, @FILE, or - for stdin.")
SET = click.option(
    "--set", "changes", multiple=True, metavar="KEY=VALUE", help="One field of the meta; may be repeated."
)
COLUMNS = (Column("user"), Column("name", gives=1), Column("meta", gives=2))


@verb("list", shapes=LISTS)
@click.option("--limit", type=click.IntRange(0), default=100, show_default=True, help="The most users; 0 is all.")
def list_users(cli: Cli, limit: int) -> None:
    """List the users of the environment."""
    users, total = cli.run(lambda session: _fetch(session, limit))
    if cli.output.is_json:
        cli.output.values(_listed(user) for user in users)
    else:
        cli.output.table(COLUMNS, [[user.user_id, user.name, user.meta] for user in users])
    if total is not None and len(users) < total:
        cli.output.note(f"{len(users):,} of {total:,} are shown; --limit 0 shows all of them.")
    elif not users:
        cli.output.note("This environment has no users.")


@verb("get")
@USER
def get_user(cli: Cli, user_id: str) -> None:
    """Show one user with meta and contact infos."""
    _print_user(cli, cli.run(lambda session: session.people.get(user_id)))


@verb("create")
@USER
@META
@SET
@dry_run_option()
@yes_option()
def create_user(cli: Cli, user_id: str, meta: str, changes: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Make a user known to the service."""
    wanted = _meta({}, meta, changes)

    async def work(session: Session) -> User | None:
        cli.output.note(f"Create {user_id} in {session.profile.environment}:")
        _tell_difference(cli, {}, wanted)
        if dry_run:
            return None
        confirm(cli.output, session.profile, "Go on?", is_agreed=yes)
        return await session.people.create(user_id, wanted)

    _finish(cli, cli.run(work))


@verb("update")
@USER
@META
@SET
@dry_run_option()
@yes_option()
def update_user(cli: Cli, user_id: str, meta: str, changes: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Change a user's meta: --set changes single fields, --meta replaces it as a whole."""
    if not meta and not changes:
        raise UsageProblem("Nothing was named that should change.", "Use --set KEY=VALUE or --meta JSON.")

    async def work(session: Session) -> User | None:
        before = json_object((await session.people.get(user_id)).meta, "meta")
        wanted = _meta(before, meta, changes)
        cli.output.note(f"Change {user_id} in {session.profile.environment}:")
        _tell_difference(cli, before, wanted)
        if dry_run:
            return None
        confirm(cli.output, session.profile, "Go on?", is_agreed=yes)
        return await session.people.update(user_id, wanted)

    _finish(cli, cli.run(work))


@verb("delete")
@USER
@dry_run_option()
@yes_option()
def delete_user(cli: Cli, user_id: str, dry_run: bool, yes: bool) -> None:
    """Delete a user from the service, with meta and contact infos."""

    async def work(session: Session) -> None:
        user = await session.people.get(user_id)
        known = plural(len(user.contacts), "contact info")
        risk = (
            f"Delete {user_id} {user.name} with {known} from {session.profile.environment}? It cannot be taken back."
        )
        if dry_run:
            cli.output.note(f"{risk} Nothing was written.")
            return
        confirm_by_name(cli.output, session.profile, risk, user_id, is_agreed=yes)
        await session.people.delete(user_id)
        if cli.output.is_json:
            cli.output.value({"user_id": user_id, "deleted": True})
        else:
            cli.output.record("deleted", user_id)

    cli.run(work)


@verb("environments", shapes=LISTS)
def environments(cli: Cli) -> None:
    """List the environments of the token's team."""
    found = cli.run(lambda session: session.people.environments())
    if cli.output.is_json:
        cli.output.values({"name": each.name, "label": each.label} for each in found)
    else:
        cli.output.table(
            (Column("environment"), Column("label", gives=1)), [[each.name, each.label] for each in found]
        )


users = noun(
    "users", "Look at, create, change and delete users.", list_users, get_user, create_user, update_user, delete_user
)


def user_json(user: User) -> JsonObject:
    """A user with stable names."""
    return {
        "user_id": user.user_id,
        "name": user.name,
        "meta": value_of(user.meta),
        "contact_infos": [contact_json(contact) for contact in user.contacts],
    }


def _listed(user: User) -> JsonObject:
    """A user as a list has it: without contact infos where the service told none, as it may just not tell them."""
    told = user_json(user)
    return told if user.contacts else {name: value for name, value in told.items() if name != "contact_infos"}


def contact_json(contact: ContactInfo) -> JsonObject:
    """A contact info with stable names."""
    return {
        "type": contact.type,
        "value": contact.value,
        "filterable": contact.filterable or None,
        "meta": value_of(contact.meta),
    }


async def _fetch(session: Session, limit: int) -> tuple[list[User], int | None]:
    found: dict[str, User] = {}
    total: int | None = None
    for number in range(1, 10_000):
        rows, total, is_last = await session.people.list(page=number)
        fresh = [user for user in rows if user.user_id not in found]
        found |= {user.user_id: user for user in fresh}
        if is_last or not fresh or (limit and len(found) >= limit):
            break
    return list(found.values())[: limit or None], total


def _meta(before: JsonObject, meta: str, changes: tuple[str, ...]) -> JsonObject:
    wanted = json_object(meta, "--meta") if meta else before
    return {**wanted, **{key: value_of(value) for key, value in pairs(changes, "--set")}}


def _tell_difference(cli: Cli, before: JsonObject, after: JsonObject) -> None:
    for key in dict.fromkeys([*before, *after]):
        old, new = (_brief(each.get(key)) if key in each else "" for each in (before, after))
        if old == new:
            continue
        cli.output.note(f"  {key}: {old} → {new}" if old and new else f"  {'+' if new else '-'} {key}: {new or old}")
    if before == after:
        cli.output.note("  nothing differs")


def _brief(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def _finish(cli: Cli, user: User | None) -> None:
    if user is None:
        cli.output.note("Nothing was written.")
    else:
        _print_user(cli, user)


def _print_user(cli: Cli, user: User) -> None:
    if cli.output.is_json:
        cli.output.value(user_json(user))
        return
    contacts = [(contact.type, contact.value) for contact in user.contacts]
    meta = pretty(user.meta) if cli.output.is_terminal else user.meta
    cli.output.pairs([("user", user.user_id), ("name", user.name), *contacts, ("meta", meta)])
