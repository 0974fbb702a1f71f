"""Where the files are and which profile is meant, found without importing anything.

The first paint and `list --cached` cannot wait for `paths` and `config`; where this is not sure it answers None, and
they do without it. A test holds it against the real answers.
"""

from __future__ import annotations

import os
import sys
from stat import S_ISREG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

APP = "neptune-inbox"
LARGEST = 1_048_576
OVERRIDES = ("NEPTUNE_ENV", "NEPTUNE_API_BASE")
"""Variables that make another place of a profile."""


def find_file(kind: str, name: str, environ: Mapping[str, str]) -> str | None:
    """A file in the `config`, `state` or `cache` folder, as `paths` names it; None on other systems than Linux."""
    if moved := environ.get("NEPTUNE_INBOX_HOME"):
        return os.path.join(os.path.abspath(os.path.expanduser(moved)), kind, name)
    home = environ.get("HOME", "")
    if sys.platform != "linux" or not os.path.isabs(home) or "ANDROID_DATA" in environ:
        return None
    usual = {"config": ".config", "state": ".local/state", "cache": ".cache"}[kind]
    named = environ.get(f"XDG_{kind.upper()}_HOME", "")
    return os.path.join(named if os.path.isabs(named) else os.path.join(home, usual), APP, name)


def read_config(environ: Mapping[str, str]) -> str | None:
    """The text of config.toml, empty where there is none; None where it cannot be read."""
    path = find_file("config", "config.toml", environ)
    if path is None:
        return None
    try:
        # A pipe without a writer would be waited for, for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with open(handle, encoding="utf-8-sig") as file:
            found = os.fstat(handle)
            # What others own or may write is for the command itself to refuse.
            is_ours = S_ISREG(found.st_mode) and found.st_uid in (os.geteuid(), 0) and not found.st_mode & 0o002
            return file.read(LARGEST) if is_ours and _is_own_home(path) else None
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        return None


def _is_own_home(path: str) -> bool:
    """Whether the folder of config.toml and the one that holds it are not another user's."""
    folder = os.path.dirname(path)
    return os.stat(folder).st_uid == os.geteuid() and os.stat(os.path.dirname(folder)).st_uid in (os.geteuid(), 0)


def guess_profile(config: str, environ: Mapping[str, str]) -> str | None:
    """The name of the profile that is opened where none is named; None where that is not plain to see."""
    lines = [line.strip() for line in config.splitlines()]
    headers = [line for line in lines if line.startswith("[profiles.")]
    if not headers:
        return "environment" if environ.get("NEPTUNE_ENV") else None
    if any(environ.get(name) for name in OVERRIDES):
        return None
    for line in lines:
        if line.startswith("["):
            break
        key, sign, value = line.partition("=")
        if sign and key.strip() == "default_profile":
            name = _unquoted(value)
            return name if name else None
    return _unquoted(headers[0].removeprefix("[profiles.").removesuffix("]"))


def _unquoted(text: str) -> str | None:
    """The name in quotes or bare; None for anything that only a TOML parser should read."""
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'":
        bare = bare[1:-1]
    return bare if bare and all(char.isalnum() or char in "-_" for char in bare) else None
