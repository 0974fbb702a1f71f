"""A plain httpx client into the sandbox, for the tests of the sandbox itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx

from neptune_inbox.model import Token
from neptune_inbox.sandbox.dialects import PLAIN, Dialect
from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.memory_transport import transport_for
from neptune_inbox.sandbox.neptune import Neptune
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.site import create_site
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import TokenRules, sign_token

NOON = 1_795_000_000_000
API = "https://api.teurons.com/neptune"
EDGE = "https://edge.teurons.com/neptune"

CONTROL_TOKEN = "control-token"
ROOT = "http://127.0.0.1:8000"
"""Where a site is asked for in process."""


class SandboxClient:
    """A world, the weather over it, and somebody who is signed in."""

    def __init__(self, *, dialect: Dialect = PLAIN, given: tuple[Token, ...] = ()) -> None:
        self.at = NOON
        self.sandbox_state = SandboxState(now=lambda: self.at)
        self.faults = Faults()
        self.tokens = TokenRules(self.sandbox_state, given=given)
        self.app = create_app(self.sandbox_state, tokens=self.tokens, dialect=dialect)
        self.http = httpx.AsyncClient(transport=transport_for(self.app, self.faults))
        self.token = sign_token(self.sandbox_state)

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        base: str = API,
        token: Token | None = None,
        query: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """One request; the body goes along with any method, DELETE too."""
        headers = {"authorization": f"Bearer {(token or self.token).reveal()}"}
        return await self.http.request(method, base + path, json=body, params=query or None, headers=headers)

    async def raw(
        self, method: str, path: str, body: bytes, content_type: str = "application/json"
    ) -> httpx.Response:
        """One request with a body of any bytes, and with no type where that is empty."""
        headers = {"authorization": f"Bearer {self.token.reveal()}"}
        if content_type:
            headers["content-type"] = content_type
        return await self.http.request(method, API + path, content=body, headers=headers)

    async def ok(self, method: str, path: str, body: object = None, **query: str) -> Any:
        """The answer's JSON, which must be a success."""
        answer = await self.call(method, path, body, query=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ingest(self, fields: Mapping[str, object], token: Token | None = None) -> httpx.Response:
        """Sends an event as the vendor's SDKs do: the token in the body, no header."""
        body = {"environment": "dev", "api_token": (token or self.token).reveal(), "version": "1", "data": {}}
        return await self.http.post(EDGE + "/events/ingest", json={**body, **fields})


class Remote:
    """A sandbox on its site, and somebody who has the control token."""

    def __init__(self, **options: Any) -> None:
        self.neptune = Neptune(now=lambda: NOON, **options)
        self.neptune.sandbox_state.create_user("dev", "u-1", {"name": "Ada"})
        transport = httpx.ASGITransport(create_site(self.neptune, CONTROL_TOKEN))
        self.http = httpx.AsyncClient(transport=transport, base_url=ROOT)

    async def control(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        named = {key.replace("_", "-"): each for key, each in headers.items()}
        given = {"authorization": f"Bearer {CONTROL_TOKEN}", "content-type": "application/json", **named}
        content = None if body is None else json.dumps(body)
        return await self.http.request(method, f"/_sandbox{path}", content=content, headers=given)

    async def do(self, method: str, path: str, body: object = None) -> Any:
        answer = await self.control(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        """One request to the API, as a client under test makes it."""
        headers = {"authorization": f"Bearer {self.neptune.token.reveal()}"}
        return await self.http.request(method, f"/neptune{path}", json=body, headers=headers)

    async def statuses(self, count: int, path: str = "/dev/users", method: str = "GET") -> list[int]:
        return [(await self.call(method, path)).status_code for _ in range(count)]
