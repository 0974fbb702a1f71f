"""A keyring in trouble is named, a keyring that keeps no secret is refused, and none of them can hang the app."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, chainer, fail, null

from neptune_inbox.credentials import OsKeyring, _keyring_child
from neptune_inbox.errors import (
    InboxError,
    KeyringAbsent,
    KeyringLocked,
    KeyringTimedOut,
    KeyringUnreachable,
    KeyringUntrusted,
)
from tests.processes import ends, python

SECRET = "canary-5e6f7a8b9c"


def keyring_that_says(answer: dict[str, Any]) -> OsKeyring:
    return OsKeyring(child=python(f"import sys; sys.stdin.readline(); print({json.dumps(json.dumps(answer))})"))


# --- the child process ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ({"state": "absent"}, KeyringAbsent, "No OS keyring"),
        ({"state": "locked", "backend": "Secret Service"}, KeyringLocked, "(Secret Service) is locked"),
        (
            {"state": "untrusted", "what": "a.b.Plain"},
            KeyringUntrusted,
            "`a.b.Plain` would not keep the token secret",
        ),
        (
            {"state": "unreachable", "what": "DBusError"},
            KeyringUnreachable,
            "does not behave like a keyring: DBusError",
        ),
        ({"state": "?"}, KeyringUnreachable, "does not behave like a keyring"),
    ],
)
async def test_each_trouble_has_its_own_words_and_remedy(
    answer: dict[str, Any], error: type[InboxError], words: str
) -> None:
    with pytest.raises(error) as caught:
        await keyring_that_says(answer).read("acme")
    assert words in caught.value.sentence
    assert caught.value.remedy


@pytest.mark.parametrize("code", ["print('[]')", "print('D-Bus says hello')", "import os; os.abort()", "pass"])
async def test_a_child_that_dies_or_babbles_is_unreachable(code: str) -> None:
    with pytest.raises(KeyringUnreachable, match="it ended without an answer"):
        await OsKeyring(child=python(code)).read("acme")


async def test_a_child_that_cannot_be_started_is_unreachable() -> None:
    with pytest.raises(KeyringUnreachable, match="No such file"):
        await OsKeyring(child=("/no/such/python",)).read("acme")


HANG = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"


async def test_a_keyring_that_hangs_is_given_up_and_its_child_is_gone(tmp_path: Path) -> None:
    keyring = OsKeyring(child=(*python(HANG), str(tmp_path / "pid")), patience=1.5)
    with pytest.raises(KeyringTimedOut, match=r"within 1\.5 seconds"):
        await keyring.read("acme")
    assert ends(int((tmp_path / "pid").read_text()))


async def test_leaving_the_prompt_ends_the_child_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pid"
    os.mkfifo(pipe)
    asking = asyncio.create_task(OsKeyring(child=(*python(HANG), str(pipe))).read("acme"))
    pid = int(await asyncio.to_thread(pipe.read_text))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert ends(pid)


async def test_the_secret_goes_to_the_child_by_pipe_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEPTUNE_TOKEN", SECRET)
    seen = tmp_path / "seen"
    code = (
        "import json, os, sys; sys.stdin.readline(); seen = repr(os.environ) + open('/proc/self/cmdline').read();"
        "open(sys.argv[1], 'w').write(seen); print(json.dumps({'state': 'ok'}))"
    )
    await OsKeyring(child=(*python(code), str(seen))).write("acme", SECRET)
    assert "PATH" in seen.read_text()
    assert SECRET not in seen.read_text()


# --- which backend is trusted ---------------------------------------------------------------------


class PlaintextKeyring(null.Keyring):
    """Stands where keyrings.alt's one stands: chosen by `keyring` itself, and writes in clear."""

    priority = 9


class Keyring(SecretService.Keyring):
    """Looks like the real one."""

    priority = 50


EMPTY_ONES = (null.Keyring, fail.Keyring, chainer.ChainerBackend)


def made(*kinds: Any) -> list[KeyringBackend]:
    return [kind() for kind in kinds]


@pytest.fixture
def real() -> Iterator[KeyringBackend]:
    """The real Secret Service backend, as if its daemon could be reached."""
    own_priority = SecretService.Keyring.__dict__["priority"]
    type.__setattr__(SecretService.Keyring, "priority", 5)
    yield made(SecretService.Keyring)[0]
    type.__setattr__(SecretService.Keyring, "priority", own_priority)


def refused(candidates: Sequence[KeyringBackend], wanted: str = "") -> tuple[str, str]:
    with pytest.raises(_keyring_child.NoBackend) as caught:
        _keyring_child.trusted_backend(candidates, wanted)
    return caught.value.state, caught.value.what


def test_a_real_keyring_is_chosen_whatever_stands_beside_it(real: KeyringBackend) -> None:
    assert _keyring_child.trusted_backend([*made(PlaintextKeyring, Keyring, *EMPTY_ONES), real]) is real


def test_a_plaintext_keyring_is_refused_by_name() -> None:
    state, what = refused(made(PlaintextKeyring, *EMPTY_ONES))
    assert (state, what.rpartition(".")[2].strip("<>")) == ("untrusted", "PlaintextKeyring")


def test_a_child_class_and_a_namesake_of_a_real_keyring_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(made(Keyring))[0] == "untrusted"
    monkeypatch.setattr(Keyring, "__module__", "keyring.backends.SecretService")
    assert refused(made(Keyring))[0] == "untrusted"


def test_only_empty_keyrings_are_none() -> None:
    assert refused(made(*EMPTY_ONES)) == ("absent", "")
    assert refused([]) == ("absent", "")


def test_a_real_keyring_that_does_not_work_here_is_none(real: KeyringBackend) -> None:
    type.__setattr__(SecretService.Keyring, "priority", 0.5)
    assert refused([real]) == ("absent", "")


@pytest.mark.slow
@pytest.mark.parametrize("named", ["keyring.backends.null.Keyring", "keyrings.alt.file.PlaintextKeyring", "x"])
async def test_a_variable_that_names_a_bad_keyring_is_refused_by_name(
    named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", named)
    with pytest.raises(KeyringUntrusted, match=named):
        await OsKeyring().write("acme", SECRET)


def test_a_variable_that_names_a_good_keyring_leaves_no_other(real: KeyringBackend) -> None:
    assert refused([real], "keyring.backends.kwallet.DBusKeyring") == ("absent", "")


class Forgetful(KeyringBackend):
    """Takes a secret and gives back what it likes."""

    priority = 1

    def __init__(self, gives: str | None) -> None:
        self.gives = gives

    def get_password(self, service: str, username: str) -> str | None:
        return self.gives

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


@pytest.mark.parametrize(("verb", "gives"), [("set", None), ("set", "other"), ("delete", "still here")])
def test_a_keyring_that_swallows_a_write_is_found_out(verb: str, gives: str | None) -> None:
    request = {"verb": verb, "service": "s", "username": "u", "secret": SECRET}
    assert _keyring_child.answer(request, Forgetful(gives))["state"] == "unreachable"
