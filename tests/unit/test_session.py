"""The bundle that a front end receives: signing in, the place that rows are bound to, and the end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from neptune_inbox.credentials import Claims, Vault, claims
from neptune_inbox.errors import NotSignedIn, StoreProblem, TokenExpired
from neptune_inbox.model import Filter, MarkState
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.tokens import sign_token
from neptune_inbox.sync.events import Bus, HealthChanged, MarksChanged
from neptune_inbox.sync.other_instances import OtherInstances
from neptune_inbox.sync.polling.health import State
from neptune_inbox.sync.session import check_expiry, tenant_key
from neptune_inbox.text import CleanText
from tests.builders import HOUR, NOON, Listener, Office, keys, profile, shown

NOBODY = CleanText("")

# -- the place ---------------------------------------------------------------------------------------------------


def test_a_place_is_base_environment_and_team_and_nothing_else() -> None:
    here = profile()
    assert tenant_key(here, "acme") == tenant_key(replace(here, name="other", colour="red"), "acme")
    assert tenant_key(here, "acme") == tenant_key(replace(here, api_base=here.api_base.upper() + "/"), "acme")
    others = [
        tenant_key(here, "umbrella"),
        tenant_key(replace(here, environment="production"), "acme"),
        tenant_key(replace(here, api_base="https://other.test/neptune"), "acme"),
    ]
    assert len({tenant_key(here, "acme"), *others}) == 4


# -- signing in --------------------------------------------------------------------------------------------------


def test_a_token_that_is_over_is_named_before_any_request() -> None:
    over = Claims(expires_at=NOON - HOUR, subject=NOBODY, team=NOBODY)
    with pytest.raises(TokenExpired, match=r"expired on 4 November 2026, \d\d:00"):
        check_expiry(over, NOON)
    check_expiry(replace(over, expires_at=NOON + HOUR), NOON)
    check_expiry(replace(over, expires_at=None), NOON)
    check_expiry(None, NOON)


async def test_an_expired_token_signs_out_and_reading_goes_on() -> None:
    office = Office()
    session = await office.open()
    ids = office.arrive(2)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    await session.close()
    office.builder.vault.hold(office.profile, sign_token(office.sandbox_state, expires_at=office.clock.now() - HOUR))
    requests = office.requests
    session = await office.open(is_signed_in=False)
    with pytest.raises(TokenExpired):
        await session.sign_in()
    assert session.health.state is State.SIGNED_OUT
    assert await session.poller.step() is None
    assert office.requests == requests
    assert await shown(session) == ids[::-1]
    await session.close()


async def test_without_a_token_nothing_is_asked_and_the_sentence_says_so() -> None:
    office = Office()
    office.builder.vault = Vault(memory_only=True)
    session = await office.open(is_signed_in=False)
    with pytest.raises(NotSignedIn, match="no token for `acme`"):
        await session.sign_in()
    assert isinstance(session.health.error, NotSignedIn)
    assert office.requests == 0
    await session.close()


async def test_the_first_sign_in_of_a_team_opens_its_own_place() -> None:
    office = Office()
    session = await office.open(is_signed_in=False)
    unbound = session.tenant
    assert await session.sign_in() is False
    await session.close()
    session = await office.open()
    assert session.tenant == tenant_key(office.profile, "acme") != unbound
    assert session.token_source
    assert session.claims is not None
    assert session.claims.team == "acme"
    assert await session.inbox.watched() == ["u-1"], "the users of the profile are watched there too"
    await session.close()


async def test_the_next_start_opens_the_same_place_without_a_token() -> None:
    office = Office()
    session = await office.open()
    ids = office.arrive(2)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    await session.close()
    office.builder.vault = Vault(memory_only=True)
    session = await office.open(is_signed_in=False)
    assert await shown(session) == ids[::-1]
    await session.close()


async def test_a_new_token_wakes_everything() -> None:
    office = Office()
    session = await office.open()
    office.faults.set(Kind.UNAUTHENTICATED, times=1)
    await session.poller.step()
    listener = Listener.on(session.bus)
    office.use_token(session, office.new_token())
    assert session.health.state is State.UNKNOWN
    assert listener.all(HealthChanged) == [HealthChanged()]
    office.clock.advance(60)
    await session.poller.step()
    assert str(session.health.state) == "online"
    assert claims(office.new_token()) is not None
    await session.close()


# -- the end -----------------------------------------------------------------------------------------------------


async def test_held_marks_stay_when_it_is_closed_and_go_when_it_is_opened_again(tmp_path: Path) -> None:
    office = Office(folder=tmp_path)
    session = await office.open()
    ids = office.arrive(2)
    await session.inbox.refresh("u-1", Filter.UNREAD)
    await session.marking.hold(keys(ids), label="2 shown")
    await session.close()
    session = await office.open()
    assert {mark.state for mark in await session.marking.unsettled()} == {MarkState.HELD}
    assert office.marked == []
    undone = await session.marking.undo()
    assert undone is not None
    assert len(undone.undone) == 2, "the window is still open"
    await session.close()


async def test_a_closed_session_answers_instead_of_hanging(tmp_path: Path) -> None:
    office = Office(folder=tmp_path)
    session = await office.open()
    await session.close()
    with pytest.raises(StoreProblem):
        await session.inbox.watched()


async def test_what_runs_in_the_background_is_polling_sending_housekeeping_and_a_look_at_other_instances() -> None:
    session = await Office().open()
    *ours, instances = session.background
    assert ours == [session.poller.run, session.sender.run, session.housekeeping.run]
    assert instances.__qualname__ == OtherInstances.run.__qualname__
    await session.close()


def test_a_listener_hears_facts_in_order_until_it_is_taken_away() -> None:
    bus, heard = Bus(), list[object]()
    leave = bus.listen(heard.append)
    bus.publish(HealthChanged())
    bus.publish(MarksChanged(()))
    leave()
    bus.publish(HealthChanged())
    assert heard == [HealthChanged(), MarksChanged(())]


async def test_a_request_made_while_the_token_is_looked_for_waits_for_it() -> None:
    office = Office()
    await (await office.open()).close()
    session = await office.open(is_signed_in=False)
    found = asyncio.Event()
    read_token = session._read_token

    async def slow_keyring() -> object:
        await found.wait()
        return await read_token()

    session._read_token = slow_keyring  # type: ignore[assignment]
    signing_in = asyncio.ensure_future(session.sign_in())
    asking = asyncio.ensure_future(session.people.environments())
    await asyncio.sleep(0)
    assert not asking.done()
    found.set()
    assert await signing_in
    assert [environment.name for environment in await asking]
