"""What the guards have read is let go after the last of them: half a million nodes slow down what comes next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.guards.reading import module_at


@pytest.fixture(scope="package", autouse=True)
def sources() -> Iterator[None]:
    yield
    module_at.cache_clear()
