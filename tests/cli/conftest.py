"""A sandbox on a socket for each test, and a shell at it; for `--plain`, an office with a customer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.sandbox.dialects import PLAIN
from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.wiring.workspace import wall_clock
from tests.builders import Office
from tests.cli.plain_visitor import office_with_mail
from tests.cli.shell import CUSTOMER, ENVIRONMENT, Shell
from tests.socket_sandbox import BackgroundServer


@pytest.fixture
def office() -> Office:
    """One watched customer with three unread notifications."""
    return office_with_mail()


@pytest.fixture
def shell(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Shell]:
    """Its parameter, where a test gives one, is the dialect of the sandbox."""
    sandbox_state, faults = SandboxState(now=wall_clock, seed="cli"), Faults()
    for environment in (ENVIRONMENT, "production"):
        sandbox_state.create_user(environment, CUSTOMER, {"name": "Rajiv Seelam", "plan": "Business"})
    with BackgroundServer(
        create_app(sandbox_state, dialect=getattr(request, "param", PLAIN), faults=faults)
    ) as server:
        yield Shell(sandbox_state, faults, server.base_url, tmp_path / "home", monkeypatch, capsys)
