"""Nothing is written from a shell that nobody agreed to, in any mode; and where it goes is said."""

from __future__ import annotations

import pytest

from neptune_inbox import doors
from neptune_inbox.credentials import Vault
from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.records import ContactRecord
from neptune_inbox.sync.workspace import Workspace
from tests.cli.hostile_walk import commands
from tests.cli.shell import CUSTOMER, ENVIRONMENT, Shell

MAIL = ("email", "r@example.com")
WRITES = {
    "mark": ("ID", "-u", CUSTOMER),
    "mark shown": ("--shown", "-u", CUSTOMER),
    "mark everything": ("--server-all", "-u", CUSTOMER),
    "event send": ("welcome", "-u", CUSTOMER),
    "users create": ("u-new",),
    "users update": (CUSTOMER, "--set", "plan=Team"),
    "users delete": (CUSTOMER,),
    "contacts add": (CUSTOMER, "email", "new@example.com"),
    "contacts update": (CUSTOMER, *MAIL, "--filterable", "x"),
    "contacts delete": (CUSTOMER, *MAIL),
    "outbox send": ("--send",),
    "outbox retry": ("--retry",),
    "outbox drop": ("--drop",),
}
VERBS = {"users", "contacts", "event"}
UUID = "018f3c2a-7b10-7000-8000-000000000000"


def _words(name: str) -> list[str]:
    """The command of one of the writes."""
    return name.split() if name.split()[0] in VERBS else name.split()[:1]


def type_it(shell: Shell, name: str, *more: str, answers: str | None = None) -> tuple[int, str]:
    unread = shell.unread_on_server()[0]
    done = shell(*_words(name), *(unread if word == "ID" else word for word in WRITES[name]), *more, answers=answers)
    return done.code, done.err


@pytest.fixture(params=["act", "ask"])
def triage_store(shell: Shell, request: pytest.FixtureRequest) -> Shell:
    """One mark waits in the outbox, one was refused, and two are unread."""
    shell.config(f'[profiles.acme]\nenvironment = "{ENVIRONMENT}"\napi_base = "{{base}}"\nmode = "{request.param}"\n')
    shell.sandbox_state.add_contact(ENVIRONMENT, CUSTOMER, ContactRecord(*MAIL, "", {}))
    ids = shell.tell_many(4)
    for id, fault in zip(ids, (Kind.MISSING, Kind.BROKEN), strict=False):
        weather = shell.faults.set(fault, method="POST")
        shell("mark", id, "-u", CUSTOMER, "--yes")
        shell.faults.lift(weather)
    shell.sandbox_state.writes.clear()
    return shell


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITES)
def test_a_script_is_refused_without_yes_and_a_person_is_asked(triage_store: Shell, name: str) -> None:
    waiting = triage_store("outbox", "--json").json
    code, said = type_it(triage_store, name)
    assert code == 2
    assert "Add --yes to agree" in said
    assert f"acme, {ENVIRONMENT} at {triage_store.base_url.removeprefix('http://')}" in said
    code, said = type_it(triage_store, name, answers="n\n")
    assert code == 1
    assert "nothing was changed" in said.lower()
    assert triage_store.writes == 0
    assert triage_store("outbox", "--json").json == waiting
    code, said = type_it(triage_store, name, "--yes")
    assert code == 0, said
    assert f"Place: acme, {ENVIRONMENT} at {triage_store.base_url.removeprefix('http://')}." in said


def writing_commands() -> set[str]:
    """Those that write to the service: what they do can be agreed to, and shown before.

    What makes a team's tables and what skips an arrival write elsewhere.
    """
    found = {
        " ".join(path)
        for path, command in commands()
        if {"yes", "dry_run"} <= {param.name for param in command.params}
    }
    return found - {"team init", "hooks skip"} | {"outbox"}


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["act", "ask", "observe"])
@pytest.mark.parametrize("name", [*WRITES, "mark -", "event stdin", "mark path"])
def test_nobody_is_asked_for_anything_before_it_is_clear_that_somebody_agrees(
    shell: Shell, name: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not the keyring, not the network, not a file of ours, not even standard input."""
    shell.config(f'[profiles.acme]\nenvironment = "{ENVIRONMENT}"\napi_base = "{{base}}"\nmode = "{mode}"\n')
    asked: list[str] = []
    monkeypatch.setattr(Workspace, "open", lambda *_: asked.append("the stores"))
    monkeypatch.setattr(Vault, "read", lambda *_: asked.append("the token"))
    monkeypatch.setattr(doors, "read_stdin", lambda *_: asked.append("standard input"))
    shell.environment.pop("NEPTUNE_TOKEN")
    before = sorted(shell.home.rglob("*"))
    more = {
        "mark -": ("mark", "-", "-u", CUSTOMER),
        "mark path": ("mark", f"{CUSTOMER}/{UUID}"),
        "event stdin": ("event", "send", "welcome", "-u", CUSTOMER, "--data", "-"),
    }
    words = (
        [UUID if word == "ID" else word for word in (*_words(name), *WRITES[name])] if name in WRITES else more[name]
    )
    refused = shell(*words)
    assert (refused.code, refused.out) == (2, "")
    assert "nobody is here to give it" in refused.err
    assert f"acme, {ENVIRONMENT} at" in refused.err
    assert ("Add --yes" in refused.err) == (mode != "observe")
    assert ("--dry-run" in refused.err) == (not name.startswith("outbox")), "what is advised is there"
    assert asked == []
    assert shell.requests == 0
    assert sorted(shell.home.rglob("*")) == before


def test_every_command_that_writes_is_one_of_these(shell: Shell) -> None:
    assert writing_commands() == {" ".join(_words(name)) for name in WRITES}
    for name in WRITES:
        for variable in ("NEPTUNE_TOKEN", "NEPTUNE_ENV", "NEPTUNE_API_BASE"):
            shell.environment.pop(variable, None)
        refused = shell(*_words(name), *(UUID if word == "ID" else word for word in WRITES[name]), "--json")
        assert (refused.code, refused.error["error"]) == (2, "usage_problem"), "also where there is no profile"
    assert not shell.home.exists()


def test_the_named_profile_wins_over_the_variables_and_that_is_said(shell: Shell) -> None:
    shell.config(f'[profiles.acme]\nenvironment = "{ENVIRONMENT}"\napi_base = "{{base}}"\n')
    id = shell.tell("Card declined")
    shell.environment["NEPTUNE_ENV"] = "eu-prd"
    marked = shell("mark", id, "-u", CUSTOMER, "--profile", "acme", "--yes")
    assert marked.code == 0
    assert "NEPTUNE_ENV is not used: the profile acme was given" in marked.err
    assert f"acme, {ENVIRONMENT} at" in marked.err
    assert shell.unread_on_server() == []
