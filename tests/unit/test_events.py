"""Sending one event, and seeing what it becomes arrive."""

from __future__ import annotations

import json

import pytest

from neptune_inbox.errors import Invalid, ObserveOnly
from neptune_inbox.model import Event, Mode
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sync.session import Session
from tests.builders import ENVIRONMENT, FakeClock, Office

EVENT = Event("payment_failed", json.dumps({"card": "4242"}), "u-1", message_id="m-1")


@pytest.fixture
def office() -> Office:
    return Office(clock=FakeClock(sleeps_at_once=True))


async def test_what_is_shown_before_sending_is_what_is_sent_but_for_the_token(
    office: Office, session: Session
) -> None:
    shown = session.events.request(EVENT)
    assert shown["environment"] == ENVIRONMENT
    assert shown["data"] == {"card": "4242"}
    await session.events.send(EVENT)
    (write,) = office.sandbox_state.writes
    assert {**write.body, "api_token": shown.get("api_token")} == {**shown, "api_token": shown.get("api_token")}
    assert office.new_token().reveal() not in json.dumps(shown)


async def test_an_event_is_journalled_with_its_message_and_customer(session: Session) -> None:
    await session.events.send(EVENT)
    entries = await session.evidence.entries()
    assert [(entry.verb, entry.outcome) for entry in entries] == [("event-send", "trying"), ("event-send", "sent")]
    assert (entries[-1].user_id, entries[-1].id, entries[-1].detail) == ("u-1", "m-1", "payment_failed")


async def test_the_notification_that_it_becomes_is_found(office: Office, session: Session) -> None:
    old = office.arrive(2)
    known = await session.events.unread_snapshot("u-1")
    assert {key.id for key in known} == set(old)
    await session.events.send(EVENT)
    arrival = await session.events.wait_for_delivery("u-1", known)
    assert arrival is not None
    assert arrival.key.id not in old
    assert arrival.seconds < 1


async def test_what_the_poller_fetched_first_counts_as_arrived_too(session: Session) -> None:
    known = await session.events.unread_snapshot("u-1")
    await session.events.send(EVENT)
    await session.poller.poll("u-1")
    assert await session.events.wait_for_delivery("u-1", known) is not None


async def test_nothing_that_came_in_time_is_said_after_that_time(office: Office, session: Session) -> None:
    known = await session.events.unread_snapshot("u-1")
    began = office.clock.now()
    assert await session.events.wait_for_delivery("u-1", known, within=10) is None
    assert office.clock.now() - began == 10_000


async def test_an_event_that_is_refused_says_why(office: Office, session: Session) -> None:
    office.faults.set(Kind.INVALID, method="POST")
    with pytest.raises(Invalid):
        await session.events.send(EVENT)
    assert [entry.outcome for entry in await session.evidence.entries()] == ["trying", "failed"]


async def test_where_i_only_observe_no_event_is_sent() -> None:
    office = Office(mode=Mode.OBSERVE)
    session = await office.open()
    with pytest.raises(ObserveOnly):
        await session.events.send(EVENT)
    assert office.requests == 0
    await session.close()
