"""`contacts`: the ways to reach a user. Within one user, a type and value identify one contact info."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.arguments import json_object
from neptune_inbox.cli.commands.people import USER, contact_json
from neptune_inbox.cli.confirm import check_consent, confirm, name_place
from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.interruption import NOTHING_CHANGED, account_of_write
from neptune_inbox.cli.options import LISTS, command, command_group, dry_run_option, yes_option
from neptune_inbox.cli.parameters import CONTACT, JSON, LINE, NAME, NOT_GIVEN
from neptune_inbox.errors import NotFound
from neptune_inbox.model import ContactInfo, JsonObject, Profile, User
from neptune_inbox.presentation.json import place_json
from neptune_inbox.presentation.table import Column
from neptune_inbox.sync.customers.validation import contact_warning
from neptune_inbox.text import ascii_json
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

TYPE = click.argument("type", type=NAME, metavar="TYPE")
VALUE = click.argument("value", type=CONTACT, metavar="VALUE")
FILTERABLE = click.option(
    "--filterable", type=LINE, default="", metavar="TEXT", help="The service's own field to filter by."
)
META = click.option(
    "--meta", type=JSON, default=NOT_GIVEN, metavar="JSON", help="The meta: an object, @FILE, or - for stdin."
)
COLUMNS = (Column("type"), Column("value", gives=1), Column("filterable", gives=2), Column("meta", gives=3))


def _takes_a_contact(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments of adding and of changing one."""
    for take in (yes_option(), dry_run_option(), META, FILTERABLE, VALUE, TYPE, USER):
        command = take(command)
    return command


@command("list", shapes=LISTS)
@USER
def list_contacts(cli: Cli, user_id: str) -> None:
    """List the contact infos of a user."""
    user = cli.run(lambda session: session.people.get(user_id))
    _print_contacts(cli, user)


@command("add", shapes=LISTS)
@_takes_a_contact
def add_contact(
    cli: Cli, user_id: str, type: str, value: str, filterable: str, meta: str, dry_run: bool, yes: bool
) -> None:
    """Add a contact info; TYPE is email, mobile_number, firebase_token, or one of your own."""
    check_consent(cli, is_agreed=yes or dry_run)
    contact = ContactInfo(type, value, filterable, _meta(meta))
    _write(cli, "Add", user_id, contact, lambda session: session.people.add_contact(user_id, contact), dry_run, yes)


@command("update", shapes=LISTS)
@_takes_a_contact
def update_contact(
    cli: Cli, user_id: str, type: str, value: str, filterable: str, meta: str, dry_run: bool, yes: bool
) -> None:
    """Change the filterable and meta of the contact info that has this TYPE and VALUE."""
    check_consent(cli, is_agreed=yes or dry_run)
    contact = ContactInfo(type, value, filterable, _meta(meta))
    _write(
        cli, "Change", user_id, contact, lambda session: session.people.update_contact(user_id, contact), dry_run, yes
    )


@command("delete", shapes=LISTS)
@USER
@TYPE
@VALUE
@FILTERABLE
@dry_run_option()
@yes_option()
def delete_contact(cli: Cli, user_id: str, type: str, value: str, filterable: str, dry_run: bool, yes: bool) -> None:
    """Delete the contact info that has this TYPE and VALUE."""
    check_consent(cli, is_agreed=yes or dry_run)
    contact = ContactInfo(type, value, filterable)
    _write(
        cli, "Delete", user_id, contact, lambda session: session.people.delete_contact(user_id, contact), dry_run, yes
    )


contacts = command_group(
    "contacts",
    "Show, add, change and delete contact infos.",
    list_contacts,
    add_contact,
    update_contact,
    delete_contact,
)


def _write(
    cli: Cli,
    word: str,
    user_id: str,
    contact: ContactInfo,
    write: Callable[[Session], Awaitable[None]],
    is_dry_run: bool,
    is_agreed: bool,
) -> None:
    """Show the change against what the server has, ask, write it, and show how the user can be reached now."""

    async def work(session: Session) -> User | None:
        cli.nothing_done = NOTHING_CHANGED
        user = await session.people.get(user_id)
        before = next(
            (known for known in user.contacts if (known.type, known.value) == (contact.type, contact.value)), None
        )
        if before is None and word != "Add":
            raise NotFound(
                f"{quoted_id(user_id)} has no {contact.type} {contact.value}: nothing was changed.",
                f"`neptune-inbox contacts list {shlex.quote(user_id)}` lists what the user has.",
            )
        cli.output.note(
            f"{word} {contact.type} {contact.value} of {quoted_id(user_id)} in {session.profile.environment}."
        )
        if word != "Delete" and (warning := contact_warning(contact)):
            cli.output.note(f"  Mind: {warning}")
        if before is not None and word == "Change":
            cli.output.note(f"  {_rest(before)} → {_rest(contact)}")
        if is_dry_run:
            if cli.output.is_json:
                after = None if word == "Delete" else contact
                cli.output.value(_plan_json(word, user_id, before, after, session.profile))
            cli.output.note("Nothing was written.")
            name_place(cli.output, session.profile)
            return None
        confirm(cli.output, session.profile, "Go on?", is_agreed=is_agreed)
        look = f"`neptune-inbox contacts list {shlex.quote(user_id)}` shows what the service has now."
        cli.account = lambda session: account_of_write(session, f"The change of {contact.type}", look)
        await write(session)
        return await session.people.get(user_id)

    user = cli.run(work)
    if user is not None:
        _print_contacts(cli, user)


def _plan_json(
    word: str, user_id: str, before: ContactInfo | None, after: ContactInfo | None, profile: Profile
) -> JsonObject:
    """What a dry run would change."""
    return {
        "dry_run": True,
        "action": word.lower(),
        "user_id": user_id,
        "before": contact_json(before) if before else None,
        "after": contact_json(after) if after else None,
        "place": place_json(profile),
    }


def _print_contacts(cli: Cli, user: User) -> None:
    if cli.output.is_json:
        cli.output.values(contact_json(contact) for contact in user.contacts)
        return
    cli.output.table(COLUMNS, [[each.type, each.value, each.filterable, each.meta] for each in user.contacts])
    if not user.contacts:
        cli.output.note(f"{quoted_id(user.user_id)} has no contact infos.")


def _rest(contact: ContactInfo) -> str:
    return f"{contact.filterable or 'no filterable'}, {contact.meta}"


def _meta(text: str) -> str:
    return ascii_json(json_object(text, "--meta")) if text else "{}"
