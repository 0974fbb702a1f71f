"""The vendor's API as a client meets it: every line of it, its envelopes and its refusals."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neptune_inbox.model import Token
from neptune_inbox.sandbox.dialects import make_dialect
from neptune_inbox.sandbox.records import Write
from neptune_inbox.sandbox.tokens import sign_token
from tests.sandbox_client import API, EDGE, NOON, SandboxClient

LIST = "/app_notifications/dev"


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxClient]:
    client = SandboxClient()
    client.sandbox_state.create_user("dev", "u-1", {"name": "Ada Lovelace"})
    yield client
    await client.http.aclose()


def fill(sandbox: SandboxClient, count: int) -> list[str]:
    return [
        sandbox.sandbox_state.add_notification("dev", "u-1", f"Title {n}", created_at=NOON - n).uuid
        for n in range(count)
    ]


# -- listing -----------------------------------------------------------------------------------------------------


async def test_a_list_is_an_envelope_with_its_paging_as_strings(sandbox: SandboxClient) -> None:
    fill(sandbox, 23)
    answer = await sandbox.ok("GET", LIST, user_id="u-1", type="all", page="3", per_page="10")
    assert [row["title"] for row in answer["data"]] == ["Title 20", "Title 21", "Title 22"]
    assert answer["meta"] == {"page": "3", "per_page": "10", "total": 23, "total_page": 3}


async def test_without_a_type_the_unread_come_newest_first_ten_at_a_time(sandbox: SandboxClient) -> None:
    first, *_ = fill(sandbox, 12)
    sandbox.sandbox_state.mark_read("dev", first)
    answer = await sandbox.ok("GET", LIST, user_id="u-1")
    assert [row["title"] for row in answer["data"]] == [f"Title {n}" for n in range(1, 11)]
    assert answer["meta"]["total"] == 11
    read = await sandbox.ok("GET", LIST, user_id="u-1", type="read")
    assert [row["uuid"] for row in read["data"]] == [first]


async def test_a_page_never_holds_more_than_a_hundred(sandbox: SandboxClient) -> None:
    fill(sandbox, 130)
    answer = await sandbox.ok("GET", LIST, user_id="u-1", per_page="5000")
    assert (len(answer["data"]), answer["meta"]["per_page"], answer["meta"]["total_page"]) == (100, "100", 2)
    beyond = await sandbox.ok("GET", LIST, user_id="u-1", page="99")
    assert beyond["data"] == []


async def test_the_order_can_be_turned_by_a_starred_or_a_plain_column(sandbox: SandboxClient) -> None:
    fill(sandbox, 3)
    for column in ("notification_deliveries*created_at", "created_at", "title"):
        answer = await sandbox.ok("GET", LIST, user_id="u-1", sort_column=column, sort_order="asc")
        expected = [0, 1, 2] if column == "title" else [2, 1, 0]
        assert [row["title"] for row in answer["data"]] == [f"Title {n}" for n in expected]


async def test_a_row_drops_what_is_empty(sandbox: SandboxClient) -> None:
    uuid = sandbox.sandbox_state.add_notification("dev", "u-1", "Bare").uuid
    row = (await sandbox.ok("GET", LIST, user_id="u-1"))["data"][0]
    assert row == {
        "uuid": uuid,
        "user_id": "u-1",
        "title": "Bare",
        "status": "mocked",
        "created_at": "2026-11-18T11:06:40.000Z",
    }


async def test_starred_keys_are_the_other_shape_of_a_list() -> None:
    sandbox = SandboxClient(dialect=make_dialect("starred"))
    sandbox.sandbox_state.create_user("dev", "u-1", {})
    uuid = sandbox.sandbox_state.add_notification("dev", "u-1", "Hello").uuid
    row = (await sandbox.ok("GET", LIST, user_id="u-1"))["data"][0]
    assert row["notification_deliveries*uuid"] == uuid
    assert {key.split("*")[0] for key in row} == {"notification_deliveries"}
    user = (await sandbox.ok("GET", "/dev/users"))["data"][0]
    assert user["users*user_id"] == "u-1"


async def test_somebody_unknown_has_an_empty_list(sandbox: SandboxClient) -> None:
    answer = await sandbox.ok("GET", LIST, user_id="nobody", type="all")
    assert answer == {"data": [], "meta": {"page": "1", "per_page": "10", "total": 0, "total_page": 0}}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "user_id"),
        ({"user_id": ""}, "user_id"),
        ({"user_id": "u", "type": "seen"}, "type"),
        ({"user_id": "u", "page": "0"}, "page"),
        ({"user_id": "u", "page": "²"}, "page"),
        ({"user_id": "u", "per_page": "-1"}, "per_page"),
        ({"user_id": "u", "per_page": "9" * 5000}, "per_page"),
        ({"user_id": "u", "sort_column": "users*password"}, "sort_column"),
        ({"user_id": "u", "sort_order": "up"}, "sort_order"),
    ],
)
async def test_a_wrong_field_is_named(sandbox: SandboxClient, query: dict[str, str], field: str) -> None:
    answer = await sandbox.call("GET", LIST, query=query)
    assert answer.status_code == 422
    assert answer.json()["errorCode"] == "InputNotValid"
    assert answer.json()["message"] == "Validation failed. 1 error(s)"
    assert list(answer.json()["errors"]) == [field]


# -- marking -----------------------------------------------------------------------------------------------------


async def test_one_is_marked_read_and_twice_is_harmless(sandbox: SandboxClient) -> None:
    (uuid,) = fill(sandbox, 1)
    body = {"type": "notification", "id": uuid}
    for _ in range(2):
        sandbox.at += 60_000
        assert (await sandbox.ok("POST", LIST + "/read", body))["count"] == 1
    row = (await sandbox.ok("GET", LIST, user_id="u-1", type="read"))["data"][0]
    assert row["read_at"] == "2026-11-18T11:07:40.000Z"


async def test_all_of_a_user_are_marked_and_counted(sandbox: SandboxClient) -> None:
    fill(sandbox, 7)
    assert (await sandbox.ok("POST", LIST + "/read", {"type": "user", "id": "u-1"}))["count"] == 7
    assert (await sandbox.ok("POST", LIST + "/read", {"type": "user", "id": "u-1"}))["count"] == 0
    assert (await sandbox.ok("POST", LIST + "/read", {"type": "user", "id": "nobody"}))["count"] == 0


async def test_marking_what_is_not_there_says_so(sandbox: SandboxClient) -> None:
    answer = await sandbox.call("POST", LIST + "/read", {"type": "notification", "id": "gone"})
    assert (answer.status_code, answer.json()) == (404, {"message": "Notification not found"})
    answer = await sandbox.call("POST", LIST + "/read", {"type": "everything"})
    assert set(answer.json()["errors"]) == {"type", "id"}


# -- users and contact infos -------------------------------------------------------------------------------------


async def test_a_user_lives_through_create_read_update_delete(sandbox: SandboxClient) -> None:
    made = await sandbox.ok("POST", "/dev/users", {"user_id": 2, "meta": {"name": "Grace"}})
    assert (made["user_id"], made["meta"]) == ("2", {"name": "Grace"})
    assert (await sandbox.ok("PUT", "/dev/users/2", {"meta": {"name": "Hopper"}}))["meta"] == {"name": "Hopper"}
    assert (await sandbox.ok("GET", "/dev/users/2"))["meta"] == {"name": "Hopper"}
    assert await sandbox.ok("DELETE", "/dev/users/2") == {"message": "User deleted"}
    answer = await sandbox.call("GET", "/dev/users/2")
    assert (answer.status_code, answer.json()) == (404, {"message": "User not found"})


async def test_users_are_listed_with_contacts_only_when_asked(sandbox: SandboxClient) -> None:
    contact = {"type": "email", "value": "ada@acme.example", "filterable": "billing", "meta": {"verified": True}}
    assert await sandbox.ok("POST", "/dev/users/u-1/contacts_info", contact) == contact
    assert "contact_infos" not in (await sandbox.ok("GET", "/dev/users"))["data"][0]
    listed = await sandbox.ok("GET", "/dev/users", includes="contact_infos")
    assert listed["data"][0]["contact_infos"] == [contact]
    assert (await sandbox.ok("GET", "/dev/users/u-1", includes="contact_infos"))["contact_infos"] == [contact]


async def test_a_contact_is_updated_and_deleted_with_a_body(sandbox: SandboxClient) -> None:
    path, contact = "/dev/users/u-1/contacts_info", {"type": "mobile_number", "value": "+4670"}
    await sandbox.ok("POST", path, contact)
    again = await sandbox.call("POST", path, contact)
    assert (again.status_code, list(again.json()["errors"])) == (422, ["value"])
    assert (await sandbox.ok("PUT", path, {**contact, "meta": {"a": 1}}))["meta"] == {"a": 1}
    await sandbox.ok("DELETE", path, contact)
    gone = await sandbox.call("DELETE", path, contact)
    assert (gone.status_code, gone.json()) == (404, {"message": "Contact info not found"})


@pytest.mark.parametrize(
    "body", [{}, {"type": "fax", "value": "1"}, {"type": "email", "value": "none"}, {"type": "email"}]
)
async def test_a_contact_must_make_sense(sandbox: SandboxClient, body: dict[str, str]) -> None:
    assert (await sandbox.call("POST", "/dev/users/u-1/contacts_info", body)).status_code == 422


@pytest.mark.parametrize("user_id", ["a/b c?d%", "ü/€/🌱", "x" * 300, "contacts_info", "a/contacts_info", "%2F", "1"])
async def test_any_string_is_a_user_id_when_it_is_encoded(sandbox: SandboxClient, user_id: str) -> None:
    await sandbox.ok("POST", "/dev/users", {"user_id": user_id})
    path = f"/dev/users/{quote(user_id, safe='')}"
    assert (await sandbox.ok("GET", path))["user_id"] == user_id
    await sandbox.ok("POST", path + "/contacts_info", {"type": "email", "value": "a@b"})
    sandbox.sandbox_state.add_notification("dev", user_id, "Hello")
    assert (await sandbox.ok("GET", LIST, user_id=user_id))["meta"]["total"] == 1
    await sandbox.ok("DELETE", path)


async def test_an_id_that_an_sdk_forgot_to_encode_is_no_route_as_at_the_service(sandbox: SandboxClient) -> None:
    for user_id in ("eu/4410", "50%", "50%zz"):
        await sandbox.ok("POST", "/dev/users", {"user_id": user_id})
        assert (await sandbox.ok("GET", f"/dev/users/{quote(user_id, safe='')}"))["user_id"] == user_id
    assert (await sandbox.call("GET", "/dev/users/eu/4410")).json() == {"error": "Not Found"}
    contact = {"type": "email", "value": "a@b"}
    assert (await sandbox.call("POST", "/dev/users/eu/4410/contacts_info", contact)).status_code == 404


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=40).filter(lambda text: text not in (".", "..")))
async def test_what_is_created_can_be_fetched_whatever_its_id(user_id: str) -> None:
    sandbox = SandboxClient()
    assert (await sandbox.ok("POST", "/dev/users", {"user_id": user_id}))["user_id"] == user_id
    assert (await sandbox.ok("GET", f"/dev/users/{quote(user_id, safe='')}"))["user_id"] == user_id


# -- events ------------------------------------------------------------------------------------------------------


async def test_an_event_needs_no_header_and_becomes_a_notification(sandbox: SandboxClient) -> None:
    event: dict[str, object] = {"event_type": "otp_requested", "user_id": "u-1", "message_id": "m-1"}
    answer = await sandbox.ingest({**event, "data": {"code": "1"}})
    assert answer.json() == {"message": "Event ingested", "message_id": "m-1", "is_duplicate": False}
    again = await sandbox.ingest(event)
    assert again.json()["is_duplicate"] is True
    rows = (await sandbox.ok("GET", LIST, user_id="u-1"))["data"]
    assert [(row["title"], row["message_id"], row["data"]) for row in rows] == [
        ("Your code is on its way", "m-1", {"code": "1"})
    ]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "event_type"),
        ({"event_type": ""}, "event_type"),
        ({"event_type": "ok", "data": [1]}, "data"),
        ({"event_type": "ok", "timestamp": "now"}, "timestamp"),
        ({"event_type": "ok", "tags": [1]}, "tags"),
        ({"event_type": "ok", "environment": ""}, "environment"),
        ({"event_type": "ok", "ignore_user_contacts": "maybe"}, "ignore_user_contacts"),
        ({"event_type": "ok", "contact_infos": [{"type": "email", "value": "no"}]}, "contact_infos.0.value"),
        ({"event_type": "ok", "contact_infos": "x"}, "contact_infos"),
    ],
)
async def test_a_wrong_event_is_refused(sandbox: SandboxClient, fields: dict[str, object], wrong: str) -> None:
    answer = await sandbox.ingest(fields)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [wrong]


async def test_an_event_with_a_bad_token_or_for_elsewhere_is_refused(sandbox: SandboxClient) -> None:
    for token in (Token("nonsense"), Token("")):
        assert (await sandbox.ingest({"event_type": "ok"}, token)).status_code == 401
    limited = sign_token(sandbox.sandbox_state, environments=["staging"])
    assert (await sandbox.ingest({"event_type": "ok"}, limited)).json() == {"message": "No Access"}
    assert (await sandbox.ingest({"event_type": "ok", "environment": "moon"})).status_code == 404


@pytest.mark.parametrize("event_type", ["OrderPlaced", "user.login", "order/placed", "x" * 54, "Zahlung fällig"])
async def test_any_text_is_an_event_type(sandbox: SandboxClient, event_type: str) -> None:
    assert (await sandbox.ingest({"event_type": event_type, "user_id": "u-1"})).status_code == 200
    (row,) = (await sandbox.ok("GET", LIST, user_id="u-1"))["data"]
    assert row["event_type"] == event_type
    assert row["title"]


@pytest.mark.parametrize(
    "fields",
    [
        {"data": []},
        {"data": {"data": '{"order":1}', "notification_type": "ok"}},
        {"ignore_user_contacts": "true"},
        {"ignore_user_contacts": True},
        {"ignore_user_contacts": "1"},
        {"contact_infos": []},
        {"contact_infos": [{"type": "email", "value": "a@b.example", "meta": [], "cc": True}]},
        {"timestamp": "1795000000"},
        {"timestamp": 1_795_000_000.0},
        {"version": 1},
        {"tags": []},
    ],
    ids=str,
)
async def test_what_the_sdks_send_is_taken(sandbox: SandboxClient, fields: dict[str, object]) -> None:
    assert (await sandbox.ingest({"event_type": "ok", "user_id": "u-1", **fields})).status_code == 200


async def test_phps_empty_map_is_an_empty_object_in_users_and_contacts(sandbox: SandboxClient) -> None:
    assert "meta" not in await sandbox.ok("POST", "/dev/users", {"user_id": "u-2", "meta": []})
    assert "meta" not in await sandbox.ok("PUT", "/dev/users/u-1", {"meta": []})
    contact = {"type": "email", "value": "a@b", "meta": []}
    assert "meta" not in await sandbox.ok("POST", "/dev/users/u-1/contacts_info", contact)


@pytest.mark.parametrize("base", [API, EDGE, "http://127.0.0.1:8080"])
async def test_the_other_form_of_an_event_has_its_token_in_the_header(sandbox: SandboxClient, base: str) -> None:
    body = {"event_type": "OrderPlaced", "version": 1, "message_id": "dev-1", "timestamp": 1, "user_id": "u-1"}
    answers = [await sandbox.call("POST", "/dev/events", body, base=base) for _ in range(2)]
    assert [answer.json()["is_duplicate"] for answer in answers] == [False, True]
    assert (await sandbox.ok("GET", LIST, user_id="u-1"))["meta"]["total"] == 1
    assert (await sandbox.http.post(f"{base}/dev/events", json=body)).status_code == 401
    limited = sign_token(sandbox.sandbox_state, environments=["staging"])
    assert (await sandbox.call("POST", "/dev/events", body, base=base, token=limited)).status_code == 403


# -- doors, hosts and odd requests -------------------------------------------------------------------------------


async def test_environments_are_those_that_the_token_reaches(sandbox: SandboxClient) -> None:
    everything = await sandbox.ok("GET", "/environments")
    assert [row["identifier"] for row in everything["data"]] == ["dev", "staging", "production"]
    limited = sign_token(sandbox.sandbox_state, environments=["dev"])
    answer = await sandbox.call("GET", "/environments", token=limited)
    assert [row["identifier"] for row in answer.json()["data"]] == ["dev"]
    refused = await sandbox.call("GET", "/production/users", token=limited)
    assert (refused.status_code, refused.json()) == (403, {"message": "No Access"})


async def test_no_route_and_no_environment_are_two_answers(sandbox: SandboxClient) -> None:
    for method, path in (("GET", "/nowhere"), ("PATCH", "/dev/users/1"), ("GET", "/"), ("GET", "/environments/")):
        answer = await sandbox.call(method, path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Not Found"})
    answer = await sandbox.call("GET", "/moon/users")
    assert (answer.status_code, answer.json()) == (404, {"message": "Environment not found"})


async def test_each_host_serves_its_own_base_and_loopback_serves_both(sandbox: SandboxClient) -> None:
    async def status(base: str, method: str, path: str) -> int:
        return (await sandbox.call(method, path, {}, base=base)).status_code

    assert await status(API, "POST", "/events/ingest") == 404
    assert await status(EDGE, "GET", "/environments") == 404
    for base in ("http://127.0.0.1:8080/neptune", "http://127.0.0.1:8080"):
        assert await status(base, "GET", "/environments") == 200
        assert await status(base, "POST", "/events/ingest") == 401


@pytest.mark.parametrize("body", [b"[1]", b'"text"', b'{"a":' + b"[" * 60 + b"]" * 60 + b"}"])
async def test_a_body_that_is_no_object_is_refused(sandbox: SandboxClient, body: bytes) -> None:
    answer = await sandbox.raw("POST", f"{LIST}/read", body)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["body"]


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"id":NaN}', b'{"id":1e999}', b"[" * 100_000])
async def test_a_body_that_is_no_json_is_a_bad_request(sandbox: SandboxClient, body: bytes) -> None:
    answer = await sandbox.raw("POST", f"{LIST}/read", body)
    assert (answer.status_code, answer.json()) == (400, {"message": "The body is not valid JSON"})


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_a_body_of_another_type_is_not_read(sandbox: SandboxClient, content_type: str) -> None:
    (uuid,) = fill(sandbox, 1)
    body = json.dumps({"type": "notification", "id": uuid}).encode()
    answer = await sandbox.raw("POST", f"{LIST}/read", body, content_type)
    assert answer.status_code == 415
    assert sandbox.sandbox_state.notification("dev", uuid).read_at is None
    right = await sandbox.raw("POST", f"{LIST}/read", body, "Application/JSON; charset=utf-8")
    assert right.status_code == 200


async def test_half_a_surrogate_pair_comes_back_as_it_went_in(sandbox: SandboxClient) -> None:
    body = b'{"user_id":"half","meta":{"name":"\\ud83d"}}'
    answer = await sandbox.raw("POST", "/dev/users", body)
    assert answer.status_code == 200
    assert b'"\\ud83d"' in answer.content


async def test_a_target_in_absolute_form_is_accepted(sandbox: SandboxClient) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "http://api.teurons.com/neptune/environments",
        "raw_path": b"http://api.teurons.com/neptune/environments",
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer " + sandbox.token.reveal().encode())],
    }
    await sandbox.app(scope, receive, send)
    assert sent[0]["status"] == 200


async def test_answers_carry_a_request_id_and_the_worlds_own_date(sandbox: SandboxClient) -> None:
    first, second = [await sandbox.call("GET", "/environments") for _ in range(2)]
    assert first.headers["date"] == "Wed, 18 Nov 2026 11:06:40 GMT"
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


async def test_what_breaks_inside_is_a_500_without_a_word_about_it(
    sandbox: SandboxClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(sandbox.sandbox_state, "users", break_down)
    answer = await sandbox.call("GET", "/dev/users")
    assert (answer.status_code, answer.json()) == (500, {"message": "Something went wrong"})


async def test_every_write_is_on_record_with_its_outcome_and_no_token(sandbox: SandboxClient) -> None:
    await sandbox.call("GET", "/dev/users")
    assert sandbox.sandbox_state.writes == []
    await sandbox.call("POST", LIST + "/read", {"type": "user", "id": "u-1"})
    await sandbox.call("DELETE", "/dev/users/gone")
    await sandbox.ingest({"event_type": "welcome", "user_id": "u-1"})
    marked, deleted, ingested = sandbox.sandbox_state.writes
    assert marked == Write(
        "POST",
        "/app_notifications/{environment}/read",
        "dev",
        "",
        {"type": "user", "id": "u-1"},
        200,
        "/app_notifications/dev/read",
        NOON,
    )
    assert (deleted.method, deleted.user_id, deleted.status) == ("DELETE", "gone", 404)
    assert (ingested.environment, ingested.user_id, ingested.body["api_token"]) == ("dev", "u-1", "••••")
    assert sandbox.token.reveal() not in repr(sandbox.sandbox_state.writes)


async def test_a_write_without_a_token_changes_nothing_and_is_on_record(sandbox: SandboxClient) -> None:
    (uuid,) = fill(sandbox, 1)
    answer = await sandbox.http.post(f"{API}{LIST}/read", json={"type": "notification", "id": uuid})
    assert (answer.status_code, answer.json()) == (401, {"error": "Unauthenticated"})
    assert sandbox.sandbox_state.notification("dev", uuid).read_at is None
    assert [write.status for write in sandbox.sandbox_state.writes] == [401]


async def test_a_head_request_has_no_body(sandbox: SandboxClient) -> None:
    answer: httpx.Response = await sandbox.call("HEAD", "/environments")
    assert (answer.status_code, answer.content) == (200, b"")


# -- browsers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/environments", LIST + "/read", "/nowhere"])
async def test_a_preflight_is_answered_without_a_token(sandbox: SandboxClient, path: str) -> None:
    headers = {"origin": "https://app.example", "access-control-request-headers": "authorization,content-type"}
    answer = await sandbox.http.options(API + path, headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"
    assert "DELETE" in answer.headers["access-control-allow-methods"]


async def test_every_answer_may_be_read_by_a_web_page(sandbox: SandboxClient) -> None:
    for method, path in (("GET", "/environments"), ("GET", "/nowhere"), ("POST", LIST + "/read")):
        answer = await sandbox.call(method, path)
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_body_that_is_too_large_is_refused(sandbox: SandboxClient) -> None:
    answer = await sandbox.raw("POST", LIST + "/read", b'{"id": "' + b"x" * 1_048_576 + b'"}')
    assert (answer.status_code, answer.json()) == (413, {"message": "Request body is too large"})


@pytest.mark.parametrize("method", ["TRACE", "QUERY", "CONNECT"])
async def test_a_method_that_no_route_has_is_not_allowed(sandbox: SandboxClient, method: str) -> None:
    answer = await sandbox.call(method, "/environments")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, PUT, PATCH, POST, DELETE")
