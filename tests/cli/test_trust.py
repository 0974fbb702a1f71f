"""Where the token may go, as somebody at a shell meets it; and where no token belongs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.wiring.workspace import wall_clock
from tests.cli.shell import CUSTOMER, Shell
from tests.socket_sandbox import BackgroundServer

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLW9mLWl0"


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, Faults]]:
    """Another service on this machine, and what it hears."""
    faults = Faults()
    with BackgroundServer(create_app(SandboxState(now=wall_clock, seed="other"), faults=faults)) as server:
        yield f"{server.base_url}/neptune", faults


@pytest.mark.slow
@pytest.mark.parametrize("variable", ["NEPTUNE_API_BASE", "NEPTUNE_EDGE_BASE"])
def test_after_its_first_use_a_token_goes_to_no_other_host(
    shell: Shell, elsewhere: tuple[str, Faults], variable: str
) -> None:
    there, heard = elsewhere
    assert shell("list", "-u", CUSTOMER).code == 0
    before = shell.requests
    shell.environment[variable] = there
    for command in (["list", "-u", CUSTOMER], ["event", "send", "welcome", "-u", CUSTOMER, "--yes"], ["doctor"]):
        refused = shell(*command)
        assert refused.code == 3, command
        assert "nothing was sent" in refused.err + refused.out
    assert (sum(heard.requests.values()), shell.requests) == (0, before)


@pytest.mark.slow
def test_a_token_command_stays_with_the_address_beside_it(
    shell: Shell, elsewhere: tuple[str, Faults], tmp_path: Path
) -> None:
    there, heard = elsewhere
    helper = tmp_path / "helper.py"
    helper.write_text(f"print({shell.token.reveal()!r})\n")
    config = (
        '[profiles.acme]\nenvironment = "dev"\napi_base = "{base}"\n'
        f"token_command = [{sys.executable!r}, {str(helper)!r}]\n"
    )
    shell.config(config)
    (shell.home / "config" / "config.toml").chmod(0o600)
    del shell.environment["NEPTUNE_TOKEN"]
    for variable in ("NEPTUNE_API_BASE", "NEPTUNE_EDGE_BASE"):
        shell.environment[variable] = there
        assert shell("list", "-u", CUSTOMER).code == 3
        del shell.environment[variable]
    assert shell("list", "-u", CUSTOMER).code == 0
    shell.config(config.replace("{base}", there))
    assert shell("list", "-u", CUSTOMER).code == 3
    assert sum(heard.requests.values()) == 0
    host = there.removeprefix("http://").partition("/")[0]
    shell.config(config.replace("{base}", there) + f"trusted_hosts = [{host!r}]\n")
    shell("list", "-u", CUSTOMER)
    assert sum(heard.requests.values()) > 0


def test_without_a_profile_the_remedy_names_the_variables(shell: Shell, elsewhere: tuple[str, Faults]) -> None:
    assert shell("list", "-u", CUSTOMER).code == 0
    shell.environment["NEPTUNE_API_BASE"] = elsewhere[0]
    told = shell("list", "-u", CUSTOMER).err
    assert "Check NEPTUNE_API_BASE and NEPTUNE_EDGE_BASE" in told
    assert "trusted_hosts" not in told
    assert "`environment`" not in told


def test_a_refused_token_is_mended_where_it_comes_from(shell: Shell, tmp_path: Path) -> None:
    shell.environment["NEPTUNE_TOKEN"] = JWT
    for command in (["list", "-u", CUSTOMER], ["mark", "-u", CUSTOMER, "--shown", "--yes"], ["doctor"]):
        refused = shell(*command)
        assert refused.code == 3, command
        assert "It comes from NEPTUNE_TOKEN: set a valid one, or unset it and run" in refused.out + refused.err
    del shell.environment["NEPTUNE_TOKEN"]
    helper = tmp_path / "helper.py"
    helper.write_text(f"print({JWT!r})\n")
    shell.config(
        '[profiles.acme]\nenvironment = "dev"\napi_base = "{base}"\n'
        f"token_command = [{sys.executable!r}, {str(helper)!r}]\n"
    )
    (shell.home / "config" / "config.toml").chmod(0o600)
    told = shell("list", "-u", CUSTOMER).err
    assert "It comes from token_command of this profile: let that print a valid token" in told


@pytest.mark.parametrize(
    "command",
    [
        *(["list", "-u", JWT], ["note", "some-id", JWT], ["list", "-q", JWT], ["watch", JWT], ["--user", JWT]),
        *(
            ["list", "--profile", JWT],
            ["mark", JWT, "-u", "x", "--yes"],
            ["event", "send", "welcome", "-u", f"Bearer {JWT}"],
        ),
        *(["login", "--environment", JWT, "--token-stdin"], ["users", "create", f"x{JWT}", "--json"], [JWT]),
    ],
)
def test_a_token_is_no_argument(shell: Shell, command: list[str]) -> None:
    refused = shell(*command)
    assert refused.code == 2
    assert "looks like an API token" in refused.err
    assert JWT[-12:] not in refused.err + refused.out
    assert shell.requests == 0


def test_a_token_at_the_prompt_for_another_thing_is_kept_nowhere(shell: Shell) -> None:
    for answers in (f"{JWT}\n", f"dev\n{JWT}\n"):
        refused = shell("login", answers=answers)
        assert refused.code == 2
        assert "looks like an API token" in refused.err
        assert all(JWT[-12:] not in path.read_text("latin-1") for path in shell.home.rglob("*") if path.is_file())


@pytest.mark.parametrize("variable", ["NEPTUNE_ENV", "NEPTUNE_API_BASE", "NEPTUNE_EDGE_BASE"])
def test_nor_is_it_taken_for_an_address_or_an_environment(shell: Shell, variable: str) -> None:
    shell.environment[variable] = f"https://x.example/{JWT}"
    refused = shell("list", "-u", CUSTOMER)
    assert refused.code == 2
    assert JWT[-12:] not in refused.err


@pytest.mark.parametrize("line", [f'note = "{JWT}"', f"[profiles.'{JWT}']", f'[views]\nmine = "{JWT}"', f"# {JWT}"])
def test_nor_does_it_stand_in_the_settings(shell: Shell, line: str) -> None:
    shell.config(line)
    refused = shell("list", "-u", CUSTOMER)
    assert refused.code == 2
    assert "config.toml, line" in refused.err
    assert JWT[-12:] not in refused.err


@pytest.mark.parametrize(
    ("editor", "words"),
    [
        ("'vi", "unclosed quote"),
        ("   ", "it is blank"),
        ("''", "it is blank"),
        ("/no/such", "cannot be started"),
    ],
)
def test_an_editor_that_is_none_is_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, editor: str, words: str
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", editor)
    refused = shell("config", "edit")
    assert (refused.code, words in refused.err) == (2, True), refused.err


def test_a_login_at_a_host_that_pretends_names_it_and_sends_nothing(shell: Shell) -> None:
    base = "https://api.teurons.com.evil.example/neptune"
    command = ["login", "--api-base", base, "--environment", "dev", "--user", CUSTOMER]
    refused = shell(*command, "--token-stdin", stdin=shell.token.reveal())
    assert refused.code == 2
    assert "looks like teurons.com and is not part of it" in refused.err
    declined = shell(*command, "--edge-base", base, "--mode", "act", "-P", "evil", answers="n\n")
    assert (declined.code, "Nothing was sent." in declined.err) == (1, True), declined.err
