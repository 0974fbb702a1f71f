"""`--debug FILE`: what a run did and how long it took, for whoever looks into it, and nothing that is secret."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import CUSTOMER, Shell


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("ascii").splitlines()]


@pytest.mark.slow
def test_it_tells_requests_timings_and_decisions_and_no_secret(shell: Shell, tmp_path: Path) -> None:
    id = shell.tell("A secret title", body="A secret body")
    file = tmp_path / "trace.jsonl"
    shell("list", "-u", CUSTOMER)
    plain = shell("mark", id, "-u", CUSTOMER, "--yes")
    assert plain.code == 0
    id = shell.tell("A secret title", body="A secret body")
    assert shell("mark", id, "-u", CUSTOMER, "--yes", "--debug", str(file)).code == 0
    told = lines(file)
    assert told[0]["trace"] == "neptune-inbox"
    assert file.stat().st_mode & 0o777 == 0o600
    events = [line["event"] for line in told[1:]]
    assert events[0] == "command"
    assert {"sign in", "fetch", "request", "answer", "send mark", "fact", "end"} <= set(events)
    posted = [line for line in told[1:] if line["event"] == "answer" and line["method"] == "POST"]
    assert [line["outcome"] for line in posted] == ["ok"]
    assert all(line["ms"] >= 0 for line in posted)
    assert told[-1] | {"s": 0} == {"s": 0, "event": "end", "exit_code": 0}
    text = file.read_text()
    for secret in (shell.token.reveal(), "A secret title", "A secret body", "Bearer"):
        assert secret not in text
    assert shell("list", "-u", CUSTOMER).code == 0
    assert file.read_text() == text, "the next run writes none"


def test_what_goes_wrong_is_in_it(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "trace.jsonl"
    shell.environment["NEPTUNE_TOKEN"] = "wrong-token-of-nobody"
    assert shell("--debug", str(file), "list", "-u", CUSTOMER).code == 3
    told = lines(file)
    assert [line["name"] for line in told if line.get("event") == "error"] == ["token_refused"]
    assert told[-1]["exit_code"] == 3


def test_an_older_trace_is_overwritten_and_nothing_else_is(shell: Shell, tmp_path: Path) -> None:
    file, target = tmp_path / "trace.jsonl", tmp_path / "diary"
    for _ in range(2):
        assert shell("profiles", "--debug", str(file)).code == 0
    assert sum("trace" in line for line in lines(file)) == 1
    target.write_text("Dear diary")
    link, fifo = tmp_path / "link", tmp_path / "fifo"
    link.symlink_to(file)
    os.mkfifo(fifo)
    before = file.read_text()
    for name in (target, link, fifo, tmp_path, tmp_path / "nowhere" / "trace"):
        refused = shell("profiles", "--debug", str(name))
        assert (refused.code, refused.out) == (2, "")
        assert str(name) in refused.err
    assert target.read_text() == "Dear diary"
    assert file.read_text() == before


@pytest.mark.parametrize("arguments", [["list"], ["users", "get", "u-1"]])
def test_every_command_has_it(shell: Shell, arguments: list[str], tmp_path: Path) -> None:
    shell(*arguments, "--debug", str(tmp_path / "trace"))
    assert lines(tmp_path / "trace")[1]["words"].startswith("neptune-inbox")
