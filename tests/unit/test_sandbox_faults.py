"""The weather: what a client meets when the network or the service is not well."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from neptune_inbox.sandbox.faults import Faults, Kind
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import sign_token
from tests.sandbox_client import NOON, SandboxClient
from tests.socket_sandbox import BackgroundServer

LIST = "/app_notifications/{environment}"
READ = LIST + "/read"


@pytest.fixture
def sandbox() -> SandboxClient:
    return SandboxClient()


async def environments(sandbox: SandboxClient) -> httpx.Response:
    return await sandbox.call("GET", "/environments")


async def mark(sandbox: SandboxClient, uuid: str) -> httpx.Response:
    return await sandbox.call("POST", "/app_notifications/dev/read", {"type": "notification", "id": uuid})


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (Kind.OFFLINE, httpx.ConnectError),
        (Kind.TIMEOUT, httpx.ReadTimeout),
        (Kind.RESET_BEFORE, httpx.ReadError),
        (Kind.RESET_AFTER, httpx.ReadError),
        (Kind.CUT, httpx.RemoteProtocolError),
    ],
)
async def test_a_broken_network_raises_what_httpx_raises(
    sandbox: SandboxClient, kind: Kind, error: type[Exception]
) -> None:
    sandbox.faults.set(kind)
    with pytest.raises(error):
        await environments(sandbox)
    sandbox.faults.clear()
    assert (await environments(sandbox)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("401", 401),
        ("403", 403),
        ("404", 404),
        ("422", 422),
        ("429", 429),
        ("500", 500),
        ("503", 503),
        ("empty", 200),
    ],
)
async def test_a_refusal_has_the_services_own_shape(sandbox: SandboxClient, kind: str, status: int) -> None:
    sandbox.faults.set(kind)
    answer = await environments(sandbox)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()
    assert "retry-after" not in answer.headers


async def test_a_throttled_client_is_told_when_to_come_back(sandbox: SandboxClient) -> None:
    sandbox.faults.set(Kind.THROTTLED, retry_after=30)
    assert (await environments(sandbox)).headers["retry-after"] == "30"
    sandbox.faults.set(Kind.UNAVAILABLE, retry_after="Wed, 18 Nov 2026 12:00:00 GMT")
    assert (await environments(sandbox)).headers["retry-after"].endswith("GMT")


async def test_a_captive_portal_and_a_redirect_are_not_neptune(sandbox: SandboxClient) -> None:
    sandbox.faults.set(Kind.CAPTIVE)
    answer = await environments(sandbox)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Go online" in answer.text
    sandbox.faults.set(Kind.REDIRECT, location="https://evil.example/")
    answer = await environments(sandbox)
    assert (answer.status_code, answer.headers["location"]) == (302, "https://evil.example/")


async def test_a_quietly_cut_body_is_half_of_the_json(sandbox: SandboxClient) -> None:
    whole = (await environments(sandbox)).content
    sandbox.faults.set(Kind.CUT_QUIETLY)
    assert (await environments(sandbox)).content == whole[: len(whole) // 2]


@pytest.mark.parametrize(("kind", "is_applied"), [(Kind.RESET_BEFORE, False), (Kind.RESET_AFTER, True)])
async def test_a_reset_leaves_the_write_undone_or_done(sandbox: SandboxClient, kind: Kind, is_applied: bool) -> None:
    row = sandbox.sandbox_state.add_notification("dev", "u-1", "Hello")
    sandbox.faults.set(kind)
    with pytest.raises(httpx.ReadError):
        await mark(sandbox, row.uuid)
    assert (row.read_at is not None) == is_applied
    assert len(sandbox.sandbox_state.writes) == is_applied


async def test_a_fault_can_be_for_one_route_one_method_and_some_times(sandbox: SandboxClient) -> None:
    row = sandbox.sandbox_state.add_notification("dev", "u-1", "Hello")
    sandbox.faults.set(Kind.BROKEN, method="POST", route=READ, times=2)
    assert [(await mark(sandbox, row.uuid)).status_code for _ in range(3)] == [500, 500, 200]
    sandbox.faults.set(Kind.BROKEN, route="/app_notifications/*")
    assert (await environments(sandbox)).status_code == 200
    assert (await sandbox.call("GET", "/app_notifications/dev", query={"user_id": "u-1"})).status_code == 500


async def test_the_newest_fault_wins_and_lifting_it_brings_back_the_older(sandbox: SandboxClient) -> None:
    sandbox.faults.set(Kind.BROKEN)
    newer = sandbox.faults.set(Kind.FORBIDDEN)
    assert (await environments(sandbox)).status_code == 403
    sandbox.faults.lift(newer)
    assert (await environments(sandbox)).status_code == 500


async def test_slow_answers_wait_on_the_clock_that_they_were_given() -> None:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    faults = Faults(sleep=nap)
    await faults.delay(faults.set(Kind.SLOW, seconds=7.5))
    await faults.delay(faults.set(Kind.BROKEN))
    assert naps == [7.5]


async def test_what_hangs_is_answered_when_the_weather_clears(sandbox: SandboxClient) -> None:
    sandbox.faults.set(Kind.HANG)
    request = asyncio.create_task(environments(sandbox))
    _, waiting = await asyncio.wait({request}, timeout=0.02)
    assert request in waiting
    sandbox.faults.clear()
    assert (await request).status_code == 200


async def test_requests_are_counted_by_route_also_those_that_never_arrived(sandbox: SandboxClient) -> None:
    await environments(sandbox)
    await sandbox.call("GET", "/dev/users/a%2Fb")
    await sandbox.call("GET", "/nowhere/at/all")
    assert sandbox.faults.count_writes() == 0
    sandbox.faults.set(Kind.OFFLINE)
    with pytest.raises(httpx.ConnectError):
        await mark(sandbox, "x")
    assert sandbox.faults.requests == {
        ("GET", "/environments"): 1,
        ("GET", "/{environment}/users/{user_id}"): 1,
        ("GET", "?"): 1,
        ("POST", READ): 1,
    }
    assert sandbox.faults.count_writes() == 1
    assert sandbox.sandbox_state.writes == []


# -- the same over a real socket ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "is_broken_off"),
    [
        (Kind.OFFLINE, True),
        (Kind.RESET_AFTER, True),
        (Kind.CUT, True),
        (Kind.CUT_QUIETLY, False),
        (Kind.CAPTIVE, False),
        (Kind.SLOW, False),
    ],
)
async def test_the_app_itself_makes_the_weather_on_a_socket(kind: Kind, is_broken_off: bool) -> None:
    sandbox_state, faults = SandboxState(now=lambda: NOON), Faults()
    row = sandbox_state.add_notification("dev", "u-1", "Hello")
    headers = {"authorization": f"Bearer {sign_token(sandbox_state).reveal()}"}
    with BackgroundServer(create_app(sandbox_state, faults=faults)) as server:
        url = server.base_url + "/neptune/app_notifications/dev/read"
        async with httpx.AsyncClient(headers=headers, trust_env=False) as http:
            faults.set(kind, times=1, seconds=0.0)
            body = {"type": "notification", "id": row.uuid}
            if is_broken_off:
                with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
                    await http.post(url, json=body)
            else:
                answer = await http.post(url, json=body)
                assert answer.status_code == 200
                assert (kind is Kind.SLOW) == answer.text.endswith("}")
            is_applied = kind not in (Kind.OFFLINE, Kind.CAPTIVE)
            assert (row.read_at is not None) == is_applied
            assert (await http.post(url, json=body)).status_code == 200
    assert faults.requests == {("POST", READ): 2}


async def test_in_process_a_request_meets_its_weather_once() -> None:
    sandbox_state, faults = SandboxState(now=lambda: NOON), Faults()
    sandbox = SandboxClient()
    sandbox.http = httpx.AsyncClient(transport=_transport(sandbox_state, faults))
    sandbox.token = sign_token(sandbox_state)
    faults.set(Kind.SLOW, seconds=0.0)
    assert (await environments(sandbox)).status_code == 200
    assert sum(faults.requests.values()) == 1


def _transport(sandbox_state: SandboxState, faults: Faults) -> httpx.AsyncBaseTransport:
    from neptune_inbox.sandbox.memory_transport import transport_for

    return transport_for(create_app(sandbox_state, faults=faults), faults)
