"""A token from the user's own password manager: `token_command`, run without a shell."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from neptune_inbox.credentials.tokens import parse_pasted_token
from neptune_inbox.errors import SignInProblem
from neptune_inbox.masking import child_environment
from neptune_inbox.model import Token
from neptune_inbox.text import clean_line

if TYPE_CHECKING:
    from asyncio.subprocess import Process

PATIENCE: Final = 10.0
"""Seconds."""
_MOST_OUTPUT: Final = 65_536


async def run_token_command(argv: Sequence[str], *, patience: float = PATIENCE) -> Token:
    """The first line that the command writes; `argv` goes to the system as it is. Raises SignInProblem.

    Its other output and its errors are shown to nobody: they may hold the secret.
    """
    import asyncio

    name = clean_line(os.path.basename(argv[0]), 60)
    remedy = "Run the command by hand to see why; token_command in config.toml names it."
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env=child_environment(os.environ, keeps_proxies=True),
        )
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "it cannot be started"
        raise SignInProblem(f"The token command `{name}` did not run: {why}.", remedy) from None
    try:
        async with asyncio.timeout(patience):
            first_line = await _read_first_line(process)
            code = await process.wait()
    except TimeoutError:
        raise SignInProblem(f"The token command `{name}` took longer than {patience:g} seconds.", remedy) from None
    finally:
        await _end(process)
    if code != 0:
        raise SignInProblem(f"The token command `{name}` ended with code {code}.", remedy)
    return parse_pasted_token(first_line, f"What the token command `{name}` printed")


async def _read_first_line(process: Process) -> str:
    """Reads to the end, so that the command is not cut short, and keeps the start."""
    assert process.stdout is not None
    kept = b""
    while chunk := await process.stdout.read(8_192):
        kept = (kept + chunk)[:_MOST_OUTPUT]
    return kept.strip().split(b"\n", 1)[0].decode("utf-8", "replace")


async def _end(process: Process) -> None:
    """Ends what is left of it, children included."""
    if process.returncode is None:
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
