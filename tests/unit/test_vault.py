"""The token is found where the user put it, is used for one host only, and is said to be kept only where it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import pytest

from neptune_inbox.credentials import OsKeyring, Vault
from neptune_inbox.credentials.vault import item_name
from neptune_inbox.errors import KeyringLocked, NotSignedIn, TokenMalformed
from neptune_inbox.model import Profile, Token
from tests.processes import python

SECRET = "canary-5e6f7a8b9c"
ACME = Profile("acme", "https://api.teurons.com/neptune", "https://edge.teurons.com/neptune", "production")


def profile(name: str = "acme", base: str = ACME.api_base, command: Sequence[str] = ()) -> Profile:
    return Profile(name, base, base, "dev", token_command=tuple(command))


class FakeKeyring(OsKeyring):
    """A keyring in memory that counts how often it was asked."""

    def __init__(self, secrets: dict[str, str] | None = None) -> None:
        super().__init__(child=("/nowhere",))
        self.secrets = secrets or {}
        self.reads = 0

    async def read(self, username: str) -> tuple[str | None, str]:
        self.reads += 1
        return self.secrets.get(username), "Fake"

    async def write(self, username: str, secret: str) -> str:
        self.secrets[username] = secret
        return "Fake"

    async def delete(self, username: str) -> None:
        self.secrets.pop(username, None)


class LockedKeyring(OsKeyring):
    """A keyring that nobody unlocks."""

    async def read(self, username: str) -> tuple[str | None, str]:
        raise KeyringLocked("The OS keyring is locked.")

    async def write(self, username: str, secret: str) -> str:
        raise KeyringLocked("The OS keyring is locked.")


async def shown(vault: Vault, asked: Profile) -> tuple[str, str]:
    token = await vault.read(asked)
    return (token.reveal() if token else ""), vault.source(asked)


async def test_the_environment_comes_first_then_the_command_then_the_keyring() -> None:
    with_command = profile(command=python("print('from-command')"))
    keyring = FakeKeyring({item_name(with_command): "from-keyring"})
    assert await shown(Vault(env_token=Token("from-env"), keyring=keyring), with_command) == (
        "from-env",
        "NEPTUNE_TOKEN",
    )
    assert await shown(Vault(keyring=keyring), with_command) == ("from-command", "token_command")
    assert keyring.reads == 0, "the keyring is not bothered before it is needed"
    assert await shown(Vault(keyring=keyring), profile()) == ("from-keyring", "the OS keyring (Fake)")
    assert await shown(Vault(keyring=FakeKeyring()), profile()) == ("", "")


async def test_each_source_is_asked_once_per_start() -> None:
    keyring = FakeKeyring({item_name(ACME): SECRET})
    vault = Vault(keyring=keyring)
    assert await shown(vault, ACME) == await shown(vault, ACME)
    assert keyring.reads == 1
    keyring.secrets[item_name(ACME)] = "mended-token"
    await vault.read(ACME, again=True)
    assert await shown(vault, ACME) == ("mended-token", "the OS keyring (Fake)")


async def test_the_token_of_the_environment_goes_to_no_second_host() -> None:
    vault = Vault(env_token=Token(SECRET), keyring=FakeKeyring())
    assert await vault.read(profile("acme", "https://api.one.example/")) is not None
    assert await vault.read(profile("acme dev", "https://API.one.example")) is not None
    assert await vault.read(profile("other", "https://api.two.example")) is None


async def test_a_keyring_item_belongs_to_one_base() -> None:
    keyring = FakeKeyring()
    await Vault(keyring=keyring).save(profile(base="https://api.one.example"), Token(SECRET))
    assert await Vault(keyring=keyring).read(profile(base="https://api.two.example")) is None


async def test_saving_says_where_and_the_new_token_is_used_at_once() -> None:
    keyring = FakeKeyring()
    vault = Vault(env_token=Token("from-env"), keyring=keyring)
    assert await vault.save(ACME, Token(SECRET)) == "the OS keyring (Fake)"
    assert await shown(vault, ACME) == (SECRET, "the OS keyring (Fake)")
    assert await shown(Vault(keyring=keyring), ACME) == (SECRET, "the OS keyring (Fake)")


async def test_a_token_for_this_session_is_kept_nowhere_else() -> None:
    keyring = FakeKeyring()
    vault = Vault(keyring=keyring)
    assert vault.hold(ACME, Token(SECRET)) == "this session only, not saved"
    assert await shown(vault, ACME) == (SECRET, "this session only, not saved")
    assert (await vault.read(ACME, again=True)) is not None
    assert keyring.secrets == {}


async def test_another_profile_of_the_same_base_may_use_the_token_kept_where_it_is() -> None:
    live = profile("live")
    keyring = FakeKeyring({item_name(ACME): SECRET})
    vault = Vault(keyring=keyring)
    assert await vault.share(ACME, live) == "the OS keyring (Fake)"
    assert keyring.secrets[item_name(live)] == SECRET
    held = Vault(keyring=(empty := FakeKeyring()))
    held.hold(ACME, Token(SECRET))
    assert await held.share(ACME, live) == held.source(ACME)
    assert await shown(held, live) == (SECRET, held.source(ACME))
    assert empty.secrets == {}, "what was for this session only is not saved by the way"
    for owner, other in ((ACME, profile("live", "https://elsewhere.example")), (profile("nobody"), live)):
        with pytest.raises(NotSignedIn):
            await vault.share(owner, other)


async def test_forgetting_leaves_no_token_behind() -> None:
    keyring = FakeKeyring()
    vault = Vault(env_token=Token("from-env"), keyring=keyring)
    await vault.save(ACME, Token(SECRET))
    await vault.forget(ACME)
    assert await shown(vault, ACME) == ("", "")
    assert keyring.secrets == {}


async def test_what_lies_in_the_keyring_passes_the_gate_as_well() -> None:
    vault = Vault(keyring=FakeKeyring({item_name(ACME): f"{SECRET}\nX-Evil: 1"}))
    with pytest.raises(TokenMalformed, match="it holds a line break"):
        await vault.read(ACME)


async def test_a_locked_keyring_is_not_passed_over() -> None:
    vault = Vault(keyring=LockedKeyring())
    with pytest.raises(KeyringLocked):
        await vault.read(ACME)
    with pytest.raises(KeyringLocked):
        await vault.save(ACME, Token(SECRET))
    assert vault.source(ACME) == "", "what was not saved is not said to be"


async def test_the_demo_asks_nothing_and_leaves_nothing() -> None:
    vault = Vault(memory_only=True)
    with_command = profile(command=("/no/such/command",))
    assert await vault.read(with_command) is None
    assert await vault.probe() is None
    assert await vault.save(with_command, Token(SECRET)) == "this session only, not saved"
    await vault.forget(with_command)
    assert await vault.read(with_command) is None


def test_loading_the_vault_loads_neither_asyncio_nor_keyring() -> None:
    code = "import sys, neptune_inbox.credentials; print([m for m in ('asyncio', 'keyring') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
