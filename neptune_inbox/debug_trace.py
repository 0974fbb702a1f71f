"""`--debug FILE`: requests, their timings and what was decided, one JSON object a line, for whoever looks into it.

Secrets are masked and no body is written: of a request its path and query, of its answer status, size and time. A
thread of its own writes, so that nothing waits for the disk.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from neptune_inbox.errors import StoreProblem, UsageProblem
from neptune_inbox.masking import mask
from neptune_inbox.own_files import open_own

FIRST: Final = b'{"trace":"neptune-inbox"'
LONGEST: Final = 2_000
"""Characters of one value."""


class _Writer:
    """Writes the lines of one run into its file."""

    def __init__(self, file: int) -> None:
        self._file = file
        self._began = time.monotonic()
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="debug-trace", daemon=True)
        self._thread.start()

    def put(self, event: str, facts: dict[str, object]) -> None:
        told: dict[str, object] = {"s": round(time.monotonic() - self._began, 4), "event": event}
        told |= {name: _masked(value) for name, value in facts.items()}
        self._lines.put(json.dumps(told, separators=(",", ":")).encode("ascii") + b"\n")

    def close(self) -> None:
        self._lines.put(None)
        self._thread.join(5.0)

    def _write(self) -> None:
        try:
            while (line := self._lines.get()) is not None:
                # On a full disk the trace has a gap, and the work continues.
                with suppress(OSError):
                    os.write(self._file, line)
        finally:
            os.close(self._file)


_writer: _Writer | None = None


def start(path: Path, version: str) -> None:
    """Write what `note` is given into this file from now on, for the owner alone (0600).

    An older trace is overwritten, anything else is not: raises UsageProblem for a file that is no trace, a link, a
    folder, a device, a file of somebody else, and for one that cannot be written.
    """
    global _writer
    stop()
    try:
        file = open_own(path, os.O_RDWR | os.O_CREAT)
    except StoreProblem as problem:
        raise UsageProblem(problem.sentence, "Name another file for --debug.") from None
    except (OSError, ValueError) as problem:
        why = getattr(problem, "strerror", None) or "this is not a path"
        raise UsageProblem(f"--debug cannot be written to {path}: {why}.", "Name another file.") from None
    if os.pread(file, len(FIRST), 0) not in (b"", FIRST):
        os.close(file)
        raise UsageProblem(
            f"{path} contains something other than a neptune-inbox trace, so it was not touched.",
            "Name a new file for --debug.",
        )
    os.ftruncate(file, 0)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    os.write(file, FIRST + f',"version":{json.dumps(version)},"at":"{at}","pid":{os.getpid()}}}\n'.encode("ascii"))
    _writer = _Writer(file)


def stop() -> None:
    """Write the rest and close the file; nothing happens where no trace is written."""
    global _writer
    if _writer is not None:
        _writer.close()
        _writer = None


def is_on() -> bool:
    """Whether anything is written: to put facts together for nobody may cost too much."""
    return _writer is not None


def note(event: str, **facts: object) -> None:
    """Add one line, its texts masked; nothing happens where no trace is written."""
    if _writer is not None:
        _writer.put(event, facts)


def _masked(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(each) for each in value]
    return mask(str(value))[:LONGEST]
