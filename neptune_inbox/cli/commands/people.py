"""Customers from a shell: `users` and `environments`. Every write shows what it changes before it is made."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.arguments import json_object, pairs, server_value, value_of
from neptune_inbox.cli.confirm import check_consent, confirm, confirm_by_name, name_place
from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.interruption import NOTHING_CHANGED, account_of_write
from neptune_inbox.cli.options import LISTS, command, command_group, dry_run_option, yes_option
from neptune_inbox.cli.parameters import JSON, NOT_GIVEN, ROWS, TEXT, USER_ID
from neptune_inbox.errors import Invalid, UsageProblem
from neptune_inbox.model import ContactInfo, JsonObject, JsonValue, Profile, User
from neptune_inbox.presentation.json import place_json
from neptune_inbox.presentation.sentences import plural, pretty
from neptune_inbox.presentation.table import Column
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session


USER = click.argument("user_id", type=USER_ID, metavar="USER_ID")
META = click.option(
    "--meta", type=JSON, default=NOT_GIVEN, metavar="JSON", help="The whole meta: an object, @FILE, or - for stdin."
)
SET = click.option(
    "--set", "changes", type=TEXT, multiple=True, metavar="KEY=VALUE", help="One field of the meta; may be repeated."
)
COLUMNS = (Column("user"), Column("name", gives=1), Column("meta", gives=2))


@command("list", shapes=LISTS)
@click.option("--limit", type=ROWS, default=100, show_default=True, help="The maximum number of users; 0 means all.")
def list_users(cli: Cli, limit: int) -> None:
    """List the users of the environment."""
    users, total, skipped = cli.run(lambda session: _fetch(session, limit))
    if cli.output.is_json:
        cli.output.values(_listed(user) for user in users)
    else:
        meta = _readable if cli.output.is_terminal else str
        cli.output.table(COLUMNS, [[user.user_id, user.name, meta(user.meta)] for user in users])
    if skipped:
        rows = plural(skipped, "row")
        cli.output.note(f"{rows} of the answer {'names' if skipped == 1 else 'name'} no user that can be shown.")
    if total is not None and len(users) + skipped < total:
        cli.output.note(f"{len(users):,} of {total:,} are shown; --limit 0 shows all of them.")
    elif not users:
        cli.output.note("This environment has no users.")


@command("get")
@USER
def get_user(cli: Cli, user_id: str) -> None:
    """Show one user with meta and contact infos."""
    _print_user(cli, cli.run(lambda session: session.people.get(user_id)))


@command("create")
@USER
@META
@SET
@dry_run_option()
@yes_option()
def create_user(cli: Cli, user_id: str, meta: str, changes: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Create a user at the service."""
    check_consent(cli, is_agreed=yes or dry_run)
    wanted = _meta({}, meta, changes)

    async def work(session: Session) -> User | None:
        cli.nothing_done = NOTHING_CHANGED
        cli.output.note(f"Create {quoted_id(user_id)} in {session.profile.environment}:")
        _tell_difference(cli, {}, wanted)
        if dry_run:
            _print_plan(cli, session.profile, user_id, None, wanted)
            return None
        confirm(cli.output, session.profile, "Go on?", is_agreed=yes)
        _expect_cut(cli, f"The new user {quoted_id(user_id)}", user_id)
        return await session.people.create(user_id, wanted)

    _finish(cli, cli.run(work))


@command("update")
@USER
@META
@SET
@dry_run_option()
@yes_option()
def update_user(cli: Cli, user_id: str, meta: str, changes: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Change a user's meta: --set changes single fields, --meta replaces it completely."""
    if not meta and not changes:
        raise UsageProblem("No change was given.", "Use --set KEY=VALUE or --meta JSON.")
    check_consent(cli, is_agreed=yes or dry_run)

    async def work(session: Session) -> User | None:
        cli.nothing_done = NOTHING_CHANGED
        before = _known_meta(await session.people.get(user_id))
        wanted = _meta(before, meta, changes)
        cli.output.note(f"Change {quoted_id(user_id)} in {session.profile.environment}:")
        _tell_difference(cli, before, wanted)
        if dry_run:
            _print_plan(cli, session.profile, user_id, before, wanted)
            return None
        confirm(cli.output, session.profile, "Go on?", is_agreed=yes)
        _expect_cut(cli, f"The change of {quoted_id(user_id)}", user_id)
        return await session.people.update(user_id, wanted)

    _finish(cli, cli.run(work))


@command("delete")
@USER
@dry_run_option()
@yes_option()
def delete_user(cli: Cli, user_id: str, dry_run: bool, yes: bool) -> None:
    """Delete a user from the service, including meta and contact infos."""
    check_consent(cli, is_agreed=yes or dry_run)

    async def work(session: Session) -> None:
        cli.nothing_done = NOTHING_CHANGED
        user = await session.people.get(user_id)
        known = plural(len(user.contacts), "contact info")
        risk = (
            f"Delete {quoted_id(user_id)} {user.name} with {known} from {session.profile.environment}? It cannot be"
            " taken back."
        )
        if dry_run:
            cli.output.note(risk)
            _print_plan(cli, session.profile, user_id, _known_meta(user), None)
            return
        confirm_by_name(cli.output, session.profile, risk, user_id, is_agreed=yes)
        _expect_cut(cli, f"Deleting {quoted_id(user_id)}", user_id)
        await session.people.delete(user_id)
        if cli.output.is_json:
            cli.output.value({"user_id": user_id, "deleted": True, "place": place_json(session.profile)})
        else:
            cli.output.record("deleted", user_id)

    cli.run(work)


@command("environments", shapes=LISTS)
def environments(cli: Cli) -> None:
    """List the environments of the token's team."""
    found = cli.run(lambda session: session.people.environments())
    if cli.output.is_json:
        cli.output.values({"name": each.name, "label": each.label} for each in found)
    else:
        cli.output.table(
            (Column("environment"), Column("label", gives=1)), [[each.name, each.label] for each in found]
        )


users = command_group(
    "users", "Show, create, change and delete users.", list_users, get_user, create_user, update_user, delete_user
)


def _expect_cut(cli: Cli, what: str, user_id: str) -> None:
    look = f"`neptune-inbox users get {shlex.quote(user_id)}` shows what the service has now."
    cli.account = lambda session: account_of_write(session, what, look)


def user_json(user: User) -> JsonObject:
    """A user with stable names."""
    return {
        "user_id": user.user_id,
        "name": user.name,
        "meta": server_value(user.meta),
        "contact_infos": [contact_json(contact) for contact in user.contacts],
    }


def _listed(user: User) -> JsonObject:
    """A user as in a list: without contact infos where the service gave none, as it may simply leave them out."""
    told = user_json(user)
    return told if user.contacts else {name: value for name, value in told.items() if name != "contact_infos"}


def contact_json(contact: ContactInfo) -> JsonObject:
    """A contact info with stable names."""
    return {
        "type": contact.type,
        "value": contact.value,
        "filterable": contact.filterable or None,
        "meta": server_value(contact.meta),
    }


async def _fetch(session: Session, limit: int) -> tuple[list[User], int | None, int]:
    """The users, the total where it is given, and how many rows could not be read."""
    found: dict[str, User] = {}
    total: int | None = None
    skipped = 0
    for number in range(1, 10_000):
        page = await session.people.page(page=number)
        total = page.total
        fresh = [user for user in page.rows if user.user_id not in found]
        skipped += page.skipped if fresh or number == 1 else 0
        found |= {user.user_id: user for user in fresh}
        if page.is_last or not fresh or (limit and len(found) >= limit):
            break
    return list(found.values())[: limit or None], total, skipped


def _meta(before: JsonObject, meta: str, changes: tuple[str, ...]) -> JsonObject:
    wanted = json_object(meta, "--meta") if meta else before
    return {**wanted, **{key: value_of(value, f"--set {key}") for key, value in pairs(changes, "--set")}}


def _known_meta(user: User) -> JsonObject:
    """The meta that the service holds. Raises Invalid where not all of it is known, so that it cannot be kept."""
    known = server_value(user.meta)
    if not isinstance(known, dict) or (known.get("cut") is True and {"characters", "start"} <= known.keys()):
        raise Invalid(
            f"The meta of {quoted_id(user.user_id)} is too large to change field by field: nothing was changed.",
            "--meta JSON replaces it completely.",
        )
    return known


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


def _readable(meta: str) -> str:
    """The same JSON in one line with letters as they are, where the service writes them as numbers."""
    try:
        return json.dumps(json.loads(meta), ensure_ascii=False)
    except ValueError:
        return meta


def _print_plan(
    cli: Cli, profile: Profile, user_id: str, before: JsonObject | None, after: JsonObject | None
) -> None:
    """What a dry run says at its end: as JSON the whole change, else that it was not made, and where it would be."""
    if cli.output.is_json:
        told: JsonObject = {"dry_run": True, "user_id": user_id, "before": before, "after": after}
        cli.output.value({**told, "place": place_json(profile)})
    cli.output.note("Nothing was written.")
    name_place(cli.output, profile)


def _finish(cli: Cli, user: User | None) -> None:
    if user is not None:
        _print_user(cli, user)


def _print_user(cli: Cli, user: User) -> None:
    if cli.output.is_json:
        cli.output.value(user_json(user))
        return
    contacts = [(contact.type, contact.value) for contact in user.contacts]
    meta = pretty(user.meta) if cli.output.is_terminal else user.meta
    cli.output.pairs([("user", user.user_id), ("name", user.name), *contacts, ("meta", meta)])
