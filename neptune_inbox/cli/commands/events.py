"""`event send`: one event into the service, to see the notification arrive that it makes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import click

from neptune_inbox import doors
from neptune_inbox.cli.arguments import json_object, pairs
from neptune_inbox.cli.confirm import check_consent, confirm, confirm_by_name, name_place
from neptune_inbox.cli.context import Cli
from neptune_inbox.cli.interruption import START_AGAIN, Account, account_of_write
from neptune_inbox.cli.options import command, command_group, dry_run_option, user_option, yes_option
from neptune_inbox.cli.parameters import EVENT_TYPE, ID, JSON, NAME, NOT_GIVEN, TEXT, number, whole
from neptune_inbox.errors import TimedOut, Unreachable, UsageProblem
from neptune_inbox.model import ContactInfo, Event, JsonObject, JsonValue, Profile
from neptune_inbox.presentation.json import place_json
from neptune_inbox.presentation.sentences import duplicate_event_sentence
from neptune_inbox.sync.customers.events import is_duplicate
from neptune_inbox.text import ascii_json
from neptune_inbox.text_ids import quoted_id

if TYPE_CHECKING:
    from neptune_inbox.sync.session import Session

PATIENCE = 30.0
"""Seconds that `--wait` waits without a number."""


@command("send")
@click.argument("event_type", type=EVENT_TYPE, metavar="TYPE")
@user_option()
@click.option(
    "--data", type=JSON, default="{}", metavar="JSON", help="The payload: an object, @FILE, or - for stdin."
)
@click.option(
    "--contact",
    "contact_texts",
    type=TEXT,
    multiple=True,
    metavar="TYPE=VALUE",
    help="A contact info; may be repeated.",
)
@click.option("--tag", "tags", type=NAME, multiple=True, metavar="TAG", help="A tag; may be repeated.")
@click.option(
    "--message-id", type=ID, default=NOT_GIVEN, metavar="ID", help="An id of your own; one is generated if not given."
)
@click.option(
    "--timestamp",
    type=whole(0, doors.LAST_MOMENT // 1000),
    metavar="SECONDS",
    help="When it happened, in unix seconds.",
)
@click.option("--ignore-user-contacts", is_flag=True, help="Reach only the contact infos named here.")
@click.option(
    "--wait",
    type=number(0, 600),
    is_flag=False,
    flag_value=str(PATIENCE),
    metavar="[SECONDS]",
    help="Wait until the notification is in the user's inbox, 30 seconds by default.",
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
    """Send one event of this TYPE, such as payment_failed or OrderPlaced.

    The customer gets whatever the service makes of it, such as an email and a push besides the notification.
    """
    if not event_type.strip():
        raise UsageProblem("The event type is empty.", "Give one, such as payment_failed.")
    if wait is not None and not user:
        raise UsageProblem("--wait looks into a user's inbox.", "Add --user USER_ID.")
    contacts = tuple(
        ContactInfo(type, doors.read_contact(value, f"The {type} in --contact"))
        for type, value in pairs(contact_texts, "--contact")
    )
    if not user and not contacts:
        raise UsageProblem("No recipient was given.", "Add --user USER_ID or --contact TYPE=VALUE.")
    check_consent(cli, is_agreed=yes or dry_run)
    event = Event(
        event_type=event_type,
        data=ascii_json(json_object(data, "--data")),
        user_id=user,
        contact_infos=contacts,
        timestamp=timestamp,
        message_id=message_id or str(uuid4()),
        tags=tags,
        ignore_user_contacts=ignore_user_contacts,
    )
    cli.run(lambda session: _send(cli, session, event, wait, is_dry_run=dry_run, is_agreed=yes))


event = command_group("event", "Send events.", send)


async def _send(
    cli: Cli, session: Session, event: Event, wait: float | None, *, is_dry_run: bool, is_agreed: bool
) -> None:
    if is_dry_run:
        request = session.events.request(event)
        if cli.output.is_json:
            cli.output.value({"dry_run": True, "request": request, "place": place_json(session.profile)})
        else:
            cli.output.pairs((name, _shown(value)) for name, value in request.items())
        cli.output.note("This would be sent. Nothing was written.")
        name_place(cli.output, session.profile)
        return
    cli.nothing_done = Account("nothing was sent.", START_AGAIN)
    _agree(cli, session.profile, event, is_agreed=is_agreed)
    cli.account = lambda session: account_of_write(session, f"The event {event.event_type}", _again(event))
    # What is in the inbox before the event is not what the event made.
    known = await session.events.unread_snapshot(event.user_id) if wait is not None else frozenset()
    told: JsonObject = {
        "sent": True,
        "event_type": event.event_type,
        "user_id": event.user_id,
        "message_id": event.message_id,
    }
    try:
        answer = await session.events.send(event)
    except Unreachable as error:
        once = f"If you send it again, add --message-id {event.message_id}: then the service accepts it only once."
        raise error.saying(remedy=once) from error
    told["is_duplicate"], told["answer"] = is_duplicate(answer), answer
    if is_duplicate(answer):
        cli.output.note(duplicate_event_sentence(event.message_id))
    told["place"] = place_json(session.profile)
    if wait is None:
        _print_sent(cli, event, told)
        return
    cli.output.note(f"Sent. Looking for it in the inbox of {quoted_id(event.user_id)} …")
    arrived = await session.events.wait_for_delivery(event.user_id, known, within=wait)
    told["arrival"] = {"id": arrived.key.id, "seconds": round(arrived.seconds, 3)} if arrived else None
    _print_sent(cli, event, told)
    if arrived is None:
        raise TimedOut(
            "The event was sent, but nothing new arrived in the inbox of"
            f" {quoted_id(event.user_id)} within {wait:g} s.",
            "It may still arrive; `neptune-inbox list` shows it.",
        )


def _again(event: Event) -> str:
    """How to send an event once more whose arrival is not known."""
    if event.message_id:
        once = f"Send it again with --message-id {event.message_id}: the service accepts an id only once."
    else:
        once = "It had no message id, so sending it again may deliver it twice; look first."
    return f"{once} `neptune-inbox list` shows what has arrived." if event.user_id else once


def _print_sent(cli: Cli, event: Event, told: JsonObject) -> None:
    if cli.output.is_json:
        cli.output.value(told)
        return
    whom = event.user_id or ", ".join(contact.value for contact in event.contact_infos)
    cli.output.record("sent", event.event_type, whom, event.message_id)
    arrival = told.get("arrival")
    if isinstance(arrival, dict):
        cli.output.record("arrived", str(arrival["id"]), f"{arrival['seconds']} s")


def _shown(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _agree(cli: Cli, profile: Profile, event: Event, *, is_agreed: bool) -> None:
    whom = event.user_id or "the contact infos named"
    question = f"Send {event.event_type} to {whom} in {profile.environment}?"
    if profile.is_production:
        words = f"{question} Real customers are reached, and it cannot be taken back."
        confirm_by_name(cli.output, profile, words, profile.environment, is_agreed=is_agreed)
    else:
        confirm(cli.output, profile, question, is_agreed=is_agreed)
