"""What a token says of itself counts for nothing until the service accepts it: what is known stays in reach."""

from __future__ import annotations

import base64
import json
import sqlite3
from pathlib import Path

import pytest

from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.tokens import sign_token
from tests.cli.shell import CUSTOMER, Shell


def _jwt(**claims: object) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return f"{head}.{body}.bm90LWEtc2lnbmF0dXJl"


REFUSED = {
    "not a JWT": "surely-not-a-neptune-token",
    "of no team": _jwt(sub="someone"),
    "of another team": _jwt(team="umbrella"),
    "of the same team": _jwt(team="acme"),
}


def _bindings(home: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(home / "state" / "state.db") as connection:
        tables = ("bound", "watched", "hook")
        found = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return sorted(
            (table, *map(str, row))
            for table in tables
            if table in found
            for row in connection.execute(f"SELECT * FROM {table}")
        )


@pytest.mark.parametrize("token", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize(
    "command",
    [
        ["list", "-u", CUSTOMER],
        ["watch", "u-0815"],
        ["doctor"],
        ["users", "list"],
        ["poll", "--once"],
        ["mark", "-u", CUSTOMER, "--shown", "--yes"],
    ],
    ids=lambda command: command[0],
)
def test_a_refused_token_hides_nothing_of_what_is_known(shell: Shell, token: str, command: list[str]) -> None:
    shell.tell("Card declined")
    assert shell("watch", CUSTOMER).code == 0
    assert shell("list", "-u", CUSTOMER).code == 0
    before = _bindings(shell.home)
    known = [shell(*asked).out for asked in (["list", "-u", CUSTOMER, "--cached"], ["timeline", "-u", CUSTOMER])]
    assert "Card declined" in known[0]
    good, shell.environment["NEPTUNE_TOKEN"] = shell.environment["NEPTUNE_TOKEN"], token
    refused = shell(*command)
    if token != REFUSED["of the same team"] or command[0] != "watch":
        assert refused.code == 3, refused.err
        assert _bindings(shell.home) == before
    shell.environment["NEPTUNE_TOKEN"] = good
    listed = shell("list", "-u", CUSTOMER, "--cached")
    assert "Card declined" in listed.out, listed.err
    assert "never fetched" not in listed.err
    assert "Card declined" in shell("timeline", "-u", CUSTOMER).out


def test_nothing_is_bound_by_a_token_that_was_never_accepted(shell: Shell) -> None:
    shell.environment["NEPTUNE_TOKEN"] = REFUSED["of another team"]
    assert shell("list", "-u", CUSTOMER).code == 3
    assert [row for row in _bindings(shell.home) if row[0] == "bound"] == []
    shell.environment["NEPTUNE_TOKEN"] = shell.token.reveal()
    shell.tell("Card declined")
    assert "Card declined" in shell("list", "-u", CUSTOMER).out
    assert "Card declined" in shell("list", "-u", CUSTOMER, "--cached").out


def test_an_unreachable_service_proves_no_token(shell: Shell) -> None:
    shell.tell("Card declined")
    assert shell("list", "-u", CUSTOMER).code == 0
    before = _bindings(shell.home)
    good, shell.environment["NEPTUNE_TOKEN"] = shell.environment["NEPTUNE_TOKEN"], REFUSED["of another team"]
    shell.faults.set(Kind.CAPTIVE)
    assert shell("list", "-u", CUSTOMER).code == 4
    shell.faults.clear()
    assert _bindings(shell.home) == before
    shell.environment["NEPTUNE_TOKEN"] = good
    assert "Card declined" in shell("list", "-u", CUSTOMER, "--cached").out


def test_an_accepted_token_of_another_team_shows_only_what_is_that_team_s(shell: Shell) -> None:
    shell.tell("Of acme")
    assert shell("list", "-u", CUSTOMER).code == 0
    ours = shell.environment["NEPTUNE_TOKEN"]
    shell.sandbox_state.team = "umbrella"
    shell.environment["NEPTUNE_TOKEN"] = sign_token(shell.sandbox_state).reveal()
    # The same service answers, so that what is left of acme could only come out of this machine.
    shell.sandbox_state.clear()
    shell.tell("Of umbrella", user="u-9")
    assert "Of umbrella" in shell("list", "-u", "u-9").out
    cached = shell("list", "--cached", "-u", CUSTOMER)
    assert "Of acme" not in cached.out
    assert "Of umbrella" in shell("list", "--cached", "-u", "u-9").out
    shell.sandbox_state.team = "acme"
    shell.environment["NEPTUNE_TOKEN"] = ours
    assert shell("list", "-u", CUSTOMER).code == 0
    cached = shell("list", "--cached", "-u", "u-9")
    assert "Of umbrella" not in cached.out
