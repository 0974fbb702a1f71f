from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

import httpx
import pytest

from neptune_inbox import errors
from neptune_inbox.api.client import Client
from neptune_inbox.model import ContactInfo, Event, Filter, JsonValue, Mode, Token
from tests.unit.api_helpers import API, CANARY, EDGE, RequestRecorder, client_over

EMAIL = ContactInfo("email", "rajiv@acme.example", "work", '{"verified":true}')
HEADERS = {"x-request-id": "req-1"}


async def test_notifications_are_asked_for_as_the_vendor_documents_it() -> None:
    seen = RequestRecorder({"data": [{"uuid": "a", "title": "Hi"}], "meta": {"total": 1}})
    page = await client_over(seen).app_notifications("a/b c?d%", Filter.UNREAD, page=2, per_page=10)
    assert seen.request.method == "GET"
    assert seen.request.url.path == "/neptune/app_notifications/staging"
    assert dict(seen.request.url.params) == {
        "user_id": "a/b c?d%",
        "type": "unread",
        "page": "2",
        "per_page": "10",
        "sort_column": "notification_deliveries*created_at",
        "sort_order": "desc",
    }
    assert [found.key for found in page.rows] == [("a/b c?d%", "a")]


async def test_a_heavy_page_is_decoded_to_the_same_rows() -> None:
    rows: list[JsonValue] = [{"uuid": str(number), "body": "<p>long</p>" * 100} for number in range(50)]
    page = await client_over(RequestRecorder({"data": rows})).app_notifications("u-1", Filter.ALL)
    assert [found.id for found in page.rows] == [str(number) for number in range(50)]
    assert page.rows[0].body.startswith("long")


async def test_a_portal_is_no_empty_inbox() -> None:
    client = client_over(lambda request: httpx.Response(200, html="<html>Sign in</html>"))
    with pytest.raises(errors.NotNeptune):
        await client.app_notifications("u-1", Filter.ALL)


async def test_one_notification_is_marked_read() -> None:
    seen = RequestRecorder({"message": "ok"}, headers=HEADERS)
    assert await client_over(seen).mark_read("5b0f5f0e") == "req-1"
    assert (seen.request.method, str(seen.request.url)) == ("POST", f"{API}/app_notifications/staging/read")
    assert seen.body == {"type": "notification", "id": "5b0f5f0e"}


async def test_everything_of_a_user_is_marked_read() -> None:
    seen = RequestRecorder({}, headers=HEADERS)
    assert await client_over(seen).mark_user_read("u-1") == "req-1"
    assert seen.body == {"type": "user", "id": "u-1"}


@pytest.mark.parametrize(
    "response",
    [httpx.Response(200), httpx.Response(204), httpx.Response(200, json={}), httpx.Response(201, json=True)],
)
async def test_a_mark_is_proven_by_json_or_nothing(response: httpx.Response) -> None:
    assert await client_over(lambda request: response).mark_read("n-1") == ""


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, html="<html>ok</html>"),
        httpx.Response(200, content=b'{"message"', headers={"content-type": "application/json"}),
        httpx.Response(302, headers={"location": "https://login.example/"}),
    ],
)
async def test_a_web_page_proves_no_mark(response: httpx.Response) -> None:
    with pytest.raises(errors.NotNeptune):
        await client_over(lambda request: response).mark_read("n-1")


@pytest.mark.parametrize("value", [{"error": "No such id"}, {"success": False, "message": "No such id"}])
async def test_a_success_that_speaks_of_an_error_proves_no_mark(value: JsonValue) -> None:
    with pytest.raises(errors.Refused, match="notification n-1: No such id"):
        await client_over(RequestRecorder(value)).mark_read("n-1")


async def test_a_refused_mark_names_the_notification_and_the_servers_words() -> None:
    with pytest.raises(errors.NotFound, match="notification n-1: Notification not found"):
        await client_over(RequestRecorder({"message": "Notification not found"}, status=404)).mark_read("n-1")


async def test_environments_are_listed() -> None:
    seen = RequestRecorder({"data": [{"identifier": "dev"}, {"identifier": "production"}]})
    found = await client_over(seen).environments()
    assert [environment.name for environment in found] == ["dev", "production"]
    assert str(seen.request.url) == f"{API}/environments"


async def test_users_are_listed_a_page_at_a_time() -> None:
    seen = RequestRecorder({"data": [{"user_id": "1"}], "meta": {"total": 21, "per_page": 20}})
    page = await client_over(seen).users(page=2, per_page=20)
    assert (page.rows[0].user_id, page.total, page.is_last) == ("1", 21, True)
    assert str(seen.request.url) == f"{API}/staging/users?page=2&per_page=20"


async def test_a_user_is_fetched_with_contact_infos() -> None:
    seen = RequestRecorder({"user_id": "a/b", "contact_infos": [{"type": "email", "value": "a@b.c"}]})
    user = await client_over(seen).user("a/b")
    assert user.contacts == (ContactInfo("email", "a@b.c"),)
    assert seen.request.url.raw_path == b"/neptune/staging/users/a%2Fb?includes=contact_infos"


async def test_a_user_is_created_and_updated() -> None:
    seen = RequestRecorder({"user_id": "2", "meta": {"name": "Rajiv", "plan": "gold"}})
    client = client_over(seen)
    assert (await client.create_user("2", {"name": "Rajiv"})).name == "Rajiv"
    assert (seen.request.method, str(seen.request.url)) == ("POST", f"{API}/staging/users")
    assert seen.body == {"user_id": "2", "meta": {"name": "Rajiv"}}
    assert json.loads((await client.update_user("2", {"name": "R"})).meta) == {"name": "Rajiv", "plan": "gold"}
    assert (seen.request.method, str(seen.request.url)) == ("PUT", f"{API}/staging/users/2")
    assert seen.body == {"meta": {"name": "R"}}


async def test_a_user_is_deleted_without_a_body() -> None:
    seen = RequestRecorder()
    await client_over(seen).delete_user("..")
    assert (seen.request.method, seen.request.url.raw_path) == ("DELETE", b"/neptune/staging/users/%2E%2E")
    assert seen.request.content == b""


@pytest.mark.parametrize(("verb", "method"), [("add", "POST"), ("update", "PUT"), ("delete", "DELETE")])
async def test_a_contact_is_written_under_its_user(verb: str, method: str) -> None:
    seen = RequestRecorder({})
    await getattr(client_over(seen), f"{verb}_contact")("u-1", EMAIL)
    assert (seen.request.method, str(seen.request.url)) == (method, f"{API}/staging/users/u-1/contacts_info")
    body = {"type": "email", "value": "rajiv@acme.example", "filterable": "work"}
    assert seen.body == (body if verb == "delete" else {**body, "meta": {"verified": True}})


async def test_an_event_is_sent_to_the_edge_exactly_as_it_was_shown() -> None:
    seen = RequestRecorder({"message": "accepted", "api_token": CANARY})
    client = client_over(seen)
    event = Event("otp_requested", '{"code": "1234"}', "u-1", tags=("test",))
    answer = await client.ingest(event)
    assert (seen.request.method, str(seen.request.url)) == ("POST", f"{EDGE}/events/ingest")
    shown = client.ingest_request(event)
    assert shown["api_token"] == "••••"
    assert seen.body == {**shown, "api_token": CANARY}
    assert "authorization" not in seen.request.headers
    assert answer == {"message": "accepted", "api_token": "••••"}


@pytest.mark.parametrize(("value", "answer"), [(["id-1"], {"answer": ["id-1"]}), (True, {"answer": True})])
async def test_an_event_may_be_answered_by_anything(value: JsonValue, answer: JsonValue) -> None:
    assert await client_over(RequestRecorder(value)).ingest(Event("otp")) == answer


async def test_an_event_may_be_answered_by_nothing() -> None:
    assert await client_over(lambda request: httpx.Response(202)).ingest(Event("otp")) == {}


WRITES: list[Callable[[Client], Awaitable[object]]] = [
    lambda client: client.mark_read("n-1"),
    lambda client: client.mark_user_read("u-1"),
    lambda client: client.create_user("u-1", {}),
    lambda client: client.update_user("u-1", {}),
    lambda client: client.delete_user("u-1"),
    lambda client: client.add_contact("u-1", EMAIL),
    lambda client: client.update_contact("u-1", EMAIL),
    lambda client: client.delete_contact("u-1", EMAIL),
    lambda client: client.ingest(Event("otp")),
]


@pytest.mark.parametrize("write", WRITES)
async def test_observing_writes_nothing_at_all(write: Callable[[Client], Awaitable[object]]) -> None:
    seen = RequestRecorder({})
    with pytest.raises(errors.ObserveOnly):
        await write(client_over(seen, mode=Mode.OBSERVE))
    assert seen.requests == []


@pytest.mark.parametrize("write", WRITES)
async def test_no_write_believes_a_web_page(write: Callable[[Client], Awaitable[object]]) -> None:
    with pytest.raises(errors.NotNeptune):
        await write(client_over(lambda request: httpx.Response(200, html="<html>ok</html>")))


async def test_a_mended_token_is_used_and_a_closed_client_stays_closed() -> None:
    seen = RequestRecorder([])
    client = client_over(seen)
    client.use_token(Token("mended-token"))
    await client.environments()
    assert seen.request.headers["authorization"] == "Bearer mended-token"
    await client.aclose()
    with pytest.raises(errors.Offline):
        await client.environments()
