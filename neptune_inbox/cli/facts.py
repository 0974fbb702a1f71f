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
OF_NETWORK = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""In capitals or not. Of these, too, only whether they are set: their values name sockets, hosts and passwords."""


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
    return [
        *found,
        ("variables that are set", ", ".join(_set_variables(environ)) or "none of those that matter here"),
    ]


def _set_variables(environ: Mapping[str, str]) -> list[str]:
    """The names alone; the token's variable is set also where it was taken out of the environment."""
    from neptune_inbox.credentials.tokens import TOKEN_VARIABLE, was_taken_from_process

    matter = {*OF_SESSIONS, *OF_NETWORK, *(name.lower() for name in OF_NETWORK)}
    found = {name for name in environ if environ[name] and (name in matter or name.startswith("NEPTUNE_"))}
    return sorted(found | ({TOKEN_VARIABLE} if was_taken_from_process() else set()))


def show_version(output: Output, is_verbose: bool) -> None:
    """Print the version, or everything that a bug report needs."""
    if output.is_json:
        output.value(dict(version_facts() if is_verbose else [("neptune-inbox", __version__)]))
    elif is_verbose:
        output.pairs(version_facts())
    else:
        output.raw(f"neptune-inbox {__version__}\n")


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
