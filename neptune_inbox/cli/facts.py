"""What a bug report needs to know about a machine: versions and the terminal, and nothing of the user's."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from neptune_inbox import __version__
from neptune_inbox.cli.output import Output

VARIABLES = (
    ("NEPTUNE_TOKEN", "the API token; it is removed from the environment once it has been read"),
    ("NEPTUNE_ENV", "the environment; with a token, this is all that scripts need"),
    ("NEPTUNE_API_BASE", "the address of the API, if it is not the vendor's"),
    ("NEPTUNE_EDGE_BASE", "the address that events are sent to"),
    ("NEPTUNE_INBOX_HOME", "one folder for settings, state and cache"),
)
"""The variables that can be set instead of settings in the file."""
LIBRARIES = ("textual", "rich", "httpx", "keyring", "click", "msgspec", "starlette", "nh3", "psycopg", "uvicorn")
OF_TERMINAL = ("TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "NO_COLOR", "LANG", "LC_ALL", "LC_CTYPE")
OF_SESSIONS = ("TMUX", "STY", "SSH_CONNECTION", "WSL_DISTRO_NAME")
"""Only whether they are set: their values name sockets and hosts."""


def version_facts(environ: Mapping[str, str] = os.environ) -> list[tuple[str, str]]:
    """Names and values, one a line of `--version --verbose`."""
    found = [
        ("neptune-inbox", __version__),
        ("python", f"{platform.python_version()} ({platform.python_implementation()}), {sys.executable}"),
        ("system", platform.platform()),
        ("sqlite", sqlite3.sqlite_version),
        *((name, _installed(name)) for name in LIBRARIES),
        *((name, environ[name]) for name in OF_TERMINAL if name in environ),
    ]
    is_set = [name for name in (*OF_SESSIONS, *(name for name, _ in VARIABLES)) if environ.get(name)]
    return [*found, ("variables that are set", ", ".join(is_set) or "none of those that matter here")]


def show_version(output: Output, is_verbose: bool) -> None:
    """Print the version, or everything that a bug report needs."""
    if is_verbose:
        output.pairs(version_facts())
    else:
        output.raw(f"neptune-inbox {__version__}\n")


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
