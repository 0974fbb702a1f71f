"""`neptune-inbox --plain` as a real process: pipes, a dumb terminal, ctrl+c, a reader that goes, and its imports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pexpect
import pytest

from neptune_inbox.__main__ import read_request
from tests.cli.plain_visitor import FORBIDDEN
from tests.cli.shell import CUSTOMER, Shell

pytestmark = pytest.mark.slow

PROGRAM = (sys.executable, "-m", "neptune_inbox")


def environment(shell: Shell, **more: str) -> Mapping[str, str]:
    return {**os.environ, **shell.environment, "TERM": "dumb", "PYTHONPATH": os.getcwd(), **more}


def type_into(
    shell: Shell, *lines: str, arguments: tuple[str, ...] = ("--plain",)
) -> subprocess.CompletedProcess[str]:
    """One run with these lines on standard input."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        input="".join(f"{line}\n" for line in lines),
        env=environment(shell),
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )


class TestPipes:
    def test_a_shift_by_script(self, shell: Shell) -> None:
        shell.tell_many(4)
        shell.environment["NEPTUNE_INBOX_HOME"] = str(shell.home)
        shift = (
            f"@ {CUSTOMER}",
            "1",
            "n",
            "n",
            "m 1 2",
            "b 3 tomorrow 9:00",
            "c 4 call back",
            "@ u-2",
            "$",
            "q",
        )
        run = type_into(shell, *shift)
        assert len(shift) <= 14
        assert (run.returncode, run.stderr) == (0, "")
        assert FORBIDDEN.findall(run.stdout) == []
        lines = run.stdout.splitlines()
        assert f"> @ {CUSTOMER}" in lines, "what is typed into a pipe is repeated, so that the words can be followed"
        assert f"Held 5 s before sending, undo takes it back: 2 notifications of {CUSTOMER}." in lines
        assert f"Accepted: 2 notifications of {CUSTOMER}. It is confirmed when the list shows them as read." in lines
        assert shell.writes == 2
        assert len(shell.unread_on_server()) == 2

    def test_it_opens_at_a_customer_with_a_filter_and_a_profile(self, shell: Shell) -> None:
        shell.tell("Read", read_at=shell.sandbox_state.now())
        shell.config(
            '[profiles.calm]\napi_base = "{base}"\nedge_base = "{base}"\nenvironment = "dev"\nmode = "observe"\n'
        )
        run = type_into(
            shell, "m 1", "q", arguments=("--plain", "--user", CUSTOMER, "--type=read", "--profile", "calm")
        )
        assert run.stdout.startswith("neptune-inbox, line by line: dev, profile calm, mode observe.")
        assert "1. read" in run.stdout
        assert "`calm` is only observed: nothing is marked here." in run.stdout
        assert shell.writes == 0

    def test_marks_survive_the_end_of_the_pipe(self, shell: Shell) -> None:
        shell.tell("Hello")
        run = type_into(shell, "m 1", arguments=("--plain", "-u", CUSTOMER))
        assert run.stdout.endswith("1 mark stays in the outbox and is sent when you are back.\n")
        assert run.returncode == 0
        assert shell.writes == 0
        assert len(shell("outbox", "--json").json) == 1

    def test_a_token_pasted_into_it_is_not_repeated(self, shell: Shell) -> None:
        shell.tell("Hello")
        token = shell.token.reveal()
        run = type_into(
            shell, f"@ {token}", f"note 1 {token}", "mark all", token, arguments=("--plain", "-u", CUSTOMER)
        )
        assert token[:30] not in run.stdout + run.stderr
        assert run.stdout.count("looks like an API token") == 2
        assert shell.writes == 0

    def test_a_reader_that_has_gone_ends_it(self, shell: Shell) -> None:
        process = subprocess.Popen(
            [*PROGRAM, "--plain", "-u", CUSTOMER],
            env=environment(shell),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b"l\nl\n")
        process.stdin.flush()
        try:
            assert process.wait(20) == 0
            assert process.stderr is not None
            assert process.stderr.read() == b""
        finally:
            process.kill()
            process.stdin.close()
            assert process.stderr is not None
            process.stderr.close()

    def test_without_any_input_it_lists_and_leaves(self, shell: Shell, tmp_path: Path) -> None:
        shell.tell("Hello")
        for given in (None, subprocess.DEVNULL):
            command = f'exec "$0" -m neptune_inbox --plain -u {CUSTOMER} <&-'
            words = ["sh", "-c", command, sys.executable] if given is None else [*PROGRAM, "--plain", "-u", CUSTOMER]
            run = subprocess.run(
                words, stdin=given, env=environment(shell), capture_output=True, text=True, timeout=30, check=False
            )
            assert (run.returncode, run.stderr) == (0, "")
            assert "1. unread, just now: Hello" in run.stdout

    def test_an_ascii_terminal_gets_ascii(self, shell: Shell) -> None:
        shell.tell("Grüße 📦")
        run = subprocess.run(
            [*PROGRAM, "--plain", "-u", CUSTOMER],
            stdin=subprocess.DEVNULL,
            env=environment(shell, PYTHONIOENCODING="ascii"),
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert run.stderr == b""
        assert run.stdout.isascii()
        assert rb"Gr\xfc\xdfe" in run.stdout


class TestADumbTerminal:
    def test_typed_lines_and_ctrl_c(self, shell: Shell) -> None:
        shell.tell("Hello")
        inbox = pexpect.spawn(
            PROGRAM[0],
            [*PROGRAM[1:], "--plain", "-u", CUSTOMER],
            env=dict(environment(shell)),
            timeout=20,
            encoding="utf-8",
        )
        inbox.expect("1. unread, just now: Hello\r\n> ")
        inbox.sendline("m 1")
        inbox.expect("Held 5 s before sending, undo takes it back: [^\r]*\r\n> ")
        inbox.sendintr()
        inbox.expect("1 mark stays in the outbox")
        inbox.expect(pexpect.EOF)
        inbox.close()
        assert inbox.exitstatus == 130
        assert shell.writes == 0

    @pytest.mark.parametrize("arguments", [(), ("demo",)])
    def test_where_nothing_can_be_drawn_plain_is_named(self, shell: Shell, arguments: tuple[str, ...]) -> None:
        shown = pexpect.run(
            " ".join([*PROGRAM, *arguments]), env=dict(environment(shell)), timeout=20, encoding="utf-8"
        )
        assert f"`neptune-inbox {' '.join((*arguments, '--plain'))}` works line by line" in shown
        in_pipe = shell(*arguments)
        assert in_pipe.code == 2
        assert f"`neptune-inbox {' '.join((*arguments, '--plain'))}` works line by line" in in_pipe.err


class TestEditing:
    """On a terminal that can move its cursor a line is edited while it is typed."""

    def open(self, shell: Shell) -> pexpect.spawn[str]:
        inbox = pexpect.spawn(
            PROGRAM[0],
            [*PROGRAM[1:], "--plain", "-u", CUSTOMER],
            env=dict(environment(shell, TERM="xterm", INPUTRC="/dev/null")),
            timeout=20,
            encoding="utf-8",
            echo=True,
        )
        inbox.expect("1. unread, just now: Hello\r\n> ")
        return inbox

    def test_a_line_is_mended_and_an_earlier_one_comes_back(self, shell: Shell) -> None:
        shell.tell("Hello")
        inbox = self.open(shell)
        inbox.send("hlp\x1b[D\x1b[De\x05 mark\r")
        inbox.expect("mark all: says exactly which")
        inbox.expect("> ")
        inbox.send("lixt\x7f\x7fst\r")
        inbox.expect("1. unread, just now: Hello\r\n> ")
        inbox.send("\x1b[A\x1b[A\r")
        inbox.expect("mark all: says exactly which")
        inbox.expect("> ")
        inbox.sendline("quit")
        inbox.expect(pexpect.EOF)
        inbox.close()
        assert inbox.exitstatus == 0

    def test_of_a_paste_every_line_is_done(self, shell: Shell) -> None:
        shell.tell("Hello")
        inbox = self.open(shell)
        inbox.send("mark 1\nundo\nquit\n")
        inbox.expect("Held 5 s before sending, undo takes it back")
        inbox.expect("Taken back")
        inbox.expect(pexpect.EOF)
        inbox.close()
        assert inbox.exitstatus == 0
        assert shell.writes == 0

    def test_no_escape_sequence_is_written_around_a_prompt(self, shell: Shell) -> None:
        shell.tell("Hello")
        inbox = self.open(shell)
        inbox.sendline("quit")
        inbox.expect(pexpect.EOF)
        assert "\x1b" not in (inbox.before or "")

    def test_ctrl_c_leaves_the_terminal_as_it_was(self, shell: Shell) -> None:
        shell.tell("Hello")
        inbox = pexpect.spawn(
            "sh", env=dict(environment(shell, TERM="xterm", PS1="$ ")), timeout=20, encoding="utf-8"
        )
        inbox.sendline("before=$(stty -g)")
        inbox.sendline(f"{PROGRAM[0]} -m neptune_inbox --plain -u {CUSTOMER}")
        inbox.expect("1. unread, just now: Hello\r\n> ")
        inbox.sendintr()
        inbox.expect("\\$ $")
        inbox.sendline('[ "$before" = "$(stty -g)" ] && echo the same || echo another')
        inbox.expect("\r\n(the same|another)\r\n")
        assert inbox.match is not None
        assert inbox.match.group(1) == "the same"
        inbox.close(force=True)


class TestTheDoor:
    @pytest.mark.parametrize(
        ("arguments", "wish"),
        [
            (["--plain"], {"plain": "--plain"}),
            (["demo", "--plain", "-u", "u"], {"demo": "demo", "plain": "--plain", "user": "u"}),
            (["--user", "--plain"], None),
            (["--plain", "demo"], None),
            (["--plain", "list"], None),
        ],
    )
    def test_it_is_an_option_of_the_inbox(self, arguments: list[str], wish: dict[str, str] | None) -> None:
        assert read_request(arguments) == wish

    def test_help_names_it_and_a_command_does_not_take_it(self, shell: Shell) -> None:
        assert "--plain" in shell("--help").out
        assert "--plain" in shell("demo", "--help").out
        for arguments in (["--plain", "list"], ["--plain", "demo"]):
            refused = shell(*arguments)
            assert refused.code == 2
            assert "neptune-inbox demo --plain" in refused.err

    def test_what_is_wrong_before_it_begins_is_an_error_as_always(self, shell: Shell) -> None:
        assert shell("--plain", "--type", "some").code == 2
        shell.environment = {"NEPTUNE_INBOX_HOME": str(shell.home)}
        shown = shell("--plain")
        assert (shown.code, shown.out) == (3, "")
        assert "neptune-inbox login" in shown.err

    def test_the_demo_can_be_talked_about_too(self, shell: Shell) -> None:
        shell.environment = {"NEPTUNE_INBOX_HOME": str(shell.home)}
        for arguments in (("demo", "--plain"), ("--json", "demo", "--plain")):
            run = type_into(shell, "@ rajiv", "1", "q", arguments=arguments)
            assert run.returncode == 0
            assert "This is a demo" in run.stdout
            assert "> @ rajiv\nu-4711 Rajiv Seelam, unread: " in run.stdout
        assert not shell.home.exists()

    def test_neither_face_brings_the_other_along(self, shell: Shell) -> None:
        look = "print(*sorted(m for m in sys.modules if m.split('.')[0] in ('textual', 'rich', 'click')"
        look += " or 'cli.plain' in m), file=sys.stderr)"
        drawn = f"import sys, neptune_inbox.tui.app, neptune_inbox.cli.launch; {look}"
        plain = f"import sys; from neptune_inbox.__main__ import run; run(['demo', '--plain']); {look}"
        loaded = [
            subprocess.run(
                [sys.executable, "-c", code],
                input="q\n",
                env=environment(shell),
                capture_output=True,
                text=True,
                timeout=30,
                check=True,
            ).stderr.split()
            for code in (drawn, plain)
        ]
        assert not [name for name in loaded[0] if "plain" in name]
        assert not [name for name in loaded[1] if name.split(".")[0] in ("textual",)]
