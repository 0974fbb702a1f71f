"""A shell for the tests: it runs the real commands against a sandbox on a real socket, as a user types them."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from neptune_inbox.__main__ import run
from neptune_inbox.cli.output import Output
from neptune_inbox.model import Token
from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import sign_token

ENVIRONMENT = "dev"
CUSTOMER = "u-4711"
VARIABLES = ("NEPTUNE_TOKEN", "NEPTUNE_ENV", "NEPTUNE_API_BASE", "NEPTUNE_EDGE_BASE", "NEPTUNE_INBOX_HOME")


@dataclass(frozen=True)
class Result:
    """What one command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def jsonl(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> Any:
        """The one object that `--json` puts on standard error."""
        [line] = [line for line in self.err.splitlines() if line.startswith("{")]
        return json.loads(line)

    @property
    def cells(self) -> list[list[str]]:
        """The rows of a table in a pipe."""
        return [line.split("\t") for line in self.out.splitlines()]


@dataclass
class Shell:
    """One user at one machine, with a sandbox to talk to."""

    sandbox_state: SandboxState
    faults: Faults
    base_url: str
    home: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    token: Token = field(init=False)
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.token = sign_token(self.sandbox_state)
        self.environment = {
            "NEPTUNE_TOKEN": self.token.reveal(),
            "NEPTUNE_ENV": ENVIRONMENT,
            "NEPTUNE_API_BASE": f"{self.base_url}/neptune",
            "NEPTUNE_EDGE_BASE": f"{self.base_url}/neptune",
            "NEPTUNE_INBOX_HOME": str(self.home),
            # Nothing of the machine that runs the tests may be found.
            "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere",
            "NO_PROXY": "*",
        }

    def __call__(self, *arguments: str, answers: str | None = None, stdin: str = "") -> Result:
        """Run one command; `answers` makes somebody sit there who types these lines."""
        for name in VARIABLES:
            self.monkeypatch.delenv(name, raising=False)
        for name, value in self.environment.items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.setattr("sys.stdin", io.StringIO(stdin if answers is None else answers))
        self.monkeypatch.setattr(Output, "can_ask", answers is not None)
        self.capsys.readouterr()
        code = run(list(arguments))
        said = self.capsys.readouterr()
        return Result(code, said.out, said.err)

    def tell(self, title: str, user: str = CUSTOMER, **what: Any) -> str:
        """Put a notification into the customer's bell; the answer is its id."""
        return self.sandbox_state.add_notification(
            self.environment.get("NEPTUNE_ENV", ENVIRONMENT), user, title, **what
        ).uuid

    def tell_many(self, count: int, user: str = CUSTOMER) -> list[str]:
        """Put many there, the newest last."""
        start = self.sandbox_state.now() - count * 60_000
        return [self.tell(f"Number {i}", user, created_at=start + i * 60_000) for i in range(count)]

    def config(self, text: str) -> None:
        """Write config.toml, and take the variables away that stand in for it."""
        for name in ("NEPTUNE_ENV", "NEPTUNE_API_BASE", "NEPTUNE_EDGE_BASE"):
            self.environment.pop(name, None)
        file = self.home / "config" / "config.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("{base}", f"{self.base_url}/neptune"))

    def unread_on_server(self, user: str = CUSTOMER) -> list[str]:
        """The ids that the service itself calls unread, asked for without our client."""
        answer = httpx.get(
            f"{self.base_url}/neptune/app_notifications/{ENVIRONMENT}",
            params={"user_id": user, "type": "unread", "per_page": 200},
            headers={"Authorization": f"Bearer {self.token.reveal()}"},
            trust_env=False,
        )
        return [row["uuid"] for row in answer.json()["data"]]

    @property
    def writes(self) -> int:
        """How many writes reached the service."""
        return len(self.sandbox_state.writes)

    @property
    def requests(self) -> int:
        """How many requests of any kind did."""
        return sum(self.faults.requests.values())
