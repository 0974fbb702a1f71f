"""Mode observe from a shell: every command is run as somebody would who means it, and the service sees no write."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from neptune_inbox.cli.main import root
from neptune_inbox.sandbox.faults import Kind
from tests.cli.shell import CUSTOMER, Shell

pytestmark = pytest.mark.slow

CONFIG = """
default_profile = "calm"
[profiles.calm]
api_base = "{base}"
edge_base = "{base}"
environment = "dev"
mode = "MODE"
users = ["u-4711"]
"""
ID, EMAIL = "ID", "ann@example.org"
"""`ID` stands for a notification that is unread."""

WRITES: dict[str, tuple[tuple[str, ...], ...]] = {
    "mark": (
        (ID, "-u", CUSTOMER, "--yes"),
        ("--shown", "-u", CUSTOMER, "--yes"),
        ("--server-all", "-u", CUSTOMER, "--yes"),
    ),
    "outbox": (("--send", "--yes"), ("--retry", "--yes"), ("--drop", "--yes")),
    "users create": (("u-new", "--set", "name=Ann", "--yes"),),
    "users update": ((CUSTOMER, "--set", "name=Ann", "--yes"),),
    "users delete": ((CUSTOMER, "--yes"),),
    "contacts add": ((CUSTOMER, "email", "new@example.org", "--yes"),),
    "contacts update": ((CUSTOMER, "email", EMAIL, "--meta", '{"a":1}', "--yes"),),
    "contacts delete": ((CUSTOMER, "email", EMAIL, "--yes"),),
    "event send": (("welcome", "-u", CUSTOMER, "--yes"), ("welcome", "-u", CUSTOMER, "--yes", "--wait", "0.1")),
}
"""What would write to the service: each of these is refused."""
HARMLESS: dict[str, tuple[tuple[str, ...], ...]] = {
    "list": ((), ("--type", "all", "--json"), ("--cached",), ("--as-of", "1h")),
    "count": ((), ("--json",)),
    "why": ((ID, "-u", CUSTOMER), (ID, "-u", CUSTOMER, "--md")),
    "insight": ((), ("--csv",)),
    "status": ((),),
    "timeline": (("-u", CUSTOMER), ("-u", CUSTOMER, "--as-of", "1h")),
    "incidents": ((), ("--since", "2d")),
    "mark": ((ID, "-u", CUSTOMER, "--dry-run"), ("--server-all", "-u", CUSTOMER, "--dry-run")),
    "undo": ((),),
    "outbox": ((),),
    "receipts": ((),),
    "journal": ((),),
    "done": ((ID,),),
    "back": ((ID,),),
    "snooze": ((ID, "--until", "2h"),),
    "star": ((ID,),),
    "note": ((ID, "called"),),
    "watch": (("u-2",),),
    "claim": ((ID,),),
    "release": ((ID,),),
    "handover": ((), ("--md",)),
    "team init": ((),),
    "team status": ((),),
    "team password": ((),),
    "unwatch": (("u-2",),),
    "users list": ((),),
    "users get": ((CUSTOMER,),),
    "users create": (("u-new", "--dry-run"),),
    "users update": ((CUSTOMER, "--set", "a=1", "--dry-run"),),
    "users delete": ((CUSTOMER, "--dry-run"),),
    "contacts list": ((CUSTOMER,),),
    "contacts add": ((CUSTOMER, "email", EMAIL, "--dry-run"),),
    "contacts update": ((CUSTOMER, "email", EMAIL, "--dry-run"),),
    "contacts delete": ((CUSTOMER, "email", EMAIL, "--dry-run"),),
    "hooks list": ((),),
    "hooks test": (("pager",),),
    "hooks skip": (("pager", "--yes"),),
    "poll": (("--once",), ("--status",)),
    "environments": ((),),
    "event send": (("welcome", "-u", CUSTOMER, "--dry-run"),),
    "profiles": ((),),
    "config show": ((),),
    "config path": ((),),
    "config check": ((),),
    "config edit": ((),),
    "doctor": ((),),
    "report": (("--show",),),
    "completion": (("bash",),),
    "help": (("keys",),),
    "demo": ((),),
    "sandbox": (("--faults", "no such weather"),),
    "login": (("--token-stdin", "--environment", "dev", "--user", CUSTOMER),),
    "logout": ((),),
}

OF_A_TEAM = {"claim", "release", "team init", "team status", "team password"}
MAY_FAIL = {"hooks test", "hooks skip", "undo", "demo", "sandbox", "login", "logout", "doctor", *OF_A_TEAM}
"""No hook, nothing held, no team, no terminal, no such weather, no keyring: not what is asked for here."""


def commands(group: click.Group = root, path: str = "") -> Iterator[str]:
    """Every command by its words, `users create` among them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        words = f"{path} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, words)
        else:
            yield words


@pytest.fixture
def observer(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Somebody who only observes: three unread notifications, one of them in the outbox since they might mark."""
    monkeypatch.setenv("EDITOR", "true")
    ids = shell.tell_many(3)
    shell.config(CONFIG.replace("MODE", "act"))
    shell("list")
    assert shell("contacts", "add", CUSTOMER, "email", EMAIL, "--yes").code == 0
    fault = shell.faults.set(Kind.BROKEN, method="POST")
    assert shell("mark", ids[0], "-u", CUSTOMER, "--yes").code == 4
    shell.faults.lift(fault)
    shell.config(CONFIG.replace("MODE", "observe"))
    shell.faults.requests.clear()
    shell.sandbox_state.writes.clear()
    return shell


def test_every_command_is_tried() -> None:
    assert sorted(set(commands())) == sorted(WRITES.keys() | HARMLESS.keys())


def test_what_would_write_is_refused_with_a_sentence(observer: Shell) -> None:
    for name, tries in WRITES.items():
        for arguments in tries:
            shown = run(observer, name, arguments)
            assert shown == (1, True), (name, arguments)
    assert observer.requests > 0, "looking is allowed"
    assert observer.faults.count_writes() == 0
    assert observer.sandbox_state.writes == []
    assert len(observer("outbox", "--json").json) == 1, "what was held stays"


def test_everything_else_writes_nothing_either(observer: Shell) -> None:
    for name, tries in HARMLESS.items():
        for arguments in tries:
            code, is_refused = run(observer, name, arguments)
            assert code == 0 or name in MAY_FAIL, (name, arguments)
            assert not is_refused, (name, arguments)
            assert observer.faults.count_writes() == 0, (name, arguments)
    assert observer.sandbox_state.writes == []


def run(shell: Shell, name: str, arguments: tuple[str, ...]) -> tuple[int, bool]:
    """The exit code, and whether it was refused because the profile is only observed."""
    unread = shell.unread_on_server()[0]
    words = [unread if word == ID else word for word in arguments]
    shown = shell(*name.split(), *words, stdin=shell.token.reveal() if name == "login" else "")
    return shown.code, "observe" in shown.err
