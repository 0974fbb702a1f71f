"""The pytest plugin as somebody else's project uses it: found by itself, with what README prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

README = Path(__file__).parents[2] / "README.md"
SEED = """
[[users]]
id = "u-{n}"
repeat = 3

[[notifications]]
user = "u-2"
title = "Parcel {n}"
repeat = 5
every = "-1h"
"""
TESTS = """
import httpx
import pytest


def ask(url, neptune, **query):
    headers = {"Authorization": f"Bearer {neptune.token.reveal()}"}
    return httpx.get(url + "/app_notifications/dev", params=query, headers=headers, trust_env=False)


def test_it_is_empty_and_what_arrives_is_served(neptune, neptune_url):
    assert ask(neptune_url, neptune, user_id="u-1").json()["data"] == []
    neptune.arrive("u-1", title="Hello")
    assert [row["title"] for row in ask(neptune_url, neptune, user_id="u-1").json()["data"]] == ["Hello"]


def test_nothing_is_left_of_the_test_before(neptune, neptune_url):
    neptune.fault(503, times=1)
    assert [ask(neptune_url, neptune, user_id="u-1").status_code for _ in range(2)] == [503, 200]
    assert ask(neptune_url, neptune, user_id="u-1").json()["data"] == []


@pytest.mark.neptune(dialect="nobejs", row_order="c", seed_file="world.toml")
def test_it_starts_as_the_mark_says(neptune, neptune_url):
    rows = ask(neptune_url, neptune, user_id="u-2").json()["data"]
    assert [row["notifications*title"] for row in rows] == [f"Parcel {n}" for n in range(1, 6)]


@pytest.mark.anyio
async def test_in_process_there_is_no_socket(neptune):
    neptune.freeze("2026-11-04T12:00:00Z")
    neptune.arrive("u-1", title="Hello")
    async with neptune.client() as client:
        (row,) = (await client.get("/app_notifications/dev", params={"user_id": "u-1"})).json()["data"]
        await client.post("/app_notifications/dev/read", json={"type": "notification", "id": row["uuid"]})
    assert row["created_at"] == "2026-11-04T12:00:00.000Z"
    assert neptune.unread("u-1") == []
    assert [write.status for write in neptune.writes] == [200]


@pytest.fixture
def anyio_backend():
    return "asyncio"
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)


def test_a_project_of_somebody_else_uses_the_fixtures(tmp_path: Path) -> None:
    (tmp_path / "world.toml").write_text(SEED)
    (tmp_path / "test_theirs.py").write_text(TESTS)
    told = run_pytest(tmp_path)
    assert "4 passed" in told.stdout, told.stdout + told.stderr


def test_the_fixtures_are_named_with_what_they_are_for(tmp_path: Path) -> None:
    told = run_pytest(tmp_path, "--fixtures", "--markers")
    for words in ("@pytest.mark.neptune(dialect",):
        assert words in told.stdout


def test_the_test_that_the_readme_prints_passes(tmp_path: Path) -> None:
    found = re.search(r"```python\n(# test_bell\.py\n.*?)```", README.read_text(encoding="utf-8"), re.S)
    if found is None:
        pytest.fail("README prints no test_bell.py")
    (tmp_path / "test_bell.py").write_text(found[1])
    told = run_pytest(tmp_path)
    assert "1 passed" in told.stdout, told.stdout + told.stderr
