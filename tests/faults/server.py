"""A raw-socket server with weather, in front of the sandbox's rules for listing and marking.

The sandbox's own faults cannot break a TCP connection, drip, or lie about a length. It serves from a thread, or as a
process of its own (`python -m tests.faults.server`), and does not mind clients that are killed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from types import TracebackType
from typing import IO
from urllib.parse import parse_qsl, unquote

from neptune_inbox.errors import InboxError
from neptune_inbox.model import JsonValue
from neptune_inbox.sandbox.handlers import Call, Service, list_notifications, mark_read
from neptune_inbox.sandbox.responses import refusal
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import TokenRules, sign_token
from neptune_inbox.sandbox.validation import read_body
from tests.faults.weather import APPLIED, BAD_WEATHER, SINK, BadAnswer, Weather, right, wrong

ROUTE = re.compile(r"/neptune/app_notifications/(?P<environment>[^/]+)(?P<is_mark>/read)?")
ENVIRONMENT = "dev"
USERS = ("u-1", "u-2", "u-3", "u-4")
OUTAGE = 0.05
DELAY = 0.04
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in."""

    at: float
    """Seconds since 1970."""
    method: str
    path: str
    id: str
    """The notification that was to be marked, empty for other requests."""
    weather: Weather
    status: int
    """What the rules said; 0 where they were not asked."""

    @property
    def is_applied(self) -> bool:
        return bool(self.id) and self.status == 200


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FaultServer:
    """Serves `world` on a free port of this machine while it is entered; `storm` is the share of bad weather."""

    sandbox_state: SandboxState
    seed: int = 0
    storm: float = 0.0
    kinds: Sequence[Weather] = BAD_WEATHER
    requests: list[Seen] = field(default_factory=list)
    """Every request that was read, in order."""
    record: IO[str] | None = None
    """Also gets every request, as JSON lines."""

    def __post_init__(self) -> None:
        self._rng = Random(self.seed)
        self._service = Service(self.sandbox_state, TokenRules(self.sandbox_state))
        self.token = sign_token(self.sandbox_state)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fault server", daemon=True)
        self._listening: asyncio.Server | None = None
        self._port = 0
        self._is_up = False
        self._wants_up = True
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def base_url(self) -> str:
        """The API base."""
        return f"http://127.0.0.1:{self._port}/neptune"

    @property
    def applied(self) -> Counter[str]:
        """How often each notification was marked read."""
        return Counter(seen.id for seen in list(self.requests) if seen.is_applied)

    @property
    def asked(self) -> set[str]:
        """Every notification that a request was made for, whatever became of it."""
        return {seen.id for seen in list(self.requests) if seen.id}

    @property
    def faults(self) -> int:
        return sum(seen.weather is not Weather.FAIR for seen in list(self.requests))

    def go_offline(self) -> None:
        """From now on nobody listens: connections are refused."""
        self._wants_up = False
        self.call(self._close())

    def go_online(self) -> None:
        """Listen again, on the same port."""
        self._wants_up = True
        self.call(self._open())

    def __enter__(self) -> FaultServer:
        self._thread.start()
        self.call(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wants_up = False
        self.call(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_forever()

    def call(self, work: Coroutine[None, None, None]) -> None:
        """Do something between two requests."""
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _open(self) -> None:
        if self._listening is None and self._wants_up:
            # Kept before it serves: a task that is cancelled while it starts would leave the socket to nobody.
            self._listening = await asyncio.start_server(
                self._meet, "127.0.0.1", self._port, limit=1 << 20, start_serving=False
            )
            self._port = self._listening.sockets[0].getsockname()[1]
            await self._listening.start_serving()

    async def _close(self) -> None:
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.close()

    async def _stop(self) -> None:
        await self._close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in self._writers:
            # A connection whose task was cancelled before it began is closed by nobody else, nor is one whose client
            # was killed before it took everything.
            writer.transport.abort()
        for _ in range(10):
            # One that was being accepted is closed a few turns later.
            await asyncio.sleep(0)

    def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = self._loop.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client may be killed at any byte, so whatever a dead connection raises ends that connection only.
        with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            while (request := await _read(reader)) is not None:
                if not await self._answer(request, writer):
                    break
        writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Answer one request as the weather lets; whether the connection lives on."""
        weather = self._rng.choice(self.kinds) if self._rng.random() < self.storm else Weather.FAIR
        status, value = self._apply(request) if weather in APPLIED else (0, {})
        number = len(self.requests) + 1
        self._note(Seen(time.time(), request.method, request.target, _marked(request), weather, status))
        match weather:
            case Weather.REFUSED | Weather.RESET_BEFORE | Weather.RESET_AFTER:
                _reset(writer)
                if weather is Weather.REFUSED:
                    await self._be_away(OUTAGE)
                return False
            case Weather.DROPPED_BEFORE | Weather.DROPPED_AFTER:
                await asyncio.sleep(60)
                return False
            case Weather.FAIR | Weather.DELAYED | Weather.DRIPPED:
                answer = right(status, value, f"fault-{number}")
                await asyncio.sleep(DELAY if weather is Weather.DELAYED else 0)
            case _:
                answer = wrong(weather, status, value)
        if weather is Weather.DRIPPED:
            return await _drip(answer, writer)
        writer.write(answer.raw)
        await writer.drain()
        return answer.is_kept

    def _apply(self, request: Request) -> tuple[int, JsonValue]:
        path, _, query = request.target.partition("?")
        route = ROUTE.fullmatch(path)
        if route is None:
            return 404, {"error": "Not Found"}
        environment = unquote(route["environment"])
        try:
            grant = self._service.tokens.check(request.headers.get("authorization", "").removeprefix("Bearer "))
            grant.check(environment)
            body = read_body(request.body) if route["is_mark"] else {}
            call = Call(environment, "", dict(parse_qsl(query)), body, grant)
            return 200, (mark_read if route["is_mark"] else list_notifications)(self._service, call)
        except InboxError as problem:
            return refusal(problem)

    async def _be_away(self, seconds: float) -> None:
        await self._close()
        await asyncio.sleep(seconds)
        await self._open()

    def _note(self, seen: Seen) -> None:
        self.requests.append(seen)
        if self.record is not None:
            self.record.write(json.dumps(asdict(seen)) + "\n")
            self.record.flush()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    return Request(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def _marked(request: Request) -> str:
    """The notification that a request wants to mark; one that marks a whole user gives `user:` and its id."""
    if request.method == "GET" or request.target.startswith(SINK):
        return ""
    body = json.loads(request.body)
    return str(body["id"]) if body["type"] == "notification" else f"{body['type']}:{body['id']}"


def _reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST, so that the client meets an error and not an end."""
    tcp = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _drip(answer: BadAnswer, writer: asyncio.StreamWriter) -> bool:
    for at in range(len(answer.raw) - 1):
        writer.write(answer.raw[at : at + 1])
        await writer.drain()
        await asyncio.sleep(0.02)
    return False


def build_world(rows: int, seed: int = 0) -> SandboxState:
    """A world that holds this many unread notifications, spread over its users."""
    sandbox_state = SandboxState(now=lambda: time.time_ns() // 1_000_000, seed=seed)
    start = sandbox_state.now() - 1000 * rows
    for number in range(rows):
        user_id = USERS[number % len(USERS)]
        sandbox_state.add_notification(ENVIRONMENT, user_id, f"Number {number}", created_at=start + 1000 * number)
    return sandbox_state


def main() -> None:
    """Serve until the standard input ends; the first line says where, and which notifications there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--storm", type=float, default=0.0)
    options = parser.parse_args()
    sandbox_state = build_world(options.rows, seed=options.seed)
    with FaultServer(sandbox_state, options.seed, options.storm, record=sys.stdout) as server:
        print(json.dumps({"base_url": server.base_url, "token": server.token.reveal()}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
