"""What all tests share: which tests are slow, quick Hypothesis settings, and its notes kept out of the tree."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "neptune-inbox-hypothesis")
settings.register_profile(
    "neptune", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("neptune")

SLOW_FOLDERS = {"faults", "keyring"}
"""Whole processes, terminals and desktops; elsewhere a slow test or module carries the mark itself."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in SLOW_FOLDERS:
            item.add_marker(pytest.mark.slow)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """One process for single files, which are done before a second one has started; else one for each core."""
    named = [Path(argument.partition("::")[0]) for argument in config.args]
    if all(path.suffix == ".py" for path in named):
        config.option.dist = "no"
        return 0
    return None
