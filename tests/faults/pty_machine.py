"""Where the real program is sent: a home on disk, and the sandbox on a socket, full of what nobody should be sent."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from starlette.types import ASGIApp, Receive, Scope, Send

from neptune_inbox.model import JsonObject, Token
from neptune_inbox.sandbox.records import ContactRecord
from neptune_inbox.sandbox.responses import AsciiJson
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import TokenRules
from neptune_inbox.sync.hosts import host_of
from tests.faults.pty_terminal import environment
from tests.hostile import HostileRow
from tests.socket_sandbox import BackgroundServer

ENVIRONMENT = "dev"
USER = "u-1"
CANARY = "canary-4fe1b0c2d3a49586-7a6b5c4d3e2f1908"
"""The token. It is no JWT, so that only what really knows it can mask it."""
INSULT = "\x1b]0;PWNED\x07\x1b]52;c;AAAA\x07[@click=app.quit]no[/] [/\u202e\x9b5m"
"""Every sort of trouble in one line, for words that are no row."""


class Refusing:
    """Refuses every second write of the sandbox with words, fields and a request id as hostile as the rows."""

    def __init__(self, app: ASGIApp, words: Sequence[str]) -> None:
        self._app = app
        self._words = words
        self.writes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_write = scope["type"] == "http" and scope["method"] != "GET"
        self.writes += is_write
        if is_write and self._words and self.writes % 2 == 0:
            words = self._words[self.writes % len(self._words)]
            answer: JsonObject = {"message": words, "errors": {words[:80]: [words, INSULT]}, "request_id": words}
            await AsciiJson(answer, (422, 403, 404, 400)[self.writes // 2 % 4])(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class Home:
    """Where the files of one agent's program are."""

    def __init__(self, folder: Path, *, undo_seconds: int = 5) -> None:
        self.home = folder
        self._undo_seconds = undo_seconds

    def configure(self, base_url: str, *, users: Sequence[str] = (USER,), more: str = "") -> None:
        """Write config.toml for a service at this address, without a path."""
        folder = self.home / "inbox" / "config"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(
            f'default_profile = "acme"\n[profiles.acme]\napi_base = "{base_url}/neptune"\n'
            f'edge_base = "{base_url}/neptune"\nenvironment = "{ENVIRONMENT}"\nmode = "act"\n'
            f"trusted_hosts = {json.dumps([host_of(base_url)])}\n"
            f"users = {json.dumps(list(users))}\n[ui]\nundo_seconds = {self._undo_seconds}\n"
            f"[polling]\nrequests_per_minute = 600\n{more}"
        )

    def env(self, *, token: str = CANARY, **more: str) -> dict[str, str]:
        """The environment of the program; an empty token leaves the variable out."""
        given = {"NEPTUNE_INBOX_HOME": str(self.home / "inbox")} | ({"NEPTUNE_TOKEN": token} if token else {})
        return environment(self.home, **(given | more))


class Machine(Home):
    """A home, configured for a sandbox that is served on a socket while the place is entered."""

    def __init__(
        self, folder: Path, rows: Sequence[HostileRow] = (), *, refuses: bool = False, undo_seconds: int = 5
    ) -> None:
        super().__init__(folder, undo_seconds=undo_seconds)
        self.sandbox_state = SandboxState(now=lambda: time.time_ns() // 1_000_000, seed="hostile")
        start = self.sandbox_state.now() - 60_000 * (len(rows) + 1)
        for number, row in enumerate(rows):
            record = row.put_into(self.sandbox_state, ENVIRONMENT, USER)
            record.created_at = start + 60_000 * number
        self._rules = TokenRules(self.sandbox_state, given=[Token(CANARY)])
        app: ASGIApp = create_app(self.sandbox_state, tokens=self._rules)
        self._front = Refusing(app, [row.title for row in rows] if refuses else [])
        self._server = BackgroundServer(self._front)

    def __enter__(self) -> Machine:
        self._server.__enter__()
        self.configure(self._server.base_url)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, problem, trace)

    @property
    def base_url(self) -> str:
        """The API base."""
        return f"{self._server.base_url}/neptune"

    def accept(self, token: str) -> None:
        """Let this token in as well."""
        self._rules.admit(Token(token))

    def add_hostile_people(self, rows: Sequence[HostileRow]) -> list[str]:
        """Customers whose ids, names, meta and contact infos are hostile; the ids that a configuration may hold."""
        users = []
        for number, row in enumerate(rows):
            sent = f"{number} {row.title}".replace("\0", "")[:100]
            user_id = "".join(char for char in sent if char.isprintable())
            if sent != user_id:
                # Only the service can hold such an id: config.toml and the command line refuse it.
                self.sandbox_state.create_user(ENVIRONMENT, sent, {"name": row.title[:200]})
                self.sandbox_state.add_notification(ENVIRONMENT, sent, row.title)
            meta: JsonObject = {"name": row.title[:200], row.title[:60]: row.body[:200], "email": row.link[:100]}
            self.sandbox_state.create_user(ENVIRONMENT, user_id, meta)
            contact = ContactRecord(
                row.title[:60] or "x", row.body[:100] or "y", row.title, {row.title[:20]: row.title[:200]}
            )
            self.sandbox_state.add_contact(ENVIRONMENT, user_id, contact)
            self.sandbox_state.add_notification(ENVIRONMENT, user_id, row.title, event_type=row.title[:60] or "x")
            users.append(user_id)
        return users

    @property
    def writes(self) -> int:
        """How many requests that could change something came in."""
        return self._front.writes
