"""What every command prints with `--json` is what `neptune-inbox help json` says, and is all that is printed."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import click
import jsonschema_rs
import pytest

from neptune_inbox.cli.output import Shape
from neptune_inbox.cli.schemas import CSV, ERROR, SCHEMAS, STATES, columns
from neptune_inbox.model import Profile, Token
from neptune_inbox.presentation.json import JSON_STATES
from neptune_inbox.presentation.table import csv_text
from neptune_inbox.sync.workspace import Workspace
from tests.cli.hostile_walk import commands
from tests.cli.shell import CUSTOMER, Shell

Prepared = Callable[[Shell], None]
PRINTS_NONE = {"", "users", "contacts", "event", "config", "demo", "hooks", "team"}
"""What opens something, or only holds other commands."""


def _held(shell: Shell) -> None:
    """One mark that the service refuses, in the outbox."""
    shell.tell("Refused")
    shell.faults.set("422", method="POST", route="/app_notifications/{environment}/read")
    shell("mark", "--user", CUSTOMER, "--shown", "--yes")
    shell.faults.clear()


def _seen(shell: Shell) -> None:
    shell.tell("Hello", event_type="welcome")
    shell("watch", CUSTOMER)
    shell("list")


COMMANDS: list[tuple[str, list[str]]] = [
    ("list", ["list", "-u", CUSTOMER]),
    ("list", ["list", "-u", CUSTOMER, "--cached"]),
    ("list", ["list", "-u", CUSTOMER, "--as-of", "0s", "--type", "all"]),
    ("count", ["count", "-u", CUSTOMER]),
    ("why", ["why", "{id}", "-u", CUSTOMER]),
    ("insight", ["insight", "-u", CUSTOMER]),
    ("timeline", ["timeline", "-u", CUSTOMER]),
    ("timeline", ["timeline", "-u", CUSTOMER, "--as-of", "1m"]),
    ("incidents", ["incidents"]),
    ("mark", ["mark", "{id}", "-u", CUSTOMER, "--yes"]),
    ("mark", ["mark", "{id}", "-u", CUSTOMER, "--dry-run"]),
    ("mark", ["mark", "-u", CUSTOMER, "--shown", "--query", "nothing-like-it", "--yes"]),
    ("mark", ["mark", "-u", CUSTOMER, "--server-all", "--yes"]),
    ("mark", ["mark", "-u", CUSTOMER, "--server-all", "--dry-run"]),
    ("outbox", ["outbox"]),
    ("outbox", ["outbox", "--drop", "--yes"]),
    ("outbox", ["outbox", "--send", "--yes"]),
    ("outbox", ["outbox", "--retry", "--yes"]),
    ("receipts", ["receipts"]),
    ("journal", ["journal"]),
    ("done", ["done", "{id}"]),
    ("back", ["back", "{id}"]),
    ("snooze", ["snooze", "{id}", "--until", "2h"]),
    ("star", ["star", "{id}"]),
    ("note", ["note", "{id}", "Called."]),
    ("watch", ["watch"]),
    ("unwatch", ["unwatch", CUSTOMER]),
    ("users list", ["users", "list"]),
    ("users get", ["users", "get", CUSTOMER]),
    ("users create", ["users", "create", "u-new", "--yes"]),
    ("users create", ["users", "create", "u-new", "--dry-run"]),
    ("users update", ["users", "update", CUSTOMER, "--set", "a=1", "--yes"]),
    ("users update", ["users", "update", CUSTOMER, "--set", "a=1", "--dry-run"]),
    ("users delete", ["users", "delete", CUSTOMER, "--dry-run"]),
    ("users delete", ["users", "delete", CUSTOMER, "--yes"]),
    ("contacts list", ["contacts", "list", CUSTOMER]),
    ("contacts add", ["contacts", "add", CUSTOMER, "email", "a@b.example", "--dry-run"]),
    ("contacts add", ["contacts", "add", CUSTOMER, "email", "a@b.example", "--yes"]),
    ("status", ["status"]),
    ("hooks list", ["hooks"]),
    ("poll", ["poll", "--status"]),
    ("poll", ["poll", "--systemd"]),
    ("environments", ["environments"]),
    ("event send", ["event", "send", "welcome", "-u", CUSTOMER, "--yes"]),
    ("event send", ["event", "send", "welcome", "-u", CUSTOMER, "--dry-run"]),
    ("handover", ["handover", "-u", CUSTOMER]),
    ("profiles", ["profiles"]),
    ("config show", ["config", "show"]),
    ("config path", ["config", "path"]),
    ("config check", ["config", "check"]),
    ("config edit", ["config", "edit"]),
    ("doctor", ["doctor"]),
    ("completion", ["completion", "bash"]),
    ("help", ["help"]),
    ("help", ["help", "keys"]),
    ("help", ["help", "security"]),
    ("help", ["help", "list"]),
    ("help", ["help", "json"]),
]
OF_A_TEAM = {"claim", "release", "team init", "team status", "team password"}
"""Validated in tests/team/test_commands.py, where there is a database."""
OF_A_HOOK = {"hooks test", "hooks skip"}
"""Validated in tests/cli/test_hooks.py, where there is a hook."""
TOLD_ELSEWHERE = {
    "report",
    "undo",
    "contacts update",
    "contacts delete",
    "login",
    "logout",
    "sandbox",
    *OF_A_TEAM,
    *OF_A_HOOK,
}
"""Validated in the tests below, each after what it needs."""


def valid(schema: dict[str, Any], told: Any) -> None:
    jsonschema_rs.validator_for(schema).validate(told)


def test_every_command_has_its_schema_and_is_tried_here() -> None:
    names = {" ".join(path) for path, _ in commands()}
    assert names - PRINTS_NONE == set(SCHEMAS)
    assert {name for name, _ in COMMANDS} | TOLD_ELSEWHERE == set(SCHEMAS)


def test_every_state_of_a_mark_is_named() -> None:
    assert set(STATES) == set(JSON_STATES.values())


def test_the_schemas_are_printed_as_one_document(shell: Shell) -> None:
    document = shell("help", "json").json
    assert document["commands"].keys() == SCHEMAS.keys()
    for schema in (*document["commands"].values(), document["error"]):
        jsonschema_rs.validator_for(schema)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "arguments"), COMMANDS, ids=lambda part: part if isinstance(part, str) else " ".join(part)
)
def test_what_is_printed_is_what_the_schema_says(
    shell: Shell, name: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    id = shell.tell("Hello", event_type="welcome", body="Hi")
    shell("watch", CUSTOMER)
    shell("list")
    shown = shell(*(word.replace("{id}", id) for word in arguments), "--json")
    if name == "doctor":
        assert shown.code in (0, 1, 2, 3, 4, 5)
    else:
        assert (shown.code, shown.err) == (0, "")
    valid(SCHEMAS[name], shown.json)


@pytest.mark.slow
@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_change_of_a_contact_says_what_it_would_be(shell: Shell, act: str) -> None:
    shell("contacts", "add", CUSTOMER, "email", "a@b.example", "--yes")
    for how in ("--dry-run", "--yes"):
        shown = shell("contacts", act, CUSTOMER, "email", "a@b.example", how, "--json")
        assert (shown.code, shown.err) == (0, "")
        valid(SCHEMAS[f"contacts {act}"], shown.json)


def test_what_can_be_taken_back_is_told(shell: Shell) -> None:
    valid_error(shell("undo", "--json").err)
    id = shell.tell("Hello")
    shell.faults.set("500", method="POST")
    shell("mark", id, "-u", CUSTOMER, "--yes")
    undone = shell("undo", "--json")
    valid(SCHEMAS["undo"], undone.json)
    assert [each["id"] for each in undone.json["undone"] + undone.json["too_late"]] == [id]


def test_signing_out_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    async def forget(_: Workspace, profile: Profile) -> None:
        assert profile.environment == "dev"

    monkeypatch.setattr(Workspace, "forget", forget)
    valid(SCHEMAS["logout"], shell("logout", "--json").json)


def test_signing_in_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    async def save(_: Workspace, profile: Profile, token: Token) -> str:
        return "the keyring"

    monkeypatch.setattr(Workspace, "save", save)
    signed_in = shell("login", "--token-stdin", "--environment", "dev", "--json", stdin=shell.token.reveal())
    assert (signed_in.code, signed_in.err) == (0, "")
    valid(SCHEMAS["login"], signed_in.json)


@pytest.mark.slow
def test_a_report_names_its_file_and_what_it_holds(shell: Shell, tmp_path: Path) -> None:
    shown = shell("report", "--json", "--yes", "--output", str(tmp_path / "report.zip"))
    assert (shown.code, shown.err) == (0, "")
    valid(SCHEMAS["report"], shown.json)
    read = shell("report", "--json", "--show").json
    valid(SCHEMAS["report"], read)
    assert all(part["text"] for part in read["parts"])


def test_the_sandbox_tells_its_variables(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    # The log of the requests outlives one command.
    monkeypatch.setattr("neptune_inbox.sandbox.server.ACCESS_LOG", logging.getLogger("tests.access"))
    monkeypatch.setattr(
        "neptune_inbox.sandbox.serve.serve",
        lambda *_, on_ready, **__: on_ready(Mock(base_url="http://127.0.0.1:1", exports={})),
    )
    shown = shell("sandbox", "--json")
    assert (shown.code, shown.err) == (0, "")
    valid(SCHEMAS["sandbox"], shown.json)


def valid_error(err: str) -> None:
    [line] = err.splitlines()
    valid(ERROR, json.loads(line))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--json", "bogus"],
        ["list", "--bogus", "--json"],
        ["list", "--limit", "x", "--json"],
        ["mark", "--server-all", "--user", "", "--json"],
        ["why", "nobody-has-it", "--json"],
        ["event", "send", "welcome", "-u", CUSTOMER, "--json"],
    ],
)
def test_what_goes_wrong_is_one_object_on_standard_error(shell: Shell, arguments: list[str]) -> None:
    shown = shell(*arguments)
    assert shown.code
    assert shown.out == ""
    valid_error(shown.err)


class TestCsv:
    @pytest.mark.slow
    @pytest.mark.parametrize("name", list(CSV))
    def test_its_names_are_those_of_the_json(self, shell: Shell, name: str) -> None:
        _seen(shell)
        shown = shell(name, "--csv")
        assert shown.code == 0
        assert next(csv.reader(io.StringIO(shown.out))) == columns(CSV[name])

    def test_every_cell_is_quoted_and_no_formula_is_left(self, shell: Shell) -> None:
        _held(shell)
        shell.tell("=1+1;=cmd|' /C calc'!A0;+2\t@SUM(1)", event_type="welcome")
        shown = shell("list", "-u", CUSTOMER, "--csv")
        for line in shown.out.splitlines():
            assert line.startswith('"')
            assert line.endswith('"')
        rows = list(csv.DictReader(io.StringIO(shown.out)))
        assert {row["user_id"] for row in rows} == {CUSTOMER}
        [title] = [row["title"] for row in rows if "SUM" in row["title"]]
        assert title == "'=1+1;'=cmd|' /C calc'!A0;'+2 @SUM(1)"

    @pytest.mark.parametrize("cell", ["=1", " =1", "a;=1", 'a;"=1', "a, -1", "a|@x", "＝1", "-5"])
    def test_a_formula_behind_any_separator_is_harmless(self, cell: str) -> None:
        assert "'" in csv_text(["a"], [[cell]])

    @pytest.mark.parametrize("cell", ["a-b", "a=b", "u-4711", "a@b.example", "1+1", "it; works"])
    def test_what_is_none_stays_as_it_is(self, cell: str) -> None:
        assert csv_text(["a"], [[cell]]) == f'"a"\n"{cell}"\n'


class TestQuiet:
    def test_nothing_is_said_beside_the_data(self, shell: Shell) -> None:
        shell.tell("Hello")
        assert shell("list", "-u", CUSTOMER, "--cached", "--quiet").err == ""
        assert shell("list", "--limit", "x", "--quiet").err

    def test_event_send_prints_json_only_when_it_is_asked_for(self, shell: Shell) -> None:
        sent = shell("event", "send", "welcome", "-u", CUSTOMER, "--yes")
        assert sent.cells[0][:3] == ["sent", "welcome", CUSTOMER]


class TestWords:
    @pytest.mark.parametrize(
        ("arguments", "meant"),
        [
            (["lst"], "`list`"),
            (["users", "lits"], "`list`"),
            (["list", "--usr", "x"], "`--user`"),
            (["list", "--lim", "1"], "`--limit`"),
            (["help", "serch"], "`search`"),
        ],
    )
    def test_what_was_probably_meant_is_named(self, shell: Shell, arguments: list[str], meant: str) -> None:
        shown = shell(*arguments)
        assert shown.code == 2
        assert f"Did you mean {meant}?" in shown.err

    def test_nothing_far_fetched_is_suggested(self, shell: Shell) -> None:
        assert "Did you mean" not in shell("list", "--zzzz").err
        assert "Did you mean" not in shell("zzzz").err

    @pytest.mark.parametrize("group", ["users", "contacts", "event", "config"])
    def test_a_group_alone_shows_what_it_holds(self, shell: Shell, group: str) -> None:
        shown = shell(group)
        assert (shown.code, shown.err) == (0, "")
        assert shown.out.startswith(f"Usage: neptune-inbox {group}")
        for shape in ("--json", "--jsonl"):
            asked = shell(group, shape)
            assert (asked.code, asked.out, asked.error["error"]) == (2, "", "usage_problem")


def test_no_command_takes_a_shape_that_it_does_not_print() -> None:
    for path, command in commands():
        flags = {param.name for param in command.params if isinstance(param, click.Option)}
        assert (Shape.CSV.value in flags) == (" ".join(path) in CSV), path
