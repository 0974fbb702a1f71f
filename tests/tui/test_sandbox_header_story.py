"""The header says that nothing is real, wherever the sandbox is."""

from __future__ import annotations

import pytest

from neptune_inbox.model import Mode, Profile
from tests.builders import ENVIRONMENT
from tests.tui.driver import inbox_of
from tests.tui.service import Service

LOCAL = "http://127.0.0.1:8765"


@pytest.mark.slow
async def test_a_sandbox_that_is_reached_over_http_is_named_as_one() -> None:
    service = Service()
    service.has(1)
    profile = Profile("support", f"{LOCAL}/neptune", LOCAL, ENVIRONMENT, Mode.ACT, users=("u-1",))
    async with inbox_of(service, profile=profile) as inbox:
        await inbox.until(lambda: "· sandbox" in inbox.top())
        assert "support" in inbox.top()


async def test_a_service_is_not() -> None:
    service = Service()
    service.has(1)
    async with inbox_of(service) as inbox:
        assert "sandbox" not in inbox.top()
