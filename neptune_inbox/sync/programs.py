"""Programs of this machine that are handed something: the browser a link, the commands of `|` some rows."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process, SubprocessStreamProtocol
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from neptune_inbox.masking import child_environment
from neptune_inbox.text import clean_block

PATIENCE = 20.0
"""Seconds that a program may take."""
MOST_OUTPUT = 60_000
"""Bytes of each of its outputs that are kept; the rest is read and dropped."""

LAST_WORDS = 1.0
"""Seconds for what a program wrote before it ended."""
LOOK_EVERY = 0.2
"""Seconds."""


class Ended(NamedTuple):
    """How a program ended, and what it printed."""

    code: int | None
    """The exit code; None where it did not start, or was stopped."""
    problem: str = ""
    """Why there is no exit code."""
    output: str = ""
    errors: str = ""
    is_cut: bool = False
    """It printed more than is kept."""


async def run_program(words: Sequence[str], given: str = "") -> bool:
    """Run an argument list, never a shell, away from the terminal and without our token; whether it ended well."""
    nowhere = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=nowhere,
            stderr=nowhere,
            env=child_environment(os.environ),
            start_new_session=True,
        )
        async with asyncio.timeout(PATIENCE):
            await process.communicate(given.encode())
    except (OSError, TimeoutError):
        return False
    return process.returncode == 0


async def capture_program(
    words: Sequence[str], given: str, *, seconds: float = PATIENCE, is_end_kept: bool = False
) -> Ended:
    """Run an argument list as `run_program` does, and keep what it prints: the beginning, or the end of it."""
    try:
        transport, process = await _start(words)
    except OSError as error:
        return Ended(None, f"{words[0]} could not be started: {error.strerror or type(error).__name__}.")
    kept = bytearray(), bytearray()
    problem = ""
    streams = [
        asyncio.create_task(_give(process.stdin, given.encode())),
        asyncio.create_task(_keep(process.stdout, kept[0], is_end_kept)),
        asyncio.create_task(_keep(process.stderr, kept[1], is_end_kept)),
    ]
    try:
        async with asyncio.timeout(seconds):
            await _exited(process)
            # What it leaves running may hold its outputs open for ever.
            await asyncio.wait(streams, timeout=LAST_WORDS)
    except TimeoutError:
        problem = f"It was stopped because it had not ended after {seconds:.0f} s."
    finally:
        _stop(process)
        for stream in streams:
            stream.cancel()
        transport.close()
    output, errors = (clean_block(bytes(each).decode(errors="replace")) for each in kept)
    is_cut = any(len(each) == MOST_OUTPUT for each in kept)
    return Ended(None if problem else process.returncode, problem, output, errors, is_cut)


async def _start(words: Sequence[str]) -> tuple[asyncio.SubprocessTransport, Process]:
    """A program whose outputs can be released while another process still has them open."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.subprocess_exec(
        lambda: SubprocessStreamProtocol(limit=65_536, loop=loop),
        *words,
        env=child_environment(os.environ),
        start_new_session=True,
    )
    return transport, Process(transport, protocol, loop)


async def _exited(process: Process) -> None:
    """Wait for the end of a program; by some versions of Python, `wait` also waits for whoever has its outputs."""
    waiting = asyncio.ensure_future(process.wait())
    try:
        while process.returncode is None:
            await asyncio.wait({waiting}, timeout=LOOK_EVERY)
    finally:
        waiting.cancel()


async def _give(stdin: asyncio.StreamWriter | None, given: bytes) -> None:
    assert stdin is not None
    # A program need not read what it is given.
    with suppress(BrokenPipeError, ConnectionResetError):
        stdin.write(given)
        await stdin.drain()
    stdin.close()


async def _keep(stream: asyncio.StreamReader | None, kept: bytearray, is_end_kept: bool) -> None:
    assert stream is not None
    while part := await stream.read(65_536):
        if is_end_kept:
            kept += part
            del kept[:-MOST_OUTPUT]
        else:
            kept += part[: MOST_OUTPUT - len(kept)]


def _stop(process: Process) -> None:
    """End it and what it started; they are in a group of their own."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


def opener(url: str) -> list[str]:
    """The desktop's own way to open a link; it begins with https:// (check_link), so it is not an option."""
    return ["open" if sys.platform == "darwin" else "xdg-open", url]
