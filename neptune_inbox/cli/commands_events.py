"""`event send`: one event into the service, to see the notification arrive that it makes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from neptune_inbox.cli.arguments import json_object, pairs
from neptune_inbox.cli.asking import confirm, confirm_by_name
from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.verbs import dry_run_option, noun, user_option, verb, yes_option
from neptune_inbox.errors import TimedOut, UsageProblem
from neptune_inbox.model import ContactInfo, Event, JsonObject, Profile
from neptune_inbox.text import ascii_json

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

EVENT_TYPE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
PATIENCE = 30.0
"""Seconds that `--wait` waits where no number is given."""


@verb("send")
@click.argument("event_type", metavar="TYPE")
@user_option()
@click.option("--data", default="{}", metavar="JSON", help="The payload: an object, @FILE, or - for stdin.")
@click.option(
    "--contact", "contact_texts", multiple=True, metavar="TYPE=VALUE", help="A contact info; may be repeated."
)
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="A tag; may be repeated.")
@click.option("--message-id", default="", metavar="ID", help="Your own name for the event.")
@click.option("--timestamp", type=int, metavar="SECONDS", help="When it happened, in unix seconds.")
@click.option("--ignore-user-contacts", is_flag=True, help="Reach only the contact infos named here.")
@click.option(
    "--wait",
    type=click.FloatRange(0, 600),
    is_flag=False,
    flag_value=PATIENCE,
    metavar="[SECONDS]",
    help="Wait until the notification is in the user's inbox, 30 seconds unless told.",
)
@dry_run_option()
@yes_option()
def send(
    cli: Cli,
    event_type: str,
    user: str,
    data: str,
    contact_texts: tuple[str, ...],
    tags: tuple[str, ...],
    message_id: str,
    timestamp: int | None,
    ignore_user_contacts: bool,
    wait: float | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Send one event of this TYPE, such as payment_failed.

    The customer gets whatever the service makes of it: an email and a push as well as the notification.
    """
    if not EVENT_TYPE.fullmatch(event_type):
        raise UsageProblem(f"`{event_type}` is no event type.", "Write lowercase words joined by underscores.")
    if wait is not None and not user:
        raise UsageProblem("--wait looks into a user's inbox.", "Add --user USER_ID.")
    contacts = tuple(ContactInfo(type, value) for type, value in pairs(contact_texts, "--contact"))
    if not user and not contacts:
        raise UsageProblem("Nobody was named who should get it.", "Add --user USER_ID or --contact TYPE=VALUE.")
    event = Event(
        event_type=event_type,
        data=ascii_json(json_object(data, "--data")),
        user_id=user,
        contact_infos=contacts,
        timestamp=timestamp,
        message_id=message_id,
        tags=tags,
        ignore_user_contacts=ignore_user_contacts,
    )
    cli.run(lambda session: _send(cli, session, event, wait, is_dry_run=dry_run, is_agreed=yes))


event = noun("event", "Send events.", send)


async def _send(
    cli: Cli, session: Session, event: Event, wait: float | None, *, is_dry_run: bool, is_agreed: bool
) -> None:
    if is_dry_run:
        cli.output.value({"dry_run": True, "request": session.events.request(event)})
        cli.output.note("This would be sent. Nothing was written.")
        return
    _agree(cli, session.profile, event, is_agreed=is_agreed)
    # What is in the inbox before the event is not what the event made.
    known = await session.events.look_first(event.user_id) if wait is not None else frozenset()
    told: JsonObject = {"sent": True, "event_type": event.event_type, "user_id": event.user_id}
    told["answer"] = await session.events.send(event)
    if wait is None:
        cli.output.value(told)
        return
    cli.output.note(f"Sent. Looking for it in the inbox of {event.user_id} …")
    arrived = await session.events.wait_for_arrival(event.user_id, known, within=wait)
    told["arrival"] = {"id": arrived.key.id, "seconds": round(arrived.seconds, 3)} if arrived else None
    cli.output.value(told)
    if arrived is None:
        raise TimedOut(
            f"The event was sent, and nothing new was in the inbox of {event.user_id} within {wait:g} s.",
            "It may still come; `neptune-inbox list` shows it.",
        )


def _agree(cli: Cli, profile: Profile, event: Event, *, is_agreed: bool) -> None:
    whom = event.user_id or "the contact infos named"
    question = f"Send {event.event_type} to {whom} in {profile.environment}?"
    if profile.is_production:
        words = f"{question} Real customers are reached, and it cannot be taken back."
        confirm_by_name(cli.output, profile, words, profile.environment, is_agreed=is_agreed)
    else:
        confirm(cli.output, profile, question, is_agreed=is_agreed)
