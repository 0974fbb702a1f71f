"""The desktop that these tests run on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.keyring.desktop import MISSING, Desktop


@pytest.fixture
def desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desktop]:
    """A desktop whose keyring is open; our own process lives on it too."""
    if MISSING:
        pytest.skip(f"{' and '.join(MISSING)} is not installed here")
    desktop = Desktop(tmp_path / "home")
    for name in ("XDG_RUNTIME_DIR", "XDG_DATA_HOME", "PYTHON_KEYRING_BACKEND", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, desktop.env[name])
    try:
        desktop.unlock()
        yield desktop
    finally:
        desktop.close()
