"""Every sort of bad weather, as the production client meets it on a real socket: what it says, what was applied."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from neptune_inbox.api.body import Limits
from neptune_inbox.api.client import Client
from neptune_inbox.api.transport import Transport
from neptune_inbox.errors import InboxError, NotNeptune, Offline, ServerTrouble, Throttled, TimedOut
from neptune_inbox.model import Filter, Mode, Token
from tests.faults.scene import ROOT
from tests.faults.server import ENVIRONMENT, FaultServer, build_world
from tests.faults.weather import APPLIED, BAD_WEATHER, SINK, Weather

QUICK = Limits(connect=1, read=0.2, write=1, pool=1, total=0.5)
TROUBLE: dict[Weather, type[InboxError]] = {
    Weather.REFUSED: Offline,
    Weather.RESET_BEFORE: Offline,
    Weather.RESET_AFTER: Offline,
    Weather.DROPPED_BEFORE: TimedOut,
    Weather.DROPPED_AFTER: TimedOut,
    Weather.DRIPPED: TimedOut,
    Weather.CUT: Offline,
    Weather.TOO_LONG: Offline,
    Weather.TOO_SHORT: NotNeptune,
    Weather.GZIP_TWICE: NotNeptune,
    Weather.GZIP_CUT: NotNeptune,
    Weather.PORTAL: NotNeptune,
    Weather.REDIRECT: NotNeptune,
    Weather.THROTTLED: Throttled,
    Weather.BROKEN: ServerTrouble,
    Weather.BROKEN_AFTER: ServerTrouble,
    Weather.UNAVAILABLE: ServerTrouble,
}


@asynccontextmanager
async def client_of(base_url: str, token: Token) -> AsyncIterator[Client]:
    transport = Transport(
        api_base=base_url,
        edge_base=base_url,
        token=token,
        mode=Mode.ACT,
        now=lambda: time.time_ns() // 1_000_000,
        sleep=asyncio.sleep,
        rng=Random(1),
        limits=QUICK,
    )
    client = Client(transport, ENVIRONMENT)
    try:
        yield client
    finally:
        await client.aclose()


def test_every_sort_of_bad_weather_is_tried_here() -> None:
    assert {*TROUBLE, Weather.DELAYED} == set(BAD_WEATHER)


@pytest.mark.parametrize("weather", TROUBLE, ids=str)
async def test_bad_weather_never_looks_like_success(weather: Weather) -> None:
    sandbox_state = build_world(4)
    with FaultServer(sandbox_state) as server:
        (row,) = sandbox_state.notifications(ENVIRONMENT, "u-1", Filter.UNREAD)
        async with client_of(server.base_url, server.token) as client:
            await client.app_notifications("u-1", Filter.UNREAD)
            server.storm, server.kinds = 1.0, (weather,)
            with pytest.raises(TROUBLE[weather]):
                await client.mark_read(row.uuid)
        assert server.applied[row.uuid] == (weather in APPLIED)
        assert [seen.method for seen in server.requests] == ["GET", "POST"]
        assert not [seen for seen in server.requests if seen.path == SINK]


@pytest.mark.parametrize("weather", TROUBLE, ids=str)
async def test_after_bad_weather_the_same_client_works_on(weather: Weather) -> None:
    sandbox_state = build_world(4)
    with FaultServer(sandbox_state, storm=1.0, kinds=(weather,)) as server:
        (row,) = sandbox_state.notifications(ENVIRONMENT, "u-1", Filter.UNREAD)
        async with client_of(server.base_url, server.token) as client:
            with pytest.raises(InboxError):
                await client.mark_read(row.uuid)
            server.storm = 0.0
            server.go_online()
            if weather is Weather.TOO_SHORT:
                # What was left over is met in place of the next answer, and is no HTTP: trouble, but no success.
                with pytest.raises(NotNeptune):
                    await client.mark_read(row.uuid)
            assert await client.mark_read(row.uuid)
            page = await client.app_notifications("u-1", Filter.UNREAD)
        assert page.rows == ()


async def test_a_late_answer_is_still_an_answer() -> None:
    sandbox_state = build_world(4)
    with FaultServer(sandbox_state, storm=1.0, kinds=(Weather.DELAYED,)) as server:
        (row,) = sandbox_state.notifications(ENVIRONMENT, "u-1", Filter.UNREAD)
        async with client_of(server.base_url, server.token) as client:
            assert await client.mark_read(row.uuid) == "fault-1"


async def test_while_it_is_offline_nobody_listens_at_all() -> None:
    with FaultServer(build_world(4)) as server:
        server.go_offline()
        async with client_of(server.base_url, server.token) as client:
            with pytest.raises(Offline, match="refused by"):
                await client.mark_read("any")
            server.go_online()
            assert (await client.app_notifications("u-1", Filter.UNREAD)).total == 1
        assert len(server.requests) == 1


async def test_the_rules_are_the_sandboxs_own() -> None:
    with FaultServer(build_world(4)) as server:
        async with client_of(server.base_url, Token("not.our.token")) as client:
            with pytest.raises(InboxError, match="refused the token"):
                await client.mark_read("any")
        async with client_of(server.base_url, server.token) as client:
            with pytest.raises(InboxError, match="does not know notification nothing"):
                await client.mark_read("nothing")
        assert server.applied == {}
        assert server.asked == {"any", "nothing"}


def test_it_can_be_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "tests.faults.server", "--rows", "8"]

    async def mark_one(told: dict[str, str]) -> str:
        async with client_of(told["base_url"], Token(told["token"])) as client:
            (first, _) = (await client.app_notifications("u-1", Filter.UNREAD)).rows
            await client.mark_read(first.id)
        return first.id

    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        marked = asyncio.run(mark_one(json.loads(process.stdout.readline())))
        process.stdin.close()
        seen = [json.loads(line) for line in process.stdout]
    assert process.returncode == 0
    assert [(line["method"], line["id"], line["status"]) for line in seen] == [
        ("GET", "", 200),
        ("POST", marked, 200),
    ]
