"""What all tests share: which tests are slow, quick Hypothesis settings, stores that are closed behind each test."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir
from platformdirs import user_cache_path

if sys.dont_write_bytecode and not sys.pycache_prefix:
    # Hundreds of processes start in these tests, and each would compile whatever it imports.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(user_cache_path("neptune-inbox-tests") / "pycache")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

from neptune_inbox.store.database.database import Database

set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "neptune-inbox-hypothesis")
settings.register_profile(
    "neptune", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("neptune")

SLOW_FOLDERS = {"faults", "keyring", "schema"}
"""Whole processes, terminals and desktops; elsewhere a slow test or module carries the mark itself."""


def pytest_configure(config: pytest.Config) -> None:
    if config.option.markexpr != "not slow":
        config.pluginmanager.import_plugin("schemathesis.pytest.plugin")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """What the quick tests leave out as a whole is not even imported."""
    is_slow = collection_path.is_dir() and collection_path.name in SLOW_FOLDERS
    return True if is_slow and config.option.markexpr == "not slow" else None


@pytest.fixture(autouse=True)
def closed_stores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Python 3.13 warns of a connection that nobody closed, in whichever test runs when it is collected."""
    opened: list[Database] = []
    make = Database.__init__

    def remember(database: Database, *given: Any, **named: Any) -> None:
        opened.append(database)
        make(database, *given, **named)

    monkeypatch.setattr(Database, "__init__", remember)
    yield
    for database in opened:
        database.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in SLOW_FOLDERS:
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """What was imported stays to the end, so the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One process for single files, which are done before a second one has started; else one for each core."""
    named = [Path(argument.partition("::")[0]) for argument in config.args]
    if all(path.suffix == ".py" for path in named):
        config.option.dist = "no"
        return 0
    return None
