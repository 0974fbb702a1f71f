"""The one place that is asked for a token. Each source is asked once per start; what it said is kept in memory."""

from __future__ import annotations

from typing import Final

from neptune_inbox.credentials.os_keyring import KeyringReport, OsKeyring
from neptune_inbox.credentials.token_command import run_token_command
from neptune_inbox.credentials.tokens import TOKEN_VARIABLE, parse_pasted_token
from neptune_inbox.errors import no_token
from neptune_inbox.model import Profile, Token

MEMORY: Final = "this session only, not saved"
KEYRING: Final = "the OS keyring"


class Vault:
    """Reads a profile's token: NEPTUNE_TOKEN, then token_command, then the OS keyring, then this session's memory.

    The token from the environment goes only to the API base of the first profile that is read: no other host sees it.
    With `memory_only` (the demo) nothing outside this process is asked or written.
    """

    def __init__(
        self, *, env_token: Token | None = None, memory_only: bool = False, keyring: OsKeyring | None = None
    ) -> None:
        self._env_token = env_token
        self._env_base = ""
        self._keyring = None if memory_only else keyring or OsKeyring()
        self._known: dict[str, tuple[Token, str]] = {}

    async def read(self, profile: Profile, *, again: bool = False) -> Token | None:
        """The token, or None where no source has one; `again` asks them again. Raises SignInProblem, KeyringProblem.

        A keyring that is locked, hung or gone is never passed over in silence.
        """
        item = item_name(profile)
        if again and self.source(profile) != MEMORY:
            self._known.pop(item, None)
        if item not in self._known and (found := await self._look_up(profile, item)):
            self._known[item] = found
        return self._known[item][0] if item in self._known else None

    def source(self, profile: Profile) -> str:
        """Where the token came from, in words; empty while none is known."""
        known = self._known.get(item_name(profile))
        return known[1] if known else ""

    async def save(self, profile: Profile, token: Token) -> str:
        """Keep the token in the OS keyring; says where it is now, once it was read back. Raises KeyringProblem."""
        if self._keyring is None:
            return self.hold(profile, token)
        backend = await self._keyring.write(item_name(profile), token.reveal())
        where = f"{KEYRING} ({backend})"
        self._known[item_name(profile)] = (token, where)
        return where

    def hold(self, profile: Profile, token: Token) -> str:
        """Keep the token in memory until this process ends; says so."""
        self._known[item_name(profile)] = (token, MEMORY)
        return MEMORY

    async def share(self, owner: Profile, other: Profile) -> str:
        """Let another profile of the same API base use a profile's token, kept where that one is; says where.

        Raises SignInProblem, KeyringProblem.
        """
        token = await self.read(owner)
        if token is None or _plain_base(owner) != _plain_base(other):
            raise no_token(other.name)
        where = self.source(owner)
        if where.startswith(KEYRING):
            return await self.save(other, token)
        # The variable and the command give it to the other profile too; what is in memory stays there.
        self._known[item_name(other)] = (token, where)
        return where

    async def forget(self, profile: Profile) -> None:
        """Drop the token from memory and keyring; returns once it was not found again. Raises KeyringProblem."""
        self._known.pop(item_name(profile), None)
        self._env_token = None
        if self._keyring is not None:
            await self._keyring.delete(item_name(profile))

    async def probe(self) -> KeyringReport | None:
        """Which keyring would keep a token: at most 3 s, no prompt; None in the demo. Raises KeyringProblem."""
        return None if self._keyring is None else await self._keyring.probe()

    async def _look_up(self, profile: Profile, item: str) -> tuple[Token, str] | None:
        base = _plain_base(profile)
        if self._env_token is not None and self._env_base in ("", base):
            self._env_base = base
            return self._env_token, TOKEN_VARIABLE
        if self._keyring is None:
            return None
        if profile.token_command:
            return await run_token_command(profile.token_command), "token_command"
        secret, backend = await self._keyring.read(item)
        if secret is None:
            return None
        # What lies in the keyring may have been put there by someone else.
        return parse_pasted_token(secret, f"What {KEYRING} ({backend}) holds"), f"{KEYRING} ({backend})"


def item_name(profile: Profile) -> str:
    """The name of a profile's one keyring item: another base is another item, so a token never goes to a new host."""
    return f"{profile.name} {_plain_base(profile)}"


def _plain_base(profile: Profile) -> str:
    return profile.api_base.rstrip("/").lower()
