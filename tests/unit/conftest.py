"""The office that most tests of `sync` begin in, and a session opened in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from neptune_inbox.sync.session import Session
from tests.builders import Office


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
async def session(office: Office) -> AsyncIterator[Session]:
    session = await office.open()
    yield session
    await session.close()
