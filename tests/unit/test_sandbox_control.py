"""The doors into a running sandbox: over HTTP under `/_sandbox`, and the same from Python."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from neptune_inbox.errors import NotFound, UsageProblem
from neptune_inbox.sandbox.dialects import make_dialect
from neptune_inbox.sandbox.joins import delivery_uuid
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.records import MESSAGES_KEPT, WRITES_KEPT
from neptune_inbox.sandbox.ring import Ring
from neptune_inbox.sandbox.seed import seed_demo
from tests.sandbox_client import CONTROL_TOKEN, NOON, ROOT, Remote


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    remote = Remote()
    yield remote
    await remote.http.aclose()


# -- who is let in -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer wrong", "Basic control-token"])
async def test_without_its_token_nothing_is_controlled(remote: Remote, authorization: str) -> None:
    for method, path in (("GET", "state"), ("POST", "reset"), ("GET", "writes"), ("DELETE", "faults")):
        answer = await remote.http.request(method, f"/_sandbox/{path}", headers={"authorization": authorization})
        assert answer.status_code == 401
    assert remote.neptune.sandbox_state.users("dev")


async def test_a_token_of_the_api_is_not_the_control_token(remote: Remote) -> None:
    headers = {"authorization": f"Bearer {remote.neptune.token.reveal()}"}
    assert (await remote.http.get("/_sandbox/state", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://a-page.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9000"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
async def test_a_web_page_of_another_origin_is_refused(remote: Remote, headers: dict[str, str]) -> None:
    answer = await remote.control("POST", "/reset", **headers)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert (await remote.control("GET", "/state", origin=ROOT)).status_code == 200


async def test_it_is_not_served_under_the_vendors_names_nor_under_the_base(remote: Remote) -> None:
    headers = {"authorization": f"Bearer {CONTROL_TOKEN}", "host": "api.teurons.com"}
    assert (await remote.http.get("/_sandbox/state", headers=headers)).status_code == 404
    assert (await remote.call("GET", "/_sandbox/state")).status_code == 404
    assert (await remote.http.get("/healthz")).json() == {"status": "ok"}
    assert (await remote.control("GET", "/nothing")).status_code == 404


# -- what can be done --------------------------------------------------------------------------------------------


async def test_arrivals_are_there_for_the_client_at_once(remote: Remote) -> None:
    (made,) = await remote.do("POST", "/arrive", {"user": "u-1", "title": "Card declined"})
    listed = (await remote.call("GET", "/app_notifications/dev?user_id=u-1")).json()
    assert [row["uuid"] for row in listed["data"]] == [made["uuid"]]
    many = await remote.do(
        "POST", "/arrive", {"user": "u-1", "event_type": "OrderPlaced", "data": {"n": 1}, "count": 3}
    )
    assert {each["title"] for each in many} == {"Order placed"}
    assert (await remote.do("GET", "/state"))["environments"]["dev"]["unread"] == 4


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"user": "u-1", "title": "x", "count": 0}, "count is 0"),
        ({"title": "x"}, "No user was named"),
        ({"usr": "u-1"}, "usr"),
        ({"user": 7}, "user"),
    ],
)
async def test_what_cannot_arrive_says_why(remote: Remote, body: object, words: str) -> None:
    answer = await remote.control("POST", "/arrive", body)
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    elsewhere = await remote.control("POST", "/arrive", {"user": "u-1", "title": "x", "environment": "moon"})
    assert (elsewhere.status_code, elsewhere.json()) == (404, {"message": "Environment not found"})


async def test_writes_are_told_with_their_bodies_and_without_tokens(remote: Remote) -> None:
    token = remote.neptune.token.reveal()
    event = {"environment": "dev", "api_token": token, "event_type": "x", "user_id": "u-1", "data": {"copy": token}}
    await remote.call("POST", "/events/ingest", event)
    await remote.call("POST", "/app_notifications/dev/read", {"type": "user", "id": "u-1"})
    sent, marked = await remote.do("GET", "/writes")
    assert (sent["user"], sent["body"]["event_type"], sent["status"]) == ("u-1", "x", 200)
    assert marked == {
        "at": "2026-11-18T11:06:40.000Z",
        "method": "POST",
        "path": "/app_notifications/dev/read",
        "environment": "dev",
        "user": "",
        "body": {"type": "user", "id": "u-1"},
        "status": 200,
    }
    assert token not in json.dumps([sent, marked])


async def test_a_reset_is_the_world_as_it_started_and_its_token_stays_good() -> None:
    remote = Remote(fill=seed_demo)
    before = [row.uuid for row in remote.neptune.sandbox_state.rows("dev")]
    await remote.do("POST", "/arrive", {"user": "u-1", "title": "Later"})
    await remote.do("POST", "/faults", {"answer": 500})
    await remote.do("POST", "/clock", {"advance": "2h"})
    told = await remote.do("POST", "/reset")
    assert (told["faults"], told["now"], told["writes"]) == ([], "2026-11-18T11:06:40.000Z", 0)
    assert [row.uuid for row in remote.neptune.sandbox_state.rows("dev")] == before
    assert await remote.statuses(1) == [200]
    assert (await remote.do("POST", "/reset", {"empty": True}))["environments"]["dev"]["users"] == 0


async def test_the_clock_stops_moves_and_runs_again(remote: Remote) -> None:
    assert (await remote.do("POST", "/clock", {"freeze": "2026-11-04T12:00:00Z"}))["is_frozen"] is True
    assert (await remote.do("POST", "/clock", {"advance": "1h30m"}))["now"] == "2026-11-04T13:30:00.000Z"
    await remote.do("POST", "/arrive", {"user": "u-1", "title": "Then"})
    row = (await remote.call("GET", "/app_notifications/dev?user_id=u-1")).json()["data"][0]
    assert row["created_at"] == "2026-11-04T13:30:00.000Z"
    told = await remote.do("POST", "/clock", {"freeze": False, "advance": 5})
    assert told == {"now": "2026-11-04T13:30:05.000Z", "is_frozen": False}
    for wrong in ({"advance": "soon"}, {"freeze": "tomorrow"}, {"freeze": "99999-01-01"}, {"advance": "9" * 400}):
        assert (await remote.control("POST", "/clock", wrong)).status_code == 422


# -- faults ------------------------------------------------------------------------------------------------------


async def test_fail_twice_then_succeed(remote: Remote) -> None:
    await remote.do("POST", "/faults", {"answer": 503, "times": 2, "retry_after": 2})
    first = await remote.call("GET", "/dev/users")
    assert (first.status_code, first.headers["retry-after"]) == (503, "2")
    assert await remote.statuses(3) == [503, 200, 200]


async def test_one_fault_follows_another(remote: Remote) -> None:
    plan = {"answer": 500, "times": 1, "then": {"answer": 429, "times": 2, "then": {"answer": 418, "body": [1]}}}
    await remote.do("POST", "/faults", plan)
    assert await remote.statuses(5) == [500, 429, 429, 418, 418]
    assert (await remote.call("GET", "/dev/users")).json() == [1]
    (left,) = await remote.do("GET", "/faults")
    assert (left["answer"], left["times"]) == (418, None)
    assert await remote.do("DELETE", "/faults") == []
    assert await remote.statuses(1) == [200]


async def test_a_fault_meets_only_the_calls_that_match(remote: Remote) -> None:
    remote.neptune.sandbox_state.create_user("dev", "u-2", {})
    await remote.do("POST", "/faults", {"match": {"method": "post", "path": "/neptune/*/read"}, "answer": 500})
    assert await remote.statuses(1) == [200]
    assert await remote.statuses(1, "/app_notifications/dev/read", "POST") == [500]
    await remote.do("DELETE", "/faults")
    await remote.do("POST", "/faults", {"match": {"user": "u-2"}, "answer": 403})
    assert await remote.statuses(1, "/app_notifications/dev?user_id=u-1") == [200]
    assert await remote.statuses(1, "/app_notifications/dev?user_id=u-2") == [403]
    assert await remote.statuses(1, "/dev/users/u-2") == [403]


@pytest.mark.parametrize("mark_by", ["notification", "delivery"])
async def test_a_fault_for_a_user_meets_marks_and_events_of_theirs(mark_by: str) -> None:
    remote = Remote(dialect=make_dialect("nobejs", row_order="a", mark_by=mark_by))
    (made,) = remote.neptune.arrive("u-1", title="Hello")
    await remote.do("POST", "/faults", {"match": {"user": "u-1"}, "answer": 403})
    id = made.uuid if mark_by == "notification" else delivery_uuid(made.uuid)
    read = "/app_notifications/dev/read"
    assert (await remote.call("POST", read, {"type": "notification", "id": id})).status_code == 403
    assert (await remote.call("POST", read, {"type": "user", "id": "u-1"})).status_code == 403
    assert (await remote.call("POST", read, {"type": "user", "id": "u-2"})).status_code == 200
    assert (await remote.call("POST", "/dev/events", {"event_type": "x", "user_id": "u-1"})).status_code == 403
    remote.neptune.clear_faults()
    assert (await remote.call("POST", read, {"type": "notification", "id": id})).status_code == 200


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"answer": "earthquake"}, "no fault `earthquake`"),
        ({"answer": 99}, "99 is not a status"),
        ({"answer": 500, "times": 0}, "times is 0"),
        ({"answer": 500, "then": 200}, "without an end"),
        ({"answr": 500}, "answr"),
        ({"answer": 500, "delay_ms": -1}, "delay_ms is -1"),
        ({"answer": 500, "retry_after": "2\r\nx: y"}, "retry_after"),
        ({"answer": True}, "answer"),
    ],
)
async def test_a_fault_that_cannot_be_says_why(remote: Remote, plan: object, words: str) -> None:
    answer = await remote.control("POST", "/faults", plan)
    assert answer.status_code == 422
    assert words in answer.json()["message"]
    assert await remote.statuses(1) == [200]


async def test_faults_may_only_delay(remote: Remote) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    remote.neptune.faults._sleep = sleep
    remote.neptune.fault(delay_ms=1500, times=1)
    remote.neptune.fault(502, delay_ms=20, times=1)
    assert await remote.statuses(3) == [502, 200, 200]
    assert [each for each in waited if each] == [0.02, 1.5]


# -- from Python -------------------------------------------------------------------------------------------------


async def test_the_same_from_python_and_in_process() -> None:
    neptune = Neptune(now=lambda: NOON)
    neptune.seed({"users": [{"id": "u-1"}]})
    neptune.arrive("u-1", title="Hello")
    neptune.fault("offline", times=1)
    async with neptune.client() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/environments")
        neptune.fault(429, user="u-1", retry_after=7, times=1)
        answer = await client.get("/app_notifications/dev", params={"user_id": "u-1"})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
        answer = await client.post("/app_notifications/dev/read", json={"type": "user", "id": "u-1"})
        assert answer.json()["count"] == 1
    assert neptune.unread("u-1") == []
    assert [(each.method, each.body) for each in neptune.writes] == [("POST", {"type": "user", "id": "u-1"})]
    with pytest.raises(NotFound):
        neptune.arrive("u-1", title="x", environment="moon")
    with pytest.raises(UsageProblem):
        neptune.fault(times=-1)


# -- memory ------------------------------------------------------------------------------------------------------


def test_a_ring_forgets_the_oldest() -> None:
    ring: Ring[int] = Ring(100)
    for number in range(10_000):
        ring.append(number)
        assert len(ring) <= 112
    assert ring[-1] == 9_999
    assert ring[-100:] == list(range(9_900, 10_000))


async def test_what_is_kept_of_events_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("neptune_inbox.sandbox.state.EVENTS_KEPT", 50)
    monkeypatch.setattr("neptune_inbox.sandbox.state.MESSAGES_KEPT", 200)
    neptune = Neptune(now=lambda: NOON)
    neptune.sandbox_state.add_notification("dev", "u-1", "Seeded")
    for number in range(500):
        neptune.sandbox_state.ingest("dev", "x", {"n": number}, user_id=f"u-{number % 3}", message_id=f"m-{number}")
    rows = list(neptune.sandbox_state.rows("dev"))
    assert len(rows) == 51
    assert rows[0].title == "Seeded" or any(row.title == "Seeded" for row in rows), "what was put there stays"
    assert {row.data["n"] for row in rows if row.data} == set(range(450, 500))
    assert neptune.sandbox_state.ingest("dev", "x", {}, message_id="m-499").is_duplicate
    assert not neptune.sandbox_state.ingest("dev", "x", {}, message_id="m-1").is_duplicate
    assert neptune.sandbox_state.writes.limit == WRITES_KEPT < MESSAGES_KEPT
