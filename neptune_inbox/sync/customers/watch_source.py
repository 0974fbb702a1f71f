"""Where a watch list is read from: a command that no shell sees, or a file; each line is checked at its door."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import stat
from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from neptune_inbox import doors
from neptune_inbox.errors import UsageProblem
from neptune_inbox.masking import child_environment
from neptune_inbox.text import clean_line

PATIENCE = 20.0
"""Seconds that the command may take."""
LARGEST = 1_048_576
"""Bytes of a list."""
MOST = 5_000
"""Customers that a list may name."""
REMEDY = "Check users_from or users_file under [watch] in config.toml."


class WatchSource(Struct, frozen=True):
    """A command as an argument list, or a file; the command where both are set."""

    command: tuple[str, ...] = ()
    file: str = ""

    def fingerprint(self) -> str:
        """Another one when another list is named or the file was changed; of a command, no word can be read in it."""
        text = "\n".join(self.command) or self.file
        if not self.command:
            with suppress(OSError):
                found = os.stat(self._path)
                text += f"\n{found.st_ino} {found.st_size} {found.st_mtime_ns}"
        return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]

    async def read(self) -> bytes:
        """The list as it is. Raises UsageProblem."""
        raw = await (_run(self.command) if self.command else asyncio.to_thread(self._read_file))
        if len(raw) > LARGEST:
            raise UsageProblem("The watch list is larger than 1 MiB.", REMEDY)
        return raw

    @property
    def _path(self) -> str:
        return os.path.expanduser(self.file)

    def _read_file(self) -> bytes:
        name = clean_line(self.file, 120)
        try:
            # A pipe without a writer would be waited for, for ever.
            handle = os.open(self._path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
            with open(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise UsageProblem(f"The watch list {name} is not a file.", REMEDY)
                return file.read(LARGEST + 1)
        except OSError as problem:
            why = problem.strerror or type(problem).__name__
            raise UsageProblem(f"The watch list {name} cannot be read: {why}.", REMEDY) from None


def ids_of(raw: bytes) -> tuple[list[str], list[str]]:
    """The ids in a list, each once, and what is wrong with each line that holds none."""
    ids: dict[str, None] = {}
    refused = []
    for number, line in enumerate(raw.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        text = line.decode("utf-8", "surrogateescape").strip(" \t\r")
        if not text:
            continue
        try:
            id = doors.read_id(text, f"Line {number} of the watch list")
        except UsageProblem as problem:
            refused.append(problem.sentence)
            continue
        if len(ids) < MOST:
            ids[id] = None
        elif id not in ids:
            refused.append(f"Line {number} of the watch list exceeds the limit of {MOST:,} customers.")
    return list(ids), refused


async def _run(words: Sequence[str]) -> bytes:
    name = clean_line(os.path.basename(words[0]), 60)
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=child_environment(os.environ),
            start_new_session=True,
        )
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "it cannot be started"
        raise UsageProblem(f"The watch list's command `{name}` did not run: {why}.", REMEDY) from None
    try:
        async with asyncio.timeout(PATIENCE):
            raw = await _output(process)
            code = await process.wait()
    except TimeoutError:
        raise UsageProblem(
            f"The watch list's command `{name}` was stopped because it took longer than {PATIENCE:g} s.", REMEDY
        ) from None
    finally:
        # What it started is in a group with it, and may have outlived it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if code:
        raise UsageProblem(f"The watch list's command `{name}` ended with code {code}.", REMEDY)
    return raw


async def _output(process: asyncio.subprocess.Process) -> bytes:
    """What it prints, to its end; more than a list may hold is read and dropped."""
    assert process.stdout is not None
    kept = b""
    while part := await process.stdout.read(65_536):
        kept = (kept + part)[: LARGEST + 1]
    return kept
