"""A field is declared once: a test module adds `priority`, and every room knows it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.guards.reading import ROOT


@pytest.fixture(scope="module")
def told() -> Any:
    """What the rooms made of the new field, in a process where it was declared before they were imported."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.guards.new_field"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_a_new_field_is_decoded_and_stored(told: Any) -> None:
    first, second = told["json"]
    assert (first["priority"], second["priority"]) == ("high", "low\ufffd[31m"), "cleaned as every text from outside"
    assert (first["expires_at"], second["expires_at"]) == (None, "2026-11-05T12:00:00Z")
    assert told["changed_when_seen_again"] == 0


def test_a_new_field_is_found_by_a_search_also_by_two_letters(told: Any) -> None:
    assert told["found"] == [["n-1"], ["n-1"], ["n-1"], ["n-2"], []]


def test_a_new_field_is_a_column_where_the_list_is_wide_enough(told: Any) -> None:
    assert "  high      Card declined" in told["wide"]
    assert "high" not in told["narrow"]
    assert told["snapshot"] == told["wide"]
    assert len(told["wide"]) == 120


def test_a_new_column_can_be_chosen_and_has_its_name_in_tables(told: Any) -> None:
    assert told["setting"] == ["age", "user", "name", "event", "priority", "title"]
    assert told["table"] == ["state", "age", "user", "event", "priority", "title", "mine", "id"]


def test_a_new_field_is_promised_to_scripts(told: Any) -> None:
    assert told["schema"]["priority"] == {"type": "string"}
    assert told["schema"]["expires_at"]["type"] == ["string", "null"]
    assert {"priority", "expires_at"} < set(told["csv"])
