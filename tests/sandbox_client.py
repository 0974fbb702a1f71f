"""A plain httpx client into the sandbox, for the tests of the sandbox itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from neptune_inbox.model import Token
from neptune_inbox.sandbox.dialects import PLAIN, Dialect
from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.memory_transport import transport_for
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import TokenRules, sign_token

NOON = 1_795_000_000_000
API = "https://api.teurons.com/neptune"
EDGE = "https://edge.teurons.com/neptune"


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
