"""Customers: read into the cache, written with a line in the journal, refused where nothing may be written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from neptune_inbox.errors import Invalid, NotFound, ObserveOnly
from neptune_inbox.model import ContactInfo, Mode
from neptune_inbox.sync.session import Session
from tests.builders import ENVIRONMENT, Office

EMAIL = ContactInfo("email", "ann@acme.example")


async def journal(session: Session) -> list[tuple[str, str, str]]:
    return [(entry.verb, entry.outcome, entry.detail) for entry in await session.evidence.entries()]


async def test_a_customer_is_created_changed_and_deleted_and_each_step_is_journalled(
    office: Office, session: Session
) -> None:
    people = session.people
    await people.create("u-7", {"name": "Ann"})
    await people.update("u-7", {"name": "Ann Lee"})
    assert (await people.get("u-7")).name == "Ann Lee"
    await people.delete("u-7")
    with pytest.raises(NotFound):
        await people.get("u-7")
    assert [entry[:2] for entry in await journal(session)] == [
        ("user-create", "trying"),
        ("user-create", "sent"),
        ("user-update", "trying"),
        ("user-update", "sent"),
        ("user-delete", "trying"),
        ("user-delete", "sent"),
    ]
    assert office.sandbox_state.users(ENVIRONMENT) == []


async def test_contact_infos_are_added_changed_and_deleted(session: Session) -> None:
    people = session.people
    await people.create("u-7", {})
    await people.add_contact("u-7", EMAIL)
    await people.update_contact("u-7", ContactInfo("email", EMAIL.value, "work", '{"verified": true}'))
    (contact,) = (await people.get("u-7")).contacts
    assert (contact.value, contact.filterable, json.loads(contact.meta)) == (EMAIL.value, "work", {"verified": True})
    await people.delete_contact("u-7", EMAIL)
    assert (await people.get("u-7")).contacts == ()
    assert ("contact-delete", "sent", "email ann@acme.example") in await journal(session)


async def test_a_refusal_is_journalled_in_the_servers_words_and_raised(session: Session) -> None:
    await session.people.create("u-7", {})
    await session.people.add_contact("u-7", EMAIL)
    with pytest.raises(Invalid) as caught:
        await session.people.add_contact("u-7", EMAIL)
    assert caught.value.fields
    verb, outcome, detail = (await journal(session))[-1]
    assert (verb, outcome) == ("contact-add", "failed")
    assert detail == caught.value.sentence


async def test_who_was_read_once_is_known_without_a_request(office: Office, session: Session) -> None:
    await session.people.create("u-7", {"name": "Ann"})
    await session.people.add_contact("u-7", EMAIL)
    await session.people.get("u-7")
    requests = office.requests
    known = await session.people.known_user("u-7")
    assert known is not None
    assert (known.name, known.contacts) == ("Ann", (EMAIL,))
    assert await session.people.known_user("u-8") is None
    assert [user.user_id for user in await session.people.known()] == ["u-7"]
    assert office.requests == requests


async def test_answers_without_contact_infos_do_not_wipe_those_that_are_known(session: Session) -> None:
    await session.people.create("u-7", {})
    await session.people.add_contact("u-7", EMAIL)
    await session.people.get("u-7")
    await session.people.list()
    await session.people.update("u-7", {"name": "Ann"})
    known = await session.people.known_user("u-7")
    assert known is not None
    assert known.contacts == (EMAIL,)
    await session.people.delete_contact("u-7", EMAIL)
    await session.people.get("u-7")
    known = await session.people.known_user("u-7")
    assert known is not None
    assert known.contacts == (), "the server itself said so"


async def test_a_list_that_is_slower_than_a_look_at_one_customer_takes_nothing_back(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    await session.people.create("u-7", {})
    await session.people.add_contact("u-7", EMAIL)
    save = session.people._store.users.save_profiles

    async def save_late(*args: Any) -> None:
        await session.people.get("u-7")
        await save(*args)

    monkeypatch.setattr(session.people._store.users, "save_profiles", save_late)
    await session.people.list()
    known = await session.people.known_user("u-7")
    assert known is not None
    assert known.contacts == (EMAIL,)


async def test_the_list_of_customers_comes_page_by_page(session: Session) -> None:
    for number in range(5):
        await session.people.create(f"u-{number}", {})
    first, total, is_last = await session.people.list(page=1, per_page=3)
    second, _, is_last_too = await session.people.list(page=2, per_page=3)
    assert (len(first), total, is_last, is_last_too) == (3, 5, False, True)
    assert {user.user_id for user in (*first, *second)} == {f"u-{number}" for number in range(5)}


async def test_the_environments_of_the_team(session: Session) -> None:
    assert {known.name for known in await session.people.environments()} == {"dev", "staging", "production"}


async def test_nothing_is_written_where_i_only_observe() -> None:
    office = Office(mode=Mode.OBSERVE)
    session = await office.open()
    for attempt in (
        session.people.create("u-7", {}),
        session.people.update("u-7", {}),
        session.people.delete("u-7"),
        session.people.add_contact("u-7", EMAIL),
        session.people.update_contact("u-7", EMAIL),
        session.people.delete_contact("u-7", EMAIL),
    ):
        with pytest.raises(ObserveOnly):
            await attempt
    assert office.faults.count_writes() == 0
    assert await journal(session) == []
    await session.close()
