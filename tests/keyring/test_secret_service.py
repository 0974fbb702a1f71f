"""The token and a real Secret Service, in good and in bad days."""

from __future__ import annotations

import sys

import pytest

from neptune_inbox.credentials import OsKeyring, Vault, _keyring_child
from neptune_inbox.credentials.vault import item_name
from neptune_inbox.errors import (
    KeyringAbsent,
    KeyringLocked,
    KeyringProblem,
    KeyringTimedOut,
    KeyringUntrusted,
)
from neptune_inbox.model import Profile, Token
from tests.keyring.desktop import Desktop

CANARY = "canary-0123456789-abcdefghij"
ACME = Profile("acme", "https://api.teurons.com/neptune", "https://edge.teurons.com/neptune", "dev")
OWN = Profile("own", "https://neptune.acme.example", "https://neptune.acme.example", "dev")


async def value_in(vault: Vault, profile: Profile) -> str | None:
    token = await vault.read(profile)
    return token.reveal() if token else None


async def test_a_token_is_saved_read_on_the_next_start_and_forgotten(desktop: Desktop) -> None:
    assert await value_in(Vault(), ACME) is None
    assert await Vault().save(ACME, Token(CANARY)) == "the OS keyring (Secret Service)"
    next_start = Vault()
    assert await value_in(next_start, ACME) == CANARY
    assert next_start.source(ACME) == "the OS keyring (Secret Service)"
    await next_start.forget(ACME)
    assert await value_in(Vault(), ACME) is None
    await Vault().forget(ACME)


async def test_each_profile_has_an_item_of_its_own(desktop: Desktop) -> None:
    await Vault().save(ACME, Token(CANARY))
    await Vault().save(OWN, Token("another-token"))
    await Vault().save(ACME, Token("second-token"))
    assert (await value_in(Vault(), ACME), await value_in(Vault(), OWN)) == ("second-token", "another-token")


async def test_a_long_jwt_fits(desktop: Desktop) -> None:
    jwt = "e" * 4_096
    await Vault().save(ACME, Token(jwt))
    assert await value_in(Vault(), ACME) == jwt


async def test_no_file_holds_the_token_in_clear(desktop: Desktop) -> None:
    await Vault().save(ACME, Token(CANARY))
    files = [file for file in desktop.home.rglob("*") if file.is_file()]
    assert any(file.name == "login.keyring" for file in files), "the keyring was really written"
    assert [file for file in files if CANARY.encode() in file.read_bytes()] == []


async def test_a_probe_tells_what_there_is_without_a_prompt(desktop: Desktop) -> None:
    found = await OsKeyring().probe()
    assert (found.backend, found.is_locked) == ("Secret Service", False)
    desktop.lock()
    assert (await OsKeyring().probe()).is_locked is True


async def test_a_locked_keyring_is_called_locked(desktop: Desktop) -> None:
    await Vault().save(ACME, Token(CANARY))
    desktop.lock()
    with pytest.raises(KeyringLocked, match=r"\(Secret Service\) is locked"):
        await Vault().read(ACME)
    with pytest.raises(KeyringLocked):
        await Vault().save(ACME, Token(CANARY))
    with pytest.raises(KeyringLocked):
        await Vault().forget(ACME)


async def test_without_a_session_bus_there_is_no_keyring(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    with pytest.raises(KeyringAbsent):
        await Vault().read(ACME)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus")
    with pytest.raises(KeyringAbsent):
        await Vault().read(ACME)


async def test_a_frozen_keyring_is_given_up_in_time(desktop: Desktop) -> None:
    await Vault().save(ACME, Token(CANARY))
    desktop.freeze()
    with pytest.raises(KeyringTimedOut, match=r"within 1\.5 seconds"):
        await Vault(keyring=OsKeyring(patience=1.5)).read(ACME)
    with pytest.raises(KeyringTimedOut):
        await OsKeyring(probe_patience=1.5).probe()


async def test_a_killed_keyring_is_a_named_trouble_and_never_a_lost_token(desktop: Desktop) -> None:
    await Vault().save(ACME, Token(CANARY))
    desktop.kill()
    with pytest.raises(KeyringProblem) as caught:
        await Vault().read(ACME)
    assert not isinstance(caught.value, KeyringTimedOut)
    desktop.kill()
    desktop.unlock()
    assert await value_in(Vault(), ACME) == CANARY, "the same password opens it again"


@pytest.mark.parametrize("named", ["null.Keyring", "fail.Keyring", "chainer.ChainerBackend"])
async def test_a_named_keyring_that_keeps_nothing_secret_is_refused(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"keyring.backends.{named}")
    with pytest.raises(KeyringUntrusted, match=named):
        await Vault().save(ACME, Token(CANARY))


async def test_a_configuration_that_disables_keyring_does_not_swallow_the_token(desktop: Desktop) -> None:
    folder = desktop.home / ".config/python_keyring"
    folder.mkdir(parents=True)
    (folder / "keyringrc.cfg").write_text("[backend]\ndefault-keyring=keyring.backends.null.Keyring\n")
    await Vault().save(ACME, Token(CANARY))
    assert (await OsKeyring().read(item_name(ACME)))[0] == CANARY


@pytest.fixture
def beside_plaintext(desktop: Desktop) -> OsKeyring:
    """The real child in an interpreter where a plug-in offers to keep secrets in a file, as keyrings.alt does."""
    plugins = desktop.home / "plugins"
    info = plugins / "plain-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plain\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[keyring.backends]\nplain = plain_backend\n")
    (plugins / "plain_backend.py").write_text(PLAIN_BACKEND)
    start = "import runpy, sys; sys.path.insert(0, sys.argv[1]); runpy.run_path(sys.argv[2], run_name='__main__')"
    return OsKeyring(child=(sys.executable, "-I", "-c", start, str(plugins), _keyring_child.__file__))


PLAIN_BACKEND = """
import os
from keyring.backend import KeyringBackend

class PlaintextKeyring(KeyringBackend):
    priority = 9

    def set_password(self, service, username, password):
        open(os.path.expanduser("~/plain.txt"), "w").write(password)

    def get_password(self, service, username):
        return open(os.path.expanduser("~/plain.txt")).read()
"""


async def test_a_plaintext_plug_in_is_passed_over_for_the_real_one(
    desktop: Desktop, beside_plaintext: OsKeyring
) -> None:
    assert await Vault(keyring=beside_plaintext).save(ACME, Token(CANARY)) == "the OS keyring (Secret Service)"
    assert not (desktop.home / "plain.txt").exists()


async def test_a_plaintext_plug_in_alone_is_refused_by_name(
    desktop: Desktop, beside_plaintext: OsKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    with pytest.raises(KeyringUntrusted, match=r"plain_backend\.PlaintextKeyring"):
        await Vault(keyring=beside_plaintext).save(ACME, Token(CANARY))
    assert not (desktop.home / "plain.txt").exists()
