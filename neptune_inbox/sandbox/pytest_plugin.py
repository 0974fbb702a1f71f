"""Fixtures for whoever tests a program that uses Neptune; pytest finds them by itself once this package is installed.

`neptune` is a sandbox in process, new and empty for each test; `neptune_url` serves the same one on a socket.
`@pytest.mark.neptune(dialect="nobejs", seed_file="world.toml", seed="demo")` says how it starts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from neptune_inbox.sandbox.neptune import Neptune

MARKER = "neptune(dialect, row_order, mark_by, seed, seed_file): how the sandbox of this test starts"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def neptune(request: pytest.FixtureRequest) -> Neptune:
    """A sandbox: `transport()` and `client()` reach it; `arrive`, `fault`, `writes`, `clock`, `seed` control it."""
    marker = request.node.get_closest_marker("neptune")
    return _start(request.path.parent, **(marker.kwargs if marker else {}))


@pytest.fixture
def neptune_url(neptune: Neptune) -> Iterator[str]:
    """The API base of `neptune` on a port of its own; needs the extra `sandbox`."""
    from neptune_inbox.sandbox.background import BackgroundServer
    from neptune_inbox.sandbox.site import create_site

    with BackgroundServer(create_site(neptune, neptune.control_token)) as server:
        neptune.api_base = neptune.edge_base = f"{server.base_url}/neptune"
        yield neptune.api_base


def _start(folder: Path, *, seed: int | str = "test", seed_file: str | Path | None = None, **dialect: Any) -> Neptune:
    from neptune_inbox.sandbox.dialects import make_dialect
    from neptune_inbox.sandbox.neptune import Neptune
    from neptune_inbox.sandbox.seed_file import read_seed

    name = dialect.pop("dialect", "plain")
    spoken = make_dialect(name, seed=seed if name == "nobejs" else None, **dialect)
    sandbox_state = read_seed(folder / seed_file) if seed_file else None
    return Neptune(seed=seed, dialect=spoken, fill=sandbox_state.put_into if sandbox_state else None)
