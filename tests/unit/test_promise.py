"""The promise holds over some hundred random days; tests/bench/promise.py plays ten thousand."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.promise import Promise

EXAMPLES = int(os.environ.get("NEPTUNE_PROMISE_EXAMPLES", "500"))
# A failing day is made as short as it can be, which takes its time.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TestPromise = Promise.TestCase
TestPromise.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
