"""A token that is searched for everywhere, after everything that could give it away has gone wrong."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.pty_bytes import judge
from tests.faults.pty_echo import EchoServer
from tests.faults.pty_machine import CANARY, ENVIRONMENT, USER, Machine
from tests.faults.pty_terminal import LIMIT, PROGRAM, ROOT, Terminal
from tests.hostile import HostileRow
from tests.keyring.desktop import MISSING, Desktop

SABOTAGED = (sys.executable, "-m", "tests.faults.pty_sabotage")
TRACES = (
    CANARY.encode(),
    CANARY[:22].encode(),
    CANARY[-16:].encode(),
    CANARY.encode().hex().encode(),
    base64.b64encode(CANARY.encode())[:40],
)
"""The token, its halves, and how it may be written otherwise."""


@dataclass
class Search:
    """Looks for the token in all that a run leaves behind."""

    home: Path
    faults: int = 0
    searched: int = 0
    """Bytes."""
    hits: list[str] = field(default_factory=list)

    def look(self, where: str, found: bytes) -> None:
        self.searched += len(found)
        self.hits += [f"{where}: {trace!r}" for trace in TRACES if trace in found]

    def look_at_home(self, where: str, *, besides: tuple[str, ...] = ()) -> None:
        """Every file below the home: journal, log, databases and their sidecars, configuration."""
        for path in self.home.rglob("*"):
            if path.is_file() and path.name not in besides:
                self.look(f"{where}, {path.relative_to(self.home)}", path.read_bytes())

    def look_at_process(self, where: str, pid: int) -> None:
        """What every user of the machine, or of this account, may read of a running process and its children."""
        family = [pid]
        for parent in family:
            children = Path(f"/proc/{parent}/task/{parent}/children")
            family += [int(child) for child in children.read_text().split()] if children.exists() else []
        for member in family:
            for name in ("cmdline", "environ"):
                self.look(f"{where}, /proc/{name}", Path(f"/proc/{member}/{name}").read_bytes())

    def done(self, where: str, *, besides: tuple[str, ...] = ()) -> None:
        self.faults += 1
        self.look_at_home(where, besides=besides)
        assert not self.hits, self.hits


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    rows = [HostileRow(f"row {number}", f"Card {number}", "**body**") for number in range(3)]
    with Machine(tmp_path, rows) as machine:
        yield machine


@pytest.fixture
def search(machine: Machine) -> Search:
    return Search(machine.home)


def run(search: Search, name: str, command: list[str], env: dict[str, str], given: str = "") -> tuple[int, str]:
    """Run a command without a terminal; its exit code, and what it said. Everything is searched."""
    ended = subprocess.run(
        command, env=env, cwd=search.home, input=given.encode(), capture_output=True, timeout=LIMIT, check=False
    )
    told = ended.stdout + ended.stderr
    search.look(name, told)
    assert not judge(told.replace(b"\t", b" ")).raw, told
    return ended.returncode, told.decode()


LIST = ["list", "-u", USER]
ECHOED = {
    "401": (3, "refused the token"),
    "403": (1, ""),
    "404": (1, ""),
    "422": (1, ""),
    "429": (4, ""),
    "500": (4, ""),
    "redirect": (4, "redirect"),
    "html": (4, ""),
    "bad-json": (4, "JSON"),
    "rows": (0, "••••"),
}


def test_no_server_gets_the_token_shown(machine: Machine, search: Search) -> None:
    with EchoServer() as echo:
        for kind, (code, words) in ECHOED.items():
            machine.configure(f"{echo.base_url}/{kind}")
            ended, said = run(search, f"echo {kind}", [*PROGRAM, *LIST], machine.env())
            assert (ended, words in said) == (code, True), (kind, ended, said)
            search.done(f"echo {kind}")
    print(f"\n{search.faults} faults, {search.searched:,} bytes searched: {len(search.hits)} hits")


def _broken_config(machine: Machine) -> None:
    file = machine.home / "inbox" / "config" / "config.toml"
    file.write_text(file.read_text() + f'\n[tokens]\ntoken = "{CANARY}"\n')


def _token_command(script: str) -> Callable[[Machine], None]:
    def configure(machine: Machine) -> None:
        file = machine.home / "inbox" / "config" / "config.toml"
        helper = machine.home / "helper"
        helper.write_text(f"#!/bin/sh\nsecret=$(printf '%s-%s' {CANARY[:18]} {CANARY[19:]})\n{script}\n")
        helper.chmod(0o700)
        file.write_text(file.read_text().replace("mode =", f'token_command = ["{helper}"]\nmode ='))
        file.chmod(0o600)

    return configure


def _nobody(machine: Machine) -> None:
    machine.configure("http://127.0.0.1:9")


def _no_tls(machine: Machine) -> None:
    machine.configure(machine.base_url.removesuffix("/neptune").replace("http://", "https://"))


def _far_away(machine: Machine) -> None:
    machine.configure("https://api.example.test")


def _nothing(machine: Machine) -> None:
    """The place is as it should be; the fault lies elsewhere."""


PROXY = {"HTTPS_PROXY": f"http://me:{CANARY}@127.0.0.1:9"}
ODD_PROXY = {"HTTPS_PROXY": f"http://me:#@%{CANARY}#@127.0.0.1:9", "NO_PROXY": "localhost,[::1],fe80::/10"}
UNSURE = ["login", "--environment", "dev", "--user", USER, "--token-stdin"]
LOGIN = [*UNSURE, "--yes"]
"""Agreed to beforehand: the token is not a JWT, and `login` asks about such a token."""
NO_BUS = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
BAD = {
    "a setting that nobody knows": (_broken_config, LIST, {}, 2, "tokens"),
    "a token with a line break": (_nothing, LIST, {"NEPTUNE_TOKEN": f"{CANARY}\nx"}, 3, "NEPTUNE_TOKEN"),
    "a token with a space": (_nothing, LIST, {"NEPTUNE_TOKEN": f"{CANARY} x"}, 3, "NEPTUNE_TOKEN"),
    "a token with a sign": (_nothing, LIST, {"NEPTUNE_TOKEN": f"{CANARY}é"}, 3, "NEPTUNE_TOKEN"),
    "a command that fails": (_token_command("echo $secret >&2; exit 3"), LIST, {"NEPTUNE_TOKEN": ""}, 3, "code 3"),
    "a command that babbles": (_token_command('echo "is $secret"'), LIST, {"NEPTUNE_TOKEN": ""}, 3, "space"),
    "nobody answers": (_nobody, LIST, {}, 4, "refused by"),
    "no TLS where it should be": (_no_tls, LIST, {}, 4, ""),
    "a proxy with a password": (_far_away, LIST, PROXY, 4, ""),
    "a proxy with signs in its password": (_far_away, LIST, ODD_PROXY, 4, "refused the connection: 127.0.0.1:9"),
    "a doctor behind such a proxy": (_far_away, ["doctor"], ODD_PROXY, 4, "through http://127.0.0.1:9 with a login"),
    "a proxy without a port": (_far_away, LIST, {"HTTPS_PROXY": f"http://me:{CANARY}#x"}, 4, "proxy"),
    "a trace": (_nothing, [*LIST, "--debug", "trace.jsonl"], {}, 0, "Card"),
    "a trace behind a proxy": (_far_away, [*LIST, "--debug", "trace.jsonl"], ODD_PROXY, 4, "refused the connection"),
    "an editor": (
        _nothing,
        ["config", "edit"],
        {"EDITOR": "sh -c 'env; tr \\\\0 . < /proc/self/environ' --", **PROXY},
        0,
        "PATH",
    ),
    "an unusable editor": (_nothing, ["config", "edit"], {"EDITOR": "'vi", **PROXY}, 2, "EDITOR"),
    "an unusable proxy": (_no_tls, LIST, {"HTTPS_PROXY": f"nonsense://{CANARY}@x"}, 4, "proxy"),
    "a pasted token that is not a JWT": (_nothing, UNSURE, {"NEPTUNE_TOKEN": ""}, 3, "is not a JWT"),
    "no keyring to save in": (_nothing, LOGIN, {"NEPTUNE_TOKEN": "", **NO_BUS}, 3, "No OS keyring"),
    "a keyring of nothing": (
        _nothing,
        LOGIN,
        {"NEPTUNE_TOKEN": "", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"},
        3,
        "null.Keyring",
    ),
    "a keyring that is none": (
        _nothing,
        LOGIN,
        {"NEPTUNE_TOKEN": "", "PYTHON_KEYRING_BACKEND": "does.not.Exist"},
        3,
        "does.not.Exist",
    ),
    "an event that is only shown": (
        _nothing,
        ["event", "send", "order_made", "-u", USER, "--dry-run"],
        {},
        0,
        "api_token",
    ),
}


def test_no_fault_of_the_machine_gets_the_token_shown(machine: Machine, search: Search) -> None:
    for name, (configure, arguments, env, code, words) in BAD.items():
        machine.configure(machine.base_url.removesuffix("/neptune"))
        configure(machine)
        given = CANARY if arguments in (UNSURE, LOGIN) else ""
        ended, said = run(search, name, [*PROGRAM, *arguments], machine.env(**env), given)
        assert (ended, words in said) == (code, True), (name, ended, said)
        search.done(name, besides=("config.toml",) if configure is _broken_config else ("helper",))
        (machine.home / "helper").unlink(missing_ok=True)
    print(f"\n{search.faults} faults, {search.searched:,} bytes searched: {len(search.hits)} hits")


@pytest.mark.parametrize("proxy", [{}, ODD_PROXY], ids=["straight", "behind a proxy"])
@pytest.mark.parametrize("broken", ["signing in", "signing in, with a cause", "beside"])
def test_no_crash_of_a_command_gets_the_token_shown(
    broken: str, proxy: dict[str, str], machine: Machine, search: Search
) -> None:
    env = machine.env(**proxy)
    code, said = run(search, broken, [*SABOTAGED, broken, *LIST, "--debug", "trace.jsonl"], env)
    if broken != "beside":
        assert code == 1
        assert "neptune-inbox broke" in said
    assert "Traceback" not in said
    log = (search.home / "inbox" / "state" / "neptune-inbox.log").read_text()
    assert "pty_sabotage.py" in log, "where it broke is told"
    search.done(broken)


SIGNED_IN = " 1 of 3"
CRASHES = {
    "a verb": ("m", "RuntimeError"),
    "a verb with a cause": ("m", "ValueError"),
    "a worker": ("", "RuntimeError"),
    "signing in": ("", "RuntimeError"),
    "drawing": ("", "RuntimeError"),
}


@pytest.mark.parametrize("broken", CRASHES)
def test_no_crash_of_the_inbox_gets_the_token_shown(broken: str, machine: Machine, search: Search) -> None:
    keys, kind = CRASHES[broken]
    with Terminal([*SABOTAGED, broken, "--type", "all", "-u", USER], machine.env()) as terminal:
        if keys:
            terminal.shows(SIGNED_IN)
            terminal.settle(0.2)
            terminal.type(keys)
        code = terminal.ends()
        raw = bytes(terminal.raw)
    assert code == 1
    assert not judge(raw).raw
    assert b"neptune-inbox broke: " in raw
    assert b"Traceback" not in raw
    assert b"textual run" not in raw
    assert raw.rindex(b"\x1b[?1049l") < raw.rindex(b"neptune-inbox broke"), "told after the terminal was restored"
    log = (search.home / "inbox" / "state" / "neptune-inbox.log").read_text()
    assert kind in log
    assert "pty_sabotage.py" in log, "where it broke is told"
    search.look(broken, raw)
    search.done(broken)


def test_what_breaks_beside_the_inbox_is_not_seen_and_is_in_the_log(machine: Machine, search: Search) -> None:
    with Terminal([*SABOTAGED, "beside", "--type", "all", "-u", USER], machine.env()) as terminal:
        terminal.shows(SIGNED_IN)
        log = search.home / "inbox" / "state" / "neptune-inbox.log"
        terminal.until(lambda: log.exists() and "some.library" in log.read_text(), "the log")
        search.look_at_process("beside", terminal.process.pid)
        terminal.type("q")
        assert terminal.ends() == 0
        raw = bytes(terminal.raw)
    assert not judge(raw).raw
    assert b"PWNED" not in raw
    search.look("beside", raw)
    search.done("beside")


def test_a_running_inbox_tells_nobody(machine: Machine, search: Search) -> None:
    """Neither in its arguments and its environment, nor in a core, nor to a debugger of the same user."""
    with Terminal([*PROGRAM, "--type", "all", "-u", USER], machine.env()) as terminal:
        terminal.shows("fresh")
        pid = terminal.process.pid
        search.look_at_process("running", pid)
        assert not os.access(f"/proc/{pid}/mem", os.R_OK) or os.geteuid() == 0
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert re.search(r"Max core file size\s+0\s+0", limits)
        assert Path(f"/proc/{pid}/environ").stat().st_uid == 0
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ends() == 143
    search.done("running")


CHILDREN = ("xdg-open", "ticket", "notify-send")


def test_no_program_that_the_inbox_starts_is_given_it(machine: Machine, search: Search) -> None:
    """Neither a browser, a command that rows are piped to, nor what notifies; the proxy's password is it as well."""
    bin = machine.home / "bin"
    bin.mkdir()
    for name in CHILDREN:
        told = machine.home / f"given-to-{name}"
        lines = ("cat /proc/self/environ", "cat /proc/$$/cmdline", "cat")
        script = "; ".join(f"{line} >> {told}.new" for line in lines)
        (bin / name).write_text(f"#!/bin/sh\n{script}; mv {told}.new {told}\n")
        (bin / name).chmod(0o700)
    machine.sandbox_state.add_notification(ENVIRONMENT, USER, "Linked", link="https://example.test/page")
    machine.configure(
        machine.base_url.removesuffix("/neptune"),
        more=f'[commands]\nticket = "{bin / "ticket"}"\n[notify]\ndesktop = true\n',
    )
    env = machine.env(PATH=f"{bin}:{os.environ['PATH']}", **ODD_PROXY)
    command = [*PROGRAM, "--debug", "trace.jsonl", "--type", "all", "-u", USER]
    with Terminal(command, env) as terminal:
        for keys, question, answer, name in (
            ("o", "Open a page", "y", "xdg-open"),
            ("|", "Pipe to", "\r", "ticket"),
            ("", "", "r", "notify-send"),
        ):
            terminal.shows(" 1 of 4")
            if question:
                terminal.press(keys)
                terminal.shows(question)
            else:
                machine.sandbox_state.add_notification(ENVIRONMENT, USER, "Arrived")
            terminal.settle(0.2)
            terminal.press(answer)
            terminal.until((machine.home / f"given-to-{name}").exists, name)
        terminal.press("q")
        terminal.ends()
        search.look("with children", bytes(terminal.raw))
    for name in CHILDREN:
        given = (machine.home / f"given-to-{name}").read_bytes()
        assert b"PATH=" in given, "it was looked at"
        assert b"NEPTUNE_" not in given
        assert b"127.0.0.1:9" in given, "the proxy stays, without its password"
    assert b'"event":"fact"' in (machine.home / "trace.jsonl").read_bytes()
    search.done("children")


def test_a_dying_program_leaves_no_core(machine: Machine, search: Search) -> None:
    command = ["sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", *SABOTAGED, "core", *LIST]
    code, said = run(search, "core", command, machine.env())
    assert code in (-signal.SIGSEGV, 128 + signal.SIGSEGV)
    assert "core dumped" not in said
    assert not list(search.home.glob("core*"))
    search.done("core")


CURIOUS = {
    "TEXTUAL": "devtools,debug",
    "TEXTUAL_DEBUG": "1",
    "TEXTUAL_LOG": "textual.log",
    "TEXTUAL_SCREENSHOT": "1",
    "TEXTUAL_SCREENSHOT_LOCATION": ".",
    "TEXTUAL_SHOW_RETURN": "1",
}
"""What Textual's developers have for looking into a program."""


def test_typed_into_the_sign_in_it_is_nowhere_else(machine: Machine, search: Search) -> None:
    """Not on the screen, in the clipboard, in a picture, or in what developers of Textual can switch on."""
    (machine.home / "inbox" / "config" / "config.toml").unlink()
    env = machine.env(token="", **CURIOUS, **NO_BUS)
    with Terminal(PROGRAM, env) as terminal:
        terminal.shows("Sign in to Neptune")
        terminal.press("\t" * 6)
        terminal.press(CANARY)
        terminal.press("\x1b[1;2H\x03\x18")  # shift+home, ctrl+c, ctrl+x
        terminal.press("\x1b[200~" + CANARY + "\x1b[201~")
        end = time.monotonic() + 1.5
        terminal.until(lambda: time.monotonic() > end, "a second and a half for a picture to be taken")
        terminal.press("\x10screenshot\r")  # ctrl+p
        terminal.press("\x13")  # ctrl+s
        terminal.settle(0.3)
        search.look_at_process("sign in", terminal.process.pid)
        terminal.press("\x1b[27u")
        terminal.ends()
        raw = bytes(terminal.raw)
    found = judge(raw)
    assert not found.raw
    for copied in found.copied:
        search.look("clipboard", copied.encode())
    search.look("sign in", raw)
    search.done("sign in")
    assert not list(search.home.rglob("*.svg"))
    assert not [path for path in search.home.rglob("*.log") if path.name != "neptune-inbox.log"]


@pytest.mark.skipif(bool(MISSING), reason=f"{' and '.join(MISSING)} is not installed here")
@pytest.mark.parametrize("fault", ["lock", "kill"])
def test_a_keyring_in_trouble_gets_it_shown_to_nobody(fault: str, machine: Machine, search: Search) -> None:
    desktop = Desktop(machine.home / "desktop")
    try:
        desktop.unlock()
        bus = {"DBUS_SESSION_BUS_ADDRESS": desktop.env["DBUS_SESSION_BUS_ADDRESS"], "NEPTUNE_TOKEN": ""}
        code, said = run(search, "saved", [*PROGRAM, *LOGIN], machine.env(**bus), CANARY)
        assert code == 0, said
        assert run(search, "read", [*PROGRAM, *LIST], machine.env(**bus))[0] == 0
        getattr(desktop, fault)()
        code, said = run(search, fault, [*PROGRAM, *LIST], machine.env(**bus))
        assert code == 3, said
        assert "keyring" in said.lower()
    finally:
        desktop.close()
    search.done(fault)


def test_the_search_finds_what_is_there(search: Search) -> None:
    (search.home / "leak.txt").write_text(json.dumps({"token": CANARY}))
    search.look_at_home("a file")
    search.look("a header", base64.b64encode(CANARY.encode()))
    with subprocess.Popen(["sleep", "9"], env={"X": CANARY}, cwd=ROOT) as sleeper:
        # Popen returns while the child is becoming the program; its environment is there a moment later.
        end = time.monotonic() + LIMIT
        while b"X=" not in Path(f"/proc/{sleeper.pid}/environ").read_bytes():
            assert time.monotonic() < end
        search.look_at_process("a child", sleeper.pid)
        sleeper.kill()
    assert {hit.split(":")[0] for hit in search.hits} == {"a file, leak.txt", "a header", "a child, /proc/environ"}
