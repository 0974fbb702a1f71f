"""Every line of the API's table can be reached: client, sandbox, command line, and the TUI where it is wanted."""

from __future__ import annotations

from typing import NamedTuple

import click
import pytest

from neptune_inbox.api.client import Client
from neptune_inbox.cli.main import Root
from neptune_inbox.sandbox.openapi import document
from neptune_inbox.tui.keys import ACTIONS
from neptune_inbox.tui.verbs import find_verb


class Line(NamedTuple):
    """A line of neptune-api.md, Endpoints, and where each layer has it."""

    method: str
    path: str
    call: str
    """The client's method."""
    command: str
    action: str
    """The action that leads there in the TUI."""


TABLE = (
    Line("GET", "/app_notifications/{environment}", "app_notifications", "list", "refresh"),
    Line("POST", "/app_notifications/{environment}/read", "mark_read", "mark", "mark.row"),
    Line("POST", "/app_notifications/{environment}/read", "mark_user_read", "mark", "mark.all"),
    Line("GET", "/environments", "environments", "environments", "profile.switch"),
    Line("POST", "/{environment}/users", "create_user", "users create", "people"),
    Line("GET", "/{environment}/users", "users", "users list", "user.go"),
    Line("GET", "/{environment}/users/{user_id}", "user", "users get", "people"),
    Line("PUT", "/{environment}/users/{user_id}", "update_user", "users update", "people"),
    Line("DELETE", "/{environment}/users/{user_id}", "delete_user", "users delete", "people"),
    Line("POST", "/{environment}/users/{user_id}/contacts_info", "add_contact", "contacts add", "people"),
    Line("PUT", "/{environment}/users/{user_id}/contacts_info", "update_contact", "contacts update", "people"),
    Line("DELETE", "/{environment}/users/{user_id}/contacts_info", "delete_contact", "contacts delete", "people"),
    Line("POST", "/events/ingest", "ingest", "event send", "event"),
)


@pytest.mark.parametrize("line", TABLE, ids=lambda line: f"{line.method} {line.path} {line.call}")
def test_each_line_of_the_api_has_a_place_in_every_layer(line: Line) -> None:
    assert callable(getattr(Client, line.call))
    assert line.method.lower() in document()["paths"][line.path]
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
    assert served - {("GET", "/openapi.json")} == {(line.method, line.path) for line in TABLE}


def test_every_action_of_the_table_does_something() -> None:
    assert [action.id for action in ACTIONS if find_verb(action.id) is None] == []


def _command(words: str) -> click.Command | None:
    command: click.Command | None = Root()
    for word in words.split():
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word)
    return command
