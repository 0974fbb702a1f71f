"""Every line of the API's table can be reached: client, sandbox, command line, and the TUI where it is wanted.

That each command and each key makes its request is shown by test_whole_api.py and test_whole_api_story.py.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import click
import pytest

from neptune_inbox.api.client import Client
from neptune_inbox.cli.main import Root
from neptune_inbox.presentation.keymap import ACTIONS
from neptune_inbox.sandbox.openapi import document
from neptune_inbox.tui.actions import find_verb
from tests.guards.api_table import TABLE, ApiCall

PAGE = next((page for up in Path(__file__).parents if (page := up / "shared" / "neptune-api.md").is_file()), None)
BESIDES = {"raw_list", "aclose", "server_time"}
"""What a client does besides calling: it ends, and looks at the date of any answer."""
SERVED_BESIDES = {("GET", "/openapi.json"), ("POST", "/{environment}/events")}
"""The sandbox's own document, and the other form of an event, which the page describes below its table."""
ROW = re.compile(r"^\| (?P<title>[^|]+?) \| (?P<request>.+?) \| (?:\[[A-Z?]\])+ \|$", re.M)


@pytest.mark.skipif(PAGE is None, reason="neptune-api.md is not beside this checkout")
def test_the_table_is_that_of_the_page() -> None:
    assert PAGE is not None
    rows = ROW.findall(PAGE.read_text(encoding="utf-8").partition("## Endpoints")[2].partition("\n## ")[0])
    assert [title for title, _ in rows] == [line.title for line in TABLE]
    path = ""
    for line, (_, request) in zip(TABLE, rows, strict=True):
        if told := re.search(r"`(?:[A-Z]+ )?\{(?:api|edge)\}([^?`]*)", request):
            path = told[1].replace("{env}", "{environment}")
        else:
            assert "same path" in request
        method = re.match(r"`([A-Z]+)\b", request)
        assert line.route == (method[1] if method else "POST", path)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: f"{line.method} {line.path} {line.call}")
def test_each_line_of_the_api_has_a_place_in_every_layer(line: ApiCall) -> None:
    assert callable(getattr(Client, line.call, None))
    assert line.method.lower() in document()["paths"].get(line.path, ())
    assert _command(line.command) is not None
    assert line.action in {action.id for action in ACTIONS}
    assert find_verb(line.action) is not None


def test_the_sandbox_serves_nothing_that_the_table_does_not_name() -> None:
    served = {
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method in methods
        if method != "parameters"
    }
    assert served - SERVED_BESIDES == {line.route for line in TABLE}


def test_the_client_calls_nothing_that_the_table_does_not_name() -> None:
    calls = {name for name, value in vars(Client).items() if inspect.iscoroutinefunction(value)}
    assert {name for name in calls if not name.startswith("_")} - BESIDES == {line.call for line in TABLE}


def test_every_action_of_the_table_does_something() -> None:
    assert [action.id for action in ACTIONS if find_verb(action.id) is None] == []


def _command(words: tuple[str, ...]) -> click.Command | None:
    command: click.Command | None = Root()
    for word in words:
        if not isinstance(command, click.Group):
            break
        command = command.get_command(click.Context(command), word)
    return command
