"""When something is in the way: one sentence, a remedy, and an exit code that a script can tell apart."""

from __future__ import annotations

import io
import os
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from neptune_inbox.cli.main import run_command
from neptune_inbox.cli.output import Output
from neptune_inbox.errors import BadQuery, Invalid
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.tokens import sign_token
from tests.cli.shell import CUSTOMER, Shell


class TestTheToken:
    def test_a_wrong_one_is_refused(self, shell: Shell) -> None:
        shell.environment["NEPTUNE_TOKEN"] = "not-the-right-token"
        shown = shell("list", "-u", CUSTOMER)
        assert (shown.code, shown.out) == (3, "")
        assert "neptune-inbox login" in shown.err
        assert "not-the-right-token" not in shown.err

    def test_an_expired_one_is_named_before_any_request(self, shell: Shell) -> None:
        shell.environment["NEPTUNE_TOKEN"] = sign_token(
            shell.sandbox_state, expires_at=shell.sandbox_state.now() - 60_000
        ).reveal()
        shown = shell("list", "-u", CUSTOMER, "--json")
        assert shown.code == 3
        assert shown.error["error"] == "token_expired"
        assert shown.error["exit_code"] == 3
        assert "expired on" in shown.error["sentence"]
        assert shell.requests == 0

    def test_what_is_no_token_is_said_to_be_none(self, shell: Shell) -> None:
        shell.environment["NEPTUNE_TOKEN"] = "short"
        shown = shell("list", "-u", CUSTOMER)
        assert shown.code == 3
        assert "NEPTUNE_TOKEN is not a token" in shown.err

    @pytest.mark.slow
    def test_without_any_the_keyring_that_is_not_there_is_named(self, shell: Shell) -> None:
        del shell.environment["NEPTUNE_TOKEN"]
        shown = shell("list", "-u", CUSTOMER)
        assert shown.code == 3
        assert "NEPTUNE_TOKEN" in shown.err
        assert "this session only" not in shown.err

    def test_nothing_set_up_at_all_leads_to_login(self, shell: Shell) -> None:
        shell.environment = {"NEPTUNE_INBOX_HOME": str(shell.home)}
        shown = shell("list", "-u", CUSTOMER)
        assert (shown.code, shown.err) == (3, "No profile is set up yet. Run `neptune-inbox login`.\n")

    def test_no_access_to_an_environment_speaks_of_options_not_of_keys(self, shell: Shell) -> None:
        shell.environment["NEPTUNE_TOKEN"] = sign_token(shell.sandbox_state, environments=["staging"]).reveal()
        shown = shell("list", "-u", CUSTOMER)
        assert shown.code == 1
        assert "--profile" in shown.err
        assert "`E`" not in shown.err


class TestTheNetwork:
    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("kind", "name"),
        [
            (Kind.CAPTIVE, "not_neptune"),
            (Kind.REDIRECT, "not_neptune"),
            (Kind.CUT_QUIETLY, "not_neptune"),
            (Kind.BROKEN, "server_trouble"),
            (Kind.UNAVAILABLE, "server_trouble"),
            (Kind.THROTTLED, "throttled"),
            (Kind.RESET_BEFORE, "offline"),
        ],
    )
    def test_no_usable_answer_is_exit_code_4(self, shell: Shell, kind: Kind, name: str) -> None:
        shell.faults.set(kind)
        shown = shell("list", "-u", CUSTOMER, "--json")
        assert (shown.code, shown.out) == (4, "")
        assert shown.error["error"] == name
        assert "`r`" not in shown.error["remedy"]

    def test_nobody_listening_is_offline(self, shell: Shell) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            base = f"http://127.0.0.1:{taken.getsockname()[1]}/neptune"
            shell.environment |= {"NEPTUNE_API_BASE": base, "NEPTUNE_EDGE_BASE": base}
            shown = shell("list", "-u", CUSTOMER, "--json")
        assert shown.code == 4
        assert shown.error["error"] == "offline"

    def test_it_says_how_old_is_what_was_seen_last(self, shell: Shell) -> None:
        shell.tell("Seen")
        assert "--cached" not in self._while_broken(shell).err
        shell("list", "-u", CUSTOMER)
        shown = self._while_broken(shell)
        assert "--cached shows what was seen" in shown.err
        assert shown.err.count("\n") == 1
        assert len(shell("list", "-u", CUSTOMER, "--cached").cells) == 1

    def _while_broken(self, shell: Shell) -> Any:
        fault = shell.faults.set(Kind.BROKEN)
        shown = shell("list", "-u", CUSTOMER)
        shell.faults.lift(fault)
        return shown

    def test_plain_http_to_another_machine_is_refused_unsent(self, shell: Shell) -> None:
        shell.environment["NEPTUNE_API_BASE"] = "http://api.example/neptune"
        shown = shell("list", "-u", CUSTOMER)
        assert shown.code == 2
        assert "plain http" in shown.err


class TestUsage:
    def test_a_pipe_that_nobody_writes_into_is_not_waited_for_for_ever(
        self, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        os.mkfifo(tmp_path / "pipe")
        send = ("event", "send", "welcome", "-u", CUSTOMER, "--data", f"@{tmp_path / 'pipe'}", "--dry-run", "--json")
        writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_text('{"a": 1}'))
        writer.start()
        assert shell(*send).json["request"]["data"] == {"a": 1}
        writer.join()
        monkeypatch.setattr("neptune_inbox.cli.arguments.PATIENCE", 0.1)
        refused = shell(*send)
        assert refused.code == 2
        assert "nothing was written to it" in refused.error["sentence"]

    @pytest.mark.parametrize(
        "arguments",
        [
            ["mark", "--server-all", f"-u={CUSTOMER}", "--yes"],
            ["list", "-u="],
            ["list", "-q=is:unread"],
            [f"-u={CUSTOMER}", "--plain"],
            ["users", "-P=acme", "list"],
        ],
    )
    def test_an_equals_sign_behind_a_short_option_is_no_part_of_its_value(
        self, shell: Shell, arguments: list[str]
    ) -> None:
        shown = shell(*arguments)
        assert shown.code == 2
        assert "takes what follows it without `=`" in shown.err
        assert shell.requests == 0
        assert shell("note", "n-1", "-q=2", "-u", "--type=x").code == 2, "an option's own value is left to its door"

    @pytest.mark.parametrize(
        "arguments", [["bogus"], ["list", "--bogus"], ["list", "--limit", "many"], ["--bogus"], ["mark"]]
    )
    def test_what_is_not_understood_is_2_and_names_the_help(self, shell: Shell, arguments: list[str]) -> None:
        shown = shell(*arguments)
        assert shown.code == 2
        assert "--help" in shown.err or "Usage:" in shown.err
        assert "Traceback" not in shown.err

    def test_json_may_stand_behind_what_was_not_understood(self, shell: Shell) -> None:
        assert shell("list", "--bogus", "--json").error["error"] == "usage_problem"

    def test_an_unknown_profile_offers_the_near_one(self, shell: Shell) -> None:
        shell.config('[profiles.acme-dev]\nenvironment = "dev"\napi_base = "{base}"\n')
        shown = shell("--profile", "acme-dv", "profiles")
        assert shown.code == 0
        shown = shell("list", "-u", CUSTOMER, "--profile", "acme-dv")
        assert shown.code == 2
        assert "Did you mean `acme-dev`?" in shown.err

    def test_a_wrong_setting_names_file_and_key(self, shell: Shell) -> None:
        shell.config("[ui]\nundo_secnds = 3\n")
        shown = shell("list", "-u", CUSTOMER)
        assert shown.code == 2
        assert "config.toml" in shown.err
        assert "undo_secnds" in shown.err

    def test_a_store_of_a_newer_version_is_5(self, shell: Shell) -> None:
        assert shell("watch", CUSTOMER).code == 0
        with closing(sqlite3.connect(shell.home / "state" / "state.db")) as state:
            state.execute("PRAGMA user_version = 99")
            state.execute("UPDATE sentinel SET version = 99")
            state.commit()
        shown = shell("list", "--json")
        assert shown.code == 5
        assert shown.error["error"] == "newer_store"

    def test_in_a_home_that_cannot_be_written_all_is_read_and_nothing_marked(self, shell: Shell) -> None:
        id = shell.tell("Hello")
        shell.home.mkdir()
        (shell.home / "state").write_text("a file where a folder belongs")
        shown = shell("list", "-u", CUSTOMER)
        assert (shown.code, len(shown.cells)) == (0, 1)
        assert "will be lost" in shown.err
        refused = shell("mark", id, "--yes", "-u", CUSTOMER)
        assert refused.code == 5
        assert "Nothing was changed or sent: a write needs its line in the journal." in refused.err
        assert shell.unread_on_server() == [id]

    def test_ctrl_c_is_130(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("neptune_inbox.wiring.load_workspace", interrupted)
        shown = shell("profiles")
        assert (shown.code, shown.err.strip()) == (130, "Interrupted.")


class TestHowItIsSaid:
    def test_fields_of_a_refusal_are_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        refused = Invalid("Neptune refused it.", fields={"value": ("Must be an email.", "Is taken.")})
        Output().error(refused)
        assert capsys.readouterr().err == "Neptune refused it.\n  value: Must be an email. Is taken.\n"

    def test_an_object_holds_them_too(self) -> None:
        err = io.StringIO()
        from neptune_inbox.cli.output import Shape, error_object

        output = Output(Shape.JSON, err=err)
        output.error(Invalid("No.", "Do this.", fields={"value": ("Is taken.",)}))
        assert '"fields":{"value":["Is taken."]}' in err.getvalue()
        assert error_object(BadQuery("No.", position=3))["position"] == 3

    def test_a_servers_words_cannot_reach_the_terminal_raw(self) -> None:
        err = io.StringIO()
        Output(err=err).error(Invalid("Refused: \x1b]0;PWNED\x07\x9b31m\u202e"))
        assert err.getvalue().removesuffix("\n").isprintable()

    def test_a_terminal_that_knows_little_gets_escapes_instead_of_a_crash(self) -> None:
        raw = io.BytesIO()
        ascii_only = io.TextIOWrapper(raw, encoding="ascii", write_through=True)
        output = Output(out=ascii_only, err=ascii_only)
        output.line("Zoë")
        output.note("→ 佐藤")
        assert raw.getvalue() == b"Zo\\xeb\n\\u2192 \\u4f50\\u85e4\n"

    def test_a_full_disk_behind_the_redirect_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if not os.path.exists("/dev/full"):
            pytest.skip("this system has no /dev/full")
        err = io.StringIO()
        with open("/dev/full", "w", buffering=1) as full:
            monkeypatch.setattr("sys.stdout", full)
            monkeypatch.setattr("sys.stderr", err)
            assert run_command(["config", "path"]) == 5
            monkeypatch.undo()
        assert "No space left" in err.getvalue()

    @pytest.mark.parametrize("is_buffered", [True, False])
    @pytest.mark.parametrize("words", ["--version", "--help", "help keys", "list --help"])
    def test_whatever_was_asked_for(self, words: str, is_buffered: bool) -> None:
        if not os.path.exists("/dev/full"):
            pytest.skip("this system has no /dev/full")
        env = {**os.environ, "PYTHONUNBUFFERED": "" if is_buffered else "1"}
        with open("/dev/full", "w") as full:
            ended = subprocess.run(
                [sys.executable, "-m", "neptune_inbox", *words.split()],
                stdout=full, stderr=subprocess.PIPE, text=True, env=env, check=False,
            )  # fmt: skip
        assert ended.returncode == 5
        assert ended.stderr == "The output could not be written: No space left on device. Write it elsewhere.\n"
