"""The OS keyring, asked through a child process with a time limit: a hung one never hangs the app or its quit."""

from __future__ import annotations

import json
import os
import site
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from msgspec import Struct

from neptune_inbox.errors import (
    KeyringAbsent,
    KeyringLocked,
    KeyringTimedOut,
    KeyringUnreachable,
    KeyringUntrusted,
)
from neptune_inbox.masking import child_environment
from neptune_inbox.text import clean_line

SERVICE: Final = "neptune-inbox"
PATIENCE: Final = 60.0
"""Seconds; a person may have to type a password into the keyring's own prompt."""
PROBE_PATIENCE: Final = 3.0
"""Seconds; nobody is asked anything."""


class KeyringReport(Struct, frozen=True):
    """Which keyring there is, for people."""

    backend: str
    is_locked: bool | None
    """None where only a prompt would show it."""


class OsKeyring:
    """One keyring, asked again for each call; `child` is the command that talks to it, seconds are real time."""

    def __init__(
        self, *, child: Sequence[str] = (), patience: float = PATIENCE, probe_patience: float = PROBE_PATIENCE
    ) -> None:
        self._child = tuple(child) or _child_command()
        self._patience = patience
        self._probe_patience = probe_patience

    async def read(self, username: str) -> tuple[str | None, str]:
        """The secret, None where there is none, and the keyring's name. Raises KeyringProblem."""
        found = await self._ask({"verb": "get", "username": username}, self._patience)
        secret = found.get("secret")
        return (secret if isinstance(secret, str) else None), str(found.get("backend", ""))

    async def write(self, username: str, secret: str) -> str:
        """Keep the secret; the keyring's name, once it was read back and is the same. Raises KeyringProblem."""
        kept = await self._ask({"verb": "set", "username": username, "secret": secret}, self._patience)
        return str(kept.get("backend", ""))

    async def delete(self, username: str) -> None:
        """Delete the secret; returns once it was looked for and not found. Raises KeyringProblem."""
        await self._ask({"verb": "delete", "username": username}, self._patience)

    async def probe(self) -> KeyringReport:
        """Which keyring would be used, found out without a prompt. Raises KeyringProblem."""
        found = await self._ask({"verb": "probe", "username": ""}, self._probe_patience)
        return KeyringReport(str(found.get("backend", "")), found.get("is_locked"))

    async def _ask(self, request: dict[str, str], limit: float) -> dict[str, Any]:
        import asyncio

        line = json.dumps({**request, "service": SERVICE, "limit": limit}).encode("ascii") + b"\n"
        try:
            child = await asyncio.create_subprocess_exec(
                *self._child,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=child_environment(os.environ),
                start_new_session=True,
            )
        except OSError as problem:
            raise _unreachable("", problem.strerror or type(problem).__name__) from None
        try:
            async with asyncio.timeout(limit):
                said, _ = await child.communicate(line)
        except TimeoutError:
            raise KeyringTimedOut(f"The OS keyring did not answer within {limit:g} seconds.") from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return _judge(said)


def _child_command() -> tuple[str, ...]:
    # -I would hide the user site, and with it a keyring that was installed there together with the app.
    isolation = ("-E", "-P") if site.ENABLE_USER_SITE else ("-I",)
    return (sys.executable, *isolation, str(Path(__file__).with_name("_keyring_child.py")))


def _judge(said: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(said)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise _unreachable("", "it ended without an answer")
    if answer.get("state") != "ok":
        _raise(str(answer.get("state")), str(answer.get("backend", "")), clean_line(str(answer.get("what", "")), 120))
    return answer


def _raise(state: str, backend: str, what: str) -> NoReturn:
    if state == "absent":
        raise KeyringAbsent("No OS keyring can be reached on this machine.")
    if state == "untrusted":
        raise KeyringUntrusted(f"The keyring backend `{what}` would not keep the token secret, so it is not used.")
    if state == "locked":
        raise KeyringLocked(f"The OS keyring ({backend}) is locked.")
    raise _unreachable(backend, what)


def _unreachable(backend: str, what: str) -> KeyringUnreachable:
    named = f" ({backend})" if backend else ""
    return KeyringUnreachable(f"The OS keyring{named} does not behave like a keyring: {what}.")
