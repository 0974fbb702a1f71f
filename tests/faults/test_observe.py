"""Mode observe: whatever is called, at whatever depth, the server sees no write."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

import pytest

from neptune_inbox.api.client import Client
from neptune_inbox.api.transport import Transport
from neptune_inbox.errors import ObserveOnly
from neptune_inbox.model import ContactInfo, Event, Filter, Key, Mode, Token
from neptune_inbox.sandbox.memory_transport import transport_for
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sync.customers.events import Events
from neptune_inbox.sync.customers.people import People
from neptune_inbox.sync.marking.marking import Marking
from neptune_inbox.sync.session import Session
from tests.builders import API, EDGE, ENVIRONMENT, Office, keys

CONTACT = ContactInfo("email", "ann@example.org")
USER = "u-1"

Act = Callable[[Session], Awaitable[Any]]
WRITES: dict[type, dict[str, Act]] = {
    Marking: {
        "hold": lambda session: session.marking.hold([Key(USER, "n-1")], label="one"),
        "send_now": lambda session: session.marking.send_now(),
        "retry": lambda session: session.marking.retry(),
        "try_next_id": lambda session: session.marking.try_next_id([Key(USER, "n-1")]),
        "mark_everything_on_server": lambda session: session.marking.mark_everything_on_server(USER),
    },
    People: {
        "create": lambda session: session.people.create("u-9", {}),
        "update": lambda session: session.people.update(USER, {"name": "Ann"}),
        "delete": lambda session: session.people.delete(USER),
        "add_contact": lambda session: session.people.add_contact(USER, CONTACT),
        "update_contact": lambda session: session.people.update_contact(USER, CONTACT),
        "delete_contact": lambda session: session.people.delete_contact(USER, CONTACT),
    },
    Events: {"send": lambda session: session.events.send(Event("welcome", user_id=USER))},
}
HARMLESS: dict[type, set[str]] = {
    Marking: {
        "plan",
        "undo",
        "drop",
        "counts",
        "unsent",
        "unsettled",
        "receipts",
        "receipt_ids",
        "receipt",
        "standing",
        "learned_field",
    }
    | {"keys"},
    People: {
        "environments",
        "known",
        "known_user",
        "contact_status",
        "refresh_contact",
        "list",
        "page",
        "get",
        "name_watched",
    }
    | {"note_change", "noted_change"},
    Events: {"unread_snapshot", "wait_for_delivery"},
}
"""They read, or take back what was never sent."""
CLIENT_WRITES: dict[str, Callable[[Client], Awaitable[Any]]] = {
    "mark_read": lambda client: client.mark_read("n-1"),
    "mark_user_read": lambda client: client.mark_user_read(USER),
    "create_user": lambda client: client.create_user("u-9", {}),
    "update_user": lambda client: client.update_user(USER, {}),
    "delete_user": lambda client: client.delete_user(USER),
    "add_contact": lambda client: client.add_contact(USER, CONTACT),
    "update_contact": lambda client: client.update_contact(USER, CONTACT),
    "delete_contact": lambda client: client.delete_contact(USER, CONTACT),
    "ingest": lambda client: client.ingest(Event("welcome", user_id=USER)),
}
CLIENT_READS = {"app_notifications", "raw_list", "environments", "users", "user", "server_time", "aclose"}


def asynchronous(owner: type) -> set[str]:
    """The public verbs of a class that may reach the network."""
    return {name for name, _ in inspect.getmembers(owner, inspect.iscoroutinefunction) if not name.startswith("_")}


@pytest.fixture
def office() -> Office:
    office = Office(mode=Mode.OBSERVE)
    office.sandbox_state.create_user(ENVIRONMENT, USER, {"name": "Ann"})
    office.arrive(3)
    return office


def observing(office: Office) -> Transport:
    return Transport(
        api_base=API,
        edge_base=EDGE,
        token=office.new_token(),
        mode=Mode.OBSERVE,
        http=transport_for(create_app(office.sandbox_state), office.faults),
        now=office.clock.now,
        sleep=office.clock.sleep,
        rng=Random(1),
    )


@pytest.mark.parametrize("owner", WRITES)
def test_every_verb_is_known_as_one_that_writes_or_one_that_does_not(owner: type) -> None:
    assert asynchronous(owner) == WRITES[owner].keys() | HARMLESS[owner]


def test_every_call_of_the_client_is_known_too() -> None:
    assert asynchronous(Client) == CLIENT_WRITES.keys() | CLIENT_READS


async def test_no_verb_of_a_session_gets_a_write_through(office: Office) -> None:
    session = await office.open()

    for verbs in WRITES.values():
        for name, verb in verbs.items():
            with pytest.raises(ObserveOnly):
                await verb(session)
            assert office.faults.count_writes() == 0, name
    await session.inbox.refresh(USER, Filter.ALL)
    await session.sender.flush()
    await session.marking.undo()
    await session.close()

    assert office.requests > 0, "looking is allowed"
    assert office.faults.count_writes() == 0
    assert office.sandbox_state.writes == []


async def test_no_call_of_the_client_gets_a_write_through(office: Office) -> None:
    client = Client(observing(office), ENVIRONMENT)

    for call in CLIENT_WRITES.values():
        with pytest.raises(ObserveOnly):
            await call(client)
    assert len((await client.app_notifications(USER, Filter.ALL)).rows) == 3
    await client.aclose()

    assert office.faults.count_writes() == 0
    assert office.sandbox_state.writes == []


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "get", "LINK", ""])
async def test_the_transport_takes_nobodys_word_that_a_call_does_not_write(office: Office, method: str) -> None:
    transport = observing(office)

    with pytest.raises(ObserveOnly):
        await transport.call(method, "api", (ENVIRONMENT, "users"), body={}, is_write=False)
    with pytest.raises(ObserveOnly):
        await transport.call("GET", "api", ("environments",), is_write=True)
    assert office.requests == 0


async def test_a_new_token_does_not_open_the_gate(office: Office) -> None:
    session = await office.open()
    office.use_token(session, office.new_token())

    with pytest.raises(ObserveOnly):
        await session.people.delete(USER)
    assert office.faults.count_writes() == 0
    await session.close()


async def test_marks_that_were_held_before_the_mode_was_changed_stay_and_are_not_sent(office: Office) -> None:
    ids = [row.uuid for row in office.sandbox_state.notifications(ENVIRONMENT, USER)]
    acting = Office(clock=office.clock)
    office.profile, observed = acting.profile, office.profile
    session = await office.open()
    await session.marking.hold(keys(ids), label="all")
    await session.close()
    office.profile = observed

    session = await office.open()
    office.clock.advance(60)
    sender = asyncio.create_task(session.sender.run())
    await session.sender.flush()
    sender.cancel()
    await asyncio.gather(sender, return_exceptions=True)

    assert [mark.id for mark in await session.marking.unsettled()] == ids
    assert office.faults.count_writes() == 0
    await session.close()


async def test_not_even_without_a_token_is_a_connection_made(office: Office) -> None:
    transport = observing(office)
    transport.use_token(Token("••••"))

    with pytest.raises(ObserveOnly):
        await transport.call("POST", "edge", ("events", "ingest"), body={}, is_write=True)
    assert office.requests == 0
