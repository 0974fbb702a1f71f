"""How a customer can be reached: looked up once an hour, remembered, and said in the same words everywhere."""

from __future__ import annotations

import pytest

from neptune_inbox.model import ContactInfo, Filter, Key, User
from neptune_inbox.presentation.json import evidence_json
from neptune_inbox.presentation.sentences import contact_sentences, evidence_lines, missing_sentence
from neptune_inbox.presentation.times import DAY, long_span
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.records import ContactRecord
from neptune_inbox.sync.customers.contact_status import ContactStatus
from neptune_inbox.sync.customers.people import REFRESH_EVERY
from neptune_inbox.sync.session import Session
from tests.builders import ENVIRONMENT, HOUR, MINUTE, NOON, FakeClock, Office

USER_ROUTE = "/{environment}/users/{user_id}"
EMAIL = ContactInfo("email", "ann@acme.example")


@pytest.fixture
def office() -> Office:
    office = Office(clock=FakeClock(sleeps_at_once=True))
    office.sandbox_state.create_user(ENVIRONMENT, "u-1", {"name": "Ann"})
    office.sandbox_state.add_contact(ENVIRONMENT, "u-1", ContactRecord("email", EMAIL.value, "", {}))
    return office


def asked(office: Office) -> int:
    return office.faults.requests["GET", USER_ROUTE]


def missing(contact_status: ContactStatus, *, is_read: bool = False, age: int | None = 3 * DAY) -> str:
    return missing_sentence(contact_status, is_read=is_read, created_at=None if age is None else NOON - age, now=NOON)


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ((), "unread for 3 days; no push token, no email, no mobile number"),
        (("mobile_number",), "unread for 3 days; no push token, no email"),
        (("email", "mobile_number", "firebase_token"), ""),
        (("pigeon", "email", "email"), "unread for 3 days; no push token, no mobile number"),
    ],
)
def test_what_is_missing_is_said_of_an_unread_one(kinds: tuple[str, ...], words: str) -> None:
    user = User("u-1", contacts=tuple(ContactInfo(kind, "value") for kind in kinds))
    assert missing(ContactStatus("u-1", user, NOON)) == words
    assert missing(ContactStatus("u-1", user, NOON), is_read=True) == ""


def test_what_was_not_asked_is_not_called_missing_and_a_stranger_is_called_one() -> None:
    assert missing(ContactStatus("u-1")) == ""
    assert contact_sentences(ContactStatus("u-1")) == ["not looked up yet"]
    stranger = ContactStatus("u-9", None, NOON)
    assert missing(stranger, age=None) == "unread; Neptune knows no such user"
    assert contact_sentences(stranger) == ["Neptune knows no user u-9"]
    assert contact_sentences(ContactStatus("u-1", User("u-1"), NOON)) == ["none on file"]


@pytest.mark.parametrize(
    ("time", "words"),
    [(0, "under a minute"), (MINUTE, "1 minute"), (2 * HOUR - 1, "1 hour"), (40 * DAY, "40 days")],
)
def test_times_are_spelled_out(time: int, words: str) -> None:
    assert long_span(time) == words


async def test_whoever_is_known_from_a_list_alone_is_not_called_unreachable(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    await session.inbox.refresh("u-1", Filter.ALL)
    await session.people.list()
    office.faults.set(Kind.OFFLINE)
    contact_status = await session.people.contact_status("u-1")
    assert contact_status.user is not None, "the list told that there is such a user, and no more"
    assert (contact_status.ways, missing(contact_status), contact_sentences(contact_status)) == (
        (),
        "",
        ["not looked up yet"],
    )
    found = await session.evidence.of(Key("u-1", id))
    assert found is not None
    assert "Missing" not in dict(evidence_lines(found))
    assert evidence_json(found)["contacts"] is None
    office.faults.clear()
    await session.people.get("u-1")
    assert missing(await session.people.contact_status("u-1")) == "unread for 3 days; no push token, no mobile number"


async def test_a_customer_is_looked_up_once_an_hour(office: Office, session: Session) -> None:
    people = session.people
    assert (await people.contact_status("u-1")).ways == ()
    assert await people.refresh_contact("u-1") is True
    contact_status = await people.contact_status("u-1")
    assert contact_status.ways == (("email", True), ("mobile", False), ("push", False))
    for _ in range(5):
        assert await people.refresh_contact("u-1") is False
    office.clock.advance(REFRESH_EVERY / 1000)
    assert await people.refresh_contact("u-1") is True
    assert asked(office) == 2


async def test_what_was_looked_up_is_known_after_a_new_start(office: Office, session: Session) -> None:
    await session.people.refresh_contact("u-1")
    await session.people.refresh_contact("u-9")
    again = await office.open()
    assert await again.people.refresh_contact("u-1") is False
    assert await again.people.refresh_contact("u-9") is False
    assert (await again.people.contact_status("u-9")).is_unknown
    assert asked(office) == 2
    await again.close()


@pytest.mark.parametrize("kind", [Kind.OFFLINE, Kind.FORBIDDEN, Kind.BROKEN, Kind.CAPTIVE])
async def test_trouble_is_not_told_not_taken_for_an_answer_and_not_repeated(
    office: Office, session: Session, kind: Kind
) -> None:
    office.faults.set(kind, route=USER_ROUTE)
    assert await session.people.refresh_contact("u-1") is True
    contact_status = await session.people.contact_status("u-1")
    assert (contact_status.user, contact_status.is_unknown) == (None, False)
    before = asked(office)
    assert await session.people.refresh_contact("u-1") is False
    assert asked(office) == before


async def test_who_was_deleted_or_never_there_is_forgotten_here_too(office: Office, session: Session) -> None:
    await session.people.get("u-1")
    await session.people.delete("u-1")
    assert await session.people.known_user("u-1") is None
    assert await session.people.known() == []
    assert (await session.people.contact_status("u-1")).is_unknown
    await session.people.create("u-1", {})
    assert not (await session.people.contact_status("u-1")).is_unknown


async def test_the_evidence_tells_it_in_words_and_as_json(office: Office, session: Session) -> None:
    (id,) = office.arrive(1)
    office.clock.advance(2 * 3_600)
    await session.inbox.refresh("u-1", Filter.ALL)
    before = await session.evidence.of(Key("u-1", id))
    assert before is not None
    assert ("Contacts", "not looked up yet") in evidence_lines(before)
    assert evidence_json(before)["contacts"] is None
    await session.people.refresh_contact("u-1")
    found = await session.evidence.of(Key("u-1", id))
    assert found is not None
    lines = evidence_lines(found)
    assert ("Contacts", "email ann@acme.example") in lines
    assert ("Missing", "unread for 2 hours; no push token, no mobile number") in lines
    told = evidence_json(found)
    assert told["contacts"] == [{"type": "email", "value": "ann@acme.example"}]
    assert told["missing"] == "unread for 2 hours; no push token, no mobile number"
