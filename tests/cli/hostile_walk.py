"""A walk over every option and argument of every command, each given the same hostile values, in one process.

The commands are read from click's own tree, so a new option is walked without being named here. The service is the
sandbox in memory: what reaches it is counted.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random
from unittest import mock

import click

from neptune_inbox import wiring
from neptune_inbox.__main__ import run
from neptune_inbox.cli.main import root
from neptune_inbox.config import DEFAULT_API_BASE, DEFAULT_EDGE_BASE, Settings
from neptune_inbox.credentials import Vault
from neptune_inbox.model import Mode, Profile, Token
from neptune_inbox.sandbox.faults import Faults
from neptune_inbox.sandbox.memory_transport import transport_for
from neptune_inbox.sandbox.records import ContactRecord
from neptune_inbox.sandbox.server import create_app
from neptune_inbox.sandbox.state import SandboxState
from neptune_inbox.sandbox.tokens import sign_token
from neptune_inbox.sync.workspace import Workspace
from neptune_inbox.wiring.workspace import Builder, wall_clock

CUSTOMER = "u-4711"
VALUES = (
    *("", " ", "\t", "\n", "a\nb", "\0", "-", "--", "-1", "-x", "@", "@/nowhere", "@/dev/null", "."),
    *(
        "..",
        "/",
        "%2f",
        "*",
        "a*b",
        "'; DROP TABLE notification; --",
        "$(touch x)",
        "`id`",
        "=1+1",
        "\x1b[2J\x1b]0;x\x07",
    ),
    *(
        "M\udcfcller",
        "\ud83d",
        '{"a": "\\ud83d"}',
        "\u202egnp.exe",
        "\u200b",
        "\u3164",
        "e\u0301" * 40,
        "🏴‍☠️",
        "x" * 513,
    ),
    *(
        "x" * 70_000,
        "0",
        "1",
        "99999999999999999999",
        "1e999",
        "nan",
        "NaN",
        "inf",
        "٣",
        "1_000",
        "0x10",
        "2.5",
        "9" * 5_000,
    ),
    *(
        "9999-12-31 23:00",
        "0000-00-00",
        "12345d",
        '{"a": NaN}',
        '{"a": 1, "a": 2}',
        "[" * 2_000,
        "[]",
        "null",
        "true",
    ),
    *(
        "a=b",
        "=b",
        "a=",
        'a={"x": 1e999}',
        "http://evil.example",
        "https://api.teurons.com@evil.example/",
        "is:",
        'x"',
    ),
)
"""One text for each way in which a value is not what it should be, and some that are right for somebody."""
NEVER = ("broke", "Traceback", "authors", "KeyError", "Error:", "Exception")
"""What no user may read."""
NO_IDS = ("", " ", "\t", "\n", "a\nb", "\0", "M\udcfcller", "\ud83d", "\u200b", "\u3164", "x" * 513, "x" * 70_000)
"""What is no id of anybody."""


@dataclass(frozen=True)
class Parameter:
    """One option or argument of one command."""

    command: tuple[str, ...]
    param: click.Parameter

    @property
    def name(self) -> str:
        return f"{' '.join(self.command) or 'neptune-inbox'} {self.param.opts[-1]}"

    @property
    def is_id(self) -> bool:
        return self.param.type.name == "id"

    def with_value(self, value: str) -> list[str]:
        """The command line that gives this parameter the value, and every other that must be there a right one."""
        base = dict(RIGHT.get(self.command, {}))
        if isinstance(self.param, click.Option):
            option = max(self.param.opts, key=len)
            base.pop(option, None)
            # Options stand before the command's name for the program itself.
            given = [f"{option}={value}"]
            if self.param.nargs == 2:
                given = [option, value, value]
            return [*self.command, *given, *_flat(base)]
        words = [
            value if name == self.param.name else right for name, right in base.items() if not name.startswith("-")
        ]
        options = {name: right for name, right in base.items() if name.startswith("-")}
        if self.param.name not in base:
            words.append(value)
        return [*self.command, *_flat(options), "--", *words]


RIGHT: dict[tuple[str, ...], dict[str, str]] = {
    (): {"--plain": ""},
    ("demo",): {"--plain": ""},
    ("why",): {"id": "{id}", "--user": CUSTOMER},
    ("mark",): {"ids": "{id}", "--user": CUSTOMER, "--yes": ""},
    ("done",): {"ids": "{id}"},
    ("back",): {"ids": "{id}"},
    ("star",): {"ids": "{id}"},
    ("snooze",): {"ids": "{id}", "--until": "2h"},
    ("note",): {"id": "{id}", "text": "Called."},
    ("unwatch",): {"users": CUSTOMER},
    ("users", "get"): {"user_id": CUSTOMER},
    ("users", "create"): {"user_id": "u-new", "--yes": ""},
    ("users", "update"): {"user_id": CUSTOMER, "--set": "a=1", "--yes": ""},
    ("users", "delete"): {"user_id": CUSTOMER, "--yes": ""},
    ("contacts", "list"): {"user_id": CUSTOMER},
    ("contacts", "add"): {"user_id": CUSTOMER, "type": "email", "value": "a@b.example", "--yes": ""},
    ("contacts", "update"): {"user_id": CUSTOMER, "type": "email", "value": "r@acme.example", "--yes": ""},
    ("contacts", "delete"): {"user_id": CUSTOMER, "type": "email", "value": "r@acme.example", "--yes": ""},
    ("event", "send"): {"event_type": "welcome", "--user": CUSTOMER, "--yes": ""},
    ("login",): {"--environment": "dev", "--token-stdin": ""},
    ("completion",): {"shell": "bash"},
    ("outbox",): {"--drop": "", "--yes": ""},
    ("poll",): {"--once": ""},
}
"""For each command what it cannot do without, by the name of the argument or option; an empty text is a flag."""


def commands() -> list[tuple[tuple[str, ...], click.Command]]:
    """Every command by its words, the program itself by none."""
    return list(_commands((), root))


def parameters() -> list[Parameter]:
    """Every option and argument that takes a value, of every command."""
    return [
        Parameter(path, param)
        for path, command in commands()
        for param in command.params
        if isinstance(param, click.Argument) or (isinstance(param, click.Option) and not param.is_flag)
    ]


def invocations(seed: int | None = None) -> Iterator[tuple[Parameter, str]]:
    """Every parameter with every value; with a seed each with two of them, and each value at least once."""
    found = parameters()
    if seed is None:
        yield from ((parameter, value) for parameter in found for value in VALUES)
        return
    rng = Random(seed)
    values = rng.sample(VALUES, len(VALUES))
    for number, parameter in enumerate(found):
        yield parameter, values[number % len(values)]
        if parameter.is_id:
            yield parameter, NO_IDS[number % len(NO_IDS)]


def what_is_wrong(parameter: Parameter, value: str, home: Path) -> str:
    """What one command line does that none may do; empty where it behaves."""
    sandbox_state, faults = SandboxState(now=wall_clock, seed="walk"), Faults()
    sandbox_state.create_user("dev", CUSTOMER, {"name": "Rajiv Seelam"})
    sandbox_state.add_contact("dev", CUSTOMER, ContactRecord("email", "r@acme.example"))
    id = sandbox_state.add_notification("dev", CUSTOMER, "Hello").uuid
    arguments = [word.replace("{id}", id) for word in parameter.with_value(value)]
    out, err = io.StringIO(), io.StringIO()
    token = sign_token(sandbox_state)
    try:
        code = _run(arguments, sandbox_state, faults, token, home, out, err)
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - whatever it is, it is the finding
        return f"{type(problem).__name__}: {problem}"
    said = out.getvalue() + err.getvalue()
    requests = sum(faults.requests.values())
    if found := [word for word in NEVER if word in err.getvalue()]:
        return f"says {found}: {err.getvalue()[-300:]}"
    if token.reveal() in said and parameter.command != ("sandbox",):
        return "prints the token"
    if code == 2 and (requests or sandbox_state.writes):
        return f"is refused after {requests} requests: {err.getvalue()[-300:]}"
    if code and not said.strip():
        return f"ends with {code} without a sentence"
    if parameter.is_id and value in NO_IDS and (code != 2 or requests):
        return f"takes what is no id: {code}, {requests} requests"
    if any(not written.strip() for written in _ids_written(sandbox_state)):
        return "writes with an empty id"
    return ""


def _run(
    arguments: list[str],
    sandbox_state: SandboxState,
    faults: Faults,
    token: Token,
    home: Path,
    out: io.StringIO,
    err: io.StringIO,
) -> int:
    environ = {"NEPTUNE_INBOX_HOME": str(home), "EDITOR": "true", "VISUAL": "true", "PATH": "/usr/bin:/bin"}
    with ExitStack() as stack:
        # What names a file to write makes it here.
        stack.enter_context(chdir(home))
        stack.enter_context(mock.patch.dict("os.environ", environ, clear=True))
        for name in ("load_workspace", "load_demo"):
            stack.enter_context(
                mock.patch.object(wiring, name, return_value=_workspace(sandbox_state, faults, token))
            )
        stack.enter_context(mock.patch("neptune_inbox.sandbox.serve.serve", return_value=None))
        # Plain mode waits for its input as for a file.
        nothing = stack.enter_context(open(os.devnull, encoding="utf-8"))
        answers = io.StringIO(token.reveal()) if arguments[:1] == ["login"] else nothing
        stack.enter_context(mock.patch("sys.stdin", answers))
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        return run(arguments)


def _workspace(sandbox_state: SandboxState, faults: Faults, token: Token) -> Workspace:
    profile = Profile("acme", DEFAULT_API_BASE, DEFAULT_EDGE_BASE, "dev", Mode.ACT, users=(CUSTOMER,))
    settings = Settings(default_profile="acme", profiles={"acme": profile})
    http = transport_for(create_app(sandbox_state, faults=faults))
    return Builder(settings, Vault(env_token=token, memory_only=True), None, http=http).workspace()


def _ids_written(sandbox_state: SandboxState) -> list[str]:
    return [str(write.body["id"]) for write in sandbox_state.writes if "id" in write.body]


def _commands(path: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _commands((*path, name), inner)


def _flat(options: dict[str, str]) -> list[str]:
    """The options first, then the arguments."""
    words = [right for name, right in options.items() if not name.startswith("-")]
    flags = [
        word
        for name, right in options.items()
        if name.startswith("-")
        for word in ([name, right] if right else [name])
    ]
    return [*flags, *words]
