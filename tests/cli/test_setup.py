"""Signing in and out, settings, completion, doctor: what stands around the inbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from neptune_inbox.api.network_errors import CHECK_PROXY
from neptune_inbox.credentials.os_keyring import KeyringReport, OsKeyring
from neptune_inbox.errors import KeyringLocked, Offline
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.tokens import sign_token
from neptune_inbox.sync.session import Session
from tests.cli.shell import CUSTOMER, VARIABLES, Shell


class MemoryKeyring:
    """The OS keyring as `OsKeyring` speaks to it, kept in a dict that outlives each command."""

    def __init__(self) -> None:
        self.items: dict[str, str] = {}
        self.is_locked = False

    def put_in_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("read", "write", "delete", "probe"):
            bound = getattr(self, name)
            monkeypatch.setattr(OsKeyring, name, lambda _, *given, bound=bound: bound(*given))

    async def read(self, username: str) -> tuple[str | None, str]:
        return self.items.get(username), "Memory"

    async def write(self, username: str, secret: str) -> str:
        if self.is_locked:
            raise KeyringLocked("The OS keyring (Memory) is locked.")
        self.items[username] = secret
        return "Memory"

    async def delete(self, username: str) -> None:
        self.items.pop(username, None)

    async def probe(self) -> KeyringReport:
        return KeyringReport("Memory", self.is_locked)


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    keyring = MemoryKeyring()
    keyring.put_in_place(monkeypatch)
    return keyring


@pytest.fixture
def newcomer(shell: Shell, keyring: MemoryKeyring) -> Shell:
    """Somebody who has nothing set up: no variables, no file."""
    shell.environment = {"NEPTUNE_INBOX_HOME": str(shell.home)}
    return shell


def login(shell: Shell, *more: str, stdin: str | None = None) -> Any:
    arguments = ["--api-base", f"{shell.base_url}/neptune", "--environment", "dev", "--user", CUSTOMER, *more]
    return shell("login", "--token-stdin", *arguments, stdin=shell.token.reveal() if stdin is None else stdin)


class TestSigningIn:
    @pytest.mark.slow
    def test_the_token_is_tried_then_kept_in_the_keyring_alone(self, newcomer: Shell, keyring: MemoryKeyring) -> None:
        newcomer.tell("Hello")
        signed_in = login(newcomer, stdin=f"  {newcomer.token.reveal()}\n")
        assert signed_in.code == 0
        assert "saved in the OS keyring (Memory)" in signed_in.out
        assert f"{CUSTOMER} has 1 unread notification." in signed_in.out
        assert list(keyring.items.values()) == [newcomer.token.reveal()]
        for file in newcomer.home.rglob("*"):
            assert not file.is_file() or newcomer.token.reveal().encode() not in file.read_bytes()
        assert len(newcomer("list").cells) == 1

    def test_questions_are_asked_for_what_was_not_named(
        self, newcomer: Shell, keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: newcomer.token.reveal())
        answers = f"dev\nmine\n{newcomer.base_url}/neptune\n\nobserve\n{CUSTOMER}\n"
        signed_in = newcomer("login", answers=answers)
        assert signed_in.code == 0
        assert "Signed in to mine: dev, mode observe." in signed_in.out
        assert newcomer.token.reveal() not in signed_in.out + signed_in.err
        [profile] = newcomer("profiles", "--json").json
        assert profile["edge_base"] == profile["api_base"]
        assert profile["users"] == [CUSTOMER]

    @pytest.mark.parametrize(("token", "code"), [("not-the-right-token", 3), ("", 3), ("no good", 3)])
    def test_a_token_that_does_not_work_is_not_kept(
        self, newcomer: Shell, keyring: MemoryKeyring, token: str, code: int
    ) -> None:
        assert login(newcomer, stdin=token).code == code
        assert keyring.items == {}
        assert newcomer("profiles", "--json").json == []

    def test_what_is_no_jwt_is_named_before_any_request_and_tried_when_that_is_wished(
        self, newcomer: Shell, keyring: MemoryKeyring
    ) -> None:
        refused = login(newcomer, stdin="not-the-right-token")
        assert refused.code == 3
        assert "is not a JWT" in refused.err
        assert "not-the-right-token" not in refused.err
        assert newcomer.requests == 0
        tried = login(newcomer, "--yes", stdin="not-the-right-token")
        assert tried.code == 3
        assert "is not a JWT" in tried.err
        assert newcomer.requests > 0
        assert keyring.items == {}

    def test_an_expired_one_is_named_before_any_request(self, newcomer: Shell) -> None:
        expired = sign_token(newcomer.sandbox_state, expires_at=newcomer.sandbox_state.now() - 1_000)
        signed_in = login(newcomer, stdin=expired.reveal())
        assert signed_in.code == 3
        assert "expired on" in signed_in.err
        assert newcomer.requests == 0

    def test_an_environment_that_the_team_does_not_have_is_named(self, newcomer: Shell) -> None:
        signed_in = login(newcomer, "--environment", "prod")
        assert signed_in.code == 1
        assert "It may use dev, staging, production." in signed_in.err

    def test_a_keyring_that_does_not_take_it_keeps_the_profile_and_says_so(
        self, newcomer: Shell, keyring: MemoryKeyring
    ) -> None:
        keyring.is_locked = True
        signed_in = login(newcomer)
        assert signed_in.code == 3
        assert "The token works, but it is not saved" in signed_in.err
        assert "`dev` is saved, without a token" in signed_in.err
        newcomer.environment["NEPTUNE_TOKEN"] = newcomer.token.reveal()
        assert newcomer("list", "-u", CUSTOMER).code == 0

    def test_a_second_environment_is_a_second_profile(self, newcomer: Shell) -> None:
        login(newcomer)
        login(newcomer, "--environment", "production")
        listed = {row[0]: row for row in newcomer("profiles").cells}
        assert listed["dev"][1:4] == ["", "dev", "act"]
        assert listed["production"][1:4] == ["default", "production", "ask"]

    def test_the_token_is_no_option_and_is_not_asked_of_a_pipe(self, newcomer: Shell) -> None:
        assert newcomer("login", "--token", "secret").code == 2
        refused = newcomer("login", "--environment", "dev")
        assert refused.code == 2
        assert "--token-stdin" in refused.err

    def test_signing_out_deletes_it_and_proves_it(self, newcomer: Shell, keyring: MemoryKeyring) -> None:
        login(newcomer)
        assert "is gone" in newcomer("logout").out
        assert keyring.items == {}
        assert newcomer("list").code == 3


class TestSettings:
    def test_every_setting_is_shown_as_it_is_in_force(self, shell: Shell) -> None:
        shell.config('[ui]\nundo_seconds = 9\n[views.stuck]\nquery = "is:failed"\n')
        assert ["ui.undo_seconds", "9"] in shell("config", "show").cells
        assert shell("config", "show", "--json").json["views"] == {"stuck": "is:failed"}

    def test_where_things_live(self, shell: Shell) -> None:
        paths = shell("config", "path", "--json").json
        assert all(path.startswith(str(shell.home)) for path in paths.values())

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ('[ui]\ntheme = "pink"\n', "theme"),
            ('[views.odd]\nquery = "is:"\n', "views.odd"),
            ('[keys]\nno_such_action = "x"\n', "no_such_action"),
            ("[ui\n", "line 1"),
        ],
    )
    def test_the_check_names_what_is_wrong(self, shell: Shell, text: str, word: str) -> None:
        shell.config(text)
        checked = shell("config", "check")
        assert checked.code == 2
        assert word in checked.err

    def test_the_check_is_content_with_what_is_right(self, shell: Shell) -> None:
        assert shell("config", "check").code == 0
        assert shell("config", "check", "--json").json == {"ok": True}

    def test_editing_starts_from_a_commented_file_and_checks_the_result(self, shell: Shell, tmp_path: Path) -> None:
        editor = tmp_path / "editor"
        editor.write_text('#!/bin/sh\nprintf "[ui]\\nundo_seconds = 7\\n" > "$1"\n')
        editor.chmod(0o755)
        shell.environment["VISUAL"] = str(editor)
        assert "settings are right" in shell("config", "edit").err
        assert shell("config", "show", "--json").json["ui"]["undo_seconds"] == 7
        editor.write_text('#!/bin/sh\nprintf "[ui]\\nundo_seconds = -1\\n" > "$1"\n')
        assert shell("config", "edit").code == 2
        shell.environment["VISUAL"] = "/no/such/editor"
        assert shell("config", "edit").code == 2


class TestDoctor:
    def look(self, shell: Shell) -> tuple[int, dict[str, Any]]:
        found = shell("doctor", "--json")
        return found.code, {each["what"]: each for each in found.json}

    def test_all_is_well(self, shell: Shell, keyring: MemoryKeyring) -> None:
        code, found = self.look(shell)
        assert code == 0
        assert {what for what, each in found.items() if each["level"] != "ok"} <= {"terminal"}
        assert set(found) == {
            *("settings", "profile", "files", "outbox", "token", "network", "clock", "environment", "keyring"),
            *("terminal", "answers", "polling"),
        }

    @pytest.mark.slow
    def test_a_pipe_gets_a_line_for_each_with_its_remedy(self, shell: Shell) -> None:
        lines = {row[1]: row for row in shell("doctor").cells}
        assert lines["keyring"][0] == "ok"
        assert lines["keyring"][2].startswith("not needed here.")

    def test_a_proxy_that_is_not_there_is_named_with_what_to_check(
        self, shell: Shell, keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refused = Offline("Proxy not found: proxy.invalid:3128.", CHECK_PROXY)

        async def server_time(_: Session) -> None:
            raise refused

        monkeypatch.setattr(Session, "server_time", server_time)
        code, found = self.look(shell)
        assert (code, found["network"]["level"]) == (4, "fail")
        assert found["network"]["found"] == refused.sentence
        assert found["network"]["remedy"] == CHECK_PROXY

    @pytest.mark.parametrize(
        ("kind", "what", "code"), [(Kind.CAPTIVE, "network", 4), (Kind.UNAUTHENTICATED, "network", 3)]
    )
    def test_the_first_failure_is_the_exit_code(
        self, shell: Shell, keyring: MemoryKeyring, kind: Kind, what: str, code: int
    ) -> None:
        shell.faults.set(kind)
        found_code, found = self.look(shell)
        assert found_code == code
        assert found[what]["level"] == "fail"
        assert found[what]["remedy"]
        assert found["keyring"]["level"] == "ok"

    def test_a_wrong_setting_does_not_hide_the_rest(self, shell: Shell, keyring: MemoryKeyring) -> None:
        shell.config("[ui]\nundo_seconds = -1\n")
        code, found = self.look(shell)
        assert code == 2
        assert found["settings"]["level"] == "fail"
        assert found["keyring"]["level"] == "ok"

    @pytest.mark.slow
    def test_an_expired_token_is_found(self, shell: Shell) -> None:
        shell.environment["NEPTUNE_TOKEN"] = sign_token(
            shell.sandbox_state, expires_at=shell.sandbox_state.now() - 1_000
        ).reveal()
        code, found = self.look(shell)
        assert (code, found["token"]["level"]) == (3, "fail")

    @pytest.mark.slow
    def test_one_that_expires_soon_is_a_warning(self, shell: Shell) -> None:
        soon = sign_token(shell.sandbox_state, expires_at=shell.sandbox_state.now() + 3_600_000)
        shell.environment["NEPTUNE_TOKEN"] = soon.reveal()
        code, found = self.look(shell)
        assert (code, found["token"]["level"]) == (0, "warn")

    @pytest.mark.slow
    @pytest.mark.parametrize(("minutes", "word"), [(5, "behind"), (-5, "ahead of")])
    def test_a_clock_that_differs_is_named(self, shell: Shell, minutes: int, word: str) -> None:
        real = shell.sandbox_state.now
        shell.sandbox_state.now = lambda: real() + minutes * 60_000
        _, found = self.look(shell)
        assert found["clock"]["level"] == "warn"
        assert word in found["clock"]["found"]

    @pytest.mark.slow
    def test_what_waits_in_the_outbox_is_named(self, shell: Shell) -> None:
        id = shell.tell("Hello")
        shell("list", "-u", CUSTOMER)
        shell.faults.set(Kind.BROKEN, method="POST")
        shell("mark", id, "-u", CUSTOMER, "--yes")
        _, found = self.look(shell)
        assert found["outbox"]["found"] == "1 mark is waiting"
        assert "--send" in found["outbox"]["remedy"]

    @pytest.mark.slow
    def test_it_writes_nothing_to_the_service(self, shell: Shell) -> None:
        self.look(shell)
        assert shell.writes == 0


class TestCompletion:
    @pytest.mark.parametrize("kind", ["zsh", "fish"])
    def test_a_script_is_printed_as_it_is(self, shell: Shell, kind: str) -> None:
        script = shell("completion", kind)
        assert script.code == 0
        assert "_NEPTUNE_INBOX_COMPLETE" in script.out

    @pytest.mark.slow
    def test_a_key_press_completes_commands_and_users(self, shell: Shell) -> None:
        shell("watch", "u-1", "u-2", "x-3")
        assert "plain,journal" in self.complete(shell, "neptune-inbox jour")
        assert self.complete(shell, "neptune-inbox list --user u-").split() == ["plain,u-1", "plain,u-2"]
        assert "plain,--cached" in self.complete(shell, "neptune-inbox list --ca")

    def complete(self, shell: Shell, line: str) -> str:
        words = {
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(line.split()) - 1),
            "_NEPTUNE_INBOX_COMPLETE": "bash_complete",
        }
        command = [sys.executable, "-c", "from neptune_inbox.__main__ import main; main()"]
        environment = {**os.environ, **shell.environment, **words}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


class TestTheSandbox:
    @pytest.mark.slow
    def test_it_serves_what_it_announces_until_it_is_stopped(self, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "neptune_inbox", "sandbox", "--port", "0", "--faults", "500=*/read"]
        environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as it:
            assert it.stdout is not None
            said = dict(it.stdout.readline().strip().split("=", 1) for _ in range(4))
            headers = {"Authorization": f"Bearer {said['NEPTUNE_TOKEN']}"}
            base = said["NEPTUNE_API_BASE"]
            with httpx.Client(headers=headers, trust_env=False) as client:
                assert [each["identifier"] for each in client.get(f"{base}/environments").json()["data"]]
                assert client.post(f"{base}/app_notifications/dev/read", json={}).status_code == 500
            it.terminate()
            _, told = it.communicate(timeout=10)
        assert "sandbox-000001 GET /environments 200" in told
        assert "sandbox-000002 POST /app_notifications/{environment}/read 500" in told
        assert said["NEPTUNE_TOKEN"] not in told
        assert it.returncode is not None

    @pytest.mark.slow
    def test_it_goes_on_where_it_stopped_and_writes_its_world_down(self, tmp_path: Path) -> None:
        files = ["--state", str(tmp_path / "state.db"), "--save", str(tmp_path / "world.json")]
        with self.served(*files, "--empty") as (said, it):
            headers = {"Authorization": f"Bearer {said['NEPTUNE_SANDBOX_TOKEN']}"}
            arrival = {"user": "u-1", "title": "Hello"}
            answer = httpx.post(f"{said['NEPTUNE_SANDBOX']}/arrive", json=arrival, headers=headers, trust_env=False)
            assert answer.status_code == 200
            it.terminate()
            _, told = it.communicate(timeout=20)
        assert "forgets" not in told
        assert json.loads((tmp_path / "world.json").read_text())["notifications"][0]["title"] == "Hello"
        with self.served(*files, "--empty") as (again, it):
            headers = {"Authorization": f"Bearer {said['NEPTUNE_TOKEN']}"}
            asked = f"{again['NEPTUNE_API_BASE']}/app_notifications/dev?user_id=u-1"
            rows = httpx.get(asked, headers=headers, trust_env=False).json()["data"]
            it.terminate()
            it.communicate(timeout=20)
        assert [row["title"] for row in rows] == ["Hello"]

    @pytest.mark.slow
    def test_other_machines_are_let_in_only_with_a_warning(self, tmp_path: Path) -> None:
        with self.served("--host", "0.0.0.0", "--allow", "neptune") as (said, it):
            base = said["NEPTUNE_API_BASE"].removesuffix("/neptune")
            with httpx.Client(trust_env=False) as client:
                for host, status in (("neptune", 401), ("stranger", 421), ("localhost", 401)):
                    assert client.get(f"{base}/environments", headers={"host": host}).status_code == status
            it.terminate()
            _, told = it.communicate(timeout=20)
        assert f"WARNING: whoever reaches port {base.rpartition(':')[2]} of 0.0.0.0" in told

    @contextmanager
    def served(self, *arguments: str) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
        """A sandbox in a process of its own, and what it said at its start."""
        command = [sys.executable, "-m", "neptune_inbox", "sandbox", "--port", "0", *arguments]
        environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as it:
            assert it.stdout is not None
            yield dict(it.stdout.readline().strip().split("=", 1) for _ in range(6)), it

    @pytest.mark.parametrize(
        "arguments", [["--faults", "earthquake"], ["--port", "70000"], ["--tls", "/no/cert", "/no/key"]]
    )
    def test_what_it_cannot_do_is_refused(self, shell: Shell, arguments: list[str]) -> None:
        assert shell("sandbox", *arguments).code == 2
