"""A bug report holds what helps, and nothing of the customers, their notifications or the token."""

from __future__ import annotations

import json
import os
import platform
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from neptune_inbox import __version__
from tests.cli.shell import CUSTOMER, Shell

CONFIG = f"""
[profiles.acme]
environment = "dev"
users = ["{CUSTOMER}", "u-secret-customer"]
token_command = ["pass", "show", "hidden/entry"]

[views]
refunds = "user:u-secret-customer is:unread"

[commands]
ticket = ["send-to-hidden-host"]
"""


@pytest.mark.slow
def test_it_is_shown_before_it_is_written_and_names_what_it_holds(shell: Shell) -> None:
    shown = shell("report", answers="n\n")
    assert "version.txt" in shown.err
    assert "Nothing was written." in shown.err
    assert list(Path.cwd().glob("neptune-inbox-report-*")) == []


@pytest.mark.slow
def test_where_nobody_can_agree_nothing_is_written(shell: Shell, tmp_path: Path) -> None:
    shown = shell("report", "--output", str(tmp_path / "report.zip"))
    assert shown.code == 2
    assert "Add --yes" in shown.err
    assert not (tmp_path / "report.zip").exists()


@pytest.mark.slow
def test_nothing_of_a_customer_and_no_token_is_in_it(shell: Shell, tmp_path: Path) -> None:
    ids = shell.tell_many(2)
    shell.config(CONFIG)
    shell("watch", "u-watched-later")
    shell("list")
    shell("note", ids[0], "a private note")
    (shell.home / "state" / "neptune-inbox.log").write_text(f"Broke near {shell.token.reveal()} of {CUSTOMER}\n")
    file = tmp_path / "report.zip"
    shown = shell("report", "--yes", "--output", str(file))
    assert shown.out == f"{file}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as bundle:
        texts = {name: bundle.read(name).decode() for name in bundle.namelist()}
    together = "\n".join(texts.values())
    secrets = (shell.token.reveal(), CUSTOMER, "u-secret-customer", "u-watched-later", "private note", *ids)
    assert [secret for secret in (*secrets, "hidden", str(Path.home()) + "/") if secret in together] == []
    assert platform.python_version() in texts["version.txt"]
    assert "Broke near" in texts["log.txt"]
    assert set(texts) == {line.split()[0] for line in texts["manifest.txt"].splitlines()} | {"manifest.txt"}
    assert shell("report", "--show").out.count("==> ") == len(texts)


@pytest.mark.slow
def test_a_file_that_is_there_is_not_overwritten(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "report.zip"
    file.write_text("mine")
    shown = shell("report", "--yes", "--output", str(file))
    assert shown.code == 2
    assert "already exists" in shown.err
    assert file.read_text() == "mine"


@pytest.mark.slow
def test_settings_that_cannot_be_read_are_reported_too(shell: Shell) -> None:
    shell.config("[ui\n")
    shown = shell("report", "--show")
    assert shown.code == 0
    assert "cannot be read" in shown.out


def test_the_version_says_more_when_asked(shell: Shell) -> None:
    told = shell("--version", "--verbose")
    names = {cells[0] for cells in told.cells}
    assert {"neptune-inbox", "python", "system", "sqlite", "textual", "keyring"} <= names
    assert shell.token.reveal() not in told.out
    assert shell("--verbose").code == 2


@pytest.mark.parametrize("command", [("--version", "--verbose"), ("report", "--show")])
def test_the_variables_that_are_set_are_named_and_never_what_they_say(
    command: tuple[str, ...], shell: Shell, tmp_path: Path
) -> None:
    environ = {
        **os.environ,
        **shell.environment,
        "NEPTUNE_SANDBOX_TOKEN": "sandbox-control-0815",
        "https_proxy": "http://rita:secret-password@proxy.acme.example:3128",
        "SSL_CERT_FILE": "/nowhere/hidden.pem",
        "NEPTUNE_INBOX_HOME": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "neptune_inbox", *command], env=environ, capture_output=True, text=True, check=True
    )
    told = next(line for line in done.stdout.splitlines() if line.startswith("variables that are set"))
    for name in ("NEPTUNE_TOKEN", "NEPTUNE_ENV", "NEPTUNE_SANDBOX_TOKEN", "https_proxy", "NO_PROXY", "SSL_CERT_FILE"):
        assert name in told, told
    for value in (shell.token.reveal(), "sandbox-control-0815", "secret-password", "hidden.pem"):
        assert value not in done.stdout


def test_the_version_is_an_object_where_json_is_asked_for(shell: Shell) -> None:
    assert shell("--version", "--json").json == {"neptune-inbox": __version__}
    [facts] = shell("--version", "--verbose", "--jsonl").jsonl
    assert facts["neptune-inbox"] == __version__
    assert "NEPTUNE_ENV" in facts["variables that are set"]
    assert json.dumps(facts).count(shell.token.reveal()) == 0
