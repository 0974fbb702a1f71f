"""A plain httpx client into the sandbox, for the tests of the sandbox itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from neptune_inbox.model import Token
from neptune_inbox.sandbox.answers import Keys
from neptune_inbox.sandbox.faults import Faults, transport_for
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.tokens import TokenRules, sign_token
from neptune_inbox.sandbox.world import World

NOON = 1_795_000_000_000
API = "https://api.teurons.com/neptune"
EDGE = "https://edge.teurons.com/neptune"


class SandboxClient:
    """A world, the weather over it, and somebody who is signed in."""

    def __init__(self, *, keys: Keys = "plain", given: tuple[Token, ...] = ()) -> None:
        self.at = NOON
        self.world = World(now=lambda: self.at)
        self.faults = Faults()
        self.tokens = TokenRules(self.world, given=given)
        self.app = create_app(self.world, tokens=self.tokens, keys=keys)
        self.http = httpx.AsyncClient(transport=transport_for(self.app, self.faults))
        self.token = sign_token(self.world)

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

    async def ok(self, method: str, path: str, body: object = None, **query: str) -> Any:
        """The answer's JSON, which must be a success."""
        answer = await self.call(method, path, body, query=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def ingest(self, fields: Mapping[str, object], token: Token | None = None) -> httpx.Response:
        """Sends an event as the vendor's SDKs do: the token in the body, no header."""
        body = {"environment": "dev", "api_token": (token or self.token).reveal(), "version": "1", "data": {}}
        return await self.http.post(EDGE + "/events/ingest", json={**body, **fields})
