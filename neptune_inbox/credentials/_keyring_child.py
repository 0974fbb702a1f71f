"""Talks to the OS keyring in a process of its own, because a hung keyring can only be ended from outside.

Run as a script, isolated: one JSON request on stdin, one JSON answer on stdout; no secret in arguments or
environment.
It imports nothing of the package, so that it starts quickly and runs from wherever the package lies.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

TRUSTED = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "libsecret",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet 4",
    "keyring.backends.macOS.Keyring": "macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
}
EMPTY_ONES = {
    "keyring.backends.fail.Keyring",
    "keyring.backends.chainer.ChainerBackend",
    "keyring.backends.null.Keyring",
}
LOCKED = {"KeyringLocked", "LockedException", "PromptDismissedException"}


class NoBackend(Exception):
    """There is no keyring to be used: `state` is absent or untrusted, `what` is the backend that was refused."""

    def __init__(self, state: str, what: str = "") -> None:
        super().__init__(state)
        self.state = state
        self.what = what


def name_of(backend: object) -> str:
    """The full name of an object's class; a class that only claims to be another gets no name at all."""
    kind = type(backend)
    is_itself = getattr(sys.modules.get(kind.__module__), kind.__qualname__, None) is kind
    return f"{kind.__module__}.{kind.__qualname__}" if is_itself else f"{kind.__module__}.<{kind.__qualname__}>"


def trusted_backend(candidates: Iterable[KeyringBackend], wanted: str = "") -> KeyringBackend:
    """The best real OS keyring, by exact class; `wanted` is what PYTHON_KEYRING_BACKEND names. Raises NoBackend."""
    if wanted and wanted not in TRUSTED:
        raise NoBackend("untrusted", wanted)
    named = {name_of(backend): backend for backend in candidates}
    good = [
        backend
        for name, backend in named.items()
        if name in TRUSTED and float(backend.priority) >= 1 and wanted in ("", name)
    ]
    if good:
        return max(good, key=lambda backend: float(backend.priority))
    others = sorted(name for name in named if name not in TRUSTED and name not in EMPTY_ONES)
    raise NoBackend("untrusted", others[0]) if others else NoBackend("absent")


def answer(request: dict[str, str], backend: KeyringBackend) -> dict[str, Any]:
    """Do what was asked. What was written is read back and compared; what was deleted is looked for again."""
    service, username = request["service"], request["username"]
    if request["verb"] == "probe":
        return {"is_locked": is_locked(backend)}
    if request["verb"] == "set":
        backend.set_password(service, username, request["secret"])
        if backend.get_password(service, username) != request["secret"]:
            return {"state": "unreachable", "what": "what was read back differs"}
        return {}
    if request["verb"] == "delete":
        # An item that is not there cannot be deleted; the look afterwards decides.
        with suppress(delete_error()):
            backend.delete_password(service, username)
        is_gone = backend.get_password(service, username) is None
        return {} if is_gone else {"state": "unreachable", "what": "the token is still there"}
    return {"secret": backend.get_password(service, username)}


def delete_error() -> type[Exception]:
    from keyring.errors import PasswordDeleteError

    return PasswordDeleteError


def is_locked(backend: KeyringBackend) -> bool | None:
    """Whether it is locked, found out without a prompt; None where only a prompt would show it."""
    if name_of(backend) != "keyring.backends.SecretService.Keyring":
        return None
    import secretstorage

    return bool(secretstorage.get_default_collection(secretstorage.dbus_init()).is_locked())


def serve(request: dict[str, str]) -> dict[str, Any]:
    """Answer one request; every failure becomes a state and the class of the exception, never its text."""
    shown = ""
    try:
        from keyring.backend import get_all_keyring

        backend = trusted_backend(get_all_keyring(), os.environ.get("PYTHON_KEYRING_BACKEND", ""))
        shown = TRUSTED[name_of(backend)]
        return {"state": "ok", "backend": shown, **answer(request, backend)}
    except NoBackend as missing:
        return {"state": missing.state, "what": missing.what}
    except Exception as problem:  # noqa: BLE001 - backends raise whatever their libraries raise
        kind = type(problem).__name__
        state = "locked" if kind in LOCKED else "absent" if kind == "NoKeyringError" else "unreachable"
        return {"state": state, "backend": shown, "what": kind}


def main() -> None:
    """Keep stdout for the answer alone, and end by itself should the parent be killed."""
    out = os.dup(1)
    os.dup2(2, 1)
    request = json.loads(sys.stdin.buffer.readline())
    if hasattr(signal, "alarm"):
        signal.alarm(int(request.get("limit", 60)) + 5)
    os.write(out, json.dumps(serve(request)).encode("ascii") + b"\n")


if __name__ == "__main__":
    main()
