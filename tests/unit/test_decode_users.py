from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox.api.decode_users import (
    decode_contact,
    decode_environments,
    decode_one_user,
    decode_user,
    decode_users,
    decode_written_user,
)
from neptune_inbox.api.encode import encode_contact, encode_event
from neptune_inbox.errors import Invalid, NotNeptune
from neptune_inbox.model import ContactInfo, Environment, Event, JsonObject, JsonValue
from neptune_inbox.text import CleanText

RAJIV: JsonObject = {
    "user_id": "u-4711",
    "id": 7,
    "meta": {"name": "Rajiv Seelam", "plan": "gold"},
    "contact_infos": [
        {"type": "email", "value": "rajiv@acme.example", "filterable": "work", "meta": {"verified": True}},
        {"type": "mobile_number", "value": 4915112345},
    ],
}


def test_a_user_is_read_whole() -> None:
    user = decode_user(RAJIV)
    assert user is not None
    assert (user.user_id, user.name) == ("u-4711", "Rajiv Seelam")
    assert json.loads(user.meta) == RAJIV["meta"]
    assert user.contacts == (
        ContactInfo("email", "rajiv@acme.example", "work", '{"verified":true}'),
        ContactInfo("mobile_number", "4915112345"),
    )


def test_starred_keys_say_the_same() -> None:
    assert decode_user({f"users*{key}": value for key, value in RAJIV.items()}) == decode_user(RAJIV)


@pytest.mark.parametrize("name", ["contact_infos", "contacts_info", "contact_info", "contactInfos", "contacts"])
def test_contact_infos_have_many_names(name: str) -> None:
    user = decode_user({"user_id": "1", name: [{"type": "email", "value": "a@b.c"}]})
    assert user is not None
    assert len(user.contacts) == 1


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"meta": {"full_name": "A B"}}, "A B"),
        ({"meta": {"first_name": "A", "last_name": "B", "email": "x"}}, "A B"),
        ({"meta": {"first_name": "A"}}, "A"),
        ({"meta": {"display_name": "Ab"}}, "Ab"),
        ({"meta": {"email": "a@b.c"}}, "a@b.c"),
        ({"meta": '{"name": "from text"}'}, "from text"),
        ({"meta": {"name": {"odd": 1}}, "email": "a@b.c"}, "a@b.c"),
        ({"meta": {"name": "x\x1b[31m"}}, "x\N{REPLACEMENT CHARACTER}[31m"),
        ({"meta": [1]}, ""),
        ({"name": "outside"}, "outside"),
        ({}, ""),
    ],
)
def test_the_best_name_is_shown(fields: JsonObject, name: str) -> None:
    user = decode_user({"user_id": "1", **fields})
    assert user is not None
    assert user.name == name


@pytest.mark.parametrize(
    "row", [{}, {"user_id": ""}, {"user_id": "\x1b"}, {"user_id": None, "id": {}}, {"user_id": "x" * 600}]
)
def test_a_user_without_a_usable_id_is_none(row: JsonObject) -> None:
    assert decode_user(row) is None


@pytest.mark.parametrize(
    "row", [{}, {"type": "email"}, {"value": "x"}, {"type": "email", "value": ""}, {"type": "e", "value": "a\x1bb"}]
)
def test_a_contact_that_cannot_be_sent_back_is_none(row: JsonObject) -> None:
    assert decode_contact(row) is None


def test_a_page_of_users_counts_what_it_leaves_out() -> None:
    page = decode_users({"data": [RAJIV, None, {"id": 5}], "meta": {"total": 3}})
    assert [user.user_id for user in page.rows] == ["u-4711", "5"]
    assert (page.total, page.is_last, page.skipped) == (3, True, 1)


@pytest.mark.parametrize("answer", [RAJIV, {"data": RAJIV}, {"user": RAJIV}, {"data": {"user": RAJIV}}, [RAJIV]])
def test_one_user_may_come_in_many_envelopes(answer: JsonValue) -> None:
    assert decode_one_user(answer, "u-4711") == decode_user(RAJIV)


def test_the_user_asked_for_keeps_the_id_that_was_asked_for() -> None:
    assert decode_one_user({"id": 7, "meta": {"name": "A"}}, "u-1").user_id == "u-1"


@pytest.mark.parametrize("answer", [None, {}, {"message": "ok"}, [], [1], "x", {"data": None}])
def test_an_answer_without_the_user_is_an_error(answer: JsonValue) -> None:
    with pytest.raises(NotNeptune, match="u-1"):
        decode_one_user(answer, "u-1")


@pytest.mark.parametrize("answer", [None, {}, {"message": "User created"}, {"id": "x", "message": "ok"}])
def test_what_a_write_does_not_answer_is_as_it_was_sent(answer: JsonValue) -> None:
    user = decode_written_user(answer, "u-1", {"name": "Rajiv"})
    assert (user.user_id, user.name, json.loads(user.meta)) == ("u-1", "Rajiv", {"name": "Rajiv"})


def test_what_a_write_answers_wins() -> None:
    answer: JsonValue = {"data": {"user_id": "u-1", "meta": {"name": "Merged", "plan": "gold"}}}
    assert decode_written_user(answer, "u-1", {"name": "Sent"}).name == "Merged"


@pytest.mark.parametrize(
    ("answer", "names"),
    [
        (["dev", "staging"], ["dev", "staging"]),
        ({"data": [{"uuid": "x", "name": "Production", "identifier": "production"}]}, ["production"]),
        ({"environments": [{"slug": "dev"}, {"slug": "dev"}, {"id": 3}, None]}, ["dev"]),
        ({"data": [{"environments*name": "dev"}]}, ["dev"]),
        ([], []),
    ],
)
def test_environments_are_named_by_their_identifier(answer: JsonValue, names: list[str]) -> None:
    assert [found.name for found in decode_environments(answer)[0]] == names


def test_an_environment_keeps_its_label() -> None:
    assert decode_environments([{"identifier": "dev", "name": "Development"}])[0] == (
        Environment("dev", CleanText("Development")),
    )


def test_a_contact_is_sent_with_what_it_has() -> None:
    contact = ContactInfo("email", "a@b.c", "work", '{"verified":true}')
    assert encode_contact(contact) == {
        "type": "email", "value": "a@b.c", "filterable": "work", "meta": {"verified": True}
    }  # fmt: skip
    assert encode_contact(contact, with_meta=False) == {"type": "email", "value": "a@b.c", "filterable": "work"}
    assert encode_contact(ContactInfo("email", "a@b.c")) == {"type": "email", "value": "a@b.c"}


def test_a_small_event_has_only_what_it_needs() -> None:
    assert encode_event(Event("otp_requested"), "dev") == {
        "environment": "dev", "api_token": "••••", "event_type": "otp_requested", "version": "1", "data": {}
    }  # fmt: skip


def test_a_full_event_has_everything() -> None:
    contacts = (ContactInfo("email", "a@b.c"),)
    event = Event("otp", '{"a": 1}', "u-1", contacts, 1_730_000_000, "m-1", ("t",), ignore_user_contacts=True)
    body = encode_event(event, "dev")
    assert body["contact_infos"] == [{"type": "email", "value": "a@b.c"}]
    assert (body["user_id"], body["timestamp"], body["message_id"]) == ("u-1", 1_730_000_000, "m-1")
    assert (body["tags"], body["ignore_user_contacts"], body["data"]) == (["t"], "true", {"a": 1})


@pytest.mark.parametrize("data", ["[1]", "7", "{broken", "null", "[" * 100_000])
def test_event_data_that_is_no_object_is_refused(data: str) -> None:
    with pytest.raises(Invalid, match="The data of the event"):
        encode_event(Event("otp", data), "dev")


values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)
names = st.sampled_from(["user_id", "id", "meta", "contact_infos", "name", "email", "data", "user", "type", "value"])


@pytest.mark.slow
@given(st.dictionaries(names, values, max_size=6))
def test_no_user_row_costs_the_page(row: JsonObject) -> None:
    page = decode_users({"data": [row, RAJIV]})
    assert "u-4711" in [user.user_id for user in page.rows]
    assert decode_written_user(row, "u-1", {}).user_id == "u-1"
    decode_environments([row, {"name": "dev"}])
