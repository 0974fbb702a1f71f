"""A sandbox on a socket for each test, and a shell at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.world import World
from neptune_inbox.wiring.builder import wall_clock
from tests.cli.shell import CUSTOMER, ENVIRONMENT, Shell
from tests.socket_sandbox import BackgroundServer


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    world, faults = World(now=wall_clock, seed="cli"), Faults()
    for environment in (ENVIRONMENT, "production"):
        world.create_user(environment, CUSTOMER, {"name": "Rajiv Seelam", "plan": "Business"})
    with BackgroundServer(create_app(world, faults=faults)) as server:
        yield Shell(world, faults, server.base_url, tmp_path / "home", monkeypatch, capsys)
