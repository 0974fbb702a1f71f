"""The door: what is answered before anything heavy is imported, and which arguments open the inbox itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from neptune_inbox import __version__
from neptune_inbox.__main__ import read_request
from neptune_inbox.cli.main import command_names, root
from tests.cli.shell import CUSTOMER, Shell

DOOR = "import sys; from neptune_inbox.__main__ import run; code = run(sys.argv[1:]); "
TELL_MODULES = "print(code, *sorted(m for m in sys.modules if '.' not in m), file=sys.stderr)"


def modules_after(*arguments: str) -> list[str]:
    """The modules that one run of the program has imported by its end."""
    command = [sys.executable, "-c", DOOR + TELL_MODULES, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()[-1].split()


class TestBeforeAnythingIsImported:
    @pytest.mark.parametrize("option", ["--version", "-V"])
    def test_the_version_costs_next_to_nothing(self, option: str) -> None:
        code, *modules = modules_after(option)
        assert code == "0"
        assert not {"click", "typing", "asyncio", "sqlite3", "json", "dataclasses", "enum"} & set(modules)

    def test_the_version_is_told_behind_other_options_too(self, shell: Shell) -> None:
        for arguments in (["--version"], ["--profile", "x", "--version"]):
            assert shell(*arguments).out == f"neptune-inbox {__version__}\n"

    def test_the_way_to_the_inbox_does_not_know_click(self) -> None:
        code, *modules = modules_after("--user", "u-1", "--type", "all")
        assert code == "2", "it is not a terminal here"
        assert "click" not in modules
        assert "textual" not in modules


class TestWhatOpensTheInbox:
    @pytest.mark.parametrize(
        ("arguments", "wish"),
        [
            ([], {}),
            (["--user", "u 1", "--type=all"], {"user": "u 1", "kind": "all"}),
            (["-u", "u", "-P", "acme"], {"user": "u", "profile": "acme"}),
            (["demo"], {"demo": "demo"}),
            (["demo", "--type", "read"], {"demo": "demo", "kind": "read"}),
        ],
    )
    def test_no_command_and_its_own_options(self, arguments: list[str], wish: dict[str, str]) -> None:
        assert read_request(arguments) == wish

    @pytest.mark.parametrize(
        "arguments",
        [["list"], ["--user"], ["--user", "--type"], ["--user="], ["-u=x"], ["--help"], ["--json"], ["u", "demo"]],
    )
    def test_everything_else_is_for_the_command_line(self, arguments: list[str]) -> None:
        assert read_request(arguments) is None

    @pytest.mark.parametrize("arguments", [[], ["--type", "all"], ["demo"], ["--json"]])
    def test_without_a_terminal_it_says_what_to_use_instead(self, shell: Shell, arguments: list[str]) -> None:
        shown = shell(*arguments)
        assert (shown.code, shown.out) == (2, "")
        assert "neptune-inbox list" in shown.err

    def test_a_type_that_is_none_is_refused(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("neptune_inbox.cli.launch._has_terminal", lambda: True)
        monkeypatch.setenv("TERM", "xterm-256color")
        shown = shell("--type", "some")
        assert shown.code == 2
        assert "Choose all, unread or read." in shown.err

    @pytest.mark.slow
    def test_it_is_opened_as_wished(self, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        opened: list[tuple[object, ...]] = []

        def run(workspace: object, profile: object, *, user_id: object, kind: object, **_: object) -> int:
            opened.append((getattr(profile, "environment", None), user_id, str(kind)))
            return 7

        monkeypatch.setattr("neptune_inbox.cli.launch._has_terminal", lambda: True)
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setattr("neptune_inbox.tui.app.run", run)
        assert shell("--user", "u-1", "--type", "all").code == 7
        shell.environment = {"NEPTUNE_INBOX_HOME": str(shell.home)}
        assert shell().code == 7
        assert shell("demo").code == 7
        assert opened == [("dev", "u-1", "all"), (None, None, "unread"), ("staging", None, "unread")]
        assert not shell.home.exists(), "neither looking nor the demo leaves a trace"


class TestHelp:
    @pytest.mark.slow
    @pytest.mark.parametrize("name", command_names())
    def test_every_command_explains_itself(self, shell: Shell, name: str) -> None:
        shown = shell(name, "--help")
        assert shown.code == 0
        assert shown.out.startswith(f"Usage: neptune-inbox {name}")
        assert "--json" in shown.out

    def test_the_first_page_names_all_of_them_whole(self, shell: Shell) -> None:
        shown = shell("--help")
        for name in command_names():
            assert f"  {name} " in shown.out
        assert "..." not in shown.out.partition("Look:")[2]
        assert "Exit codes: 0 done" in " ".join(shown.out.split())
        assert set(command_names()) == set(root.list_commands(None))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        (("--user", "u-1", "list"), "write it after `list`."),
        (("-u", "u-1", "status"), "`status` does not take it."),
        (("--type", "read", "list"), "write it after `list`."),
        (("--type", "all", "poll", "--once"), "`poll` does not take it."),
    ],
)
def test_an_option_of_the_inbox_before_a_command_is_refused_and_not_dropped(
    shell: Shell, line: tuple[str, ...], advice: str
) -> None:
    refused = shell(*line)
    assert refused.code == 2
    assert " before a command is for the inbox; " in refused.err
    assert advice in refused.err


class TestAtATerminal:
    def test_a_person_sees_a_table_and_is_asked(self, shell: Shell, tmp_path: Path) -> None:
        for number in range(3):
            shell.tell(f"A title that is far too long for a narrow terminal, number {number}", event_type="welcome")
        environment = {**os.environ, **shell.environment, "TERM": "xterm-256color", "PYTHONPATH": os.getcwd()}
        for name in ("NO_COLOR", "COLUMNS"):
            environment.pop(name, None)
        options = {"env": environment, "dimensions": (24, 80), "timeout": 20, "encoding": "utf-8"}

        command = f"{sys.executable} -m neptune_inbox"
        listed = pexpect.run(f"{command} list -u {CUSTOMER}", **options).splitlines()
        assert listed[0].startswith("\x1b[1mstate ")
        assert len(listed) == 4
        assert all("A title that is" in line and "…" in line and len(line) <= 80 for line in listed[1:]), listed
        id = listed[1].split()[-1]
        assert len(id) == 8

        marking = pexpect.spawn(f"{command} mark {id} -u {CUSTOMER}", **options)
        marking.expect("It cannot be taken back")
        assert shell.writes == 0
        marking.sendline("y")
        marking.expect("1 accepted")
        marking.expect(pexpect.EOF)
        assert shell.writes == 1

    @pytest.mark.slow
    def test_ctrl_c_at_a_question_ends_with_130_and_nothing_written(self, shell: Shell) -> None:
        id = shell.tell("Hello")
        environment = {**os.environ, **shell.environment, "TERM": "xterm-256color"}
        asked = pexpect.spawn(
            f"{sys.executable} -m neptune_inbox mark {id} -u {CUSTOMER}",
            env=environment,
            timeout=20,
            encoding="utf-8",
        )
        asked.expect("y/N")
        asked.sendintr()
        asked.expect(pexpect.EOF)
        asked.close()
        assert asked.exitstatus == 130
        assert shell.writes == 0
