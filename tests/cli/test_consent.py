"""Nothing is written from a shell that nobody agreed to, in any mode; and where it goes is said."""

from __future__ import annotations

import pytest

from neptune_inbox.sandbox.faults import Kind
from neptune_inbox.sandbox.records import ContactRecord
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


def type_it(shell: Shell, name: str, *more: str, answers: str | None = None) -> tuple[int, str]:
    words = name.split() if name.split()[0] in VERBS else name.split()[:1]
    unread = shell.unread_on_server()[0]
    done = shell(*words, *(unread if word == "ID" else word for word in WRITES[name]), *more, answers=answers)
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


def test_the_named_profile_wins_over_the_variables_and_that_is_said(shell: Shell) -> None:
    shell.config(f'[profiles.acme]\nenvironment = "{ENVIRONMENT}"\napi_base = "{{base}}"\n')
    id = shell.tell("Card declined")
    shell.environment["NEPTUNE_ENV"] = "eu-prd"
    marked = shell("mark", id, "-u", CUSTOMER, "--profile", "acme", "--yes")
    assert marked.code == 0
    assert "NEPTUNE_ENV is not used: the profile acme was named" in marked.err
    assert f"acme, {ENVIRONMENT} at" in marked.err
    assert shell.unread_on_server() == []
