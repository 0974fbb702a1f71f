"""A small Neptune that answers in the way a test describes: its rows, its envelope, and what its lists hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from neptune_inbox.model import JsonObject, JsonValue

JSON = {"content-type": "application/json"}
Wrap = Callable[[list[JsonValue], int, int, int], JsonValue]
"""Makes an answer of the rows of a page, its number, its size, and the total."""


def nobejs(rows: list[JsonValue], page: int, per_page: int, total: int) -> JsonValue:
    return {"data": rows, "meta": {"page": str(page), "per_page": str(per_page), "total": total}}


def bare(rows: list[JsonValue], page: int, per_page: int, total: int) -> JsonValue:
    return [*rows]


def laravel(rows: list[JsonValue], page: int, per_page: int, total: int) -> JsonValue:
    last = max(1, -(-total // per_page))
    return {"data": rows, "total": total, "per_page": per_page, "current_page": page, "last_page": last}


@dataclass
class Truth:
    """One row, what it is to be posted as, and whether it is read."""

    row: JsonObject
    is_read: bool = False
    posted_as: str = ""


@dataclass
class Service:
    """Lists of one user; marks are taken by the id that the test says, and nothing else is."""

    rows: Sequence[Truth]
    wrap: Wrap = nobejs
    cap: int = 1000
    most: int = 1000
    """A page of more rows is refused."""
    echoes: bool = False
    """What is answered repeats the size asked for, whatever the cap."""
    posted: list[str] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    ingested: JsonValue = None
    """What is answered to an event."""

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.answer)

    def app(self) -> ASGIApp:
        """The same on a socket."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return
            body = b""
            while True:
                message = await receive()
                body += message.get("body", b"")
                if not message.get("more_body"):
                    break
            url = f"http://here{scope['path']}?{scope['query_string'].decode()}"
            answer = self.answer(httpx.Request(scope["method"], url, content=body))
            headers = [(b"content-type", answer.headers.get("content-type", "application/json").encode())]
            await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
            await send({"type": "http.response.body", "body": answer.content})

        return app

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path.endswith("/ingest"):
            return httpx.Response(200, json=self.ingested)
        if request.method == "POST":
            return self._mark(json.loads(request.content))
        if request.url.path.endswith("/environments"):
            return httpx.Response(200, json=[{"identifier": "staging"}])
        if request.url.path.endswith("/users"):
            return httpx.Response(200, json=[{"user_id": "u-1"}, {"user_id": "\x1b[31m"}])
        asked = request.url.params
        kind, page = asked.get("type", "unread"), int(asked.get("page", 1))
        wanted = int(asked.get("per_page", 10))
        if wanted > self.most:
            return httpx.Response(400, json={"message": f"per_page must not exceed {self.most}"})
        size = min(wanted, self.cap)
        found = [each for each in self.rows if kind == "all" or each.is_read == (kind == "read")]
        rows: list[JsonValue] = [each.row for each in found[(page - 1) * size : page * size]]
        return httpx.Response(
            200,
            content=json.dumps(self.wrap(rows, page, wanted if self.echoes else size, len(found))).encode(),
            headers=JSON,
        )

    def _mark(self, body: JsonObject) -> httpx.Response:
        self.posted.append(str(body["id"]))
        for each in self.rows:
            if each.posted_as == body["id"]:
                each.is_read = True
                return httpx.Response(200, json={"message": "Marked as read"})
        return httpx.Response(404, json={"message": "Not Found"})
